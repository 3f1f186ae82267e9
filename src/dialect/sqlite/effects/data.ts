import type { Expression, FromItem, Query, QualifiedName } from "../../../core/expression.ts";
import type { DataOperation, OperationOf } from "../../../core/operation.ts";
import { expressionsOf } from "../../../catalog/expression.ts";
import { because, refuse, refuseName, type Draft } from "./draft.ts";
import { findsByIndex } from "./lookup.ts";
import {
	columnOf,
	nameOf,
	requireTable,
	scan,
	targetOf,
	writeTo,
	type Scene,
	type Target,
} from "./scene.ts";
import { firstWith, has, showVersion } from "./versions.ts";

/** A statement that reads or changes rows. A change is one transaction, and keeps every other writer out. */
export function data(operation: DataOperation, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	switch (operation.kind) {
		case "insert":
			insert(operation, scene, draft);
			return;
		case "update":
			update(operation, scene, draft);
			return;
		case "delete":
			deleteRows(operation, scene, draft);
			return;
		case "select":
			readQuery(operation.query, scene, draft);
			return;
		default:
			refuse(draft, `SQLite has no ${operation.kind.toUpperCase()}`);
	}
}

function changed(name: QualifiedName, scene: Scene, draft: Draft): Target {
	const target = targetOf(scene, name);
	requireTable(scene, target, draft);
	writeTo(draft, scene, target);
	return target;
}

function insert(operation: OperationOf<"insert">, scene: Scene, draft: Draft): void {
	draft.reversible = "lossy";
	const { table } = changed(operation.table, scene, draft);
	const named = readCtes(operation.ctes, scene, draft);
	if (operation.source.kind === "query") readQuery(operation.source.query, scene, draft, named);
	if (!table?.complete) return;
	for (const name of operation.columns ?? []) {
		if (!columnOf(table, name) && !isRowId(name)) {
			refuseName(draft, `${table.name} has no column ${name}`);
		}
	}
}

function update(operation: OperationOf<"update">, scene: Scene, draft: Draft): void {
	draft.reversible = "none";
	const target = changed(operation.table, scene, draft);
	const named = readCtes(operation.ctes, scene, draft);
	readItems(operation.from, scene, draft, undefined, named);
	if (operation.from.length > 0 && !has(scene.version, "updateFrom")) {
		refuse(
			draft,
			`UPDATE ... FROM came with SQLite ${firstWith("updateFrom")}, this is ${showVersion(scene.version)}`,
		);
	}
	for (const { column, value } of operation.set) {
		readExpression(value, scene, draft, named);
		if (target.table?.complete && !columnOf(target.table, column) && !isRowId(column)) {
			refuseName(draft, `${target.table.name} has no column ${column}`);
		}
	}
	reachRows(target, operation, operation.from.length > 0, scene, draft);
}

/**
 * DELETE without WHERE gives the pages back without reading them, but not where a trigger or a foreign key
 * wants to see the rows. Source: https://www.sqlite.org/lang_delete.html#the_truncate_optimization
 */
function deleteRows(operation: OperationOf<"delete">, scene: Scene, draft: Draft): void {
	draft.reversible = "none";
	const target = changed(operation.table, scene, draft);
	readCtes(operation.ctes, scene, draft);
	const { table, key } = target;
	const isSeen = !table || table.triggers.length > 0 || scene.catalog.referencesTo(key).length > 0;
	if (!operation.where && !isSeen) {
		because(draft, `every row of ${nameOf(key)} goes at once, without being read`);
		return;
	}
	reachRows(target, operation, false, scene, draft);
}

function reachRows(
	target: Target,
	{ where, ctes }: { readonly where?: Expression; readonly ctes: Query["ctes"] },
	joined: boolean,
	scene: Scene,
	draft: Draft,
): void {
	if (where) readExpression(where, scene, draft, namesOf(ctes));
	if (where && findsByIndex(where, target.table)) return;
	if (target.view) return;
	scan(draft, target);
	const name = nameOf(target.key);
	if (!where) because(draft, `every row of ${name} is changed in one transaction`);
	else if (!joined) because(draft, `no index finds the rows of ${name}: all are read`);
}

function isRowId(name: string): boolean {
	return /^(rowid|oid|_rowid_)$/i.test(name);
}

function readCtes(ctes: Query["ctes"], scene: Scene, draft: Draft): ReadonlySet<string> {
	const named = namesOf(ctes);
	for (const { query } of ctes) if (query) readQuery(query, scene, draft, named);
	return named;
}

function namesOf(ctes: Query["ctes"]): ReadonlySet<string> {
	return new Set(ctes.map(({ name }) => name.toLowerCase()));
}

function readExpression(
	expression: Expression,
	scene: Scene,
	draft: Draft,
	outer: ReadonlySet<string>,
): void {
	const query: Query = {
		targets: [{ expression }],
		from: [],
		grouped: false,
		combined: [],
		ctes: [],
	};
	readQuery(query, scene, draft, outer);
}

/** Reading takes no lock that a writer waits for; a table that no index narrows is read whole. */
export function readQuery(
	query: Query,
	scene: Scene,
	draft: Draft,
	outer: ReadonlySet<string> = new Set(),
): void {
	const named = new Set([...outer, ...namesOf(query.ctes)]);
	const visit = (part: Query): void => {
		for (const { name } of part.ctes) named.add(name.toLowerCase());
		readItems(part.from, scene, draft, part, named);
	};
	visit(query);
	expressionsOf(query, visit);
	for (const expression of expressionsOf(query)) {
		if (expression.kind === "subquery") readQuery(expression.query, scene, draft, named);
	}
}

function readItems(
	items: readonly FromItem[],
	scene: Scene,
	draft: Draft,
	query?: Query,
	named: ReadonlySet<string> = new Set(),
): void {
	for (const item of items) {
		switch (item.kind) {
			case "join":
				readItems([item.left, item.right], scene, draft, undefined, named);
				break;
			case "query":
				readQuery(item.query, scene, draft, named);
				break;
			case "table": {
				if (item.name.schema === undefined && named.has(item.name.name.toLowerCase())) break;
				const target = targetOf(scene, item.name);
				if (query?.where && findsByIndex(query.where, target.table)) break;
				scan(draft, target);
				break;
			}
			default:
		}
	}
}
