import { keyOf } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import { emptyTable } from "../../../catalog/replay/altered.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { isWhole } from "./alter-table.ts";
import { readQuery } from "./data.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import { isSameName, isSettingOff, nameOf, targetOf, type Scene, type Target } from "./facts.ts";
import { foreignKeysTo } from "./foreign-keys.ts";
import { keyProblem } from "./key-length.ts";
import { has, locksParents } from "./server.ts";
import { isLockMode } from "./locks.ts";

/** CREATE TABLE: nobody knows the table yet; the parents of its foreign keys are locked for a moment. */
export function createTable(
	operation: OperationOf<"createTable">,
	scene: Scene,
	draft: Draft,
): void {
	const { table, persistence, ifNotExists, orReplace } = operation;
	draft.commits = persistence !== "temporary";
	const existing = scene.catalog.table(table);
	if (existing?.origin && persistence !== "temporary") {
		const key = keyOf(existing);
		if (orReplace) lock(draft, key, "EXCLUSIVE");
		else if (!ifNotExists) refuse(draft, 1050, `there is a table ${nameOf(key, scene)} already`);
		if (!orReplace) return;
		draft.phase = "contract";
		draft.reversible = "lossy";
		because(draft, `the table ${nameOf(key, scene)} that is there is dropped`);
	}
	for (const { source } of operation.like) {
		const target = targetOf(scene, source);
		lock(draft, target.key, "SHARED_READ");
		if (!target.table) draft.assumed = true;
	}
	refuseLongKeys(operation, scene, draft);
	if (isSettingOff(scene, "foreign_key_checks")) return;
	for (const constraint of constraintsOf(operation)) {
		if (constraint.type !== "foreignKey") continue;
		if (constraint.inline === true && !has(scene.server, "columnReferences")) continue;
		const parent = targetOf(scene, constraint.references);
		if (parent.key !== scene.catalog.resolve(table)) lockParent(draft, scene, parent.key);
	}
}

/** The keys of a new table, with the options that the statement gives it. */
function refuseLongKeys(operation: OperationOf<"createTable">, scene: Scene, draft: Draft): void {
	const { table, columns, indexes = [], parameters } = operation;
	const engine = parameters.find(({ name }) => name === "engine")?.value?.toLowerCase();
	if (engine !== undefined && engine !== "innodb") return;
	const target = newTarget(operation, scene);
	const columnOf = (name: string | undefined) =>
		columns.find((column) => name !== undefined && isSameName(column.name, name));
	for (const constraint of constraintsOf(operation)) {
		// A clause of a primary key may give its texts a length, which the constraint does not keep.
		const isPrimary =
			constraint.type === "primaryKey" && !operation.constraints.includes(constraint);
		if (constraint.type !== "unique" && !isPrimary) continue;
		const parts = constraint.columns.map((name) => ({ column: columnOf(name) }));
		const problem = keyProblem(parts, constraint.type === "unique" ? "unique" : "primary", target);
		if (problem) refuse(draft, problem.code, `${table.name}: ${problem.reason}`);
	}
	for (const { elements, unique, method } of indexes) {
		if (/fulltext|spatial|vector/i.test(method)) continue;
		const parts = elements.map(({ expression, prefixLength }) => ({
			column: expression.kind === "column" ? columnOf(expression.path.at(-1)) : undefined,
			...(prefixLength !== undefined && { prefixLength }),
		}));
		const problem = keyProblem(parts, unique ? "unique" : "plain", target);
		if (problem) refuse(draft, problem.code, `${table.name}: ${problem.reason}`);
	}
}

/** A table that is not there yet, with the options that the statement gives it. */
function newTarget({ table: made, parameters }: OperationOf<"createTable">, scene: Scene): Target {
	const { key, name } = targetOf(scene, made);
	const table: Table = {
		...emptyTable({ schema: key.slice(0, key.indexOf(".")), name: made.name }),
		empty: true,
		parameters: new Map(parameters.map((parameter) => [parameter.name, parameter.value])),
	};
	return { key, name, scene, table };
}

function constraintsOf({ constraints, columns }: OperationOf<"createTable">) {
	return [...constraints, ...columns.flatMap((column) => column.constraints)];
}

/** Since 8.0 MySQL keeps foreign keys under the metadata locks of both tables. */
function lockParent(draft: Draft, { server }: Scene, key: string): void {
	if (locksParents(server)) lock(draft, key, "EXCLUSIVE");
}

