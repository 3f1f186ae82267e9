import type { Catalog } from "../../../catalog/catalog.ts";
import type { Column } from "../../../catalog/model.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { Operation, OperationOf } from "../../../core/operation.ts";
import {
	quoteColumns,
	quoteDefinition,
	quoteExpression,
	quoteIdentifier,
	quoteName,
} from "../../../dialect/mysql/quote.ts";
import type { Undo } from "../../plan.ts";
import { lossless, undoNewColumn, undoNewTable, undoWithout } from "../../undo.ts";

const alter = (table: QualifiedName, clause: string): string =>
	`ALTER TABLE ${quoteName(table)} ${clause};`;

function columnOf(catalog: Catalog, table: QualifiedName, name: string): Column | undefined {
	const columns = catalog.table(table)?.columns ?? [];
	return columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function undoAddColumn({ table, column }: OperationOf<"addColumn">): Undo {
	const name = quoteIdentifier(column.name);
	const drop = alter(table, `DROP COLUMN ${name}`);
	if (column.generated) return lossless(drop);
	const value = column.default && quoteExpression(column.default);
	const isOwn =
		value === undefined || column.default?.kind !== "literal"
			? `${name} IS NOT NULL`
			: `NOT (${name} <=> ${value})`;
	return undoNewColumn(drop, { table: quoteName(table), column: column.name, isOwn });
}

/** Clauses of ALTER TABLE that make an index again; undefined where its definition is not wholly known. */
function indexClause(operation: OperationOf<"dropIndex">, catalog: Catalog): string | undefined {
	const index = catalog.index(operation.index)?.index;
	const parts = index?.elements.map(({ expression, prefixLength, descending }) => {
		const text = quoteExpression(expression);
		if (text === undefined || expression.kind !== "column") return undefined;
		return `${text}${prefixLength === undefined ? "" : `(${prefixLength})`}${descending ? " DESC" : ""}`;
	});
	if (!index || !parts || parts.includes(undefined) || index.method !== "btree") return undefined;
	return `ADD ${index.unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(index.name)} (${parts.join(", ")}), ALGORITHM=INPLACE, LOCK=NONE`;
}

function undoDropIndex(operation: OperationOf<"dropIndex">, catalog: Catalog): Undo {
	const { index } = operation;
	const clause = indexClause(operation, catalog);
	const { table } = index;
	return clause === undefined || table === undefined
		? { none: `the definition of ${index.name} is not known here` }
		: lossless(alter(table, clause));
}

/** Back to the whole definition: MODIFY writes every attribute anew. */
function undoDefinition(
	{ table, column }: { readonly table: QualifiedName; readonly column: string },
	catalog: Catalog,
): Undo {
	const old = columnOf(catalog, table, column);
	const text = old && quoteDefinition(old);
	return text === undefined
		? { none: `the earlier definition of ${column} is not known` }
		: lossless(alter(table, `MODIFY ${quoteIdentifier(column)} ${text}`));
}

function undoConstraint({ table, constraint }: OperationOf<"addConstraint">): Undo {
	const { type, name } = constraint;
	if (type === "primaryKey") return lossless(alter(table, "DROP PRIMARY KEY"));
	if (name === undefined) return { none: "the server chooses the name of the constraint" };
	const what = type === "foreignKey" ? "FOREIGN KEY" : type === "unique" ? "INDEX" : "CONSTRAINT";
	return lossless(alter(table, `DROP ${what} ${quoteIdentifier(name)}`));
}

function undoCreateIndex({ table, index, elements }: OperationOf<"createIndex">): Undo {
	return index
		? lossless(alter(table, `DROP INDEX ${quoteIdentifier(index.name)}`))
		: {
				none: `the server chooses the name of the index on ${quoteColumns(
					elements.flatMap(({ expression }) =>
						expression.kind === "column" ? expression.path.slice(-1) : [],
					),
				)}`,
			};
}

/** Returns how MySQL and MariaDB take an operation back, with the schema as it stands before it. */
export function undoMysql(operation: Operation, catalog: Catalog): Undo {
	switch (operation.kind) {
		case "createTable":
		case "createTableAs":
			return undoNewTable(quoteName(operation.table), operation.table.name);
		case "addColumn":
			return undoAddColumn(operation);
		case "createIndex":
			return undoCreateIndex(operation);
		case "dropIndex":
			return undoDropIndex(operation, catalog);
		case "addConstraint":
			return undoConstraint(operation);
		case "renameColumn":
			return lossless(
				alter(
					operation.table,
					`RENAME COLUMN ${quoteIdentifier(operation.to)} TO ${quoteIdentifier(operation.column)}`,
				),
			);
		case "renameTable":
			return lossless(
				`RENAME TABLE ${quoteName({ ...operation.table, name: operation.to })} TO ${quoteName(operation.table)};`,
			);
		case "setDefault":
		case "dropDefault":
			return undoDefinition(operation, catalog);
		case "createView":
			return catalog.view(operation.view)
				? { none: `the earlier definition of ${operation.view.name} is replaced` }
				: lossless(`DROP VIEW ${quoteName(operation.view)};`);
		case "createTrigger":
			return lossless(
				`DROP TRIGGER ${quoteName({ ...(operation.table.schema !== undefined && { schema: operation.table.schema }), name: operation.trigger })};`,
			);
		case "redefineColumn":
		case "alterColumnType":
			return {
				none: `${operation.column} is converted: values that no longer fit may not come back`,
			};
		default:
			return undoWithout(operation);
	}
}
