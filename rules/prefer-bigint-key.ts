import {
	defineRule,
	type ColumnDefinition,
	type OperationContext,
	type QualifiedName,
} from "#core";
import { nextvalArgument } from "../src/catalog/expression.ts";

/** The highest value of the types that are too narrow. */
const highest: ReadonlyMap<string, string> = new Map([
	["int2", "32,767"],
	["int4", "2,147,483,647"],
	["serial", "2,147,483,647"],
	["serial2", "32,767"],
	["serial4", "2,147,483,647"],
	["smallserial", "32,767"],
	["tinyint", "127"],
	["tinyint unsigned", "255"],
	["smallint", "32,767"],
	["smallint unsigned", "65,535"],
	["mediumint", "8,388,607"],
	["mediumint unsigned", "16,777,215"],
	["int", "2,147,483,647"],
	["int unsigned", "4,294,967,295"],
]);

type Column = Pick<ColumnDefinition, "name" | "type" | "default" | "identity" | "autoIncrement">;

function highestOf({ type }: Column): string | undefined {
	if (type?.dimensions !== 0) return undefined;
	return highest.get(type.unsigned ? `${type.name} unsigned` : type.name);
}

/** True when the server counts up the values: then they run out. */
function isCounted(column: Column): boolean {
	return (
		column.identity !== undefined ||
		column.autoIncrement === true ||
		column.type?.name.includes("serial") === true ||
		(column.default !== undefined && nextvalArgument(column.default) !== undefined)
	);
}

function report(
	column: Column,
	table: QualifiedName,
	at: Parameters<OperationContext<"runsOut">["report"]>[0]["at"],
	context: OperationContext<"runsOut">,
): void {
	const limit = highestOf(column);
	if (limit === undefined || context.catalog.table(table)?.persistence === "temporary") return;
	const data = { table: table.name, column: column.name, limit };
	context.report({ message: "runsOut", at, data, once: `${table.name}.${column.name}` });
}

export default defineRule({
	id: "prefer-bigint-key",
	summary: "Prefer bigint for keys that count up.",
	why: `An integer key ends at 2,147,483,647, and numbers are used up by rows that were deleted, rolled back or
skipped by ON CONFLICT too. Then every INSERT fails with 22003 or 2200H. The change to bigint rewrites the table and
every table that refers to it under ACCESS EXCLUSIVE locks, just when they are largest. bigint costs 4 bytes a row,
often none, as rows are aligned to 8 bytes. Only keys that the server counts, and single integer keys that refer to
no other table, are looked at.`,
	category: "schema",
	notes: {
		mysql: `INT ends at 2,147,483,647, INT UNSIGNED at 4,294,967,295. Then every INSERT fails with 1062 or 1467. Another type copies every row of the table while writes wait, and foreign keys must be dropped before.`,
		mariadb: `INT ends at 2,147,483,647, INT UNSIGNED at 4,294,967,295. Then every INSERT fails with 1062 or 1467. Another type copies every row of the table while writes wait, and foreign keys must be dropped before.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "warning",
	preset: "strict",
	aliases: {
		squawk: ["prefer-bigint-over-int", "prefer-bigint-over-smallint"],
		pgfence: "prefer-bigint-over-int",
	},
	help: "Write bigint, e.g. bigint GENERATED ALWAYS AS IDENTITY, in MySQL bigint AUTO_INCREMENT.",
	messages: {
		runsOut: "Every INSERT into {table} fails once {column} has reached {limit}.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
			good: "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
		},
		{
			bad: "CREATE TABLE orders (id int NOT NULL, note text, PRIMARY KEY (id));",
			good: "CREATE TABLE orders (id bigint NOT NULL, note text, PRIMARY KEY (id));",
		},
		{
			dialect: "mysql",
			bad: `CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT PRIMARY KEY);`,
			good: `CREATE TABLE orders (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY);`,
		},
	],
	on: {
		createTable({ table, columns, constraints, persistence, foreign }, context) {
			if (foreign || persistence === "temporary") return;
			const all = [...constraints, ...columns.flatMap((column) => column.constraints)];
			const key = all.find(({ type }) => type === "primaryKey");
			const keyColumns = key?.type === "primaryKey" ? key.columns : [];
			const refers = new Set(
				all.flatMap((constraint) => (constraint.type === "foreignKey" ? constraint.columns : [])),
			);
			for (const column of columns) {
				// Without a counter a small number is mostly a code: a country, a status.
				const isSoleKey =
					keyColumns.length === 1 &&
					keyColumns[0] === column.name &&
					column.type?.name === "int4" &&
					!refers.has(column.name);
				if (isCounted(column) || isSoleKey) report(column, table, column.range, context);
			}
		},
		addColumn(operation, context) {
			const { column, table } = operation;
			if (isCounted(column)) report(column, table, operation, context);
		},
		addIdentity(operation, context) {
			const { table, column: name } = operation;
			const column = context.catalog.table(table)?.columns.find((other) => other.name === name);
			if (column) report(column, table, operation, context);
		},
		addConstraint(operation, context) {
			const { table, constraint } = operation;
			// As pg_dump writes it: the key of a table that was made without one.
			if (constraint.type !== "primaryKey" || !context.isNew(table)) return;
			const [name, ...more] = constraint.columns;
			const known = context.catalog.table(table);
			const column = known?.columns.find((other) => other.name === name);
			if (!column || more.length > 0) return;
			const isCode =
				!isCounted(column) &&
				(column.type?.name === "int2" ||
					known?.constraints.some(
						(other) => other.type === "foreignKey" && other.columns.includes(column.name),
					));
			if (!isCode) report(column, table, operation, context);
		},
	},
});
