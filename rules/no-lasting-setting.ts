import {
	defineRule,
	type DialectId,
	type Migration,
	type Operation,
	type ReleaseEntry,
} from "#core";
import { fixedInTransaction, switchOf } from "../src/dialect/sqlite/effects/pragma.ts";
import { configCalls, type ConfigCall } from "../src/catalog/set-config.ts";

/** Settings that change what later statements mean, or what they may do. */
const telling: ReadonlySet<string> = new Set([
	"default_transaction_read_only",
	"role",
	"row_security",
	"search_path",
	"session_authorization",
]);

/** The same in MySQL and MariaDB, with the values that are usual. */
const variables: ReadonlyMap<string, RegExp> = new Map([
	["foreign_key_checks", /^(?:1|on|true|@.*)$/i],
	["unique_checks", /^(?:1|on|true|@.*)$/i],
	["sql_log_bin", /^(?:1|on|true|@.*)$/i],
	["autocommit", /^(?:1|on|true|@.*)$/i],
	["sql_mode", /^@.*$/],
]);

/** PRAGMAs that change what later statements do, with the value that is usual. */
const pragmas: ReadonlyMap<string, "on" | "off"> = new Map([
	["foreign_keys", "on"],
	["legacy_alter_table", "off"],
	["writable_schema", "off"],
	["ignore_check_constraints", "off"],
	["recursive_triggers", "off"],
]);

function helpIn(dialect: DialectId, name: string): string | undefined {
	if (dialect === "postgres") return undefined;
	return dialect === "sqlite"
		? `Set PRAGMA ${name} back at the end.`
		: `Write SET SESSION ${name} = DEFAULT at the end.`;
}

function tellingIn(dialect: DialectId): { readonly has: (name: string) => boolean } {
	switch (dialect) {
		case "postgres":
			return telling;
		case "sqlite":
			return pragmas;
		case "mysql":
		case "mariadb":
			return variables;
	}
}

function isUsual(name: string, value: string | undefined, dialect: DialectId): boolean {
	if (dialect === "mysql" || dialect === "mariadb") {
		return value === undefined || (variables.get(name)?.test(value) ?? true);
	}
	if (dialect === "postgres") return value === undefined || usual.test(value);
	const now = value === undefined ? undefined : switchOf(new Map([[name, value]]), name);
	return now === undefined || now === pragmas.get(name);
}

/** What the server has where nobody changed it, written out. */
const usual = /^(none|public|"\$user", public)$/i;

type Setting = Omit<ConfigCall, "value"> & { readonly value?: string };

function settingsOf(operation: Operation): readonly Setting[] {
	if (operation.kind === "setParameter") return [operation];
	return operation.kind === "select" ? configCalls(operation.query) : [];
}

/** In a transaction PRAGMA foreign_keys changes nothing. */
function isIdle({ transaction }: ReleaseEntry, name: string, dialect: DialectId): boolean {
	return dialect === "sqlite" && transaction !== undefined && fixedInTransaction.has(name);
}

export default defineRule({
	id: "no-lasting-setting",
	summary: "Disallow leaving search_path, role and the like changed after the migration.",
	why: `SET holds until the connection closes, not until the migration ends. Many tools run all migrations on one
connection: the next ones then make their tables in another schema or as another role, and the tool may not find
its own history table. Behind a pooler such as PgBouncer the connection goes back to the pool, and the
application gets the setting. SET LOCAL ends with the transaction; RESET at the end puts it back where there is none.`,
	category: "transactions",
	notes: {
		mysql: `foreign_key_checks, unique_checks, sql_mode, sql_log_bin and autocommit hold until the connection closes: later migrations of the same connection run without checks, or do not reach the replicas.`,
		mariadb: `foreign_key_checks, unique_checks, sql_mode, sql_log_bin and autocommit hold until the connection closes: later migrations of the same connection run without checks, or do not reach the replicas.`,
		sqlite: `PRAGMA foreign_keys = OFF, legacy_alter_table and writable_schema hold until the connection closes; a tool may run all migrations, and the application, on that one.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Use SET LOCAL where the migration runs in a transaction; otherwise RESET it at the end.",
	messages: {
		lasts: "{name} stays changed after this migration: what else the connection runs gets it too.",
	},
	examples: [
		{
			before: "CREATE SCHEMA billing;",
			bad: `SET search_path TO billing;
CREATE TABLE invoices (id bigint PRIMARY KEY);`,
			good: `SET LOCAL search_path TO billing;
CREATE TABLE invoices (id bigint PRIMARY KEY);`,
			transaction: "file",
		},
		{
			before: `CREATE ROLE billing_owner;
GRANT CREATE ON SCHEMA public TO billing_owner;`,
			bad: `SET ROLE billing_owner;
CREATE TABLE invoices (id bigint PRIMARY KEY);`,
			good: `SET ROLE billing_owner;
CREATE TABLE invoices (id bigint PRIMARY KEY);
RESET ROLE;`,
		},
		{
			dialect: "sqlite",
			bad: `PRAGMA foreign_keys = OFF;
CREATE TABLE invoices (id INTEGER PRIMARY KEY);`,
			good: `PRAGMA foreign_keys = OFF;
CREATE TABLE invoices (id INTEGER PRIMARY KEY);
PRAGMA foreign_keys = ON;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY);`,
			bad: `SET foreign_key_checks = 0;
CREATE TABLE invoices (id bigint NOT NULL PRIMARY KEY);`,
			good: `SET foreign_key_checks = 0;
CREATE TABLE invoices (id bigint NOT NULL PRIMARY KEY);
SET foreign_key_checks = 1;`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const lasting = new Map<Migration, Map<string, ReleaseEntry>>();
			for (const entry of entries) {
				const { operation, migration } = entry;
				const open = lasting.get(migration) ?? new Map<string, ReleaseEntry>();
				lasting.set(migration, open);
				if (operation.kind === "resetAllParameters") open.clear();
				for (const { name, value, scope } of settingsOf(operation)) {
					const tells = tellingIn(context.dialect).has(name);
					if (scope === "local" || !tells || isIdle(entry, name, context.dialect)) continue;
					if (isUsual(name, value, context.dialect)) open.delete(name);
					else open.set(name, entry);
				}
			}
			for (const open of lasting.values()) {
				for (const [name, entry] of open) {
					const help = helpIn(context.dialect, name);
					context.report(entry, {
						message: "lasts",
						at: entry.operation,
						data: { name },
						...(help !== undefined && { help }),
					});
				}
			}
		},
	},
});
