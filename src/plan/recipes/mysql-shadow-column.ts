import type { Column, Table } from "../../catalog/model.ts";
import type { RecipeStep } from "../../core/finding.ts";
import type { ColumnDefinition } from "../../core/operation.ts";
import {
	quoteDefinition,
	quoteIdentifier,
	quoteName,
	quoteType,
} from "../../dialect/mysql/quote.ts";
import {
	alterStep,
	anyValue,
	columnOf,
	indexClause,
	inPlace,
	instantly,
	isKeyColumn,
	rowTrigger,
	type Online,
} from "../dialects/mysql/alter.ts";
import { mysqlBatchStep } from "../mysql-batches.ts";
import { copyOnlineSteps } from "../dialects/mysql/copy-online.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-shadow-column",
	summary:
		"Fill a second column beside the old one while reads and writes go on, then swap their names.",
	for: ["redefineColumn"],
	dialects: ["mysql", "mariadb"],
	steps(operation, situation) {
		const { catalog } = situation;
		const table = catalog.table(operation.table);
		const column = columnOf(table, operation.column);
		const { definition } = operation;
		const after: Column = {
			name: `${operation.column}_new`,
			notNull: definition.constraints.some(({ type }) => type === "notNull"),
			...ofDefinition(definition),
		};
		if (!table || !column || !isFree(table, column, after)) {
			return copyOnlineSteps(operation, situation);
		}
		if (isKeyColumn(catalog, table, column.name) || column.autoIncrement || column.generated) {
			return copyOnlineSteps(operation, situation);
		}
		const fill = mysqlBatchStep(
			{
				table: operation.table,
				set: `${quoteIdentifier(after.name)} = ${quoteIdentifier(column.name)}`,
				// The triggers fill it in every row that is written; a value of another type may never be equal.
				pending: `${quoteIdentifier(after.name)} IS NULL AND ${quoteIdentifier(column.name)} IS NOT NULL`,
			},
			catalog,
		);
		const steps = fill && swapSteps({ table, column, after, online: situation }, fill);
		return steps ?? copyOnlineSteps(operation, situation);
	},
});

function ofDefinition(definition: ColumnDefinition) {
	const { type, default: value, collation, onUpdate, comment } = definition;
	return {
		...(type && { type }),
		...(value && { default: value }),
		...(collation && { collation }),
		...(onUpdate && { onUpdate }),
		...(comment !== undefined && { comment }),
	};
}

/** Triggers of the table would run beside ours in an order that is not known here; both names must be free. */
function isFree(table: Table, column: Column, after: Column): boolean {
	const taken = [after.name, `${column.name}_old`].some((name) => columnOf(table, name));
	return !taken && table.triggers.length === 0;
}

/** No code that runs knows the second column yet: it may become narrower with the proof that it is filled. */
const beforeTheSwap = (step: RecipeStep): RecipeStep => ({ ...step, phase: "verify" });

interface Swap {
	readonly table: Table;
	readonly column: Column;
	readonly after: Column;
	readonly online: Online;
}

function swapSteps({ table, column, after, online }: Swap, fill: RecipeStep) {
	const { name } = column;
	const target = { name: table.name, ...(table.schema !== "public" && { schema: table.schema }) };
	const [old, fresh] = [quoteIdentifier(name), quoteIdentifier(after.name)];
	const gone = quoteIdentifier(`${name}_old`);
	const definition = quoteDefinition(after);
	// The old column stays for a while: INSERTs that leave it out must go on to work.
	const loosen = column.notNull && column.default === undefined ? anyValue(column) : undefined;
	if (definition === undefined || !after.type) return undefined;
	if (column.notNull && column.default === undefined && loosen === undefined) return undefined;
	const indexes = table.indexes
		.filter(({ elements }) =>
			elements.some(
				({ expression }) => expression.kind === "column" && expression.path.at(-1) === name,
			),
		)
		.map((index) => ({ index, clause: indexClause(index, name, after.name) }));
	if (indexes.some(({ clause }) => clause === undefined)) return undefined;
	const takenIndexes = new Set(table.indexes.map((index) => index.name.toLowerCase()));
	const isTaken = ({ index }: { readonly index: { readonly name: string } }): boolean =>
		["_new", "_old"].some((end) => takenIndexes.has(`${index.name}${end}`.toLowerCase()));
	if (indexes.some(isTaken)) return undefined;
	const triggers = (["INSERT", "UPDATE"] as const).map((event) => ({
		event,
		id: `${table.name}_${after.name}_${event.toLowerCase()}`,
	}));
	const renames = [
		`RENAME COLUMN ${old} TO ${gone}`,
		`RENAME COLUMN ${fresh} TO ${old}`,
		...indexes.flatMap(({ index }) => [
			`RENAME INDEX ${quoteIdentifier(index.name)} TO ${quoteIdentifier(`${index.name}_old`)}`,
			`RENAME INDEX ${quoteIdentifier(`${index.name}_new`)} TO ${quoteIdentifier(index.name)}`,
		]),
		indexes.length > 0 ? inPlace : instantly(online, "instantRename"),
	];
	const drops = triggers.map(({ id }) => `DROP TRIGGER ${quoteName({ ...target, name: id })};`);
	const steps: RecipeStep[] = [
		alterStep(`Add ${after.name} with the new type`, target, [
			`ADD COLUMN ${fresh} ${quoteType(after.type)} NULL AFTER ${old}`,
			instantly(online, "instantAnywhere"),
		]),
		{
			title: `Let triggers fill ${after.name} in every row that is written`,
			sql: triggers
				.map(({ event, id }) => rowTrigger(target, id, event, `SET NEW.${fresh} = NEW.${old}`))
				.join("\n"),
			transaction: "none",
			columns: [name, after.name],
		},
		fill,
		...(definition === `${quoteType(after.type)} NULL`
			? []
			: [
					beforeTheSwap(
						alterStep(
							after.notNull
								? `Make ${after.name} what it is to be: rows are written anew beside writes`
								: `Make ${after.name} what it is to be`,
							target,
							[`MODIFY ${fresh} ${definition}`, inPlace],
						),
					),
				]),
		...indexes.map(({ clause = "" }) =>
			beforeTheSwap(
				alterStep(`Build the index of ${after.name} while reads and writes go on`, target, [
					clause,
					inPlace,
				]),
			),
		),
		{
			title: `Swap the names of ${name} and ${after.name} while writes wait for a moment`,
			sql: [
				`LOCK TABLES ${quoteName(target)} WRITE;`,
				...drops,
				`ALTER TABLE ${quoteName(target)} ${renames.join(", ")};`,
				// Behind the swap: done a second time after a break it still means the old column.
				...(loosen === undefined
					? []
					: [`ALTER TABLE ${quoteName(target)} ALTER COLUMN ${gone} SET DEFAULT ${loosen};`]),
				"UNLOCK TABLES;",
			].join("\n"),
			transaction: "none",
		},
		{
			title: `Run the application with it for a while; ${name}_old keeps the values as they were`,
			transaction: "people",
			deploys: true,
		},
		alterStep(`Drop the old column ${name}_old in a later release`, target, [
			...indexes.map(({ index }) => `DROP INDEX ${quoteIdentifier(`${index.name}_old`)}`),
			`DROP COLUMN ${gone}`,
			indexes.length > 0 ? inPlace : instantly(online, "instantAnywhere"),
		]),
	];
	return steps;
}
