import type { Expression, QualifiedName } from "../../core/expression.ts";
import type { DataOperation, OperationOf } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { mapTriggers } from "../dependencies.ts";
import { columnsIn, visitExpression } from "../expression.ts";
import type { Policy, RewriteRule, Table, Trigger } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { qualifyExpression } from "../qualify.ts";
import { usesOfBody } from "../trigger-uses.ts";
import { alteredTable, type Replay } from "./altered.ts";
import { inheritTrigger } from "./inheritance.ts";

export const createTrigger: Replay<"createTrigger"> = (catalog, operation, origin) => {
	const view = catalog.view(operation.table);
	const table = view ? undefined : alteredTable(catalog, operation.table, false);
	const existing = (view ?? table)?.triggers.find(({ name }) => name === operation.trigger);
	if (existing && (!operation.orReplace || existing.inherited === true)) return;
	const { timing, events, columns, forEach } = operation;
	const trigger: Trigger = {
		name: operation.trigger,
		timing,
		events,
		columns,
		forEach,
		whenColumns: operation.when ? [...columnsIn(operation.when)] : [],
		function: functionPlace(catalog, operation.function),
		state: existing?.state ?? "enabled",
		...(operation.body && {
			uses: usesOfBody(operation.body, catalog.resolve(operation.table), catalog),
		}),
		origin,
	};
	const withTrigger = (before: readonly Trigger[]): readonly Trigger[] => [
		...before.filter((candidate) => candidate !== existing),
		trigger,
	];
	if (view) catalog.putView({ ...view, triggers: withTrigger(view.triggers) });
	if (!table) return;
	catalog.putTable({ ...table, triggers: withTrigger(table.triggers) });
	for (const partition of catalog.partitionsOf(keyOf(table))) {
		inheritTrigger(catalog, keyOf(partition), trigger, origin);
	}
};

function functionPlace(catalog: MutableCatalog, name: QualifiedName): QualifiedName {
	const [known] = catalog.routines(name);
	return known ? { ...name, schema: known.schema } : name;
}

export const dropTrigger: Replay<"dropTrigger"> = (catalog, operation) => {
	const view = catalog.view(operation.table);
	if (view) {
		mapTriggers(catalog, keyOf(view), (own) => (own.name === operation.trigger ? [] : [own]));
	}
	const table = catalog.table(operation.table);
	const trigger = table?.triggers.find(({ name }) => name === operation.trigger);
	if (table && trigger && trigger.inherited !== true) {
		changeTriggers(catalog, table, (own) => (own.name === trigger.name ? [] : [own]));
	}
};

/** MySQL and SQLite name a trigger without its table. */
export const dropTriggerByName: Replay<"dropTriggerByName"> = (catalog, { trigger }) => {
	const has = ({ triggers }: { readonly triggers: readonly Trigger[] }) =>
		triggers.some(({ name }) => name === trigger.name);
	const owner = [...catalog.tables()].find(has) ?? [...catalog.views()].find(has);
	if (!owner) return;
	mapTriggers(catalog, keyOf(owner), (own) => (own.name === trigger.name ? [] : [own]));
};

/** Changes the triggers of a table and of its partitions. */
function changeTriggers(
	catalog: MutableCatalog,
	table: Table,
	change: (trigger: Trigger) => readonly Trigger[],
): void {
	catalog.putTable({ ...table, triggers: table.triggers.flatMap(change) });
	for (const partition of catalog.partitionsOf(keyOf(table))) {
		changeTriggers(catalog, partition, (own) => (own.inherited === true ? change(own) : [own]));
	}
}

export function renameTrigger(
	catalog: MutableCatalog,
	relation: QualifiedName,
	name: string,
	to: string,
): void {
	const renamed = (own: Trigger) => [own.name === name ? { ...own, name: to } : own];
	const table = catalog.table(relation);
	const view = catalog.view(relation);
	if ((table ?? view)?.triggers.some((trigger) => trigger.name === to)) return;
	if (view) mapTriggers(catalog, keyOf(view), renamed);
	if (table) changeTriggers(catalog, table, renamed);
}

export const setTriggerState: Replay<"setTriggerState"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const { trigger, state, only } = operation;
	const change = (own: Trigger) => [
		trigger === undefined || own.name === trigger ? { ...own, state } : own,
	];
	if (only) catalog.putTable({ ...table, triggers: table.triggers.flatMap(change) });
	else changeTriggers(catalog, table, change);
};

