import {
	codeConstraint,
	codeObject,
	columnsOf,
	contractObject,
	defineRule,
	relationExists,
	showName,
	typeKey,
} from "#core";
import type {
	Catalog,
	CodeObject,
	Key,
	ObjectType,
	Operation,
	OperationContext,
	OperationOf,
} from "#core";

/** What code calls by name; triggers, policies, roles, indexes and the like it does not. */
const words: Partial<Record<ObjectType, string>> = {
	aggregate: "aggregate",
	domain: "domain",
	function: "function",
	procedure: "procedure",
	routine: "function",
	schema: "schema",
	sequence: "sequence",
	type: "type",
};

/** The object as code names it, for the kinds that a search of code can tell. */
function codeOf(object: ObjectType, key: Key): { code?: CodeObject } {
	if (object === "type" || object === "domain") return { code: codeObject("type", key) };
	const isRoutine = object === "function" || object === "procedure" || object === "routine";
	return isRoutine ? { code: codeObject("function", key) } : {};
}

interface Renamed {
	readonly key: Key;
	readonly isNew: boolean;
	/** Whether a schema has something that code still reaches under the old name. */
	readonly standsIn: (catalog: Catalog) => boolean;
}

function renamedObject(
	{ object, name }: OperationOf<"renameObject">,
	context: OperationContext,
): Renamed | undefined {
	const { catalog } = context;
	const place = { schema: name.schema ?? catalog.searchPath[0] ?? "public", name: name.name };
	switch (object) {
		case "type":
		case "domain": {
			const key = typeKey(catalog, name);
			const isNew = context.madeHere(catalog.type(name)?.origin);
			return { key, isNew, standsIn: (after) => after.type(name) !== undefined };
		}
		case "sequence": {
			const sequence = catalog.sequence(name);
			// The default of the owning column follows the rename, and code names the column.
			const isNew = sequence?.ownedBy !== undefined || context.madeHere(sequence?.origin);
			const key = catalog.resolve(name);
			return { key, isNew, standsIn: (after) => after.sequence(name) !== undefined };
		}
		case "schema":
			return {
				key: name.name,
				isNew: context.madeHere(catalog.schema(name.name)?.origin),
				standsIn: (after) => after.schema(name.name) !== undefined,
			};
		default: {
			if (words[object] === undefined) return undefined;
			const [routine] = catalog.routines(name);
			const isTrigger = routine?.returns?.name === "trigger";
			return {
				key: `${routine?.schema ?? place.schema}.${place.name}`,
				isNew: isTrigger || context.madeHere(routine?.origin),
				standsIn: (after) => after.routines(name).length > 0,
			};
		}
	}
}

/** The functions whose bodies say ON CONFLICT ON CONSTRAINT with the name. */
function usersOfConstraint(catalog: Catalog, constraint: string): string[] {
	const uses = (operation: Operation) =>
		operation.kind === "insert" && operation.onConflict?.constraint === constraint;
	return [...catalog.allRoutines()]
		.filter((routine) => routine.body.some((part) => part.operations.some(uses)))
		.map((routine) => showName(catalog, `${routine.schema}.${routine.name}`));
}

