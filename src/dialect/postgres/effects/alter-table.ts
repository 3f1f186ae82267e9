import type { OperationBase, OperationOf, TableAction } from "../../../core/operation.ts";
import { addColumn } from "./add-column.ts";
import { alterColumnType } from "./alter-type.ts";
import { alterIdentity, alterExpression, setPersistence } from "./column-property.ts";
import { addConstraint, alterConstraint, validateConstraint } from "./constraint.ts";
import { refuseNewEnumValues } from "./data.ts";
import { dropColumn, dropConstraint } from "./drop.ts";
import { because, lock, lockIndex, refuse, rewrite, type Draft } from "./draft.ts";
import type { LockMode } from "./locks.ts";
import { dropNotNull, setNotNull } from "./not-null.ts";
import { attachPartition, detachPartition, refuseShape } from "./partition.ts";
import { refuseKind } from "./relation-kind.ts";
import {
	renameColumn,
	renameConstraint,
	renameTable,
	setTableOwner,
	setTableSchema,
} from "./rename.ts";
import {
	columnOf,
	isMissing,
	lockTree,
	storageOf,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { setTriggerState } from "./trigger-policy.ts";
import { has } from "./versions.ts";

type Action = OperationBase & TableAction;

/** One action of ALTER TABLE. Lock modes are those of AlterTableGetLockLevel (tablecmds.c). */
export function alterTable(action: Action, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, action.table);
	if (target.kind === "assumed") draft.assumed = true;
	if (action.ifTableExists && isMissing(scene, target)) return;
	refuseKind(action, target, draft);
	if (target.kind === "index") {
		alterIndexLikeTable(action, target, scene, draft);
		return;
	}
	refuseMissingColumn(action, target, scene, draft);
	changeRelation(action, target, scene, draft);
}

/** A column that is not there; system columns and those that the command adds are. */
function refuseMissingColumn(action: Action, target: Target, scene: Scene, draft: Draft): void {
	if (!("column" in action) || typeof action.column !== "string") return;
	const name = action.column;
	if (target.table?.complete !== true || columnOf(target.table, name)) return;
	const added =
		!beforeAdditions.has(action.kind) &&
		scene.command.some(
			(operation) => operation.kind === "addColumn" && operation.column.name === name,
		);
	const ifExists = action.kind === "dropColumn" && action.ifExists;
	if (added || ifExists) return;
	if (systemColumns.has(name)) refuse(draft, "0A000", `${name} is a column of the server's own`);
	refuse(draft, "42703", `column ${name} does not exist`);
}

/** Actions that run before the columns of the same command are added (the AT_PASS order, tablecmds.c). */
const beforeAdditions: ReadonlySet<Action["kind"]> = new Set([
	"alterColumnType",
	"dropColumn",
	"dropDefault",
	"dropExpression",
	"dropIdentity",
	"dropNotNull",
]);

const systemColumns: ReadonlySet<string> = new Set([
	"cmax",
	"cmin",
	"ctid",
	"tableoid",
	"xmax",
	"xmin",
]);

