import { defineRule, type Effect, type Fix, type Operation } from "#core";
import { relationNamed } from "../src/catalog/exposure.ts";

/** Partitions take no clause in MariaDB, RENAME TABLE and OPTIMIZE none anywhere. */
const withoutClause: ReadonlySet<Operation["kind"]> = new Set(["alterPartitions", "optimizeTable"]);

/** Statements that are no ALTER TABLE know no INSTANT. */
const ownStatements: ReadonlySet<Operation["kind"]> = new Set(["createIndex", "dropIndex"]);

interface Clauses {
	readonly algorithm: "instant" | "nocopy" | "inplace";
	readonly lock?: "none";
}

/** The best that the server can do, as clauses: it refuses where it has to do worse. */
function clausesFor({ online }: Effect, operations: readonly Operation[]): Clauses | undefined {
	if (online?.lock !== "none" || online.algorithm === "copy") return undefined;
	if (online.algorithm !== "instant") return { algorithm: online.algorithm, lock: "none" };
	const isAlter = operations.some(({ kind }) => !ownStatements.has(kind));
	return isAlter ? { algorithm: "instant" } : { algorithm: "inplace", lock: "none" };
}

const order = ["instant", "nocopy", "inplace", "copy"] as const;

function worst(effects: readonly Effect[]): Effect | undefined {
	const rank = ({ online }: Effect): number => (online ? order.indexOf(online.algorithm) : -1);
	return [...effects].sort((one, other) => rank(other) - rank(one))[0];
}

export default defineRule({
	id: "require-online-clause",
	summary: "Require ALGORITHM= and LOCK= on changes of a table in use.",
	why: `Without ALGORITHM= the server takes the best way it has, and where it has none it copies the table and keeps writes
waiting without a word. Which way it takes hangs on its version, on the row format, on indexes that somebody made by
hand, on how many instant changes the table has had: what was instant on a test database may copy in production. With
ALGORITHM=INSTANT, or ALGORITHM=INPLACE, LOCK=NONE, the server refuses at once what it cannot do beside reads and writes.
Source: MySQL Reference Manual, 17.12.2; MariaDB Knowledge Base, ALTER TABLE.`,
	category: "locks",
	dialects: ["mysql", "mariadb"],
	severity: "info",
	preset: "strict",
	aliases: { strongMigrations: ["copy_algorithm", "lock_option"] },
	help: "Say what you expect: the server then refuses instead of copying the table.",
	messages: {
		unsaid:
			"Nothing says how {table} may be changed: where {clauses} is not possible the server takes a dearer way without a word, up to a copy of all rows while writes wait.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, note varchar(100));",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN channel varchar(20);`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN channel varchar(20), ALGORITHM=INSTANT;
CREATE INDEX orders_note ON orders (note) ALGORITHM=INPLACE LOCK=NONE;`,
		},
		{
			before: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, note varchar(100));",
			bad: `SET SESSION lock_wait_timeout = 5;
CREATE INDEX orders_note ON orders (note);`,
			good: `SET SESSION lock_wait_timeout = 5;
CREATE INDEX orders_note ON orders (note) ALGORITHM=NOCOPY LOCK=NONE;`,
			dialect: "mariadb",
		},
	],
	on: {
		anyOperation(operation, context) {
			const { operations } = context.part;
			if (operation !== operations[0] || operation.online?.algorithm !== undefined) return;
			if (operations.some(({ kind }) => withoutClause.has(kind))) return;
			const effects = operations.map((each) => context.effectOf(each));
			if (effects.some(({ online, assumed, fails }) => !online || assumed || fails)) return;
			const effect = worst(effects);
			const clauses = effect && clausesFor(effect, operations);
			const key = effect && (effect.locks[0] ?? effect.briefLocks?.[0])?.relation;
			if (!clauses || key === undefined) return;
			const table = relationNamed(context.catalog, key);
			if (context.isNew(table) || isRename(operations)) return;
			const said = [`ALGORITHM=${clauses.algorithm.toUpperCase()}`];
			if (clauses.lock) said.push("LOCK=NONE");
			const fix: Fix = {
				title: `Add ${said.join(", ")}`,
				safety: "safe",
				changes: [{ kind: "setOnlineClauses", ...clauses }],
			};
			context.report({
				message: "unsaid",
				at: operation,
				table,
				data: { table: table.name, clauses: said.join(", ") },
				latest: { key: "clause", words: "{migrations} of this history say nothing either." },
				fixes: [fix],
			});
		},
	},
});

/** RENAME TABLE is a statement of its own; an ALTER TABLE that only renames is instant everywhere. */
function isRename(operations: readonly Operation[]): boolean {
	return operations.every(({ kind }) => kind === "renameTable");
}
