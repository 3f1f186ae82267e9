import { visitExpression } from "../../../catalog/expression.ts";
import type { Column, Constraint } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { ColumnDefinition, OperationOf } from "../../../core/operation.ts";
import { shapeOfColumn } from "./column-shape.ts";
import { constraintStep } from "./constraint.ts";
import {
	columnNamed,
	columnsOf,
	indexesOn,
	isPrimaryKeyColumn,
	isSameName,
	nameOf,
	virtualColumns,
	type Target,
} from "./facts.ts";
import { foreignKeysFrom, foreignKeysTo, referencedColumns } from "./foreign-keys.ts";
import { has, serverName, since } from "./server.ts";
import {
	copy,
	done,
	metadata,
	metadataInPlace,
	rebuild,
	refused,
	together,
	type Step,
} from "./step.ts";
import { tooLong } from "./type-change.ts";

/**
 * ADD COLUMN.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (Column Operations, Generated Column Operations) and 17.12.2 on INSTANT;
 * MariaDB Knowledge Base, Instant ADD COLUMN for InnoDB; measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function addColumn(operation: OperationOf<"addColumn">, target: Target): Step {
	const { column, ifNotExists } = operation;
	if (columnNamed(target, column.name)) {
		const taken = `${target.name} has a column ${column.name} already`;
		return ifNotExists ? done : refused(1060, taken);
	}
	const shape = shapeOfColumn(column, target);
	const long = shape && tooLong(shape);
	if (long !== undefined) return refused(1074, long);
	const keys = column.constraints
		.filter(({ type }) => type !== "notNull")
		.map((constraint) => constraintStep(constraint, target, "column"));
	return together([columnStep(operation, target), ...keys]);
}

function columnStep(operation: OperationOf<"addColumn">, target: Target): Step {
	const { column } = operation;
	const { server } = target.scene;
	if (column.generated?.kind === "stored") {
		return copy("the value of every row is computed and kept, so every row is copied");
	}
	if (column.generated) return addVirtual(target);
	if (column.autoIncrement) {
		return rebuild("shared", "every row gets a number, and writes wait meanwhile");
	}
	const byDefault = defaultStep(column, target);
	if (byDefault) return byDefault;
	const isLast = isAddedLast(operation, target);
	const first = isLast ? "instant" : "instantAnywhere";
	if (!has(server, first)) {
		return {
			...rebuild("none", `before ${releaseOf(first)} a column is added by writing all rows anew`),
			better: betterSince(first, "the column is added without touching a row"),
		};
	}
	const reshapes = isLast ? "addsLast" : "adds";
	return { ...metadata(server, first, "rows get the column when they are next written"), reshapes };
}

function releaseOf(ability: keyof typeof since): string {
	return serverName({ flavor: "mysql", version: since[ability] });
}

function betterSince(ability: keyof typeof since, how: string): NonNullable<Step["better"]> {
	return { version: since[ability], server: releaseOf(ability), how };
}

function addVirtual(target: Target): Step {
	const { server } = target.scene;
	if (target.table?.partitionBy) {
		return copy("a virtual column of a partitioned table is added by a copy of every row");
	}
	return {
		...metadata(server, "instant", "its values are computed when they are read"),
		virtual: "adds",
	};
}

/** Before which word another column may be added: none is the end of the table. */
function isAddedLast({ position, column }: OperationOf<"addColumn">, target: Target): boolean {
	if (!position) return true;
	if ("first" in position) return false;
	const columns = target.table?.columns;
	if (!columns) return false;
	const { command } = target.scene;
	const added = command.flatMap((other) =>
		other.kind === "addColumn" && other.column.name !== column.name ? [other.column.name] : [],
	);
	const last = columns.at(-1)?.name ?? "";
	return (
		[last, ...added].some((name) => isSameName(name, position.after)) &&
		!isInside(position.after, columns)
	);
}

function isInside(name: string, columns: readonly Column[]): boolean {
	return columns.slice(0, -1).some((column) => isSameName(column.name, name));
}

const statementTime =
	/^(?:now|current_timestamp|localtime|localtimestamp|current_date|curdate|curtime|current_time)$/;
/** Functions with another value for every row; MySQL takes them for unsafe on replicas. */
const perRow =
	/^(?:uuid|uuid_short|uuid_v4|uuid_v7|rand|sys_guid|random_bytes|nextval|lastval|sleep|version|user|current_user|session_user|system_user|connection_id|found_rows|row_count|last_insert_id|sysdate)$/;
