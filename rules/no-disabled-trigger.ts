import {
	defineRule,
	type Catalog,
	type Operation,
	type OperationContext,
	type OperationOf,
} from "#core";
import type { Table, Trigger } from "../src/catalog/model.ts";
import { configCalls } from "../src/catalog/set-config.ts";

type SetState = OperationOf<"setTriggerState">;

/** The triggers that the statement turns off and that fired before. */
function turnedOff({ trigger }: SetState, table: Table): readonly Trigger[] {
	return table.triggers.filter(
		({ name, state }) =>
			(trigger === undefined || name === trigger) && (state === "enabled" || state === "always"),
	);
}

function areOffAfter(after: Catalog, table: Table, triggers: readonly Trigger[]): boolean {
	const now = after.table(table)?.triggers ?? [];
	return triggers.some(({ name }) =>
		now.some(
			(other) => other.name === name && other.state !== "enabled" && other.state !== "always",
		),
	);
}

/** Foreign keys of the table, and those of others to it, are triggers of the server: ALL turns them off. */
function hasForeignKeys(table: Table, { catalog }: OperationContext): boolean {
	const key = `${table.schema}.${table.name}`;
	return (
		table.constraints.some(({ type }) => type === "foreignKey") ||
		catalog.referencesTo(key).length > 0
	);
}

/** The session acts as a replica from here on; the tables that are made here have nothing to lose. */
function judgeRole(
	at: Operation,
	name: string,
	value: string | undefined,
	context: OperationContext<"session">,
): void {
	if (name !== "session_replication_role" || value?.toLowerCase() !== "replica") return;
	for (const table of context.catalog.tables()) {
		if (context.isNew(table)) continue;
		context.report({ message: "session", at, once: context.migration.id });
		return;
	}
}

function nameTriggers(triggers: readonly Trigger[]): string {
	const [first] = triggers;
	return triggers.length === 1 && first ? `trigger ${first.name}` : "the triggers";
}

export default defineRule({
	id: "no-disabled-trigger",
	summary: "Disallow turning off triggers and foreign keys of a table in use.",
	why: `DISABLE TRIGGER holds for every session, not only for the migration: until the trigger is enabled again,
rows that running code writes pass it by. In one transaction with ENABLE TRIGGER writes of others wait, so that only
the migration's own rows do. DISABLE TRIGGER ALL and session_replication_role = replica turn off foreign keys
too: rows that break them get in, and nothing ever tests these rows again.`,
	category: "data-loss",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: { pgfence: "enable-disable-trigger" },
	help: "Disable and enable the one trigger by its name, in one transaction.",
	messages: {
		foreignKeys:
			"Foreign keys of {table} are not tested while all its triggers are disabled: rows that break them get in and stay.",
		gap: "Rows that running code writes to {table} pass by {triggers} until ENABLE TRIGGER runs.",
		staysOff:
			"Rows that running code writes to {table} pass by {triggers}: nothing enables it again.",
		session:
			"Foreign keys are not tested and triggers do not fire with session_replication_role = replica: rows that break them get in and stay.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, changed_at timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed_at := now(); RETURN NEW; END $$;
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders DISABLE TRIGGER orders_touch;`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders DISABLE TRIGGER orders_touch;
UPDATE orders SET total = 0 WHERE id = 7;
ALTER TABLE orders ENABLE TRIGGER orders_touch;
COMMIT;`,
		},
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));`,
			bad: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders DISABLE TRIGGER ALL;
ALTER TABLE orders ENABLE TRIGGER ALL;
COMMIT;`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders DISABLE TRIGGER USER;
ALTER TABLE orders ENABLE TRIGGER USER;
COMMIT;`,
		},
	],
	on: {
		setTriggerState(operation, context) {
			const { table: name, state, trigger, userOnly } = operation;
			const table = context.catalog.table(name);
			if (state === "enabled" || state === "always" || !table || context.isNew(name)) return;
			const isAll = trigger === undefined && !userOnly;
			if (isAll && hasForeignKeys(table, context)) {
				const data = { table: table.name };
				context.report({ message: "foreignKeys", at: operation, table: name, data });
				return;
			}
			const triggers = turnedOff(operation, table).filter(
				({ origin }) => !context.madeHere(origin),
			);
			if (triggers.length === 0) return;
			const data = { table: table.name, triggers: nameTriggers(triggers) };
			const isAlone = context.transaction === undefined;
			context.report({
				message: "staysOff",
				at: operation,
				table: name,
				data,
				atReleaseEnd(after) {
					if (areOffAfter(after, table, triggers)) return undefined;
					return isAlone ? { message: "gap", data } : "settled";
				},
			});
		},
		setParameter(operation, context) {
			judgeRole(operation, operation.name, operation.value, context);
		},
		select(operation, context) {
			for (const { name, value } of configCalls(operation.query)) {
				judgeRole(operation, name, value, context);
			}
		},
	},
});
