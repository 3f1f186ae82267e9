import { defineRule } from "#core";
import { relationNamed } from "../src/catalog/exposure.ts";

/** From here on a rebuild or an index build takes minutes. */
const manyRows = 1_000_000;

export default defineRule({
	id: "no-replica-lag",
	summary: "Disallow a long online change of a table that is known to be large.",
	why: `A rebuild or an index build with LOCK=NONE lets reads and writes of the source go on. Replicas get the statement when
the source is done with it, run it as long again, and apply nothing else meanwhile: they fall behind by the whole time, and
reads from them are old by hours. Parallel appliers do not help, other statements wait for it. gh-ost, pt-online-schema-change
and spirit copy in pieces and slow down when replicas fall behind. Source: MySQL Reference Manual 8.4, 17.12.6, "Online
DDL Limitations".`,
	category: "locks",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Let gh-ost, pt-online-schema-change or spirit do it, or run it where no replica serves reads. Without replicas there is nothing to do: ignore it with that reason.",
	messages: {
		lags: "Replicas apply nothing else while they do this to {table}, as long as it took on the source: they fall behind by that.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, status varchar(20));",
			bad: `SET SESSION lock_wait_timeout = 5;
CREATE INDEX orders_status ON orders (status);`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN note varchar(100);`,
			rows: { orders: 40_000_000 },
		},
	],
	on: {
		anyOperation(operation, context) {
			const { online, replicaLag, rewrites, builds } = context.effectOf(operation);
			// A copy is told by no-blocking-alter.
			if (!replicaLag || !online || online.algorithm === "copy" || online.lock !== "none") return;
			const key = rewrites[0] ?? builds[0]?.table;
			if (key === undefined) return;
			const table = relationNamed(context.catalog, key);
			if (context.isNew(table) || (context.rowsOf(table) ?? 0) < manyRows) return;
			context.report({
				message: "lags",
				at: operation,
				table,
				once: `${context.migration.id} ${context.part.range.start} ${key}`,
				data: { table: table.name },
				recipe: "mysql-copy-online",
			});
		},
	},
});