/** Those of them that MariaDB computes once for the statement. */
const perStatement =
	/^(?:rand|version|user|current_user|session_user|system_user|connection_id|sysdate)$/;

/** A default that is not the same for every row must be computed row by row. Undefined: it is the same. */
function defaultStep(column: ColumnDefinition, target: Target): Step | undefined {
	const { server } = target.scene;
	const { default: value } = column;
	if (!value || isConstant(value)) return undefined;
	const [calls, readsColumns] = partsOf(value);
	const unsafe = calls.find((name) => perRow.test(name));
	if (server.flavor === "mysql") {
		if (calls.length === 1 && statementTime.test(calls[0] ?? "") && value.kind === "call")
			return undefined;
		if (unsafe !== undefined) {
			return refused(
				1674,
				`${unsafe}() may have another value on a replica: MySQL refuses it as the default of a new column`,
			);
		}
		return copy("the default is an expression, so every row is copied to compute it");
	}
	const varies = readsColumns || (unsafe !== undefined && !perStatement.test(unsafe));
	return varies
		? copy("the default has its own value for every row, so every row is copied")
		: undefined;
}

function isConstant(value: Expression): boolean {
	switch (value.kind) {
		case "literal":
			return true;
		case "cast":
		case "collate":
			return isConstant(value.operand);
		case "operator":
			return value.operands.length === 1 && value.operands.every(isConstant);
		default:
			return false;
	}
}

function partsOf(value: Expression): readonly [calls: readonly string[], readsColumns: boolean] {
	const calls: string[] = [];
	let readsColumns = false;
	visitExpression(value, (part) => {
		if (part.kind === "call") calls.push(part.function.name.toLowerCase());
		if (part.kind === "column") {
			const [name = ""] = part.path;
			// CURRENT_TIMESTAMP and the like may stand without parentheses.
			if (statementTime.test(name.toLowerCase()) || perRow.test(name.toLowerCase()))
				calls.push(name.toLowerCase());
			else readsColumns = true;
		}
	});
	return [calls, readsColumns];
}

/** DROP COLUMN: with it go the indexes over it alone, and it goes out of the others. */
export function dropColumn(operation: OperationOf<"dropColumn">, target: Target): Step {
	const { server } = target.scene;
	const column = columnNamed(target, operation.column);
	const contract = { phase: "contract", reversible: "lossy" } as const;
	if (!column) {
		if (target.table?.complete !== true) return { ...droppedStep(target), ...contract };
		if (operation.ifExists) return done;
		return refused(1091, `${target.name} has no column ${operation.column}`);
	}
	const blocked = refusedBecauseUsed(column, target);
	if (blocked) return blocked;
	if (isPrimaryKeyColumn(target, column.name) && !changesPrimaryKey(target)) {
		return { ...copy("the primary key goes with the column, so every row is copied"), ...contract };
	}
	const indexes = indexesOn(target, column.name);
	const own =
		column.generated?.kind === "virtual"
			? ({ ...metadata(server), virtual: "drops" } as const)
			: droppedStep(target);
	if (indexes.length === 0) return { ...own, ...contract };
	if (server.flavor === "mysql") {
		if (own.virtual) return { ...own, ...metadataInPlace(server), virtual: "drops", ...contract };
		return {
			...rebuild("none", "an index goes with the column, so the rows are written anew"),
			...contract,
		};
	}
	const shared = indexes.filter((index) => columnsOf(index).length > 1).map(({ name }) => name);
	if (shared.length > 0) {
		const why = `${shared.join(", ")} must be built anew without the column, and so the rows`;
		return { ...rebuild("none", why), ...contract };
	}
	return { ...own, algorithm: "nocopy", dropsIndex: true, ...contract };
}

function changesPrimaryKey({ scene }: Target): boolean {
	return scene.command.some(
		(other) => other.kind === "addConstraint" && other.constraint.type === "primaryKey",
	);
}

function droppedStep({ scene: { server } }: Target): Step {
	if (has(server, "instantAnywhere")) {
		return {
			...metadata(server, "instantAnywhere", "rows lose it when they are next written"),
			reshapes: "drops",
		};
	}
	return {
		...rebuild(
			"none",
			`before ${releaseOf("instantAnywhere")} a column is dropped by writing all rows anew`,
		),
		better: betterSince("instantAnywhere", "the column goes without touching a row"),
	};
}

