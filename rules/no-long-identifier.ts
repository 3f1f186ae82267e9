import { defineRule } from "#core";
import type { OperationKind } from "#core";

const naming: ReadonlySet<OperationKind> = new Set<OperationKind>([
	"addColumn",
	"addConstraint",
	"addEnumValue",
	"createCompositeType",
	"createDomain",
	"createEnum",
	"createFunction",
	"createIndex",
	"createMaterializedView",
	"createObject",
	"createOtherType",
	"createPolicy",
	"createRule",
	"createSchema",
	"createSequence",
	"createStatistics",
	"createTable",
	"createTableAs",
	"createTrigger",
	"createView",
	"renameColumn",
	"renameConstraint",
	"renameIndex",
	"renameObject",
	"renameTable",
]);

export default defineRule({
	id: "no-long-identifier",
	summary: "Disallow names of more than 63 bytes.",
	why: `PostgreSQL cuts every name at 63 bytes and says so in a notice only. Two names that differ after the 63rd
byte are then one: the second CREATE fails, or with IF NOT EXISTS does nothing at all, so that an index is missing
and nobody learns of it. Tools that compare the name they asked for with the one in pg_class find a difference at each
run. Source: postgresql.org/docs/current/sql-syntax-lexical.html, NAMEDATALEN.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: { squawk: "identifier-too-long" },
	help: "Choose a name of at most 63 bytes.",
	messages: {
		cut: "The server cuts this name of {bytes} bytes to {kept}.",
	},
	examples: [
		{
			before:
				"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, placed_at timestamptz);",
			bad: "CREATE INDEX CONCURRENTLY orders_of_one_customer_in_the_order_in_which_they_were_placed_idx ON orders (customer_id, placed_at);",
			good: "CREATE INDEX CONCURRENTLY orders_customer_id_placed_at_idx ON orders (customer_id, placed_at);",
		},
	],
	on: {
		anyOperation({ kind }, context) {
			if (!naming.has(kind)) return;
			for (const { kept, bytes, range } of context.statement.cutNames ?? []) {
				const once = `${context.migration.id} ${kept}`;
				context.report({ message: "cut", at: range, data: { kept, bytes }, once });
			}
		},
	},
});
