import { defineRule, listWords, relationExists, showName } from "#core";
import type { Catalog, Key, OperationContext, OperationOf, Routine } from "#core";
import { routineId } from "../src/catalog/routine-id.ts";
import { readsOf, readsOfRow } from "../src/catalog/routine-reads.ts";

type Going =
	| OperationOf<"dropTable">
	| OperationOf<"dropView">
	| OperationOf<"dropColumn">
	| OperationOf<"renameTable">
	| OperationOf<"renameColumn">;

/** Functions of triggers on the relation. */
function triggerFunctions(catalog: Catalog, relation: Key): ReadonlySet<string> {
	const triggers = (catalog.tableByKey(relation) ?? catalog.viewByKey(relation))?.triggers ?? [];
	return new Set(triggers.map((trigger) => trigger.function.name));
}

/** True when a later statement of the release dropped the function or gave it another body. */
function isChanged(routine: Routine, after: Catalog): boolean {
	return !after
		.routinesByKey(`${routine.schema}.${routine.name}`)
		.some((other) => routineId(other) === routineId(routine) && other.body === routine.body);
}

/** True for a function of triggers that no trigger calls any more: nobody else can. */
function isIdle(routine: Routine, after: Catalog): boolean {
	if (routine.returns?.name !== "trigger") return false;
	for (const relation of [...after.tables(), ...after.views()]) {
		if (relation.triggers.some((trigger) => trigger.function.name === routine.name)) return false;
	}
	return true;
}

function judge(
	operation: Going,
	relation: Key,
	column: string | undefined,
	context: OperationContext<"breaks">,
): void {
	const { catalog } = context;
	const fired = column === undefined ? new Set<string>() : triggerFunctions(catalog, relation);
	const users = [...catalog.allRoutines()].filter((routine) => {
		if (routine.body.length === 0) return false;
		const reads = readsOf(routine, catalog);
		if (column === undefined) return reads.relations.has(relation);
		return (
			reads.columns.has(`${relation}.${column}`) ||
			(fired.has(routine.name) && readsOfRow(routine, column))
		);
	});
	if (users.length === 0) return;
	const shown = showName(catalog, relation) + (column === undefined ? "" : `.${column}`);
	const dataOf = (routines: readonly Routine[]) => ({
		object: shown,
		functions: listWords(
			routines.map((routine) => showName(catalog, `${routine.schema}.${routine.name}`)),
		),
		use: routines.length > 1 ? "use" : "uses",
		fail: routines.length > 1 ? "fail" : "fails",
	});
	context.report({
		message: "breaks",
		at: operation,
		data: dataOf(users),
		atReleaseEnd(after) {
			const isBack =
				column === undefined
					? relationExists(after, relation)
					: (after.tableByKey(relation)?.columns.some(({ name }) => name === column) ?? false);
			if (isBack) return "settled";
			const left = users.filter((routine) => !isChanged(routine, after) && !isIdle(routine, after));
			return left.length === 0 ? "settled" : { message: "breaks", data: dataOf(left) };
		},
	});
}

export default defineRule({
	id: "no-dangling-reference",
	summary: "Disallow dropping or renaming what the body of a function still uses.",
	why: `The body of a function is a text: the server does not follow which tables and columns it names (except in SQL
functions with BEGIN ATOMIC, since PostgreSQL 14) and lets them be dropped or renamed. The next call fails with
42P01 or 42703. When the function belongs to a trigger, every INSERT or UPDATE of the table with the trigger fails
(measured on PostgreSQL 14, 17 and 18). Views and foreign keys follow a rename by themselves; functions do not.`,
	category: "compatibility",
	notes: {
		mysql: `Routines and triggers are read when they run; views too. Nothing stops a DROP or a RENAME of what they name.`,
		mariadb: `Routines and triggers are read when they run; views too. Nothing stops a DROP or a RENAME of what they name.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Replace the function in the same transaction (CREATE OR REPLACE FUNCTION), or drop it first.",
	messages: {
		breaks: "{functions} still {use} {object} and {fail} when called.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE TABLE order_log (order_id bigint, total int);
CREATE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO order_log (order_id, total) VALUES (NEW.id, NEW.total);
	RETURN NEW;
END $$;
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();`,
			bad: `SET lock_timeout = '2s';
-- lockkeeper:contract order_log.total since=0001_create
ALTER TABLE order_log DROP COLUMN total;`,
			good: `SET lock_timeout = '2s';
BEGIN;
CREATE OR REPLACE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO order_log (order_id) VALUES (NEW.id);
	RETURN NEW;
END $$;
-- lockkeeper:contract order_log.total since=0001_create
ALTER TABLE order_log DROP COLUMN total;
COMMIT;`,
		},
	],
	on: {
		dropTable(operation, context) {
			judge(operation, context.catalog.resolve(operation.table), undefined, context);
		},
		dropView(operation, context) {
			judge(operation, context.catalog.resolve(operation.view), undefined, context);
		},
		renameTable(operation, context) {
			judge(operation, context.catalog.resolve(operation.table), undefined, context);
		},
		dropColumn(operation, context) {
			judge(operation, context.catalog.resolve(operation.table), operation.column, context);
		},
		renameColumn(operation, context) {
			judge(operation, context.catalog.resolve(operation.table), operation.column, context);
		},
	},
});
