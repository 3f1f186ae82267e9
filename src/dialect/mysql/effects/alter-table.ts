import { keyOf } from "../../../catalog/catalog.ts";
import type { Key } from "../../../catalog/model.ts";
import type { Effect } from "../../../core/effect.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { Operation, OperationOf } from "../../../core/operation.ts";
import { addColumn, dropColumn, renameColumn } from "./columns.ts";
import { alterConstraint, constraintStep, dropConstraint } from "./constraint.ts";
import { because, finish, lock, lockBriefly, newDraft, refuse, type Draft } from "./draft.ts";
import { columnNamed, nameOf, targetOf, type Scene, type Target } from "./facts.ts";
import { createIndex, dropIndex, renameIndex, setIndexParameters } from "./indexes.ts";
import type { LockMode } from "./locks.ts";
import { alterPartitions } from "./partitions.ts";
import { redefineColumn } from "./redefine-column.ts";
import { rowVersionLimit } from "./server.ts";
import { settle } from "./settle.ts";
import { done, metadata, nothing, refused, type OnlineLock, type Step } from "./step.ts";
import { alterTableOther, convertCharacterSet, setTableParameters } from "./table-options.ts";

/** The table that an operation changes in the way of ALTER TABLE; undefined for all other operations. */
export function alteredTable(operation: Operation): QualifiedName | undefined {
	if ("ifTableExists" in operation) return operation.table;
	switch (operation.kind) {
		case "createIndex":
			return operation.table;
		case "dropIndex":
		case "renameIndex":
		case "setIndexParameters":
			return operation.index.table;
		default:
			return undefined;
	}
}

/** The effects of operations that change one table in one command. */
export function alterTable(
	operations: readonly Operation[],
	name: QualifiedName,
	scene: Scene,
): readonly Effect[] {
	const target = targetOf(scene, name);
	const missing = missingTable(operations, target);
	if (missing) return operations.map(() => effectOf(missing, target));
	const clauses = operations.map((operation) => ({ operation, step: stepOf(operation, target) }));
	return settle(clauses, target).map((step) => effectOf(step, target));
}

function missingTable(
	operations: readonly Operation[],
	{ key, name, table, scene }: Target,
): Step | undefined {
	if (table || !isWhole(scene) || scene.catalog.viewByKey(key)) return undefined;
	const optional = operations.some(
		(operation) => "ifTableExists" in operation && operation.ifTableExists,
	);
	return optional ? done : refused(1146, `there is no table ${name}`);
}

/** True when the history made every table that it speaks of. */
export function isWhole({ catalog }: Scene): boolean {
	let some = false;
	for (const table of catalog.tables()) {
		if (!table.complete) return false;
		some = true;
	}
	return some;
}

function stepOf(operation: Operation, target: Target): Step {
	const { scene } = target;
	switch (operation.kind) {
		case "addColumn":
			return addColumn(operation, target);
		case "dropColumn":
			return dropColumn(operation, target);
		case "renameColumn":
			return renameColumn(operation, target);
		case "redefineColumn":
			return redefineColumn(operation, target);
		case "setDefault":
		case "dropDefault":
		case "setColumnParameters":
			return columnSetting(operation, target);
		case "addConstraint":
			return constraintStep(operation.constraint, target, "clause");
		case "dropConstraint":
			return dropConstraint(operation, target);
		case "alterConstraint":
			return alterConstraint(operation);
		case "createIndex":
			return createIndex(operation, target);
		case "dropIndex":
			return dropIndex(operation, target);
		case "renameIndex":
			return renameIndex(operation, target);
		case "setIndexParameters":
			return setIndexParameters(operation, target);
		case "renameTable":
			return renameTable(operation, target, scene);
		case "setTableParameters":
			return setTableParameters(operation, target);
		case "convertCharacterSet":
			return convertCharacterSet(operation, target);
		case "alterPartitions":
			return alterPartitions(operation, target);
		case "alterTableOther":
			return alterTableOther(operation);
		default:
			return nothing;
	}
}