function refusedBecauseUsed({ name }: Column, target: Target): Step | undefined {
	const { command, server } = target.scene;
	const isMysql = server.flavor === "mysql";
	const goes = (constraint: string): boolean =>
		command.some(
			(other) => other.kind === "dropConstraint" && isSameName(other.constraint, constraint),
		);
	const names = (columns: readonly string[]): boolean =>
		columns.some((other) => isSameName(other, name));
	const own = foreignKeysFrom(target).find((key) => names(key.columns) && !goes(key.name));
	if (own) return refused(isMysql ? 1828 : 1553, `the foreign key ${own.name} needs ${name}`);
	const other = foreignKeysTo(target).find(({ constraint }) =>
		names(referencedColumns(constraint, target)),
	);
	if (other) {
		const why = `the foreign key ${other.constraint.name} of ${nameOf(other.table, target.scene)} refers to ${name}`;
		return refused(isMysql ? 1829 : 1553, why);
	}
	const generated = (target.table?.columns ?? []).find(
		(column) =>
			column.generated &&
			readsColumn(column.generated.expression, name) &&
			!command.some((each) => each.kind === "dropColumn" && isSameName(each.column, column.name)),
	);
	if (generated)
		return refused(isMysql ? 3108 : 1054, `${generated.name} is computed from ${name}`);
	const check = checksOf(target).find(
		(constraint) =>
			!goes(constraint.name) &&
			readsColumn(constraint.expression, name) &&
			readsOthers(constraint.expression, name),
	);
	return check && refused(isMysql ? 3959 : 1054, `the CHECK ${check.name} needs ${name}`);
}

type Check = Extract<Constraint, { readonly type: "check" }>;

function checksOf({ table }: Target): readonly Check[] {
	return (table?.constraints ?? []).filter(
		(constraint): constraint is Check => constraint.type === "check",
	);
}

function columnNamesIn(expression: Expression): readonly string[] {
	const names: string[] = [];
	visitExpression(expression, (part) => {
		if (part.kind === "column") names.push(part.path.at(-1) ?? "");
	});
	return names;
}

function readsColumn(expression: Expression, name: string): boolean {
	return columnNamesIn(expression).some((other) => isSameName(other, name));
}

function readsOthers(expression: Expression, name: string): boolean {
	return columnNamesIn(expression).some((other) => !isSameName(other, name));
}

/** RENAME COLUMN, and CHANGE to another name. */
export function renameColumn(operation: OperationOf<"renameColumn">, target: Target): Step {
	const { column: name, to } = operation;
	const { server } = target.scene;
	const column = columnNamed(target, name);
	if (!column && target.table?.complete === true)
		return refused(1054, `${target.name} has no column ${name}`);
	if (columnNamed(target, to) && !isSameName(name, to) && !isRenamed(to, target)) {
		return refused(1060, `${target.name} has a column ${to} already`);
	}
	const contract = { phase: "contract" } as const;
	const why = `code that says ${name} fails from then on`;
	if (server.flavor === "mariadb") return { ...metadata(server, "instant", why), ...contract };
	const computed = (target.table?.columns ?? []).find(
		({ generated }) => generated && readsColumn(generated.expression, name),
	);
	if (computed) return refused(3108, `${computed.name} is computed from ${name}`);
	const check = checksOf(target).find(({ expression }) => readsColumn(expression, name));
	if (check) return refused(3959, `the CHECK ${check.name} names ${name}`);
	const isReferenced = foreignKeysTo(target).some(({ constraint }) =>
		referencedColumns(constraint, target).some((other) => isSameName(other, name)),
	);
	if (isReferenced) return { ...metadataInPlace(server, why), ...contract };
	return { ...metadata(server, "instantRename", why), ...contract };
}

/** True when the column of that name gets another one in the same statement, as when two are swapped. */
function isRenamed(name: string, { scene }: Target): boolean {
	return scene.command.some(
		(other) => other.kind === "renameColumn" && isSameName(other.column, name),
	);
}

/** True when a column that stands behind the new place is virtual: it moves with the stored ones. */
export function movesVirtual({ position }: OperationOf<"addColumn">, target: Target): boolean {
	if (!position) return false;
	const columns = target.table?.columns ?? [];
	const at =
		"first" in position ? 0 : columns.findIndex(({ name }) => isSameName(name, position.after)) + 1;
	const virtual = new Set(virtualColumns(target));
	return columns.slice(at).some((column) => virtual.has(column));
}
