import { keyOf } from "../../../catalog/catalog.ts";
import type { Trigger } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { DataOperation, OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import { refuseMissing } from "./missing-column.ts";
import { lockQueriesIn, lockQuery } from "./query.ts";
import { isMissing, lockPartitions, targetOf, type Scene, type Target } from "./scene.ts";
import { has, refuseBefore } from "./versions.ts";

/**
 * CREATE TRIGGER: writes wait, reads go on; row triggers of a partitioned table go to its partitions.
 * Source: CreateTrigger in src/backend/commands/trigger.c; measured 10 to 18.
 */
export function createTrigger(
	operation: OperationOf<"createTrigger">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	const { version } = scene;
	if (operation.orReplace)
		refuseBefore("replaceTrigger", "CREATE OR REPLACE TRIGGER", scene, draft);
	refuseTrigger(operation, target, draft);
	lock(draft, target.key, "ShareRowExclusiveLock");
	because(draft, "writes wait, if only for a moment; from then on each runs the trigger");
	const present = triggersOf(target).some(({ name }) => name === operation.trigger);
	if (present && !operation.orReplace) {
		refuse(draft, "42710", `trigger ${operation.trigger} exists already`);
	}
	if (operation.references)
		lock(draft, targetOf(scene, operation.references).key, "AccessShareLock");
	if (target.kind !== "partitioned" || operation.forEach !== "row") return;
	if (!has(version, "partitionedRowTriggers")) {
		refuse(draft, "42809", "partitioned tables have no row triggers before PostgreSQL 11");
	}
	if (operation.timing === "before" && !has(version, "partitionedBeforeTriggers")) {
		refuse(draft, "42809", "partitioned tables have no BEFORE row triggers before PostgreSQL 13");
	}
	lockPartitions(draft, scene, target.key, "ShareRowExclusiveLock");
}

function triggersOf({ table, view }: Target): readonly Trigger[] {
	return (table ?? view)?.triggers ?? [];
}

function refuseTrigger(
	{ timing, forEach, columns }: OperationOf<"createTrigger">,
	{ key, kind, table }: Target,
	draft: Draft,
): void {
	if (kind === "materializedView") refuse(draft, "42809", `${key} cannot have triggers`);
	if (kind === "view" && timing !== "insteadOf" && forEach === "row") {
		refuse(draft, "42809", `${key} is a view: its row triggers are INSTEAD OF`);
	}
	if (table && timing === "insteadOf") {
		refuse(draft, "42809", `${key} is a table: it has no INSTEAD OF triggers`);
	}
	refuseMissing(columns, table, draft);
}

export function dropTrigger(
	operation: OperationOf<"dropTrigger">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.table);
	const trigger = triggersOf(target).find(({ name }) => name === operation.trigger);
	if (isMissing(scene, target) && operation.ifExists) return;
	if ((target.table?.complete === true || target.view) && !trigger) {
		if (!operation.ifExists) refuse(draft, "42704", `trigger ${operation.trigger} does not exist`);
		return;
	}
	if (trigger?.inherited === true) {
		refuse(draft, "2BP01", "it is the trigger of the partitioned table above");
	}
	draft.phase = "contract";
	lock(draft, target.key, "AccessExclusiveLock");
	because(draft, "reads wait too, if only for a moment");
	if (target.kind !== "partitioned" || trigger?.forEach === "statement") return;
	lockPartitions(draft, scene, target.key, "AccessExclusiveLock");
}

export function createRule(operation: OperationOf<"createRule">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	lock(draft, target.key, "AccessExclusiveLock");
	const present = target.table?.rules.some(({ name }) => name === operation.rule);
	if (present && !operation.orReplace) {
		refuse(draft, "42710", `rule ${operation.rule} exists already`);
	}
	if (operation.where) lockQueriesIn(operation.where, scene, draft);
	for (const action of operation.actions) lockAction(action, scene, draft);
}

