import type { Column } from "../../../catalog/model.ts";
import type { ColumnDefinition, OperationOf } from "../../../core/operation.ts";
import { shapeOfColumn } from "./column-shape.ts";
import { constraintStep } from "./constraint.ts";
import {
	columnNamed,
	indexesOn,
	isLenient,
	isPrimaryKeyColumn,
	isSameName,
	isSettingOff,
	nameOf,
	optionOf,
	type Target,
} from "./facts.ts";
import { foreignKeysFrom, foreignKeysTo, referencedColumns } from "./foreign-keys.ts";
import {
	buildIndexes,
	copy,
	done,
	metadata,
	metadataInPlace,
	nothing,
	rebuild,
	refused,
	together,
	type Step,
} from "./step.ts";
import { compareTypes, tooLong } from "./type-change.ts";
import { takesAllOf } from "./widening.ts";

/**
 * MODIFY and CHANGE: the server compares the old definition with the new one, clause by clause, and the
 * worst difference decides.
 *
 * Source: mysql_compare_tables and fill_alter_inplace_info in sql/sql_table.cc of both servers; MySQL Reference
 * Manual 8.4, 17.12.1; measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function redefineColumn(operation: OperationOf<"redefineColumn">, target: Target): Step {
	const { definition, ifExists } = operation;
	const column = columnNamed(target, operation.column) ?? columnBefore(operation, target);
	if (!column) {
		if (target.table?.complete !== true) return unknownColumn();
		return ifExists ? done : refused(1054, `${target.name} has no column ${operation.column}`);
	}
	return together([
		generatedStep(column, definition, target),
		typeStep(column, definition, target),
		nullStep(column, definition, target),
		numberStep(column, definition, target),
		positionStep(operation, column, target),
		...definition.constraints
			.filter(({ type }) => type !== "notNull")
			.filter(
				(constraint) =>
					constraint.type !== "primaryKey" || !isPrimaryKeyColumn(target, column.name),
			)
			.map((constraint) => constraintStep(constraint, target, "redefined")),
		metadata(target.scene.server),
	]);
}

/** CHANGE renames first: the table that the catalog shows still has the column under its old name. */
function columnBefore(
	operation: OperationOf<"redefineColumn">,
	target: Target,
): Column | undefined {
	for (const other of target.scene.command) {
		if (other.kind === "renameColumn" && isSameName(other.to, operation.column)) {
			return columnNamed(target, other.column);
		}
	}
	return undefined;
}

function unknownColumn(): Step {
	return {
		...copy(
			"the history does not say what the column was: if its type changes, every row is copied",
		),
		phase: "contract",
	};
}

function generatedStep(column: Column, definition: ColumnDefinition, target: Target): Step {
	const { server } = target.scene;
	const [before, after] = [column.generated, definition.generated];
	if (!before && !after) return nothing;
	const isVirtual = before?.kind === "virtual" || after?.kind === "virtual";
	if (isVirtual && before?.kind !== after?.kind) {
		const code = server.flavor === "mysql" ? 3106 : 1907;
		return refused(code, "a virtual column cannot become a stored one, nor the other way round");
	}
	if (!before || before.kind !== after?.kind) {
		return copy("the column begins or ends to be computed, so every row is copied");
	}
	if (after.kind === "stored") {
		const isSame = JSON.stringify(before.expression) === JSON.stringify(after.expression);
		if (isSame && server.flavor === "mysql") return nothing;
		return copy("the value of every row is computed again");
	}
	const isSame = JSON.stringify(before.expression) === JSON.stringify(after.expression);
	if (isSame || server.flavor === "mariadb") return nothing;
	return copy("a virtual column with another expression: MySQL copies every row");
}

function typeStep(column: Column, definition: ColumnDefinition, target: Target): Step {
	const { server } = target.scene;
	const [before, after] = [shapeOfColumn(column, target), shapeOfColumn(definition, target)];
	if (!before || !after) return unknownColumn();
	const long = tooLong(after);
	if (long !== undefined) return refused(1074, long);
	const isRedundant = optionOf(target, "row_format") === "redundant";
	const change = compareTypes(before, after, server, isRedundant);
	const blocked =
		change.kind === "none" ? undefined : refusedByForeignKey(column, target, change.kind);
	if (blocked) return blocked;
	switch (change.kind) {
		case "none":
			return nothing;
		case "instant":
			return metadata(server, "instant", change.reason);
		case "inPlace":
			return metadataInPlace(server, change.reason);
		case "collation":
			return collationStep(column, target, change.reason);
		case "copy":
			return takesAllOf(after, before)
				? copy(change.reason)
				: { ...copy(change.reason), phase: "contract" };
	}
}