export const createRule: Replay<"createRule"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, false);
	if (!table) return;
	const present = table.rules.some(({ name }) => name === operation.rule);
	if (present && !operation.orReplace) return;
	const others = table.rules.filter(({ name }) => name !== operation.rule);
	const rule: RewriteRule = {
		name: operation.rule,
		event: operation.event,
		columns: ruleColumns(operation),
		relations: operation.actions.flatMap((action) =>
			"table" in action ? [catalog.resolve(action.table)] : [],
		),
	};
	catalog.putTable({ ...table, rules: [...others, rule] });
};

/** The columns of old and new that a rule names. */
function ruleColumns({ where, actions }: OperationOf<"createRule">): readonly string[] {
	const named = new Set(where ? columnsIn(where) : []);
	for (const expression of actions.flatMap(valuesOf)) {
		visitExpression(expression, (part) => {
			if (part.kind !== "column" || !/^(old|new)$/.test(part.path[0] ?? "")) return;
			const column = part.path.at(-1);
			if (column !== undefined) named.add(column);
		});
	}
	return [...named];
}

function valuesOf(action: DataOperation): readonly Expression[] {
	switch (action.kind) {
		case "insert":
			return action.source.kind === "values" ? action.source.rows.flat() : [];
		case "update":
			return [...action.set.map(({ value }) => value), ...(action.where ? [action.where] : [])];
		case "delete":
			return action.where ? [action.where] : [];
		case "select":
			return action.query.where ? [action.query.where] : [];
		default:
			return [];
	}
}

export const dropRule: Replay<"dropRule"> = (catalog, operation) => {
	const table = catalog.table(operation.table);
	if (!table) return;
	catalog.putTable({ ...table, rules: table.rules.filter(({ name }) => name !== operation.rule) });
};

export function renameRule(
	catalog: MutableCatalog,
	table: Table | undefined,
	name: string,
	to: string,
): void {
	if (!table || table.rules.some((rule) => rule.name === to)) return;
	const rules = table.rules.map((rule) => (rule.name === name ? { ...rule, name: to } : rule));
	catalog.putTable({ ...table, rules });
}

type PolicyOperation = OperationOf<"createPolicy" | "alterPolicy">;

export const createPolicy: Replay<"createPolicy" | "alterPolicy"> = (
	catalog,
	operation,
	origin,
) => {
	const table = alteredTable(catalog, operation.table, false);
	if (!table || table.policies.some(({ name }) => name === operation.policy)) return;
	const policy: Policy = {
		name: operation.policy,
		command: operation.command,
		permissive: operation.permissive,
		roles: operation.roles,
		...conditionsOf(catalog, operation),
		origin,
	};
	catalog.putTable({ ...table, policies: [...table.policies, policy] });
};

/** ALTER POLICY changes roles and conditions only; what it does not name stays. */
export const alterPolicy: Replay<"createPolicy" | "alterPolicy"> = (catalog, operation) => {
	const table = catalog.table(operation.table);
	if (!table) return;
	const policies = table.policies.map((policy) =>
		policy.name === operation.policy
			? {
					...policy,
					...(operation.roles.length > 0 && { roles: operation.roles }),
					...conditionsOf(catalog, operation),
				}
			: policy,
	);
	catalog.putTable({ ...table, policies });
};

function conditionsOf(
	catalog: MutableCatalog,
	{ using, withCheck }: PolicyOperation,
): Pick<Policy, "using" | "withCheck"> {
	return {
		...(using && { using: qualifyExpression(catalog, using) }),
		...(withCheck && { withCheck: qualifyExpression(catalog, withCheck) }),
	};
}

export const dropPolicy: Replay<"dropPolicy"> = (catalog, operation) => {
	const table = catalog.table(operation.table);
	if (!table) return;
	const policies = table.policies.filter(({ name }) => name !== operation.policy);
	catalog.putTable({ ...table, policies });
};

export function renamePolicy(
	catalog: MutableCatalog,
	table: Table | undefined,
	name: string,
	to: string,
): void {
	if (!table || table.policies.some((policy) => policy.name === to)) return;
	const policies = table.policies.map((policy) =>
		policy.name === name ? { ...policy, name: to } : policy,
	);
	catalog.putTable({ ...table, policies });
}