export function createTableAs(
	operation: OperationOf<"createTableAs">,
	scene: Scene,
	draft: Draft,
): void {
	draft.commits = operation.persistence !== "temporary";
	draft.phase = "migrate";
	const existing = scene.catalog.table(operation.table);
	if (existing?.origin && !operation.ifNotExists) {
		refuse(draft, 1050, `there is a table ${nameOf(keyOf(existing), scene)} already`);
	}
	if (operation.query) readQuery(operation.query, scene, draft, true);
}

/** DROP TABLE waits for everybody who uses the table, and then it is gone. */
export function dropTable(operation: OperationOf<"dropTable">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	const { key, table } = target;
	draft.commits = table?.persistence !== "temporary";
	draft.phase = "contract";
	draft.reversible = "lossy";
	if (table?.persistence === "temporary") return;
	if (!table) {
		if (isWhole(scene)) {
			if (!operation.ifExists) refuse(draft, 1051, `there is no table ${target.name}`);
			return;
		}
		draft.assumed = true;
	}
	lock(draft, key, "EXCLUSIVE");
	refuseReferenced(operation, target, scene, draft);
}

function refuseReferenced(
	operation: OperationOf<"dropTable">,
	target: ReturnType<typeof targetOf>,
	scene: Scene,
	draft: Draft,
): void {
	if (isSettingOff(scene, "foreign_key_checks")) return;
	const { server, command } = scene;
	// MySQL 8 looks at the statement as a whole, MariaDB and MySQL 5.7 go from table to table.
	const asWhole = server.flavor === "mysql" && server.version >= 80_000;
	const until = asWhole ? command.length : command.indexOf(operation) + 1;
	const gone = new Set(
		command
			.slice(0, until)
			.flatMap((other) => (other.kind === "dropTable" ? [targetOf(scene, other.table).key] : [])),
	);
	const by = foreignKeysTo(target).find(({ table }) => !gone.has(table));
	if (!by) return;
	const why = `the foreign key ${by.constraint.name} of ${nameOf(by.table, scene)} refers to ${target.name}`;
	refuse(draft, asWhole ? 3730 : server.flavor === "mariadb" ? 1451 : 1217, why);
}

/** TRUNCATE drops the table and makes it anew: an instant, and it cannot be rolled back. */
export function truncate(operation: OperationOf<"truncate">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	draft.commits = true;
	draft.phase = "migrate";
	draft.reversible = "none";
	if (target.table?.persistence === "temporary") return;
	if (!target.table) {
		draft.assumed = true;
		if (isWhole(scene)) refuse(draft, 1146, `there is no table ${target.name}`);
	}
	lock(draft, target.key, "EXCLUSIVE");
	because(draft, "the table is made anew without rows; this cannot be rolled back");
	if (isSettingOff(scene, "foreign_key_checks")) return;
	const by = foreignKeysTo(target).find(({ table }) => table !== target.key);
	if (by)
		refuse(
			draft,
			1701,
			`the foreign key ${by.constraint.name} of ${nameOf(by.table, scene)} refers to ${target.name}`,
		);
}

/** LOCK TABLES: until UNLOCK TABLES or the end of the session. */
export function lockTable(operation: OperationOf<"lockTable">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	draft.commits = true;
	draft.replicated = false;
	if (!target.table) draft.assumed = true;
	const { mode } = operation;
	lock(
		draft,
		target.key,
		isLockMode(mode) ? mode : /write/i.test(mode) ? "SHARED_NO_READ_WRITE" : "SHARED_READ_ONLY",
	);
}

/** ANALYZE TABLE keeps nobody waiting. */
export function analyzeTable(operation: OperationOf<"analyze">, scene: Scene, draft: Draft): void {
	draft.commits = true;
	draft.replicated = false;
	if (!operation.table) return;
	const target = targetOf(scene, operation.table);
	if (!target.table) draft.assumed = true;
	lock(draft, target.key, "SHARED_READ");
	because(draft, "a sample of the pages is read");
}

/** Triggers are part of their table: it is locked for a moment while they come and go. */
export function lockForTrigger(key: string, draft: Draft): void {
	draft.commits = true;
	lock(draft, key, "EXCLUSIVE");
}