/** Indexes over the column are sorted by the old collation. */
function collationStep(column: Column, target: Target, reason: string): Step {
	const { server } = target.scene;
	const sorted = indexesOn(target, column.name).filter(({ method }) => method !== "fulltext");
	if (sorted.length === 0) return metadataInPlace(server, reason);
	if (server.flavor === "mysql" || isPrimaryKeyColumn(target, column.name)) {
		return copy("indexes over the column are sorted by the old collation, so every row is copied");
	}
	const names = sorted.map(({ name }) => name);
	return buildIndexes(server, "none", names, "its indexes are sorted anew");
}

/** Both sides of a foreign key must keep one type; MySQL looks away while foreign_key_checks is off. */
function refusedByForeignKey(
	{ name }: Column,
	target: Target,
	kind: "instant" | "inPlace" | "collation" | "copy",
): Step | undefined {
	if (kind !== "copy") return undefined;
	const { server } = target.scene;
	if (server.flavor === "mysql" && isSettingOff(target.scene, "foreign_key_checks"))
		return undefined;
	const own = foreignKeysFrom(target).find(({ columns }) =>
		columns.some((column) => isSameName(column, name)),
	);
	if (own) return refused(1832, `the foreign key ${own.name} needs ${name} as it is`);
	const other = foreignKeysTo(target).find(({ constraint }) =>
		referencedColumns(constraint, target).some((column) => isSameName(column, name)),
	);
	if (!other) return undefined;
	return refused(
		1833,
		`the foreign key ${other.constraint.name} of ${nameOf(other.table, target.scene)} needs ${name} as it is`,
	);
}

function nullStep(column: Column, definition: ColumnDefinition, target: Target): Step {
	const { server } = target.scene;
	if (definition.generated?.kind === "virtual") return nothing;
	const isKey = isPrimaryKeyColumn(target, column.name);
	const after =
		isKey || definition.constraints.some(({ type }) => type === "notNull" || type === "primaryKey");
	const before = column.notNull || isKey;
	if (before === after) return nothing;
	if (!after) {
		const isRedundant = optionOf(target, "row_format") === "redundant";
		if (server.flavor === "mariadb" && isRedundant) return nothing;
		return rebuild("none", "a column that can be NULL takes a bit in every row");
	}
	const contract = { phase: "contract" } as const;
	const lenient = server.flavor === "mysql" && isLenient(target.scene);
	const stores = (target.table?.columns ?? []).some(
		({ generated }) => generated?.kind === "stored",
	);
	if (lenient || (server.flavor === "mariadb" && stores)) {
		const why = lenient
			? "without a strict sql_mode NULLs are replaced"
			: "stored columns are computed anew";
		return { ...copy(`${why}, so every row is copied`), ...contract };
	}
	return {
		...rebuild("none", "the rows are written anew, and a NULL ends the statement"),
		...contract,
	};
}

function numberStep(column: Column, definition: ColumnDefinition, target: Target): Step {
	const [before, after] = [column.autoIncrement === true, definition.autoIncrement === true];
	if (before === after) return nothing;
	if (after)
		return { ...copy("the column gets AUTO_INCREMENT, so every row is copied"), numbers: true };
	const isMysql = target.scene.server.flavor === "mysql";
	return isMysql ? copy("the column loses AUTO_INCREMENT: MySQL copies every row") : nothing;
}

function positionStep(
	{ position }: OperationOf<"redefineColumn">,
	column: Column,
	target: Target,
): Step {
	if (!position || isAtPlace(position, column, target)) return nothing;
	const isMysql = target.scene.server.flavor === "mysql";
	const moved = "the column moves to another place";
	if (isMysql) return rebuild("none", `${moved}, so the rows are written anew`);
	return { ...metadata(target.scene.server, "instant", moved), reshapes: "moves" };
}

function isAtPlace(
	position: NonNullable<OperationOf<"redefineColumn">["position"]>,
	column: Column,
	{ table }: Target,
): boolean {
	const columns = table?.columns ?? [];
	const at = columns.indexOf(column);
	if ("first" in position) return at === 0;
	const before = columns[at - 1];
	return before !== undefined && isSameName(before.name, position.after);
}
