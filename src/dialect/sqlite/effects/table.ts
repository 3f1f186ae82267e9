import { keyOf } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import type { OperationOf, ReferentialAction } from "../../../core/operation.ts";
import { because, refuse, refuseName, refuseRows, type Draft } from "./draft.ts";
import { switchOf } from "./pragma.ts";
import { readQuery } from "./data.ts";
import { isMissing, nameOf, targetOf, writeSchema, writeTo, type Scene } from "./scene.ts";
import { firstWith, has, showVersion } from "./versions.ts";

export function createTable(
	operation: OperationOf<"createTable">,
	scene: Scene,
	draft: Draft,
): void {
	if (isTaken(operation, scene, draft)) return;
	if (operation.persistence !== "temporary") writeSchema(draft, scene, operation.table);
	const names = operation.columns.map(({ name }) => name.toLowerCase());
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	if (twice !== undefined) refuse(draft, `the column ${twice} is there twice`);
	if (
		operation.columns.some(({ generated }) => generated) &&
		!has(scene.version, "generatedColumns")
	) {
		refuse(
			draft,
			`generated columns came with SQLite ${firstWith("generatedColumns")}, this is ${showVersion(scene.version)}`,
		);
	}
	if (operation.strict && !has(scene.version, "strict")) {
		refuse(
			draft,
			`STRICT tables came with SQLite ${firstWith("strict")}, this is ${showVersion(scene.version)}`,
		);
	}
}

export function createTableAs(
	operation: OperationOf<"createTableAs">,
	scene: Scene,
	draft: Draft,
): void {
	if (isTaken(operation, scene, draft)) return;
	draft.phase = "migrate";
	if (operation.persistence !== "temporary") writeSchema(draft, scene, operation.table);
	if (operation.query) readQuery(operation.query, scene, draft);
}

/** True when there is nothing to make; without IF NOT EXISTS that is refused. */
function isTaken(
	operation: OperationOf<"createTable" | "createTableAs">,
	scene: Scene,
	draft: Draft,
): boolean {
	if (operation.persistence === "temporary") return false;
	const { key, table, view } = targetOf(scene, operation.table);
	if (!table && !view) return false;
	if (table?.persistence === "temporary" && operation.table.schema === undefined) return false;
	// What no statement of the history made may have gone since.
	if ((table ?? view)?.origin === undefined) return false;
	if (!operation.ifNotExists)
		refuseName(draft, `there is a ${table ? "table" : "view"} ${nameOf(key)} already`);
	return true;
}

/**
 * DROP TABLE gives the pages back without reading them. With foreign keys on it first deletes every row as
 * DELETE would: the actions of the foreign keys that refer to the table change or delete the rows of other
 * tables, and where there is none, rows that refer to it make it fail.
 * Source: https://www.sqlite.org/foreignkeys.html#fk_schemacommands; measured.
 */
export function dropTable(operation: OperationOf<"dropTable">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const target = targetOf(scene, operation.table);
	if (isMissing(scene, target)) {
		if (!operation.ifExists) refuseName(draft, `there is no table ${nameOf(target.key)}`);
		return;
	}
	if (target.view) refuseName(draft, `${nameOf(target.key)} is a view: DROP VIEW drops it`);
	if (!target.table) draft.assumed = true;
	writeTo(draft, scene, target);
	if (!target.table || target.table.empty) return;
	for (const { table, action } of referrersOf(target.table, scene)) {
		if (table.empty) continue;
		deleteForDrop(target.table, table, action, scene, draft);
	}
}

function deleteForDrop(
	dropped: Table,
	child: Table,
	action: ReferentialAction,
	{ settings }: Scene,
	draft: Draft,
): void {
	const state = switchOf(settings, "foreign_keys");
	if (state === "off") return;
	const when = state === "on" ? "foreign keys are on" : "if foreign keys are on";
	if (action === "cascade" || action === "setNull" || action === "setDefault") {
		draft.scans.add(keyOf(dropped));
		draft.scans.add(keyOf(child));
		const change = action === "cascade" ? "deleted" : "changed";
		because(
			draft,
			`${when}: rows of ${child.name} that refer to ${dropped.name} are ${change} too`,
		);
	} else if (state === "on") {
		const reason = `rows of ${child.name} may refer to ${dropped.name}, and foreign keys are on`;
		refuseRows(draft, reason);
	} else because(draft, `${when}: it fails where rows of ${child.name} refer to ${dropped.name}`);
}

/** Other tables with a foreign key to this one, and what each does when a row of it goes. */
export function referrersOf(
	table: Table,
	{ catalog }: Pick<Scene, "catalog">,
): readonly { readonly table: Table; readonly action: ReferentialAction }[] {
	const key = keyOf(table);
	return catalog.referencesTo(key).flatMap((reference) => {
		if (keyOf(reference.table) === key) return [];
		const found = reference.table.constraints.find(({ name }) => name === reference.constraint);
		return found?.type === "foreignKey" ? [{ table: reference.table, action: found.onDelete }] : [];
	});
}
