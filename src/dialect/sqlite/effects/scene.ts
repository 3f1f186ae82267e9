import { historyIsWhole, keyOf } from "../../../catalog/catalog.ts";
import type { Column, Key, Table, View } from "../../../catalog/model.ts";
import type { Situation } from "../../../core/dialect.ts";
import type { Expression, QualifiedName } from "../../../core/expression.ts";
import type { Operation } from "../../../core/operation.ts";
import { refuseName, type Draft } from "./draft.ts";

/** Where an operation runs: the situation and the other operations of its command. */
export interface Scene extends Situation {
	readonly command: readonly Operation[];
}

/** What a name stands for; neither is there for what the catalog does not know. */
export interface Target {
	readonly key: Key;
	readonly table?: Table;
	readonly view?: View;
}

export function targetOf({ catalog }: Scene, name: QualifiedName): Target {
	const table = catalog.table(name);
	if (table) return { key: keyOf(table), table };
	const view = catalog.view(name);
	if (view) return { key: keyOf(view), view };
	return { key: catalog.resolve(name) };
}

/** True when nothing of the name is there. A history that starts in the middle proves no such thing. */
export function isMissing({ catalog }: Scene, { table, view }: Target): boolean {
	return !table && !view && historyIsWhole(catalog);
}

/** SQLite's own names do not tell big letters from small ones. */
export function isSameName(one: string, other: string): boolean {
	return one === other || one.toLowerCase() === other.toLowerCase();
}

export function includesName(names: Iterable<string>, name: string): boolean {
	for (const one of names) if (isSameName(one, name)) return true;
	return false;
}

export function columnOf(table: Table | undefined, name: string): Column | undefined {
	return table?.columns.find((column) => isSameName(column.name, name));
}

/** Notes that the file that holds the relation is written; a temporary one has a file of its own. */
export function writeTo(draft: Draft, scene: Scene, { key, table }: Target): void {
	if (table?.persistence === "temporary") return;
	draft.writes.add(schemaOf(key, scene));
}

/** The database file that holds it; the one that statements need not name is called main. */
function schemaOf(key: Key, { catalog }: Scene): string {
	const schema = key.slice(0, Math.max(0, key.indexOf(".")));
	return schema === "" || schema === catalog.searchPath[0] ? "main" : schema;
}

/** Writes the schema of the database in which a new object is made. */
export function writeSchema(draft: Draft, scene: Scene, name?: QualifiedName): void {
	const schema = name?.schema;
	draft.writes.add(
		schema === undefined || schema === scene.catalog.searchPath[0] ? "main" : schema,
	);
}

/** The table is read whole; one without rows costs nothing. */
export function scan(draft: Draft, { key, table, view }: Target): void {
	if (!view && table?.empty !== true) draft.scans.add(key);
}

/** Every page of the table is written anew. */
export function rewrite(draft: Draft, target: Target): void {
	if (target.table?.empty === true) return;
	draft.rewrites.add(target.key);
	scan(draft, target);
}

/** The name without its schema. */
export function nameOf(key: Key): string {
	return key.slice(key.indexOf(".") + 1);
}

/** True for a NULL constant, also in brackets and under casts. */
export function isNullConstant(expression: Expression): boolean {
	if (expression.kind === "cast") return isNullConstant(expression.operand);
	return expression.kind === "literal" && expression.type === "null";
}

/** Refuses the operation when its table is not there; returns false then. */
export function requireTable(scene: Scene, target: Target, draft: Draft): boolean {
	if (!target.table && !target.view) draft.assumed = true;
	if (!isMissing(scene, target)) return true;
	// Its own tables come with the first AUTOINCREMENT or ANALYZE.
	if (/^sqlite_/i.test(nameOf(target.key))) return true;
	refuseName(draft, `there is no table ${nameOf(target.key)}`);
	return false;
}
