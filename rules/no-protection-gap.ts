import { contractObject, defineRule } from "#core";
import type { Catalog, Operation, OperationContext, Origin, Table } from "#core";

type Protection = "trigger" | "policy" | "constraint";

const gaps: Readonly<Record<Protection, string>> = {
	trigger: "changes of {table} that are made in between pass it by",
	policy:
		"in between it applies to nobody, so rows of {table} are hidden or shown that are not meant to be",
	constraint: "rows that break it can get into {table} in between",
};

function originOf(
	table: Table | undefined,
	protection: Protection,
	name: string,
): Origin | undefined {
	const lists = {
		trigger: table?.triggers,
		policy: table?.policies,
		constraint: table?.constraints,
	};
	return lists[protection]?.find((own) => own.name === name)?.origin;
}

function judge(
	operation: Operation & { readonly table: Table | Parameters<Catalog["table"]>[0] },
	protection: Protection,
	name: string,
	context: OperationContext<"gap">,
): void {
	const { catalog, part, statement, transaction } = context;
	const table = catalog.table(operation.table);
	const origin = originOf(table, protection, name);
	if (!table || !origin || context.isNew(table) || context.madeHere(origin)) return;
	const { shown } = contractObject(catalog, catalog.resolve(table));
	context.report({
		message: "gap",
		at: operation,
		table,
		...(context.dialect !== "postgres" && { help: otherName }),
		data: {
			steps: context.dialect === "postgres" ? "transactions" : "statements",
			what: `${protection[0]?.toUpperCase() ?? ""}${protection.slice(1)} ${name}`,
			gap: gaps[protection].replace("{table}", shown),
		},
		atReleaseEnd(after) {
			const again = originOf(after.table(table), protection, name);
			if (!again || !context.madeHere(again)) return "settled";
			// What ran in the statement or the transaction of the DROP, also after it.
			const together = [
				...part.operations.map((other) => ({ operation: other, statement })),
				...(transaction?.earlier ?? []),
			].some(
				(other) =>
					other.statement.file.path === again.file &&
					other.operation.range.start === again.range.start,
			);
			return together ? "settled" : undefined;
		},
	});
}

const otherName =
	"Make the new one under another name first, then drop the old one; MariaDB has CREATE OR REPLACE TRIGGER.";

export default defineRule({
	id: "no-protection-gap",
	summary:
		"Disallow replacing a trigger, policy or constraint by DROP and CREATE in separate transactions.",
	why: `Between the DROP and the CREATE the table has no such trigger, policy or constraint, and other sessions go on
working: their changes are not audited, not checked, or seen by the wrong people, and nothing tells which rows these
were. When the second statement fails or waits, the gap lasts. In one transaction nobody sees the moment between the
two; since PostgreSQL 14 CREATE OR REPLACE TRIGGER needs no DROP, and ALTER POLICY never did.`,
	category: "data-loss",
	notes: {
		mysql: `Each statement commits by itself. A table can have several triggers for one event (since 5.7): make the new one under another name first, and a constraint too.`,
		mariadb: `Each statement commits by itself. CREATE OR REPLACE TRIGGER leaves no gap; a constraint is made under another name first.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Put both statements between BEGIN and COMMIT, or make the new one under another name before the old one is dropped.",
	messages: {
		gap: "{what} is dropped and created again in separate {steps}: {gap}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();`,
			bad: `SET lock_timeout = '2s';
DROP TRIGGER orders_log ON orders;
CREATE TRIGGER orders_log AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION log_order();`,
			good: `SET lock_timeout = '2s';
BEGIN;
DROP TRIGGER orders_log ON orders;
CREATE TRIGGER orders_log AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION log_order();
COMMIT;`,
		},
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int, CONSTRAINT orders_total_check CHECK (total > 0));`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders DROP CONSTRAINT orders_total_check;
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders DROP CONSTRAINT orders_total_check, ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;`,
		},
	],
	on: {
		dropTrigger(operation, context) {
			judge(operation, "trigger", operation.trigger, context);
		},
		dropPolicy(operation, context) {
			judge(operation, "policy", operation.policy, context);
		},
		dropConstraint(operation, context) {
			judge(operation, "constraint", operation.constraint, context);
		},
	},
});