/** SET DEFAULT, DROP DEFAULT, SET VISIBLE: rows keep the values they have. */
function columnSetting(
	operation: OperationOf<"setDefault" | "dropDefault" | "setColumnParameters">,
	target: Target,
): Step {
	const { column } = operation;
	if (target.table?.complete === true && !columnNamed(target, column)) {
		return refused(1054, `${target.name} has no column ${column}`);
	}
	return metadata(target.scene.server);
}

function renameTable(operation: OperationOf<"renameTable">, target: Target, scene: Scene): Step {
	const { table } = target;
	const [schema] = [operation.toSchema ?? table?.schema ?? operation.table.schema];
	const to = { name: operation.to, ...(schema !== undefined && { schema }) };
	const taken = scene.catalog.table(to);
	const isFreed = scene.command.some(
		(other) =>
			other.kind === "renameTable" &&
			other !== operation &&
			taken &&
			scene.catalog.table(other.table) === taken,
	);
	if (taken && !isFreed && keyOf(taken) !== target.key)
		return refused(1050, `there is a table ${nameOf(keyOf(taken), scene)} already`);
	const others = scene.command.length > 1;
	return {
		...metadata(
			scene.server,
			"instant",
			`code that says ${operation.table.name} fails from then on`,
		),
		// Beside other changes the table is open to others until the end.
		lock:
			others && scene.command.some((other) => other.kind !== "renameTable") ? "none" : "exclusive",
		phase: "contract",
	};
}

const held: Readonly<Record<OnlineLock, LockMode>> = {
	none: "SHARED_UPGRADABLE",
	shared: "SHARED_NO_WRITE",
	exclusive: "EXCLUSIVE",
};

/** What a settled step does to the table and to those who use it. */
export function effectOf(step: Step, target: Target): Effect {
	const draft = newDraft();
	draft.commits = true;
	if (!target.table) draft.assumed = true;
	for (const reason of step.reasons) because(draft, reason);
	if (step.fails) refuse(draft, Number(step.fails.code), step.fails.reason);
	if (step.phase) draft.phase = step.phase;
	if (step.reversible) draft.reversible = step.reversible;
	if (step.better) draft.better = step.better;
	if (target.table?.persistence !== "temporary") lockTables(draft, step, target);
	touchRows(draft, step, target);
	const { algorithm, lock: others } = step;
	draft.online = { algorithm, lock: others };
	noteRowVersion(draft, step, target);
	return finish(draft);
}

/** A change that takes time holds a weaker lock, and the strongest one only when it begins and ends. */
function lockTables(draft: Draft, step: Step, { key, table }: Target): void {
	if (step.onlyReads) {
		lock(draft, key, "SHARED_READ");
		return;
	}
	const isEmpty = table?.empty === true;
	const takesTime = !isEmpty && (step.rebuilds || step.builds.length > 0);
	lock(draft, key, takesTime ? held[step.lock] : "EXCLUSIVE");
	lockBriefly(draft, key);
	for (const other of step.others ?? []) {
		if (other !== key) lockBriefly(draft, other);
	}
}

function touchRows(draft: Draft, step: Step, { key, table }: Target): void {
	if (step.builds.length > 0) {
		for (const name of step.builds) {
			draft.builds.set(name, { index: indexKey(key, name), table: key });
		}
	}
	if (table?.empty === true) return;
	if (step.rebuilds) draft.rewrites.add(key);
	if (step.rebuilds || step.builds.length > 0) draft.scans.add(key);
}

/** An index belongs to its table: schema.table.index. */
export function indexKey(table: Key, name: string): string {
	return `${table}.${name}`;
}

function noteRowVersion(draft: Draft, step: Step, { scene, table }: Target): void {
	const { server } = scene;
	const uses = step.reshapes !== undefined && step.algorithm === "instant";
	if (!uses || server.flavor !== "mysql" || server.version < 80_029 || table?.partitionBy) return;
	draft.rowVersion = true;
	because(
		draft,
		`it uses up one of the ${rowVersionLimit(server)} row versions of the table: after the last one the rows are written anew`,
	);
}
