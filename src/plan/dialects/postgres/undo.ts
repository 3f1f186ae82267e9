import type { Catalog } from "../../../catalog/catalog.ts";
import type { QualifiedName, TypeName } from "../../../core/expression.ts";
import type { Operation, OperationOf } from "../../../core/operation.ts";
import { quoteExpression } from "../../../dialect/postgres/quote-expression.ts";
import {
	quoteIdentifier,
	quoteName,
	quoteString,
	quoteType,
} from "../../../dialect/postgres/quote.ts";
import { constraintText, nameOfConstraint } from "../../constraint-text.ts";
import type { Assertion, Undo } from "../../plan.ts";
import { columnOf, gone, lossless, noRow as noRowOf, undoWithout } from "../../undo.ts";

const noRow = (table: QualifiedName, condition: string, says: string): Assertion =>
	noRowOf(quoteName(table), condition, says, "SELECT");

function undoAddColumn({ table, column }: OperationOf<"addColumn">): Undo {
	const name = quoteIdentifier(column.name);
	const drop = `ALTER TABLE ${quoteName(table)} DROP COLUMN ${name};`;
	if (column.generated) return lossless(drop);
	const value = column.default && quoteExpression(column.default);
	const isOwn =
		value === undefined || column.default?.kind !== "literal"
			? `${name} IS NOT NULL`
			: `${name} IS DISTINCT FROM ${value}`;
	return lossless(
		drop,
		noRow(table, ` WHERE ${isOwn}`, `no row has a value of its own in ${column.name}`),
	);
}

/** The largest values of the types that are most often too small. */
const largest: Readonly<Record<string, string>> = { int2: "32767", int4: "2147483647" };

/** The rows that the old type could not hold any more. */
function outgrown(column: string, type: TypeName): string | undefined {
	const name = quoteIdentifier(column);
	const most = largest[type.name];
	if (most !== undefined) return `${name} > ${most} OR ${name} < -${most}`;
	const [length] = type.modifiers;
	return type.name === "varchar" && length !== undefined
		? `char_length(${name}) > ${length}`
		: undefined;
}

function undoTypeChange(
	{ table, column, type }: OperationOf<"alterColumnType">,
	catalog: Catalog,
): Undo {
	const old = columnOf(catalog, table, column)?.type;
	const condition = old && outgrown(column, old);
	if (!old || condition === undefined) {
		return {
			none: `${column} was converted to ${quoteType(type)}: the old values may not come back`,
		};
	}
	return lossless(
		`ALTER TABLE ${quoteName(table)} ALTER COLUMN ${quoteIdentifier(column)} TYPE ${quoteType(old)};`,
		noRow(table, ` WHERE ${condition}`, `every ${column} still fits ${quoteType(old)}`),
	);
}

function undoDropConstraint(
	{ table, constraint }: OperationOf<"dropConstraint">,
	catalog: Catalog,
): Undo {
	const known = catalog.table(table)?.constraints.find(({ name }) => name === constraint);
	const text = known && constraintText(known);
	if (!known || text === undefined) return gone(`the constraint ${constraint} is dropped`);
	const alter = `ALTER TABLE ${quoteName(table)}`;
	const name = quoteIdentifier(constraint);
	const condition = known.type === "check" ? quoteExpression(known.expression) : undefined;
	return {
		sql: [
			`${alter} ADD CONSTRAINT ${name} ${text} NOT VALID;`,
			`${alter} VALIDATE CONSTRAINT ${name};`,
		],
		losslessUntil:
			condition === undefined
				? []
				: [noRow(table, ` WHERE (${condition}) IS FALSE`, `no row breaks ${constraint}`)],
	};
}

function undoDefault(
	{ table, column }: { readonly table: QualifiedName; readonly column: string },
	catalog: Catalog,
): Undo {
	const alter = `ALTER TABLE ${quoteName(table)} ALTER COLUMN ${quoteIdentifier(column)}`;
	const old = columnOf(catalog, table, column)?.default;
	const text = old && quoteExpression(old);
	if (old && text === undefined) return { none: `the earlier default of ${column} is not known` };
	return lossless(text === undefined ? `${alter} DROP DEFAULT;` : `${alter} SET DEFAULT ${text};`);
}

