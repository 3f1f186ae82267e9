import {
	defineRule,
	walkExpressions,
	type ConstraintDefinition,
	type Expression,
	type OperationContext,
} from "#core";

const comparisons: ReadonlySet<string> = new Set(["=", "<>", "!=", "<", ">", "<=", ">="]);

function isNull(expression: Expression): boolean {
	if (expression.kind === "cast") return isNull(expression.operand);
	return expression.kind === "literal" && expression.type === "null";
}

type Slip = "comparison" | "notIn" | "in";

/** Returns how parts of a condition compare with NULL. */
function slipsOf(condition: Expression | undefined): ReadonlySet<Slip> {
	const found = new Set<Slip>();
	walkExpressions([condition], (part) => {
		if (part.kind === "operator" && comparisons.has(part.operator)) {
			if (part.operands.length === 2 && part.operands.some(isNull)) found.add("comparison");
		}
		if (part.kind === "in" && part.list.some(isNull)) found.add(part.negated ? "notIn" : "in");
	});
	return found;
}

type Context = OperationContext<"never" | "refusesNothing">;

function judgeFilter(
	condition: Expression | undefined,
	at: Parameters<Context["report"]>[0]["at"],
	context: Context,
): void {
	const slips = slipsOf(condition);
	// `x IN ('a', NULL)` finds what `x IN ('a')` does.
	if (slips.has("comparison") || slips.has("notIn")) context.report({ message: "never", at });
}

function judgeChecks(constraints: readonly ConstraintDefinition[], context: Context): void {
	for (const constraint of constraints) {
		if (constraint.type !== "check") continue;
		const slips = slipsOf(constraint.expression);
		// `x NOT IN ('a', NULL)` refuses what `x NOT IN ('a')` does.
		if (slips.has("comparison") || slips.has("in")) {
			context.report({ message: "refusesNothing", at: constraint.range });
		}
	}
}

export default defineRule({
	id: "no-null-comparison",
	summary: "Disallow comparing with NULL.",
	why: `A comparison with NULL by = or <> is neither true nor false but NULL, whatever the row holds. A WHERE with it
finds no row, so that an UPDATE or DELETE does nothing and says nothing, and a partial index stays empty. A CHECK with it is
passed by every row, as only false is refused: CHECK (status IN ('open', NULL)) lets everything in. Source:
postgresql.org/docs/current/functions-comparison.html; transform_null_equals, off by default, mends only x = NULL.`,
	category: "schema",
	notes: {
		mysql: `The comparison that finds NULL is <=>.`,
		mariadb: `The comparison that finds NULL is <=>.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Write IS NULL or IS NOT NULL, or IS DISTINCT FROM (in MySQL <=>).",
	messages: {
		never: "A comparison with NULL is never true: this part of the condition holds for no row.",
		refusesNothing: "A comparison with NULL is never false: this part of the CHECK refuses no row.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text, paid_at timestamptz);",
			bad: "SELECT id FROM orders WHERE paid_at = NULL;",
			good: "SELECT id FROM orders WHERE paid_at IS NULL;",
		},
		{
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY, status text CHECK (status IN ('open', 'closed', NULL)));",
			good: "CREATE TABLE orders (id bigint PRIMARY KEY, status text CHECK (status IN ('open', 'closed')));",
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, paid_at TEXT);`,
			bad: `SELECT id FROM orders WHERE paid_at = NULL;`,
			good: `SELECT id FROM orders WHERE paid_at IS NULL;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, paid_at datetime);`,
			bad: `SELECT id FROM orders WHERE paid_at = NULL;`,
			good: `SELECT id FROM orders WHERE paid_at <=> NULL;`,
		},
	],
	on: {
		update(operation, context) {
			judgeFilter(operation.where, operation, context);
		},
		delete(operation, context) {
			judgeFilter(operation.where, operation, context);
		},
		select(operation, context) {
			judgeFilter(operation.query.where, operation, context);
		},
		createView(operation, context) {
			judgeFilter(operation.query.where, operation, context);
		},
		createMaterializedView(operation, context) {
			judgeFilter(operation.query.where, operation, context);
		},
		createIndex(operation, context) {
			judgeFilter(operation.where, operation, context);
		},
		createPolicy(operation, context) {
			judgeFilter(operation.using, operation, context);
		},
		createTable({ columns, constraints }, context) {
			judgeChecks([...columns.flatMap((column) => column.constraints), ...constraints], context);
		},
		addColumn({ column }, context) {
			judgeChecks(column.constraints, context);
		},
		addConstraint({ constraint }, context) {
			judgeChecks([constraint], context);
		},
	},
});
