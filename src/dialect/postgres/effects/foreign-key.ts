import { keyOf } from "../../../catalog/catalog.ts";
import type { Constraint, Table } from "../../../catalog/model.ts";
import type { ConstraintDefinition } from "../../../core/operation.ts";
import { because, refuse, scan, type Draft } from "./draft.ts";
import { refuseColumns } from "./missing-column.ts";
import {
	columnOf,
	constraintOf,
	lockPartitions,
	partitionTree,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { has } from "./versions.ts";

export type ForeignKey = Extract<ConstraintDefinition, { readonly type: "foreignKey" }>;
/** A foreign key that stands in a table. */
export type PlacedForeignKey = Extract<Constraint, { readonly type: "foreignKey" }>;

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
	const named = referencedColumns(constraint, table);
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
	const names = referencedColumns(constraint, table);
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

/** The columns that a foreign key points at: of the primary key when it names none. */
export function referencedColumns(
	constraint: ForeignKey,
	table: Table | undefined,
): readonly string[] {
	if (constraint.referencedColumns.length > 0) return constraint.referencedColumns;
	const key = table?.constraints.find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" ? key.columns : [];
}

/** The foreign keys that point at a table, its own among them. */
export function foreignKeysTo(
	table: Table,
	scene: Scene,
): readonly { readonly table: Table; readonly constraint: PlacedForeignKey }[] {
	return scene.catalog.referencesTo(keyOf(table)).flatMap((reference) => {
		const constraint = constraintOf(reference.table, reference.constraint);
		return constraint?.type === "foreignKey" ? [{ table: reference.table, constraint }] : [];
	});
}