function undoDropIndex({ index }: OperationOf<"dropIndex">, catalog: Catalog): Undo {
	const found = catalog.index(index);
	const elements = found?.index.elements.map(({ expression, descending, operatorClass }) => {
		const text = quoteExpression(expression);
		if (text === undefined || operatorClass !== undefined) return undefined;
		return `${expression.kind === "column" ? text : `(${text})`}${descending ? " DESC" : ""}`;
	});
	const where = found?.index.where;
	const filter = where && quoteExpression(where);
	if (!found || !elements || elements.includes(undefined) || (where && filter === undefined)) {
		return { none: `the definition of ${index.name} is not known here` };
	}
	const { unique, name, method, include } = found.index;
	const more = include.length > 0 ? ` INCLUDE (${include.map(quoteIdentifier).join(", ")})` : "";
	return lossless(
		`CREATE ${unique ? "UNIQUE " : ""}INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quoteName(found.relation)} USING ${method} (${elements.join(", ")})${more}${filter === undefined ? "" : ` WHERE ${filter}`};`,
	);
}

/** Returns how PostgreSQL takes an operation back, with the schema as it stands before it. */
export function undoPostgres(operation: Operation, catalog: Catalog): Undo {
	const alter = "table" in operation ? `ALTER TABLE ${quoteName(operation.table)}` : "";
	switch (operation.kind) {
		case "createTable":
		case "createTableAs":
			return lossless(
				`DROP TABLE ${quoteName(operation.table)};`,
				noRow(operation.table, "", `${operation.table.name} has no row`),
			);
		case "addColumn":
			return undoAddColumn(operation);
		case "createIndex":
			return operation.index
				? lossless(
						`DROP INDEX ${operation.concurrently ? "CONCURRENTLY " : ""}${quoteName({ ...(operation.table.schema !== undefined && { schema: operation.table.schema }), ...operation.index })};`,
					)
				: { none: "the server chooses the name of the index" };
		case "addConstraint":
			return lossless(
				`${alter} DROP CONSTRAINT ${quoteIdentifier(nameOfConstraint(operation.constraint, operation.table))};`,
			);
		case "validateConstraint":
			return { unneeded: "a proof takes nothing away" };
		case "setNotNull":
			return lossless(`${alter} ALTER COLUMN ${quoteIdentifier(operation.column)} DROP NOT NULL;`);
		case "dropNotNull":
			return lossless(
				`${alter} ALTER COLUMN ${quoteIdentifier(operation.column)} SET NOT NULL;`,
				noRow(
					operation.table,
					` WHERE ${quoteIdentifier(operation.column)} IS NULL`,
					`no row has NULL in ${operation.column}`,
				),
			);
		case "setDefault":
		case "dropDefault":
			return undoDefault(operation, catalog);
		case "renameColumn":
			return lossless(
				`${alter} RENAME COLUMN ${quoteIdentifier(operation.to)} TO ${quoteIdentifier(operation.column)};`,
			);
		case "renameTable":
			return lossless(
				`ALTER TABLE ${quoteName({ ...operation.table, name: operation.to })} RENAME TO ${quoteIdentifier(operation.table.name)};`,
			);
		case "alterColumnType":
			return undoTypeChange(operation, catalog);
		case "dropConstraint":
			return undoDropConstraint(operation, catalog);
		case "dropIndex":
			return undoDropIndex(operation, catalog);
		case "createView":
			return operation.orReplace && catalog.view(operation.view)
				? { none: `the earlier definition of ${operation.view.name} is replaced` }
				: lossless(`DROP VIEW ${quoteName(operation.view)};`);
		case "createMaterializedView":
			return lossless(`DROP MATERIALIZED VIEW ${quoteName(operation.view)};`);
		case "createSequence":
			return lossless(`DROP SEQUENCE ${quoteName(operation.sequence)};`);
		case "createFunction":
			return catalog.routines(operation.function).length > 0
				? { none: `the earlier definition of ${operation.function.name} is replaced` }
				: lossless(
						`DROP ${operation.routine.toUpperCase()} ${quoteName(operation.function)}(${operation.argumentTypes.map(quoteType).join(", ")});`,
					);
		case "createTrigger":
			return lossless(
				`DROP TRIGGER ${quoteIdentifier(operation.trigger)} ON ${quoteName(operation.table)};`,
			);
		case "createEnum":
		case "createCompositeType":
		case "createOtherType":
			return lossless(`DROP TYPE ${quoteName(operation.type)};`);
		case "createDomain":
			return lossless(`DROP DOMAIN ${quoteName(operation.domain)};`);
		case "createSchema":
			return lossless(`DROP SCHEMA ${quoteIdentifier(operation.schema)};`);
		case "addEnumValue":
			return { none: `PostgreSQL cannot take ${quoteString(operation.value)} out of an enum` };
		case "attachPartition":
			return lossless(`${alter} DETACH PARTITION ${quoteName(operation.partition)};`);
		case "doBlock":
			return { unneeded: "it changes nothing by itself" };
		default:
			return undoWithout(operation);
	}
}
