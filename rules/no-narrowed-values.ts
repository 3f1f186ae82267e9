import { contractObject, defineRule, findAgain, listWords, missingEvidence, typeKey } from "#core";
import type { Catalog, Constraint, Expression, OperationContext, UserType } from "#core";

interface Allowed {
	readonly column: string;
	readonly values: readonly string[];
}

function literalsOf(list: readonly Expression[]): readonly string[] | undefined {
	const values: string[] = [];
	for (const item of list) {
		const value = item.kind === "cast" ? item.operand : item;
		if (value.kind !== "literal" || value.type === "null") return undefined;
		values.push(value.value);
	}
	return values;
}

/** The values that `column IN (...)` or `column = ANY (ARRAY[...])` allows. */
function allowedBy(expression: Expression): Allowed | undefined {
	if (expression.kind === "in" && !expression.negated)
		return inList(expression.operand, expression.list);
	if (expression.kind === "other" && expression.what === "= any") {
		const [operand, array] = expression.operands;
		const list = array?.kind === "cast" ? array.operand : array;
		if (operand && list?.kind === "other") return inList(operand, list.operands);
	}
	return undefined;
}

function inList(operand: Expression, list: readonly Expression[]): Allowed | undefined {
	const column = operand.kind === "cast" ? operand.operand : operand;
	const values = literalsOf(list);
	if (column.kind !== "column" || !values || values.length === 0) return undefined;
	return { column: column.path.at(-1) ?? "", values };
}

function allowedIn(constraint: Constraint): Allowed | undefined {
	return constraint.type === "check" ? allowedBy(constraint.expression) : undefined;
}

function judgeEnum(
	at: Parameters<OperationContext["effectOf"]>[0],
	type: UserType | undefined,
	name: Parameters<Catalog["type"]>[0],
	context: OperationContext<"refuses">,
): void {
	if (type?.kind !== "enum" || context.madeHere(type.origin)) return;
	const { catalog } = context;
	const key = typeKey(catalog, name);
	const object = contractObject(catalog, key);
	const old = type.values.map(({ value }) => value);
	context.report({
		message: "refuses",
		at,
		data: { object: object.shown, values: "..." },
		atReleaseEnd(after) {
			const now = after.type({ schema: type.schema, name: type.name });
			if (now?.kind !== "enum" || !context.madeHere(now.origin)) return "settled";
			const kept = now.values.map(({ value }) => value);
			const gone = old.filter((value) => !kept.includes(value));
			if (gone.length === 0) return "settled";
			const given = gone.every(
				(value) => missingEvidence(context, contractObject(catalog, key, value)) === undefined,
			);
			if (given) return "settled";
			return {
				message: "refuses",
				data: { object: object.shown, values: listWords(gone) },
				related: context.placeOf(now.origin, "The values are listed here."),
			};
		},
	});
}

export default defineRule({
	id: "no-narrowed-values",
	summary: "Disallow a CHECK or enum that no longer allows values that released code writes.",
	why: `While a release is rolled out, and for as long as it may be rolled back, the code before it still runs and
writes the values it knows. When a CHECK is replaced by one with fewer values, or an enum by one, its writes fail
with 23514 or 22P02. NOT VALID spares old rows, not new ones. First release code that no longer writes the value,
then narrow the list: a contract directive names the release.`,
	category: "compatibility",
	notes: {
		mysql: `An ENUM without a value that rows have fails with 1265 while sql_mode is strict, and writes the empty text into them otherwise; INSERTs of running code fail in the same way.`,
		mariadb: `An ENUM without a value that rows have fails with 1265 while sql_mode is strict, and writes the empty text into them otherwise; INSERTs of running code fail in the same way.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Keep the values until a release that no longer writes them runs everywhere.",
	messages: {
		refuses: "Running code that writes {values} into {object} fails: the new list leaves it out.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status text, CONSTRAINT orders_status_check CHECK (status IN ('open', 'paid', 'lost')));`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders DROP CONSTRAINT orders_status_check, ADD CONSTRAINT orders_status_check CHECK (status IN ('open', 'paid')) NOT VALID;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders DROP CONSTRAINT orders_status_check, ADD CONSTRAINT orders_status_check CHECK (status IN ('open', 'paid', 'lost', 'sent')) NOT VALID;`,
		},
	],
	on: {
		dropConstraint(operation, context) {
			const { catalog } = context;
			const table = catalog.table(operation.table);
			const old = table?.constraints.find(({ name }) => name === operation.constraint);
			const allowed = old && allowedIn(old);
			if (!table || !allowed || context.isNew(table) || context.madeHere(old.origin)) return;
			const key = catalog.resolve(table);
			const object = contractObject(catalog, key, allowed.column);
			if (missingEvidence(context, object) === undefined) return;
			context.report({
				message: "refuses",
				at: operation,
				table,
				data: { object: object.shown, values: "..." },
				atReleaseEnd(after) {
					const later = findAgain(after, table, key)?.constraints.find(
						(constraint) =>
							context.madeHere(constraint.origin) &&
							allowedIn(constraint)?.column === allowed.column,
					);
					const now = later && allowedIn(later)?.values;
					const gone = now ? allowed.values.filter((value) => !now.includes(value)) : [];
					if (gone.length === 0) return "settled";
					return {
						message: "refuses",
						data: { object: object.shown, values: listWords(gone) },
						related: context.placeOf(later?.origin, "The values are listed here."),
					};
				},
			});
		},
		redefineColumn(operation, context) {
			const { definition, table } = operation;
			const old = context.catalog
				.table(table)
				?.columns.find(({ name }) => name.toLowerCase() === operation.column.toLowerCase());
			if (!old || context.isNew(table) || context.madeHere(old.origin)) return;
			if (old.type?.name !== "enum" || definition.type?.name !== "enum") return;
			const now = definition.type.modifiers.map((value) => value.toLowerCase());
			const gone = old.type.modifiers.filter((value) => !now.includes(value.toLowerCase()));
			const object = contractObject(context.catalog, context.catalog.resolve(table), old.name);
			if (gone.length === 0 || missingEvidence(context, object) === undefined) return;
			const data = { object: object.shown, values: listWords(gone) };
			context.report({ message: "refuses", at: operation, table, data });
		},
		renameObject(operation, context) {
			if (operation.object !== "type") return;
			judgeEnum(operation, context.catalog.type(operation.name), operation.name, context);
		},
	},
});
