import { keyOf } from "../../../catalog/catalog.ts";
import { visitExpression } from "../../../catalog/expression.ts";
import type { Column, Constraint, Table } from "../../../catalog/model.ts";
import type { ConstraintDefinition, OperationOf } from "../../../core/operation.ts";
import {
	because,
	build,
	lock,
	lockIndex,
	refuse,
	scan,
	type Draft,
	type Storage,
} from "./draft.ts";
import { constraintIndexName } from "./index-name.ts";
import { isAddedUnfilled, isKnownNotNull, pendingNotNull, requireNotNull } from "./not-null.ts";
import {
	columnOf,
	constraintOf,
	descendantsOf,
	lockPartitions,
	lockTree,
	storageOf,
	tableStorage,
	targetOf,
	treeOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { has, type Feature } from "./versions.ts";

export type ForeignKey = Extract<ConstraintDefinition, { readonly type: "foreignKey" }>;
export type Uniqueness = Extract<ConstraintDefinition, { readonly type: "unique" | "primaryKey" }>;

/** ALTER TABLE ... ADD CONSTRAINT. */
export function addConstraint(
	operation: OperationOf<"addConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { constraint, only } = operation;
	if (!constraint.enforced) wants("notEnforced", "NOT ENFORCED", scene, draft);
	refuseTwice(constraint, target, scene, draft);
	switch (constraint.type) {
		case "check":
			addCheck(constraint, target, scene, draft, only);
			return;
		case "notNull":
			addNotNull(constraint, target, scene, draft, only);
			return;
		case "foreignKey": {
			const check =
				constraint.notValid || !constraint.enforced
					? "none"
					: isAddedEmpty(constraint.columns, scene)
						? "referencing"
						: "both";
			addForeignKey(constraint, target, scene, draft, check, only);
			return;
		}
		case "unique":
		case "primaryKey":
			lockForIndex(constraint, target, scene, draft);
			addUniqueness(constraint, target, scene, draft);
			return;
		case "exclude":
			addExclusion(constraint, target, scene, draft);
	}
}

/** True when the same command adds one of the columns and nothing fills it: no row refers to anything. */
function isAddedEmpty(columns: readonly string[], scene: Scene): boolean {
	return columns.some((name) => isAddedUnfilled(name, scene));
}

/** Only a primary key, and since 18 every key, stops reads of the partitions too. */
function lockForIndex(
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const exclusive = constraint.type === "primaryKey" || has(scene.version, "keyLocksPartitions");
	lockPartitions(draft, scene, target.key, exclusive ? "AccessExclusiveLock" : "ShareLock");
	lock(draft, target.key, "AccessExclusiveLock");
	reachChildren(constraint, target, scene, draft);
}

/** Inheritance children get no key of the parent, but the NOT NULL of a primary key. */
function reachChildren(
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const primary = constraint.type === "primaryKey";
	for (const child of scene.catalog.childrenOf(target.key)) {
		if (primary || has(scene.version, "keyLocksPartitions")) {
			lock(draft, keyOf(child), "AccessExclusiveLock");
		}
		if (!primary || constraint.columns.every((name) => isKnownNotNull(child, name, scene)))
			continue;
		scan(draft, tableStorage(child));
	}
}

function wants(feature: Feature, words: string, scene: Scene, draft: Draft): void {
	if (has(scene.version, feature)) return;
	refuse(draft, "42601", `PostgreSQL ${scene.version} does not know ${words}`);
}

function refuseTwice(
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { name } = constraint;
	if (name === undefined || !constraintOf(target.table, name)) return;
	const replaced = scene.command.some(
		(operation) => operation.kind === "dropConstraint" && operation.constraint === name,
	);
	if (!replaced && constraint.type !== "notNull") {
		const isIndex = target.table?.indexes.some((index) => index.name === name);
		if (isIndex && constraint.type !== "check" && constraint.type !== "foreignKey") {
			refuse(draft, "42P07", `relation ${name} exists already`);
		}
		refuse(draft, "42710", `constraint ${name} exists already`);
	}
}

function addCheck(
	constraint: Extract<ConstraintDefinition, { readonly type: "check" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
	only: boolean,
): void {
	const { noInherit, notValid, enforced } = constraint;
	refuseExpression(constraint, target, scene, draft);
	if (noInherit && target.kind === "partitioned") {
		refuse(draft, "42P16", "a constraint of a partitioned table is inherited");
	}
	if (only && !noInherit && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the constraint must be added to the child tables too");
	}
	for (const storage of treeOf(scene, target, only || noInherit)) {
		lock(draft, storage.key, "AccessExclusiveLock");
		if (!notValid && enforced) scan(draft, storage);
	}
	if (noInherit && has(scene.version, "noInheritLocksChildren")) {
		lockTree(draft, scene, target, "AccessExclusiveLock", only);
	}
	if (!notValid && enforced) because(draft, "every row is tested while reads and writes wait");
}

function refuseExpression(
	{ expression, deferrable }: Extract<ConstraintDefinition, { readonly type: "check" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (deferrable) refuse(draft, "0A000", "a CHECK cannot be deferred");
	const columns: string[] = [];
	visitExpression(expression, (part) => {
		if (part.kind === "subquery") refuse(draft, "0A000", "a CHECK cannot hold a query");
		if (part.kind !== "column" || part.path.length !== 1) return;
		const [name] = part.path;
		if (name !== undefined && name !== target.table?.name) columns.push(name);
	});
	refuseColumns(columns, target, scene, draft);
}

function addNotNull(
	constraint: Extract<ConstraintDefinition, { readonly type: "notNull" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
	only: boolean,
): void {
	draft.phase = "contract";
	wants("namedNotNull", "NOT NULL as a table constraint", scene, draft);
	lockTree(draft, scene, target, "AccessExclusiveLock", only || constraint.noInherit);
	const [column] = constraint.columns;
	const present = target.table?.constraints.find(
		(other) => other.type === "notNull" && other.columns[0] === column,
	);
	if (present && constraint.name !== undefined && present.name !== constraint.name) {
		refuse(draft, "55000", `${column} has the not-null constraint ${present.name} already`);
	}
	if (!constraint.notValid) requireNotNull(constraint.columns[0], target, scene, draft, only);
}

/** Which side a new foreign key reads: with only NULLs the referenced table stays unread. */
export type ForeignKeyCheck = "none" | "referencing" | "both";

/**
 * A foreign key takes SHARE ROW EXCLUSIVE on both tables: reads go on, writes to either wait.
 * Source: ATAddForeignKeyConstraint in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
export function addForeignKey(
	constraint: ForeignKey,
	target: Target,
	scene: Scene,
	draft: Draft,
	check: ForeignKeyCheck,
	only: boolean,
): void {
	const referenced = targetOf(scene, constraint.references);
	refuseForeignKey(constraint, target, referenced, scene, draft, only);
	if (referenced.kind === "assumed") draft.assumed = true;
	lockPartitions(draft, scene, target.key, "ShareRowExclusiveLock");
	lockPartitions(draft, scene, referenced.key, "ShareRowExclusiveLock");
	if (referenced.key !== target.key) {
		because(draft, `writes to ${referenced.key} wait too: the foreign key locks both tables`);
	}
	if (check !== "none") checkReferences(target, referenced, scene, draft, check);
}

/** The rows of both tables are compared; nothing is read when the referencing side has no row. */
export function checkReferences(
	target: Target,
	referenced: Target,
	scene: Scene,
	draft: Draft,
	check: ForeignKeyCheck = "both",
): void {
	const referencing = partitionTree(scene, target);
	if (referencing.every((storage) => storage.empty)) return;
	for (const storage of referencing) scan(draft, storage);
	because(draft, `every row of ${target.key} is compared with ${referenced.key}`);
	if (check === "referencing") return;
	for (const storage of partitionTree(scene, referenced)) scan(draft, storage);
}

function partitionTree(scene: Scene, target: Target): readonly Storage[] {
	const below = scene.catalog.partitionsOf(target.key, true).map(tableStorage);
	return [storageOf(target), ...below];
}

function refuseForeignKey(
	constraint: ForeignKey,
	target: Target,
	referenced: Target,
	scene: Scene,
	draft: Draft,
	only: boolean,
): void {
	const { version } = scene;
	if (target.kind === "partitioned") {
		if (!has(version, "partitionedIndexes")) {
			refuse(draft, "0A000", "partitioned tables have no foreign keys before PostgreSQL 11");
		}
		if (only)
			refuse(draft, "42809", "ONLY is not allowed for a foreign key of a partitioned table");
		if (constraint.notValid && !has(version, "partitionedNotValidForeignKey")) {
			refuse(
				draft,
				"42809",
				"NOT VALID is not allowed on a partitioned table before PostgreSQL 18",
			);
		}
	}
	if (referenced.kind === "partitioned" && !has(version, "referencesToPartitioned")) {
		refuse(draft, "42809", "a partitioned table cannot be referenced before PostgreSQL 12");
	}
	refuseColumns(constraint.columns, target, scene, draft);
	refuseCount(constraint, referenced, draft);
	refusePersistence(target, referenced, draft);
	if (referenced.table?.complete && !hasKey(referenced.table, constraint.referencedColumns)) {
		refuse(draft, "42830", `${referenced.key} has no unique key over the referenced columns`);
	}
	refuseTypes(constraint, target, referenced, scene, draft);
}

function refuseCount(constraint: ForeignKey, { table }: Target, draft: Draft): void {
	const primary = table?.constraints.find(({ type }) => type === "primaryKey");
	const keys = primary?.type === "primaryKey" ? primary.columns : [];
	const named = constraint.referencedColumns.length > 0 ? constraint.referencedColumns : keys;
	if (named.length > 0 && named.length !== constraint.columns.length) {
		refuse(draft, "42830", "the two sides of the foreign key have different numbers of columns");
	}
}

/** A table that survives a crash cannot refer to one that does not. */
function refusePersistence(target: Target, referenced: Target, draft: Draft): void {
	const [own, other] = [target.table?.persistence, referenced.table?.persistence];
	if (own === undefined || other === undefined || own === other) return;
	if (own === "unlogged" && other === "permanent") return;
	refuse(draft, "42P16", `${own} and ${other} tables cannot refer to each other`);
}

/** Types that can be compared with each other; a foreign key across groups is refused. */
const comparable = [
	["int2", "int4", "int8", "numeric", "float4", "float8"],
	["text", "varchar", "bpchar", "name", "citext"],
	["date", "timestamp", "timestamptz"],
	["uuid"],
	["bool"],
	["bytea"],
];

function refuseTypes(
	constraint: ForeignKey,
	target: Target,
	referenced: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = referenced;
	if (!table) return;
	const primary = table.constraints.find(({ type }) => type === "primaryKey");
	const keys = primary?.type === "primaryKey" ? primary.columns : [];
	const names = constraint.referencedColumns.length > 0 ? constraint.referencedColumns : keys;
	const groupOf = (from: Table | undefined, name: string | undefined): number => {
		const type = name === undefined ? undefined : columnOf(from, name)?.type;
		return type?.dimensions === 0 ? comparable.findIndex((group) => group.includes(type.name)) : -1;
	};
	for (const [at, name] of constraint.columns.entries()) {
		// Types change before the same statement adds keys.
		const changes = scene.command.some(
			(operation) => operation.kind === "alterColumnType" && operation.column === name,
		);
		if (changes) continue;
		const [one, other] = [groupOf(target.table, name), groupOf(table, names[at])];
		if (one >= 0 && other >= 0 && one !== other) {
			refuse(draft, "42804", `${name} and ${names[at] ?? ""} have types that do not compare`);
		}
	}
}

function refuseColumns(
	columns: readonly string[],
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = target;
	if (!table?.complete) return;
	const added = scene.command.flatMap((operation) =>
		operation.kind === "addColumn" ? [operation.column.name] : [],
	);
	const missing = columns.find((name) => !columnOf(table, name) && !added.includes(name));
	if (missing !== undefined) refuse(draft, "42703", `column ${missing} does not exist`);
}

function hasKey(table: Table, columns: readonly string[]): boolean {
	if (columns.length === 0) return table.constraints.some(({ type }) => type === "primaryKey");
	return table.indexes.some(
		(index) =>
			index.unique &&
			index.where === undefined &&
			index.elements.length === columns.length &&
			index.elements.every(
				({ expression }) =>
					expression.kind === "column" && columns.includes(expression.path.at(-1) ?? ""),
			),
	);
}

/** UNIQUE and PRIMARY KEY: an index is built, or (USING INDEX) taken over. The caller has locked. */
export function addUniqueness(
	constraint: Uniqueness,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (constraint.nullsNotDistinct) wants("nullsNotDistinct", "NULLS NOT DISTINCT", scene, draft);
	if (constraint.withoutOverlaps) wants("withoutOverlaps", "WITHOUT OVERLAPS", scene, draft);
	if (constraint.include.length > 0) wants("indexInclude", "INCLUDE", scene, draft);
	refuseColumns(constraint.columns, target, scene, draft);
	const unsorted = constraint.columns.find((name) => hasNoOrder(columnOf(target.table, name)));
	if (unsorted !== undefined) refuse(draft, "42704", `the type of ${unsorted} has no order`);
	refusePartitionedKey(constraint, target, scene, draft);
	if (constraint.type === "primaryKey") refusePrimaryKey(constraint, target, scene, draft);
	if (constraint.usingIndex !== undefined) {
		takeIndex(constraint, constraint.usingIndex, target, scene, draft);
		return;
	}
	for (const storage of partitionTree(scene, target)) {
		build(draft, storage, indexNameOn(storage, constraint, target, scene));
	}
	because(draft, "the index is built while reads and writes wait");
	draft.better ??= {
		version: 10,
		how: "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT ... USING INDEX",
	};
}

/** Partitions get index names of their own. */
function indexNameOn(
	storage: Storage,
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
): string {
	const name = storage.key === target.key ? constraint.name : undefined;
	return constraintIndexName(constraint, name, storage.key, scene);
}

function refusePartitionedKey(
	constraint: Uniqueness,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (target.kind !== "partitioned") return;
	if (!has(scene.version, "partitionedIndexes")) {
		refuse(draft, "0A000", "partitioned tables have no unique keys before PostgreSQL 11");
	}
	if (constraint.usingIndex !== undefined) {
		refuse(draft, "0A000", "USING INDEX is not possible on a partitioned table");
	}
	if (!coversPartitionKey(target.table, constraint.columns)) {
		refuse(draft, "0A000", "a unique key of a partitioned table must hold the partition key");
	}
}

/** Types without a default btree operator class. Source: src/include/catalog/pg_opclass.dat. */
const unordered: ReadonlySet<string> = new Set(
	"json xml point box polygon circle line lseg path".split(" "),
);

export function hasNoOrder(column: Column | undefined): boolean {
	const type = column?.type;
	return type?.schema === undefined && type?.dimensions === 0 && unordered.has(type.name);
}

export function coversPartitionKey(table: Table | undefined, columns: readonly string[]): boolean {
	return (table?.partitionBy?.keys ?? []).every(
		(key) => key.kind === "column" && columns.includes(key.path.at(-1) ?? ""),
	);
}

export function refusePrimaryKey(
	constraint: Uniqueness,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = target;
	const present = table?.constraints.find(({ type }) => type === "primaryKey");
	const columns = present?.type === "primaryKey" ? present.columns : [];
	// The key goes with any of its columns; drops run before what the same statement adds.
	const dropped = scene.command.some(
		(operation) =>
			(operation.kind === "dropConstraint" && operation.constraint === present?.name) ||
			(operation.kind === "dropColumn" && columns.includes(operation.column)),
	);
	if (present && !dropped) refuse(draft, "42P16", `${target.key} has a primary key already`);
	const pending = constraint.columns.find((column) => pendingNotNull(table, column));
	if (pending !== undefined) {
		refuse(draft, "55000", `the not-null constraint of ${pending} is NOT VALID: validate it first`);
	}
}

/** USING INDEX: the index changes its owner; a primary key over nullable columns reads the table. */
function takeIndex(
	constraint: Uniqueness,
	name: string,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = target;
	const index = table?.indexes.find((candidate) => candidate.name === name);
	if (table && !index && scene.catalog.index({ schema: table.schema, name })) {
		refuse(draft, "55000", `index ${name} belongs to another table`);
	}
	if (table?.complete && !index) refuse(draft, "42704", `index ${name} does not exist`);
	if (index) {
		if (index.where) refuse(draft, "42809", `${name} is a partial index`);
		if (!index.unique) refuse(draft, "42809", `${name} is not a unique index`);
		if (index.elements.some(({ descending }) => descending)) {
			refuse(draft, "42809", `${name} does not have the default order`);
		}
		if (!index.valid) refuse(draft, "55000", `index ${name} is not valid`);
		if (index.elements.some(({ expression }) => expression.kind !== "column")) {
			refuse(draft, "42809", `${name} has an expression`);
		}
		if (index.constraint !== undefined) refuse(draft, "55000", `${name} belongs to a constraint`);
	}
	const shared = has(scene.version, "indexRenameSharesIndex");
	const mode = shared ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
	if (index) lockIndex(draft, keyOf(index), mode);
	because(draft, "the index is there already and is only taken over");
	if (constraint.type !== "primaryKey") return;
	const columns = index
		? index.elements.flatMap(({ expression }) =>
				expression.kind === "column" ? [expression.path.at(-1) ?? ""] : [],
			)
		: constraint.columns;
	for (const column of columns) {
		if (!isKnownNotNull(table, column, scene)) requireNotNull(column, target, scene, draft);
	}
}

/** Access methods with amgettuple, which looks for conflicting rows. */
const excludingMethods: ReadonlySet<string> = new Set(["btree", "gist", "hash", "spgist"]);

function addExclusion(
	constraint: Extract<ConstraintDefinition, { readonly type: "exclude" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (target.kind === "partitioned" && !has(scene.version, "partitionedExclude")) {
		refuse(draft, "0A000", "partitioned tables have no exclusion constraints before PostgreSQL 17");
	}
	if (!excludingMethods.has(constraint.method)) {
		refuse(draft, "0A000", `${constraint.method} has no exclusion constraints`);
	}
	lockForIndex(constraint, target, scene, draft);
	for (const storage of partitionTree(scene, target)) {
		build(draft, storage, indexNameOn(storage, constraint, target, scene));
	}
	because(draft, "the index is built while reads and writes wait; there is no concurrent way");
}

/** VALIDATE CONSTRAINT: reads and writes go on, the rows are read. */
export function validateConstraint(
	operation: OperationOf<"validateConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const constraint =
		constraintOf(target.table, operation.constraint) ?? addedBeside(operation, scene);
	lock(draft, target.key, "ShareUpdateExclusiveLock");
	if (!constraint) {
		if (target.table?.complete) {
			refuse(draft, "42704", `constraint ${operation.constraint} does not exist`);
		}
		draft.assumed = true;
		scan(draft, storageOf(target));
		return;
	}
	if (!constraint.enforced) refuse(draft, "55000", "a NOT ENFORCED constraint cannot be validated");
	if (isKeyLike(constraint)) refuse(draft, "42809", `${constraint.name} needs no validation`);
	if (operation.only && constraint.type === "check" && !constraint.noInherit) {
		const pending = descendantsOf(scene, target.key).some(
			(child) => constraintOf(child, constraint.name)?.validated === false,
		);
		if (pending) refuse(draft, "42P16", "the constraint must be validated on the child tables too");
	}
	if (constraint.validated) {
		because(draft, "the constraint is valid already");
		return;
	}
	if (constraint.type === "foreignKey") validateForeignKey(constraint, target, scene, draft);
	else validateRows(constraint, target, scene, draft);
}

/** A NOT VALID constraint that another action of the command adds. */
function addedBeside(
	{ constraint: name }: OperationOf<"validateConstraint">,
	scene: Scene,
): Constraint | undefined {
	for (const other of scene.command) {
		if (other.kind !== "addConstraint" || other.constraint.name !== name) continue;
		return { ...other.constraint, name, validated: !other.constraint.notValid };
	}
	return undefined;
}

function isKeyLike({ type }: Constraint): boolean {
	return type === "primaryKey" || type === "unique" || type === "exclude";
}

function validateForeignKey(
	constraint: ForeignKey,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const referenced = targetOf(scene, constraint.references);
	lockPartitions(draft, scene, target.key, "ShareUpdateExclusiveLock");
	lock(draft, referenced.key, "RowShareLock");
	for (const partition of scene.catalog.partitionsOf(referenced.key, true)) {
		lock(draft, keyOf(partition), "AccessShareLock");
	}
	checkReferences(target, referenced, scene, draft);
}

function validateRows(constraint: Constraint, target: Target, scene: Scene, draft: Draft): void {
	scan(draft, storageOf(target));
	because(draft, "every row is tested while reads and writes go on");
	for (const table of descendantsOf(scene, target.key)) {
		lock(draft, keyOf(table), "ShareUpdateExclusiveLock");
		if (constraintOf(table, constraint.name)?.validated !== true) scan(draft, tableStorage(table));
	}
}

/** ALTER CONSTRAINT: ACCESS EXCLUSIVE; enforcing a foreign key anew reads both tables (18). */
export function alterConstraint(
	operation: OperationOf<"alterConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (operation.enforced !== undefined) wants("notEnforced", "ENFORCED", scene, draft);
	if (operation.inherit !== undefined) wants("namedNotNull", "INHERIT", scene, draft);
	lockPartitions(draft, scene, target.key, "AccessExclusiveLock");
	const constraint = constraintOf(target.table, operation.constraint);
	if (!constraint) {
		if (target.table?.complete) {
			refuse(draft, "42704", `constraint ${operation.constraint} does not exist`);
		}
		return;
	}
	if (constraint.type !== "foreignKey") {
		if (operation.inherit === undefined) {
			refuse(draft, "42809", `${constraint.name} is not a foreign key constraint`);
		}
		return;
	}
	const referenced = targetOf(scene, constraint.references);
	if (operation.enforced === false && constraint.enforced) {
		lockPartitions(draft, scene, referenced.key, "AccessExclusiveLock");
	}
	if (operation.enforced === true && !constraint.enforced) {
		lockPartitions(draft, scene, referenced.key, "ShareRowExclusiveLock");
		checkReferences(target, referenced, scene, draft);
	}
}
