import { columnsIn, visitExpression } from "../../../catalog/expression.ts";
import { keyOf } from "../../../catalog/catalog.ts";
import type { Index, Table } from "../../../catalog/model.ts";
import type { Expression, Query } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, refuse, refuseName, type Draft } from "./draft.ts";
import { refuseBroken } from "./broken.ts";
import {
	columnOf,
	includesName,
	isSameName,
	nameOf,
	requireTable,
	rewrite,
	targetOf,
	writeTo,
	type Scene,
} from "./scene.ts";
import { firstWith, has, showVersion } from "./versions.ts";

/**
 * DROP COLUMN takes the value out of every row: all pages of the table are written. It is refused while
 * something else in the schema names the column.
 * Source: https://www.sqlite.org/lang_altertable.html#altertabdropcol; measured.
 */
export function dropColumn(operation: OperationOf<"dropColumn">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const target = targetOf(scene, operation.table);
	if (!has(scene.version, "dropColumn")) {
		refuse(
			draft,
			`DROP COLUMN came with SQLite ${firstWith("dropColumn")}, this is ${showVersion(scene.version)}`,
		);
	}
	if (!requireTable(scene, target, draft)) return;
	writeTo(draft, scene, target);
	if (target.view) {
		refuseName(draft, `${nameOf(target.key)} is a view: it has no column to drop`);
		return;
	}
	const { table } = target;
	const column = columnOf(table, operation.column);
	if (table?.complete && !column) {
		refuseName(draft, `${nameOf(target.key)} has no column ${operation.column}`);
	}
	if (column?.generated?.kind !== "virtual") {
		because(
			draft,
			"the value is taken out of every row, so that all pages of the table are written",
		);
		rewrite(draft, target);
	}
	refuseBroken(scene, draft);
	if (table) refuseUsed(table, operation.column, scene, draft);
}

function refuseUsed(table: Table, column: string, scene: Scene, draft: Draft): void {
	refuseKeys(table, column, draft);
	if (table.complete && table.columns.length === 1) {
		refuseName(draft, `${column} is the only column of ${table.name}`);
	}
	for (const index of table.indexes) {
		if (index.constraint === undefined && indexUses(index, column)) {
			refuse(draft, `the index ${index.name} uses ${column}`);
		}
	}
	for (const other of table.columns) {
		if (!other.generated || isSameName(other.name, column)) continue;
		if (includesName(columnsIn(other.generated.expression), column)) {
			refuse(draft, `the generated column ${other.name} is computed from ${column}`);
		}
	}
	for (const trigger of table.triggers) {
		if (includesName([...trigger.columns, ...trigger.whenColumns], column)) {
			refuse(draft, `the trigger ${trigger.name} uses ${column}`);
		}
	}
	const used = `${keyOf(table)}.${column}`;
	for (const { triggers } of scene.catalog.tables()) {
		for (const { name, uses } of triggers) {
			if (uses && includesName(uses.columns, used)) {
				refuse(draft, `the trigger ${name} uses ${column}`);
			}
		}
	}
	for (const view of scene.catalog.viewsOn(keyOf(table))) {
		// A `*` goes on with the columns that are left.
		if (includesName(view.dependsOnColumns, used) && namesColumn(view.query, column)) {
			refuse(draft, `the view ${view.name} uses ${column}`);
		}
	}
}

function refuseKeys(table: Table, column: string, draft: Draft): void {
	for (const constraint of table.constraints) {
		// What is written at the column goes with it.
		const ownColumn = constraint.atColumn;
		const isOwn = ownColumn !== undefined && isSameName(ownColumn, column);
		switch (constraint.type) {
			case "check":
				if (!isOwn && uses(constraint.expression, column)) {
					refuse(draft, `a CHECK of ${table.name} uses ${column}`);
				}
				break;
			case "foreignKey":
				if (!isOwn && includesName(constraint.columns, column)) {
					refuse(draft, `a FOREIGN KEY of ${table.name} uses ${column}`);
				}
				break;
			case "primaryKey":
				if (includesName(constraint.columns, column)) {
					refuse(draft, `${column} is in the primary key`);
				}
				break;
			case "unique":
				if (includesName(constraint.columns, column)) refuse(draft, `${column} is UNIQUE`);
				break;
			default:
		}
	}
}

function uses(expression: Expression, column: string): boolean {
	return includesName(columnsIn(expression), column);
}

function indexUses(index: Index, column: string): boolean {
	const expressions = index.elements.map(({ expression }) => expression);
	if (index.where) expressions.push(index.where);
	return expressions.some((expression) => uses(expression, column));
}

/** True when the query names the column; a `*` does not. */
function namesColumn(query: Query, column: string): boolean {
	let found = false;
	visitExpression({ kind: "subquery", form: "scalar", query }, (part) => {
		if (part.kind === "column" && isSameName(part.path.at(-1) ?? "", column)) found = true;
	});
	return found;
}
