import { defineRule, type Operation, type ReleaseEntry } from "#core";

/** True for a statement that fails when it has run before, or does its work twice. */
function failsAgain(operation: Operation): boolean {
	switch (operation.kind) {
		case "createTable":
		case "createTableAs":
		case "addColumn":
		case "createIndex":
		case "createMaterializedView":
		case "createSequence":
		case "createSchema":
		case "createExtension":
		case "addEnumValue":
			return !operation.ifNotExists;
		case "dropTable":
		case "dropColumn":
		case "dropConstraint":
		case "dropIndex":
		case "dropView":
		case "dropType":
		case "dropFunction":
		case "dropTrigger":
		case "dropPolicy":
		case "dropSequence":
			return !operation.ifExists;
		case "createView":
		case "createFunction":
		case "createTrigger":
			return !operation.orReplace;
		case "createEnum":
		case "createDomain":
		case "createCompositeType":
		case "createPolicy":
		case "addConstraint":
		case "renameTable":
		case "renameColumn":
		case "renameConstraint":
		case "attachPartition":
		case "detachPartition":
			return true;
		case "renameIndex":
			return !operation.ifExists;
		default:
			return false;
	}
}

const changesNothing: ReadonlySet<Operation["kind"]> = new Set([
	"setParameter",
	"resetAllParameters",
	"select",
	"begin",
	"commit",
	"clientCommand",
	"sessionCommand",
	"analyze",
]);

export default defineRule({
	id: "require-rerunnable-migration",
	summary: "Require that a migration without a transaction can run again after it failed half-way.",
	why: `Outside a transaction every statement commits by itself. When a later one fails (a lock timeout, a deadlock, a
duplicate in a concurrent index build) those before it stay, while the tool takes the migration for not applied and
runs it from the start: it then fails at the first statement, and somebody has to mend the schema by hand. With IF
NOT EXISTS and IF EXISTS, or one statement to a migration, it can simply run again.`,
	category: "transactions",
	notes: {
		mysql: `Every statement that changes the schema commits by itself, in a transaction too. ALTER TABLE and CREATE INDEX know no IF NOT EXISTS: one of them to a migration.`,
		mariadb: `Every statement that changes the schema commits by itself, in a transaction too. ALTER TABLE, CREATE INDEX and most others take IF [NOT] EXISTS.`,
		sqlite: `ADD COLUMN and DROP COLUMN know no IF NOT EXISTS: put them into a transaction, all changes of the schema can be rolled back.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "info",
	preset: "all",
	aliases: {
		squawk: "prefer-robust-stmts",
		pgfence: [
			"prefer-robust-create-index",
			"prefer-robust-create-table",
			"prefer-robust-drop-index",
			"prefer-robust-drop-table",
		],
	},
	help: "Write IF NOT EXISTS or IF EXISTS, or put the statements into migrations of their own.",
	messages: {
		stuck:
			"When a later statement of this migration fails, this one has been committed, and a second run fails here.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status text, total int);`,
			bad: `SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);`,
			good: `SET lock_timeout = '2s';
DROP INDEX CONCURRENTLY IF EXISTS orders_status_idx;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_status_idx ON orders (status);
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_total_idx ON orders (total);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const byMigration = new Map<string, ReleaseEntry[]>();
			for (const entry of entries) {
				if (changesNothing.has(entry.operation.kind) || entry.part.reached) continue;
				if (entry.statement.sides) continue;
				const group = byMigration.get(entry.migration.id) ?? [];
				group.push(entry);
				byMigration.set(entry.migration.id, group);
			}
			for (const group of byMigration.values()) {
				const last = group.at(-1);
				const at = group.findIndex(
					(entry) =>
						entry.statement !== last?.statement &&
						(entry.transaction === undefined || entry.effect.commits === true) &&
						failsAgain(entry.operation),
				);
				const entry = group[at];
				if (entry) context.report(entry, { message: "stuck", at: entry.operation });
			}
		},
	},
});