/** What a rule runs is only parsed when the rule is made: a changed table is locked as by its writers. */
function lockAction(action: DataOperation, scene: Scene, draft: Draft): void {
	if (action.kind === "select") lockQuery(action.query, scene, draft);
	if (action.kind !== "insert" && action.kind !== "update" && action.kind !== "delete") return;
	lock(draft, targetOf(scene, action.table).key, "RowExclusiveLock");
	if (action.kind === "insert") {
		if (action.source.kind === "query") lockQuery(action.source.query, scene, draft);
		return;
	}
	if (action.where) lockQueriesIn(action.where, scene, draft);
}

export function dropRule(operation: OperationOf<"dropRule">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	if (target.table?.complete && !target.table.rules.some(({ name }) => name === operation.rule)) {
		if (!operation.ifExists) refuse(draft, "42704", `rule ${operation.rule} does not exist`);
		return;
	}
	if (isMissing(scene, target)) return;
	draft.phase = "contract";
	lock(draft, target.key, "AccessExclusiveLock");
}

type PolicyOperation = OperationOf<"createPolicy" | "alterPolicy">;

/** CREATE and ALTER POLICY: ACCESS EXCLUSIVE; tables in its queries are read-locked. */
export function setPolicy(operation: PolicyOperation, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	lock(draft, target.key, "AccessExclusiveLock");
	if (target.kind === "view" || target.kind === "materializedView") {
		refuse(draft, "42809", `${target.key} is not a table`);
	}
	refuseClauses(operation, draft);
	const known = target.table?.policies.some(({ name }) => name === operation.policy);
	if (operation.kind === "createPolicy" && known) {
		refuse(draft, "42710", `policy ${operation.policy} exists already`);
	}
	if (operation.kind === "alterPolicy" && target.table?.complete && !known) {
		refuse(draft, "42704", `policy ${operation.policy} does not exist`);
	}
	const expressions: readonly (Expression | undefined)[] = [operation.using, operation.withCheck];
	for (const expression of expressions) if (expression) lockQueriesIn(expression, scene, draft);
	because(draft, "reads and writes wait, if only for a moment");
}

/** INSERT has no row to look at before, SELECT and DELETE none after. */
function refuseClauses({ kind, command, using, withCheck }: PolicyOperation, draft: Draft): void {
	if (kind !== "createPolicy") return;
	if (command === "insert" && using) refuse(draft, "42601", "INSERT takes WITH CHECK only");
	if ((command === "select" || command === "delete") && withCheck) {
		refuse(draft, "42601", `${command.toUpperCase()} takes USING only`);
	}
}

export function dropPolicy(operation: OperationOf<"dropPolicy">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	const known = target.table?.policies.some(({ name }) => name === operation.policy);
	if (target.table?.complete && known === false) {
		if (!operation.ifExists) refuse(draft, "42704", `policy ${operation.policy} does not exist`);
		return;
	}
	if (isMissing(scene, target)) return;
	draft.phase = "contract";
	lock(draft, target.key, "AccessExclusiveLock");
}

/** ENABLE and DISABLE TRIGGER: SHARE ROW EXCLUSIVE; row triggers of partitions go along (11+). */
export function setTriggerState(
	operation: OperationOf<"setTriggerState">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.table);
	lock(draft, target.key, "ShareRowExclusiveLock");
	because(draft, "writes wait, if only for a moment");
	const { trigger: wanted } = operation;
	const { table } = target;
	if (
		wanted !== undefined &&
		table?.complete &&
		!table.triggers.some((one) => one.name === wanted)
	) {
		refuse(draft, "42704", `trigger ${wanted} does not exist`);
	}
	if (operation.only || target.kind !== "partitioned") return;
	const reached = target.table?.triggers.some(
		({ name, forEach }) => forEach === "row" && (wanted === undefined || wanted === name),
	);
	if (!reached) return;
	for (const table of scene.catalog.partitionsOf(target.key, true)) {
		lock(draft, keyOf(table), "ShareRowExclusiveLock");
	}
}