/** ALTER INDEX says some actions of ALTER TABLE; the table of the index stays free. */
function alterIndexLikeTable(action: Action, target: Target, scene: Scene, draft: Draft): void {
	switch (action.kind) {
		case "renameTable":
			renameTable(target, action.to, scene, draft);
			return;
		case "setColumnStatistics":
			if (!has(scene.version, "indexColumnStatistics")) {
				refuse(draft, "42601", `PostgreSQL ${scene.version} knows no statistics of index columns`);
			}
			refusePlainIndexColumn(action, scene, draft);
			lockIndex(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		case "setTableParameters":
			lockIndex(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		default:
			lockIndex(draft, target.key, "AccessExclusiveLock");
	}
}

/** Plain columns of an index have the statistics of the table. */
function refusePlainIndexColumn(
	action: OperationOf<"setColumnStatistics">,
	scene: Scene,
	draft: Draft,
): void {
	const element = scene.catalog.index(action.table)?.index.elements[Number(action.column) - 1];
	if (element?.expression.kind === "column") {
		refuse(draft, "0A000", "only expressions of an index have statistics of their own");
	}
}

function changeRelation(action: Action, target: Target, scene: Scene, draft: Draft): void {
	switch (action.kind) {
		case "addColumn":
			addColumn(action, target, scene, draft);
			return;
		case "dropColumn":
			dropColumn(action, target, scene, draft);
			return;
		case "renameTable":
			renameTable(target, action.to, scene, draft);
			return;
		case "renameColumn":
			renameColumn(action, target, scene, draft);
			return;
		case "renameConstraint":
			renameConstraint(action, target, scene, draft);
			return;
		case "setTableSchema":
			setTableSchema(target, scene, draft);
			return;
		case "alterColumnType":
			alterColumnType(action, target, scene, draft);
			return;
		case "setNotNull":
			setNotNull(action, target, scene, draft);
			return;
		case "dropNotNull":
			dropNotNull(action, target, scene, draft);
			return;
		case "addConstraint":
			addConstraint(action, target, scene, draft);
			return;
		case "dropConstraint":
			dropConstraint(action, target, scene, draft);
			return;
		case "alterConstraint":
			alterConstraint(action, target, scene, draft);
			return;
		case "validateConstraint":
			validateConstraint(action, target, scene, draft);
			return;
		case "attachPartition":
			attachPartition(action, target, scene, draft);
			return;
		case "detachPartition":
			detachPartition(action, target, scene, draft);
			return;
		default:
			changeProperty(action, target, scene, draft);
	}
}

/** Actions that change a setting of a column or of the table. */
function changeProperty(action: Action, target: Target, scene: Scene, draft: Draft): void {
	switch (action.kind) {
		case "addIdentity":
		case "setIdentity":
		case "dropIdentity":
			alterIdentity(action, target, scene, draft);
			return;
		case "setExpression":
		case "dropExpression":
			alterExpression(action, target, scene, draft);
			return;
		case "setDefault":
			refuseDefaultOf(action, target, draft);
			lockTree(draft, scene, target, "AccessExclusiveLock", action.only);
			if (target.table) {
				const given = (name: string) => (name === action.column ? [action.default] : []);
				refuseNewEnumValues(target.table, given, scene, draft);
			}
			return;
		case "dropDefault":
			refuseDefaultOf(action, target, draft);
			if (leavesRequired(action, target, scene)) draft.phase = "contract";
			lockTree(draft, scene, target, "AccessExclusiveLock", action.only);
			return;
		case "setColumnStorage":
			refuseStorage(action, target, scene, draft);
			lockTree(draft, scene, target, "AccessExclusiveLock", action.only);
			return;
		case "setColumnStatistics":
			lockTree(draft, scene, target, "ShareUpdateExclusiveLock", action.only);
			return;
		case "setColumnParameters":
			lock(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		case "setColumnCompression":
			if (!has(scene.version, "compression")) {
				refuse(draft, "42601", `PostgreSQL ${scene.version} does not know COMPRESSION`);
			}
			refuseFixedLength(action.column, target, draft);
			lock(draft, target.key, "AccessExclusiveLock");
			return;
		case "setRuleState":
			lock(draft, target.key, "AccessExclusiveLock");
			if (target.table?.complete && !target.table.rules.some(({ name }) => name === action.rule)) {
				refuse(draft, "42704", `rule ${action.rule} does not exist`);
			}
			return;
		case "setTriggerState":
			setTriggerState(action, scene, draft);
			return;
		case "setReplicaIdentity":
			refuseIdentityIndex(action, target, draft);
			lock(draft, target.key, "AccessExclusiveLock");
			return;
		case "clusterOn":
			if (action.index !== undefined) refuseMissingIndex(action.index, target, draft);
			lock(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		case "setTableOwner":
			setTableOwner(target, scene, draft);
			return;
		default:
			changeStorage(action, target, scene, draft);
	}
}

function refuseMissingIndex(name: string, { key, table }: Target, draft: Draft): void {
	if (!table?.complete || table.indexes.some((index) => index.name === name)) return;
	refuse(draft, "42704", `${key} has no index ${name}`);
}

/** An index that identifies rows is unique, whole, and over columns that are NOT NULL. */
function refuseIdentityIndex(
	action: OperationOf<"setReplicaIdentity">,
	target: Target,
	draft: Draft,
): void {
	if (action.index === undefined) return;
	refuseMissingIndex(action.index, target, draft);
	const index = target.table?.indexes.find(({ name }) => name === action.index);
	if (!index) return;
	const plain = index.elements.every(
		({ expression }) =>
			expression.kind === "column" &&
			columnOf(target.table, expression.path.at(-1) ?? "")?.notNull === true,
	);
	if (!plain || !index.unique || index.where) {
		refuse(draft, "42809", `index ${index.name} does not identify every row`);
	}
}

/** INSERTs that leave out the column fail from then on. */
function leavesRequired(
	{ column }: OperationOf<"dropDefault">,
	target: Target,
	{ command }: Scene,
): boolean {
	const known = columnOf(target.table, column);
	if (!known?.notNull || !known.default) return false;
	return !command.some((other) => other.kind === "setDefault" && other.column === column);
}

/** The value of a generated or identity column is not a default. */
function refuseDefaultOf(
	action: OperationOf<"setDefault" | "dropDefault">,
	target: Target,
	draft: Draft,
): void {
	const column = columnOf(target.table, action.column);
	if (column?.identity) refuse(draft, "42601", `${column.name} is an identity column`);
	if (column?.generated) refuse(draft, "42601", `${column.name} is a generated column`);
}

function refuseStorage(
	{ column, storage }: OperationOf<"setColumnStorage">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const strategy = storage.toLowerCase();
	if (strategy === "default" && !has(scene.version, "columnStorageClause")) {
		refuse(draft, "42601", `PostgreSQL ${scene.version} does not know STORAGE DEFAULT`);
	}
	if (strategy !== "plain" && strategy !== "default") refuseFixedLength(column, target, draft);
}

/** Types whose values are never long enough to be compressed or moved out (typlen > 0, pg_type.dat). */
const fixedLength: ReadonlySet<string> = new Set(
	"bool int2 int4 int8 float4 float8 money date time timetz timestamp timestamptz interval uuid oid".split(
		" ",
	),
);

function refuseFixedLength(name: string, target: Target, draft: Draft): void {
	const type = columnOf(target.table, name)?.type;
	if (type?.dimensions === 0 && fixedLength.has(type.name)) {
		refuse(draft, "0A000", `values of ${type.name} have a fixed length: they stay as they are`);
	}
}

function changeStorage(action: Action, target: Target, scene: Scene, draft: Draft): void {
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
	if (!has(scene.version, "setAccessMethod")) {
		refuse(draft, "42601", `PostgreSQL ${scene.version} does not know SET ACCESS METHOD`);
	}
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
