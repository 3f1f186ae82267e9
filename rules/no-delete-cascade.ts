import { defineRule, type ConstraintDefinition, type OperationContext } from "#core";
import type { Operation, QualifiedName } from "#core";

function judge(
	at: Operation,
	table: QualifiedName,
	constraints: readonly ConstraintDefinition[],
	context: OperationContext<"cascades">,
): void {
	for (const constraint of constraints) {
		if (constraint.type !== "foreignKey" || constraint.onDelete !== "cascade") continue;
		context.report({
			message: "cascades",
			at: "constraint" in at ? at : constraint.range,
			data: { table: table.name, referenced: constraint.references.name },
		});
	}
}

export default defineRule({
	id: "no-delete-cascade",
	summary: "Disallow foreign keys with ON DELETE CASCADE.",
	why: `With ON DELETE CASCADE one DELETE of a row removes every row that refers to it, in all tables below, in one
transaction: nobody is asked, the number is not bounded, and a mistake at the top empties tables at the bottom.
Without it the DELETE fails while rows refer to it, and code says what is to go. Where the rows are parts of the
other one (the lines of an order), CASCADE is fine: this is a matter of style, and the rule is off by default.`,
	category: "schema",
	notes: {
		mysql: `InnoDB deletes the rows of the child inside the engine: triggers of the child do not fire, and the deletes do not stand in the binary log.`,
		mariadb: `InnoDB deletes the rows of the child inside the engine: triggers of the child do not fire, and the deletes do not stand in the binary log.`,
		sqlite: `Foreign keys act only while PRAGMA foreign_keys is on; DROP TABLE of the referenced table then deletes its rows, and theirs, too.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "info",
	preset: "all",
	aliases: {},
	help: "Leave it out and delete the rows by name, in batches; or say in an ignore directive why they are parts.",
	messages: {
		cascades: "A DELETE of one row of {referenced} removes all rows of {table} that refer to it.",
	},
	examples: [
		{
			before: "CREATE TABLE customers (id bigint PRIMARY KEY);",
			bad: `SET lock_timeout = '2s';
CREATE TABLE orders (
	id bigint PRIMARY KEY,
	customer_id bigint REFERENCES customers (id) ON DELETE CASCADE
);`,
			good: `SET lock_timeout = '2s';
CREATE TABLE orders (
	id bigint PRIMARY KEY,
	customer_id bigint REFERENCES customers (id) ON DELETE RESTRICT
);`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY);`,
			bad: `CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE);`,
			good: `CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));`,
		},
	],
	on: {
		createTable(operation, context) {
			const inline = operation.columns.flatMap(({ constraints }) => constraints);
			judge(operation, operation.table, [...inline, ...operation.constraints], context);
		},
		addColumn(operation, context) {
			judge(operation, operation.table, operation.column.constraints, context);
		},
		addConstraint(operation, context) {
			judge(operation, operation.table, [operation.constraint], context);
		},
	},
});
