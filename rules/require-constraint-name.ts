import {
	defineRule,
	type ConstraintDefinition,
	type OperationContext,
	type QualifiedName,
} from "#core";
import { columnsIn } from "../src/catalog/expression.ts";

function judge(
	constraint: ConstraintDefinition,
	table: QualifiedName,
	context: OperationContext<"numbered" | "neededLater">,
): void {
	if (constraint.name !== undefined) return;
	const data = { table: table.name };
	const at = constraint.range;
	if (constraint.notValid) context.report({ message: "neededLater", at, data });
	// The name of a check of one column has that column in it: orders_total_check.
	else if (constraint.type === "check" && columnsIn(constraint.expression).size !== 1) {
		context.report({ message: "numbered", at, data });
	}
}

export default defineRule({
	id: "require-constraint-name",
	summary: "Require names for constraints whose name will be needed.",
	why: `VALIDATE CONSTRAINT and DROP CONSTRAINT need the name. Without one the server chooses: a CHECK of several columns becomes
orders_check, the next one orders_check1, and which is which depends on the order in which they were added, so that it
may differ between two databases. Names of keys and of checks of one column follow from the columns and are left alone.
Source: ChooseConstraintName, src/backend/catalog/pg_constraint.c.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: {},
	help: "Write CONSTRAINT <name> before the constraint.",
	messages: {
		numbered:
			"The server numbers this constraint of {table}: its name may differ between databases.",
		neededLater:
			"VALIDATE CONSTRAINT needs the name of this constraint of {table}, and the server chooses it.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz, paid_at timestamptz, CHECK (paid_at >= placed_at));",
			good: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz, paid_at timestamptz, CONSTRAINT paid_after_placed CHECK (paid_at >= placed_at));",
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CHECK (total >= 0) NOT VALID;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT total_not_negative CHECK (total >= 0) NOT VALID;`,
		},
	],
	on: {
		createTable({ table, columns, constraints, persistence }, context) {
			if (persistence === "temporary") return;
			const all = [...columns.flatMap((column) => column.constraints), ...constraints];
			for (const constraint of all) judge(constraint, table, context);
		},
		addColumn({ table, column }, context) {
			for (const constraint of column.constraints) judge(constraint, table, context);
		},
		addConstraint({ table, constraint }, context) {
			judge(constraint, table, context);
		},
	},
});
