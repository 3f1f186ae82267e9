import type { Expression } from "../../../core/expression.ts";
import type { ColumnDefinition, OperationOf } from "../../../core/operation.ts";
import { because, refuse, refuseName, type Draft } from "./draft.ts";
import { switchOf } from "./pragma.ts";
import {
	columnOf,
	isNullConstant,
	nameOf,
	requireTable,
	scan,
	targetOf,
	writeTo,
	type Scene,
	type Target,
} from "./scene.ts";
import { firstWith, has, showVersion } from "./versions.ts";

/**
 * ADD COLUMN writes the schema, one page, whatever the table's size. What would have to be written into the
 * rows is refused; some of it only while there are rows, so that it passes on a fresh database.
 * Source: https://www.sqlite.org/lang_altertable.html, sqlite3AlterFinishAddColumn in src/alter.c; measured.
 */
export function addColumn(operation: OperationOf<"addColumn">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	if (!requireTable(scene, target, draft)) return;
	if (target.view) {
		refuseName(draft, `${nameOf(target.key)} is a view: a column cannot be added to it`);
	}
	writeTo(draft, scene, target);
	const { column } = operation;
	if (columnOf(target.table, column.name)) {
		refuseName(draft, `${nameOf(target.key)} has a column ${column.name} already`);
	}
	if (column.generated) addGenerated(column, target, scene, draft);
	else addStored(column, target, scene, draft);
	if (column.constraints.some(({ type }) => type === "check")) {
		because(draft, "the CHECK is tested against the rows that are there");
		scan(draft, target);
	}
}

function addGenerated(column: ColumnDefinition, target: Target, scene: Scene, draft: Draft): void {
	if (!has(scene.version, "generatedColumns")) {
		refuse(
			draft,
			`generated columns came with SQLite ${firstWith("generatedColumns")}, this is ${showVersion(scene.version)}`,
		);
	}
	if (column.generated?.kind === "stored") {
		onlyWhenEmpty(target, "a STORED generated column cannot be added", draft);
	}
	if (column.constraints.some(({ type }) => type === "notNull")) {
		because(draft, "every row is read to see that the expression is never NULL");
		scan(draft, target);
	}
}

function addStored(column: ColumnDefinition, target: Target, scene: Scene, draft: Draft): void {
	const has = (wanted: string) => column.constraints.some(({ type }) => type === wanted);
	if (has("primaryKey")) refuse(draft, "a PRIMARY KEY column cannot be added");
	if (has("unique")) refuse(draft, "a UNIQUE column cannot be added");
	const value = column.default;
	const isNull = value === undefined || isNullConstant(value);
	if (has("foreignKey") && !isNull && switchOf(scene.settings, "foreign_keys") === "on") {
		onlyWhenEmpty(
			target,
			"a REFERENCES column with a default that is not NULL cannot be added",
			draft,
		);
	}
	if (has("notNull") && isNull) {
		onlyWhenEmpty(target, "a NOT NULL column without a default cannot be added", draft);
	}
	if (value !== undefined && !isConstant(value)) {
		onlyWhenEmpty(target, "a column with a default that is not a constant cannot be added", draft);
	}
}

/** Refused while the table has rows: the migration passes on a fresh database and fails on a used one. */
function onlyWhenEmpty({ table }: Target, reason: string, draft: Draft): void {
	if (table?.empty === true) return;
	refuse(draft, `${reason} to a table that has rows`);
}

/** What SQLite takes for a constant default: a literal, with signs, a CAST and brackets around it. */
export function isConstant(value: Expression): boolean {
	switch (value.kind) {
		case "literal":
			return true;
		case "column":
			// DEFAULT abc and DEFAULT "abc" are text; the clock is not.
			return !/^current_(timestamp|date|time)$/i.test(value.path.at(-1) ?? "");
		case "cast":
			return isConstant(value.operand);
		case "operator":
			return (
				value.operands.length === 1 &&
				/^[-+]$/.test(value.operator) &&
				value.operands.every(isConstant)
			);
		default:
			return false;
	}
}
