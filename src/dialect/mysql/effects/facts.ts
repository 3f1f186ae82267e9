import { keyOf } from "../../../catalog/catalog.ts";
import type { Column, Constraint, Index, Key, Table } from "../../../catalog/model.ts";
import type { Situation } from "../../../core/dialect.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { Operation } from "../../../core/operation.ts";
import { characterSetNamed, characterSetOf, defaultCharacterSet } from "./character-sets.ts";
import type { Server } from "./server.ts";

/** Where an operation runs: the situation, the server and the other operations of its command. */
export interface Scene extends Situation {
	readonly server: Server;
	readonly command: readonly Operation[];
}

/** A table as an ALTER TABLE finds it. */
export interface Target {
	readonly key: Key;
	/** As people call it: without the database that everybody means. */
	readonly name: string;
	/** Absent where the catalog does not know it: then it is taken for an InnoDB table with rows. */
	readonly table?: Table;
	readonly scene: Scene;
}

export function targetOf(scene: Scene, name: QualifiedName): Target {
	const table = scene.catalog.table(name);
	const key = table ? keyOf(table) : scene.catalog.resolve(name);
	return { key, name: nameOf(key, scene), scene, ...(table && { table }) };
}

/** A table as people call it. */
export function nameOf(key: Key, { catalog }: Scene): string {
	const [first = ""] = catalog.searchPath;
	return key.startsWith(`${first}.`) ? key.slice(first.length + 1) : key;
}

/** Names of columns are alike whatever their case. */
export function isSameName(one: string, other: string): boolean {
	return one === other || one.toLowerCase() === other.toLowerCase();
}

export function columnNamed({ table }: Target, name: string): Column | undefined {
	return table?.columns.find((column) => isSameName(column.name, name));
}

export function indexNamed({ table }: Target, name: string): Index | undefined {
	return table?.indexes.find((index) => isSameName(index.name, name));
}

export function constraintNamed({ table }: Target, name: string): Constraint | undefined {
	return table?.constraints.find((constraint) => isSameName(constraint.name, name));
}

/** The columns of an index, as far as its parts are columns. */
export function columnsOf({ elements }: Index): readonly string[] {
	return elements.flatMap(({ expression }) =>
		expression.kind === "column" ? (expression.path.at(-1) ?? []) : [],
	);
}

export function indexesOn(target: Target, column: string): readonly Index[] {
	return (target.table?.indexes ?? []).filter((index) =>
		columnsOf(index).some((name) => isSameName(name, column)),
	);
}

export function primaryKeyOf({ table }: Target): Index | undefined {
	const constraint = table?.constraints.find(({ type }) => type === "primaryKey");
	return constraint && table?.indexes.find(({ constraint: owner }) => owner === constraint.name);
}

export function isPrimaryKeyColumn({ table }: Target, column: string): boolean {
	return (table?.constraints ?? []).some(
		(constraint) =>
			constraint.type === "primaryKey" &&
			constraint.columns.some((name) => isSameName(name, column)),
	);
}

/** An option of the table, in lower case. */
export function optionOf({ table }: Target, name: string): string | undefined {
	return table?.parameters.get(name)?.toLowerCase();
}

export function engineOf(target: Target): string {
	return optionOf(target, "engine") ?? "innodb";
}

export function tableCharacterSet(target: Target): string {
	const named = optionOf(target, "charset");
	if (named !== undefined) return characterSetNamed(named);
	const collation = optionOf(target, "collate");
	const implied = collation === undefined ? undefined : characterSetOf(collation);
	return implied ?? defaultCharacterSet(target.scene.server);
}

export function isFulltext({ method }: { readonly method: string }): boolean {
	return method.toLowerCase() === "fulltext";
}

/** Virtual columns of the table as it stands. */
export function virtualColumns({ table }: Target): readonly Column[] {
	return (table?.columns ?? []).filter(({ generated }) => generated?.kind === "virtual");
}

export function hasIndexedVirtual(target: Target): boolean {
	return virtualColumns(target).some(({ name }) => indexesOn(target, name).length > 0);
}

export function isSettingOff({ settings }: Pick<Scene, "settings">, name: string): boolean {
	const value = settings.get(name)?.toLowerCase().replaceAll("'", "");
	return value === "0" || value === "off" || value === "false";
}

/** SET sql_mode without a strict mode: values that do not fit are changed in silence. */
export function isLenient({ settings }: Pick<Scene, "settings">): boolean {
	const mode = settings.get("sql_mode");
	if (mode === undefined) return false;
	return !/strict_(?:trans|all)_tables|traditional|default|@@/i.test(mode);
}
