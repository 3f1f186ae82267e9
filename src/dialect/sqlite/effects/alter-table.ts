import type { OperationBase, OperationOf, TableAction } from "../../../core/operation.ts";
import { addColumn } from "./add-column.ts";
import { because, refuse, refuseName, type Draft } from "./draft.ts";
import { refuseBroken } from "./broken.ts";
import { dropColumn } from "./drop-column.ts";
import { switchOf } from "./pragma.ts";
import {
	columnOf,
	isSameName,
	nameOf,
	requireTable,
	scan,
	targetOf,
	writeTo,
	type Scene,
	type Target,
} from "./scene.ts";
import { firstWith, has, showVersion } from "./versions.ts";

/** What ALTER TABLE of SQLite can do; anything else of another database is a syntax error. */
export function alterTable(
	operation: OperationBase & TableAction,
	scene: Scene,
	draft: Draft,
): void {
	switch (operation.kind) {
		case "addColumn":
			addColumn(operation, scene, draft);
			return;
		case "dropColumn":
			dropColumn(operation, scene, draft);
			return;
		case "renameTable":
			renameTable(operation, scene, draft);
			return;
		case "renameColumn":
			renameColumn(operation, scene, draft);
			return;
		case "setNotNull":
		case "dropNotNull":
		case "addConstraint":
		case "dropConstraint":
			alterConstraint(operation, scene, draft);
			return;
		default:
			refuse(
				draft,
				"ALTER TABLE of SQLite adds, drops and renames columns, renames tables, and no more",
			);
	}
}

/**
 * RENAME writes the schema only. What names the table in views, triggers, indexes and foreign keys of other
 * tables is rewritten with it; to that end every view is read, and one that is broken stops it.
 * Source: https://www.sqlite.org/lang_altertable.html#altertabrename; measured.
 */
function renameTable(operation: OperationOf<"renameTable">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	const target = targetOf(scene, operation.table);
	if (!requireTable(scene, target, draft)) return;
	writeTo(draft, scene, target);
	if (target.view) refuseName(draft, `${nameOf(target.key)} is a view: it cannot be renamed`);
	const schema = target.key.slice(0, target.key.indexOf("."));
	const taken = targetOf(scene, { schema, name: operation.to });
	// Not even the spelling of the table's own name can be changed.
	if ((taken.table ?? taken.view) !== undefined || isSameName(nameOf(target.key), operation.to)) {
		refuseName(draft, `there is another table or view with the name ${operation.to}`);
	}
	if (scene.catalog.index({ schema, name: operation.to })) {
		refuseName(draft, `there is an index with the name ${operation.to}`);
	}
	// legacy_alter_table leaves what names the table alone.
	if (switchOf(scene.settings, "legacy_alter_table") !== "on") refuseBroken(scene, draft);
}

function renameColumn(operation: OperationOf<"renameColumn">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	if (!has(scene.version, "renameColumn")) {
		refuse(
			draft,
			`RENAME COLUMN came with SQLite ${firstWith("renameColumn")}, this is ${showVersion(scene.version)}`,
		);
	}
	const target = targetOf(scene, operation.table);
	if (!requireTable(scene, target, draft)) return;
	writeTo(draft, scene, target);
	const name = nameOf(target.key);
	if (target.view) refuseName(draft, `${name} is a view: its columns cannot be renamed`);
	const { table } = target;
	if (table?.complete && !columnOf(table, operation.column)) {
		refuseName(draft, `${name} has no column ${operation.column}`);
	}
	if (columnOf(table, operation.to) && !isSameName(operation.column, operation.to)) {
		refuseName(draft, `${name} has a column ${operation.to} already`);
	}
	refuseBroken(scene, draft);
}

/**
 * ALTER COLUMN ... SET / DROP NOT NULL, ADD CONSTRAINT ... CHECK and DROP CONSTRAINT write the schema; the first
 * and the third read every row. Source: https://www.sqlite.org/releaselog/3_53_0.html; measured on 3.53.
 */
function alterConstraint(
	operation: OperationOf<"setNotNull" | "dropNotNull" | "addConstraint" | "dropConstraint">,
	scene: Scene,
	draft: Draft,
): void {
	if (operation.kind === "dropNotNull" || operation.kind === "dropConstraint") {
		draft.phase = "contract";
	}
	if (!has(scene.version, "alterConstraint")) {
		refuse(
			draft,
			`ALTER TABLE changes constraints since SQLite ${firstWith("alterConstraint")}, this is ${showVersion(scene.version)}`,
		);
	}
	const target = targetOf(scene, operation.table);
	if (!requireTable(scene, target, draft)) return;
	writeTo(draft, scene, target);
	switch (operation.kind) {
		case "setNotNull":
			because(draft, "every row is read to see that none is NULL");
			scan(draft, target);
			requireColumn(target, operation.column, draft);
			return;
		case "dropNotNull":
			requireColumn(target, operation.column, draft);
			return;
		case "addConstraint":
			if (operation.constraint.type !== "check") {
				refuse(draft, "SQLite adds a CHECK to a table, and no other constraint");
			}
			because(draft, "every row is tested");
			scan(draft, target);
			return;
		case "dropConstraint":
			dropConstraint(operation, target, draft);
	}
}

function requireColumn({ table, key }: Target, column: string, draft: Draft): void {
	if (table?.complete && !columnOf(table, column)) {
		refuseName(draft, `${nameOf(key)} has no column ${column}`);
	}
}

function dropConstraint(
	{ constraint: name }: OperationOf<"dropConstraint">,
	{ table, key }: Target,
	draft: Draft,
): void {
	const constraint = table?.constraints.find((own) => isSameName(own.name, name));
	if (table?.complete && !constraint) {
		refuseName(draft, `${nameOf(key)} has no constraint ${name}`);
	}
	if (constraint && constraint.type !== "check" && constraint.type !== "notNull") {
		refuse(draft, `SQLite drops a CHECK or NOT NULL of a table, and ${name} is neither`);
	}
}
