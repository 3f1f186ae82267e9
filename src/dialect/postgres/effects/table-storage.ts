import type { OperationOf } from "../../../core/operation.ts";
import type { Action } from "./alter-table.ts";
import { setPersistence } from "./column-property.ts";
import { because, lock, refuse, rewrite, type Draft } from "./draft.ts";
import type { LockMode } from "./locks.ts";
import { refuseShape } from "./partition.ts";
import { columnOf, storageOf, targetOf, type Scene, type Target } from "./scene.ts";
import { has, refuseBefore } from "./versions.ts";

export function refuseStorage(
	{ column, storage }: OperationOf<"setColumnStorage">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const strategy = storage.toLowerCase();
	if (strategy === "default") {
		refuseBefore("columnStorageClause", "STORAGE DEFAULT", scene, draft);
	}
	if (strategy !== "plain" && strategy !== "default") refuseFixedLength(column, target, draft);
}

/** Types whose values are never long enough to be compressed or moved out (typlen > 0, pg_type.dat). */
const fixedLength: ReadonlySet<string> = new Set(
	"bool int2 int4 int8 float4 float8 money date time timetz timestamp timestamptz interval uuid oid".split(
		" ",
	),
);

export function refuseFixedLength(name: string, target: Target, draft: Draft): void {
	const type = columnOf(target.table, name)?.type;
	if (type?.dimensions === 0 && fixedLength.has(type.name)) {
		refuse(draft, "0A000", `values of ${type.name} have a fixed length: they stay as they are`);
	}
}

export function changeStorage(action: Action, target: Target, scene: Scene, draft: Draft): void {
	lock(draft, target.key, modeOf(action));
	switch (action.kind) {
		case "setPersistence":
			setPersistence(action, target, scene, draft);
			return;
		case "setAccessMethod":
			setAccessMethod(action, target, scene, draft);
			return;
		case "setTablespace":
			setTablespace(action, target, draft);
			return;
		case "setTableParameters":
			refuseParameters(action, scene, draft);
			if (target.kind === "partitioned" && !action.reset) {
				const code = has(scene.version, "partitionedParametersKind") ? "42809" : "22023";
				refuse(draft, code, "a partitioned table has no storage parameters");
			}
			return;
		case "setInheritance": {
			const parent = targetOf(scene, action.parent);
			if (action.inherit) refuseShape(target.table, parent.table, draft, false);
			else if (target.table?.complete && !target.table.inherits.includes(parent.key)) {
				refuse(draft, "42P01", `${parent.key} is no parent of ${target.key}`);
			}
			lock(draft, parent.key, action.inherit ? "ShareUpdateExclusiveLock" : "AccessShareLock");
			return;
		}
		case "setTableType":
			if (action.ofType) lock(draft, targetOf(scene, action.ofType).key, "AccessShareLock");
			return;
		default:
	}
}

function modeOf(action: Action): LockMode {
	if (action.kind !== "setTableParameters") return "AccessExclusiveLock";
	const gentle = action.parameters.every(({ name }) => isGentle(name));
	return gentle ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
}

/** Storage parameters that let reads and writes go on (src/backend/access/common/reloptions.c). */
function isGentle(parameter: string): boolean {
	const name = parameter.replace(/^toast\./, "");
	return name.startsWith("autovacuum_") || name.startsWith("log_autovacuum_") || gentle.has(name);
}

const gentle: ReadonlySet<string> = new Set([
	"fillfactor",
	"parallel_workers",
	"toast_tuple_target",
	"vacuum_index_cleanup",
	"vacuum_max_eager_freeze_failure_rate",
	"vacuum_truncate",
]);

/** The first version that knows a storage parameter. */
const parametersSince: Readonly<Record<string, number>> = {
	toast_tuple_target: 11,
	vacuum_index_cleanup: 12,
	vacuum_truncate: 12,
	autovacuum_vacuum_insert_threshold: 13,
	autovacuum_vacuum_insert_scale_factor: 13,
	vacuum_max_eager_freeze_failure_rate: 18,
	autovacuum_vacuum_max_threshold: 18,
};

function refuseParameters(
	action: OperationOf<"setTableParameters">,
	scene: Scene,
	draft: Draft,
): void {
	if (action.reset) return;
	for (const { name } of action.parameters) {
		const first = parametersSince[name.replace(/^toast\./, "")];
		if (first !== undefined && scene.version < first) {
			refuse(draft, "22023", `PostgreSQL ${scene.version} does not know the parameter ${name}`);
		}
	}
}

function setAccessMethod(
	action: OperationOf<"setAccessMethod">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	refuseBefore("setAccessMethod", "SET ACCESS METHOD", scene, draft);
	const now = target.table?.accessMethod ?? "heap";
	if ((action.method ?? "heap") === now) return;
	rewrite(draft, storageOf(target));
	because(draft, "the whole table is written anew for the other access method");
}

/** The files are copied block by block: no row is looked at. */
function setTablespace(action: OperationOf<"setTablespace">, target: Target, draft: Draft): void {
	const storage = storageOf(target);
	const now = target.table?.tablespace ?? "pg_default";
	if (action.tablespace === now || storage.kind === "partitioned") return;
	draft.rewrites.add(target.key);
	because(draft, "the files of the table are copied while reads and writes wait");
}
