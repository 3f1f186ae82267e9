import { defineRule, type ReleaseEntry } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";

type Pass = "rewritten" | "read";

const changing: ReadonlySet<string> = new Set(["insert", "update", "delete", "merge", "copy"]);

function forget(earlier: Map<string, ReleaseEntry>, table: string): void {
	for (const key of earlier.keys()) if (key.endsWith(` ${table}`)) earlier.delete(key);
}

/** How an action of ALTER TABLE goes over the whole table, where two of them can share one pass. */
function passOf({ operation, effect }: ReleaseEntry): Pass | undefined {
	switch (operation.kind) {
		case "addColumn":
		case "alterColumnType":
		case "setExpression":
			return effect.rewrites.length > 0 ? "rewritten" : undefined;
		// That SET NOT NULL reads the table, require-not-null-proof says, and how it need not.
		case "validateConstraint":
			// A foreign key is tested by a query of its own, which reads the other table too.
			return effect.scans.length === 1 ? "read" : undefined;
		default:
			return undefined;
	}
}

export default defineRule({
	id: "prefer-combined-alter",
	summary: "Prefer one ALTER TABLE to several that each go over the whole table.",
	why: `ALTER TABLE with several actions rewrites a table once, and tests all CHECK and NOT NULL constraints in one reading of it
(ATRewriteTables, src/backend/commands/tablecmds.c). Written as statements of their own each action goes over all
rows again, under its lock. Actions that are done in a moment gain nothing, and those with a stronger lock would make the
others hold it too: they are left alone. Foreign keys are tested one by one in any case.`,
	category: "rewrites",
	notes: {
		mysql: `Each statement goes over the table by itself. All clauses of one ALTER TABLE are done in one pass, by the worst of their algorithms: keep what is instant apart.`,
		mariadb: `Each statement goes over the table by itself. All clauses of one ALTER TABLE are done in one pass, by the worst of their algorithms: keep what is instant apart.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "info",
	preset: "strict",
	aliases: { eugene: "W12" },
	help: "Write both actions into one ALTER TABLE, with a comma between them.",
	messages: {
		again:
			"All rows of {table} are {pass} again: one ALTER TABLE with this action and that of an earlier statement does it in one go.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, tax numeric);
INSERT INTO orders VALUES (1, 1, 1);
ALTER TABLE orders ADD CONSTRAINT total_set CHECK (total IS NOT NULL) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT tax_set CHECK (tax IS NOT NULL) NOT VALID;`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders VALIDATE CONSTRAINT total_set;
ALTER TABLE orders VALIDATE CONSTRAINT tax_set;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders VALIDATE CONSTRAINT total_set, VALIDATE CONSTRAINT tax_set;`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const earlier = new Map<string, ReleaseEntry>();
			for (const entry of entries) {
				const { operation, effect, migration, part } = entry;
				const pass = passOf(entry);
				if (!("table" in operation)) continue;
				const { table } = operation;
				// What comes after a change of rows may need the changed rows.
				if (changing.has(operation.kind)) forget(earlier, context.catalog.resolve(table));
				if (!pass) continue;
				const lock = effect.locks[0]?.mode ?? "";
				const key = [migration.id, pass, lock, context.catalog.resolve(table)].join(" ");
				const before = earlier.get(key);
				earlier.set(key, entry);
				if (!before || before.part === part || !isLargeInUse(context, table)) continue;
				const data = { table: table.name, pass };
				context.report(entry, { message: "again", at: operation, table, data });
			}
		},
	},
});
