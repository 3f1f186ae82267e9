import {
	defineRule,
	type ColumnDefinition,
	type OperationContext,
	type QualifiedName,
} from "#core";
import { has, serverName, serverOf } from "../src/dialect/mysql/effects/server.ts";

function judge(
	table: QualifiedName,
	column: ColumnDefinition,
	context: OperationContext<"ignored">,
): void {
	const reference = column.constraints.find(({ type }) => type === "foreignKey");
	if (reference?.type !== "foreignKey" || !reference.inline) return;
	const server = serverOf("mysql", context.version);
	if (has(server, "columnReferences")) return;
	const parent = reference.references.name;
	const columns = reference.referencedColumns.map((name) => `\`${name}\``).join(", ");
	context.report({
		message: "ignored",
		at: reference.range,
		latest: { key: "reference", words: "{migrations} of this history do so too." },
		data: { column: `${table.name}.${column.name}`, parent, server: serverName(server) },
		help: `Write it as a clause of its own: FOREIGN KEY (\`${column.name}\`) REFERENCES \`${parent}\` (${columns === "" ? "`id`" : columns}).`,
	});
}

export default defineRule({
	id: "no-ignored-reference",
	summary: "Disallow REFERENCES at a column where MySQL reads it and makes no foreign key.",
	why: `MySQL before 9.0 takes REFERENCES in the definition of a column, says nothing, and makes no foreign key: rows without a
parent come in, and ON DELETE CASCADE never runs. MySQL 9.0 and MariaDB make one, so that the same file gives two
schemas. A FOREIGN KEY clause of the table means the same everywhere. Source: MySQL Reference Manual 8.4, 15.1.20.5,
and the release notes of 9.0.0.`,
	category: "schema",
	dialects: ["mysql"],
	severity: "warning",
	preset: "recommended",
	aliases: { atlas: "MY102" },
	help: "Write the foreign key as a clause of its own: FOREIGN KEY (column) REFERENCES parent (id).",
	messages: {
		ignored:
			"{column} gets no foreign key to {parent}: {server} reads REFERENCES at a column and forgets it.",
	},
	examples: [
		{
			before: "CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY);",
			bad: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint REFERENCES customers (id));",
			good: `SET SESSION lock_wait_timeout = 5;
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint,
  FOREIGN KEY (customer_id) REFERENCES customers (id));`,
		},
	],
	on: {
		createTable({ table, columns }, context) {
			for (const column of columns) judge(table, column, context);
		},
		addColumn({ table, column }, context) {
			judge(table, column, context);
		},
	},
});
