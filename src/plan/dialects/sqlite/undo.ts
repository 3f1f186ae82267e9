import type { Catalog } from "../../../catalog/catalog.ts";
import type { Operation, OperationOf } from "../../../core/operation.ts";
import { quoteExpression, quoteIdentifier, quoteName } from "../../../dialect/sqlite/quote.ts";
import { indexText } from "../../../dialect/sqlite/table-text.ts";
import type { Undo } from "../../plan.ts";
import { lossless, undoNewColumn, undoNewTable, undoWithout } from "../../undo.ts";

/** What a copy of the file is for. */
const fromCopy = "only the copy of the database that was made before has it";

function undoAddColumn({ table, column }: OperationOf<"addColumn">): Undo {
	const name = quoteIdentifier(column.name);
	const drop = `ALTER TABLE ${quoteName(table)} DROP COLUMN ${name};`;
	if (column.generated) return lossless(drop);
	// A column with a key of its own cannot be dropped.
	if (column.constraints.some(({ type }) => type !== "notNull")) {
		return { none: `SQLite drops no column with a constraint of its own: ${fromCopy}` };
	}
	const value = column.default && quoteExpression(column.default);
	const isOwn =
		value === undefined || column.default?.kind !== "literal"
			? `${name} IS NOT NULL`
			: `${name} IS NOT ${value}`;
	return undoNewColumn(drop, { table: quoteName(table), column: column.name, isOwn });
}

function undoDropIndex({ index }: OperationOf<"dropIndex">, catalog: Catalog): Undo {
	const found = catalog.index(index);
	const text = found && indexText(found.index, found.relation.name);
	return text === undefined
		? { none: `the definition of ${index.name} is not known here` }
		: lossless(text);
}

/** Returns how SQLite takes an operation back, with the schema as it stands before it. */
export function undoSqlite(operation: Operation, catalog: Catalog): Undo {
	switch (operation.kind) {
		case "createTable":
		case "createTableAs":
			return undoNewTable(quoteName(operation.table), operation.table.name);
		case "addColumn":
			return undoAddColumn(operation);
		case "createIndex":
			return operation.index
				? lossless(`DROP INDEX ${quoteName(operation.index)};`)
				: { none: "the index has no name" };
		case "dropIndex":
			return undoDropIndex(operation, catalog);
		case "renameColumn":
			return lossless(
				`ALTER TABLE ${quoteName(operation.table)} RENAME COLUMN ${quoteIdentifier(operation.to)} TO ${quoteIdentifier(operation.column)};`,
			);
		case "renameTable":
			return lossless(
				`ALTER TABLE ${quoteName({ ...operation.table, name: operation.to })} RENAME TO ${quoteIdentifier(operation.table.name)};`,
			);
		case "createView":
			return lossless(`DROP VIEW ${quoteName(operation.view)};`);
		case "createTrigger":
			return lossless(`DROP TRIGGER ${quoteIdentifier(operation.trigger)};`);
		case "dropColumn":
			return { none: `the values of ${operation.column} are gone: ${fromCopy}` };
		case "dropTable":
		case "truncate":
			return { none: `the rows of ${operation.table.name} are gone: ${fromCopy}` };
		default:
			return undoWithout(operation);
	}
}