export default defineRule({
	id: "no-rename-object",
	summary: "Disallow renaming a type, schema, view, function or sequence that released code uses.",
	why: `While a release is rolled out, and for as long as it may be rolled back, code with the old name and
code with the new name run at the same time, and one half fails: types in casts and parameters, views
in queries, functions in calls, sequences in nextval(), schemas in every qualified name. Renaming an
index, a trigger, a policy or a CHECK breaks no statement and is not reported.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: { strongMigrations: "rename_schema", pgfence: "rename-schema" },
	help: "Create the object under the new name beside the old one, and drop the old one in a later release.",
	messages: {
		renames: "Running code that names {object} {name} fails once it is called {to}.",
		constraint:
			"INSERT ... ON CONFLICT ON CONSTRAINT {name} in function {functions} fails once the constraint is called {to}.",
		constraintInCode:
			"INSERT ... ON CONFLICT ON CONSTRAINT {name} in running code fails once the constraint is called {to}.",
	},
	examples: [
		{
			before: `CREATE TYPE order_status AS ENUM ('open', 'paid');`,
			bad: `SET lock_timeout = '2s';
ALTER TYPE order_status RENAME TO order_state;`,
			good: `SET lock_timeout = '2s';
CREATE TYPE order_state AS ENUM ('open', 'paid');
ALTER TYPE order_state RENAME TO order_phase;`,
		},
		{
			before: `CREATE VIEW open_orders AS SELECT 1 AS id;
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE INDEX orders_idx ON orders (id);`,
			bad: `SET lock_timeout = '2s';
ALTER VIEW open_orders RENAME TO current_orders;`,
			good: `SET lock_timeout = '2s';
ALTER INDEX orders_idx RENAME TO orders_id_idx;`,
		},
	],
	on: {
		renameTable(operation, context) {
			const { catalog } = context;
			const view = catalog.view(operation.table);
			const isSequence = catalog.sequence(operation.table) !== undefined;
			const saysView = operation.relation === "view" || operation.relation === "materializedView";
			if (!(view ?? isSequence) && !saysView) return;
			const key = catalog.resolve(operation.table);
			const target = `${key.slice(0, key.indexOf("."))}.${operation.to}`;
			if (context.isNew(operation.table) || context.releasedName(key) !== key) return;
			if (context.isVacant(target) || catalog.sequence(operation.table)?.ownedBy) return;
			const columns = columnsOf(catalog, key) ?? [];
			context.report({
				message: "renames",
				data: {
					object: isSequence ? "sequence" : "view",
					name: showName(catalog, key),
					to: operation.to,
				},
				at: operation,
				...(isSequence ? {} : { code: codeObject("table", key), recipe: "rename-table" }),
				atReleaseEnd(after) {
					const now = columnsOf(after, key);
					const stands =
						relationExists(after, key) && columns.every((name) => now?.includes(name) ?? true);
					return stands ? "settled" : undefined;
				},
			});
		},
		renameObject(operation, context) {
			const renamed = renamedObject(operation, context);
			if (!renamed || renamed.isNew) return;
			const { key, standsIn } = renamed;
			const target = `${key.slice(0, key.indexOf("."))}.${operation.to}`;
			if (context.releasedName(key) !== key || context.isVacant(target)) return;
			context.report({
				message: "renames",
				data: {
					object: words[operation.object] ?? "object",
					name: showName(context.catalog, key),
					to: operation.to,
				},
				at: operation,
				recipe: "rename-type",
				...codeOf(operation.object, key),
				atReleaseEnd: (after) => (standsIn(after) ? "settled" : undefined),
			});
		},
		alterCompositeType(operation, context) {
			const { catalog } = context;
			if (operation.action !== "renameAttribute") return;
			if (context.madeHere(catalog.type(operation.type)?.origin)) return;
			const { shown } = contractObject(
				catalog,
				typeKey(catalog, operation.type),
				operation.attribute,
			);
			const data = { object: "attribute", name: shown, to: operation.to ?? "" };
			context.report({ message: "renames", data, at: operation });
		},
		renameConstraint(operation, context) {
			if (context.isNew(operation.table)) return;
			const { constraint: name, to, table } = operation;
			const functions = usersOfConstraint(context.catalog, name);
			const code = codeConstraint(context.catalog.resolve(table), name);
			const isInCode = context.referencesTo(code)?.references.some(({ certain }) => certain);
			if (functions.length === 0 && isInCode !== true) return;
			context.report({
				message: functions.length > 0 ? "constraint" : "constraintInCode",
				data: { name, functions: functions.join(", "), to },
				at: operation,
				table,
				...(isInCode === true ? { code } : {}),
			});
		},
	},
});
