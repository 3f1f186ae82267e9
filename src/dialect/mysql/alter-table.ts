import { createIndexOf } from "../../catalog/inline-index.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type {
	ColumnDefinition,
	OnlineClauses,
	Operation,
	OperationOf,
	Parameter,
} from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import { readColumn } from "../tolerant/column.ts";
import { isTableElement, readTableElement } from "../tolerant/constraint.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readAlterPart, readRedefinition } from "./alter-column.ts";
import { readAddPartition, readPartitionAction } from "./alter-partitions.ts";
import { other, type Target } from "./alter-target.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readOnlineClause, withOnline } from "./online.ts";
import { readTableOption } from "./table-options.ts";

/** Reads ALTER TABLE from its first word on: one operation for each change that it names. */
export function readAlterTable(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("ALTER");
	const said: OnlineClauses[] = [];
	if (cursor.takeAny("ONLINE", "OFFLINE") === "ONLINE") said.push({ lock: "none" });
	cursor.take("IGNORE");
	cursor.expect("TABLE");
	const ifTableExists = cursor.take("IF", "EXISTS");
	const table = cursor.qualifiedName();
	const target: Target = { table, ifTableExists, only: false, relation: "table" };
	for (let clause = readOnlineClause(cursor); clause; clause = readOnlineClause(cursor)) {
		said.push(clause);
		cursor.take(",");
	}
	const operations: Operation[] = [];
	for (let isOpen = !cursor.isAtEnd; isOpen;) {
		const clause = readOnlineClause(cursor);
		if (clause) said.push(clause);
		else operations.push(...readAction(cursor, target));
		isOpen = cursor.take(",") || isPartitioning(cursor) || isOptionAhead(cursor);
	}
	const range = cursor.rangeFrom(first);
	if (operations.length === 0) {
		operations.push({ kind: "alterTableOther", ...target, action: "nothing", range });
	}
	const [only] = operations;
	const placed = only && operations.length === 1 ? [{ ...only, range }] : renamedLast(operations);
	return withOnline(mergeParameters(placed), said);
}

/** The server gives the table its new name when all else is done, wherever RENAME stands. */
function renamedLast(operations: readonly Operation[]): readonly Operation[] {
	const isRename = ({ kind }: Operation): boolean => kind === "renameTable";
	if (!operations.some(isRename)) return operations;
	return [...operations.filter((one) => !isRename(one)), ...operations.filter(isRename)];
}

function isPartitioning(cursor: Cursor): boolean {
	return cursor.is("PARTITION", "BY") || cursor.is("REMOVE", "PARTITIONING");
}

/** Table options need no comma between them. */
function isOptionAhead(cursor: Cursor): boolean {
	const before = cursor.at;
	const option = cursor.attempt(() => readTableOption(cursor));
	cursor.at = before;
	return option !== undefined;
}

/** The options of one statement are one operation. */
function mergeParameters(operations: readonly Operation[]): readonly Operation[] {
	const merged: Operation[] = [];
	for (const operation of operations) {
		const last = merged.at(-1);
		if (operation.kind === "setTableParameters" && last?.kind === "setTableParameters") {
			const range = { start: last.range.start, end: operation.range.end };
			const parameters = [...last.parameters, ...operation.parameters];
			merged[merged.length - 1] = { ...last, range, parameters };
		} else merged.push(operation);
	}
	return merged;
}

function readAction(cursor: Cursor, target: Target): readonly Operation[] {
	const first = cursor.at;
	const range = (): Range => cursor.rangeFrom(first);
	const word = cursor.peek();
	switch (word) {
		case "ADD":
			return readAdd(cursor, target);
		case "DROP":
			return readDrop(cursor, target);
		case "MODIFY":
		case "CHANGE":
			return readRedefinition(cursor, target);
		case "ALTER":
			return [readAlterPart(cursor, target)];
		case "RENAME":
			return [readRename(cursor, target)];
		case "CONVERT":
			if (cursor.peek(1) === "TO") return [readConversion(cursor, target)];
			break;
		case "ENABLE":
		case "DISABLE":
			cursor.at++;
			cursor.expect("KEYS");
			return [other(target, `${word.toLowerCase()} keys`, range())];
		case "FORCE":
			cursor.at++;
			return [other(target, "force", range())];
		case "ORDER":
			cursor.expect("ORDER", "BY");
			do {
				cursor.name();
				cursor.takeAny("ASC", "DESC");
			} while (cursor.is(",") && cursor.isName(1) && cursor.take(","));
			return [other(target, "order by", range())];
		case "WITH":
		case "WITHOUT":
			if (!cursor.take(word, "VALIDATION")) break;
			return [];
		default:
			break;
	}
	return readPartitionAction(cursor, target) ?? [readParameter(cursor, target)];
}

function readParameter(cursor: Cursor, target: Target): Operation {
	const first = cursor.at;
	const option = readTableOption(cursor);
	if (!option) return cursor.fail();
	const parameters: readonly Parameter[] = [option];
	return {
		kind: "setTableParameters",
		...target,
		parameters,
		reset: false,
		range: cursor.rangeFrom(first),
	};
}

function readAdd(cursor: Cursor, target: Target): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("ADD");
	if (cursor.is("PARTITION")) return [readAddPartition(cursor, target, first)];
	if (cursor.take("SYSTEM", "VERSIONING")) {
		return [other(target, "add system versioning", cursor.rangeFrom(first))];
	}
	if (isTableElement(cursor, mysqlGrammar)) {
		const { constraint, index } = readTableElement(cursor, mysqlGrammar);
		const range = cursor.rangeFrom(first);
		if (constraint) return [{ kind: "addConstraint", ...target, constraint, range }];
		if (index) return [createIndexOf(index, target.table, range)];
		return [other(target, "add period", range)];
	}
	cursor.take("COLUMN");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	if (cursor.is("(")) return readColumnList(cursor, target, ifNotExists);
	const { column, position } = readColumn(cursor, mysqlGrammar);
	return [addColumn(target, column, ifNotExists, cursor.rangeFrom(first), position)];
}

function addColumn(
	target: Target,
	column: ColumnDefinition,
	ifNotExists: boolean,
	range: Range,
	position: OperationOf<"addColumn">["position"],
): Operation {
	return {
		kind: "addColumn",
		...target,
		column,
		ifNotExists,
		range,
		...(position && { position }),
	};
}

/** `ADD (a int, b int, KEY (a))`. */
function readColumnList(
	cursor: Cursor,
	target: Target,
	ifNotExists: boolean,
): readonly Operation[] {
	return cursor.list((): Operation => {
		const first = cursor.at;
		if (isTableElement(cursor, mysqlGrammar)) {
			const { constraint, index } = readTableElement(cursor, mysqlGrammar);
			const range = cursor.rangeFrom(first);
			if (constraint) return { kind: "addConstraint", ...target, constraint, range };
			return index ? createIndexOf(index, target.table, range) : cursor.fail();
		}
		const { column, position } = readColumn(cursor, mysqlGrammar);
		return addColumn(target, column, ifNotExists, cursor.rangeFrom(first), position);
	});
}

function readDrop(cursor: Cursor, target: Target): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("DROP");
	const range = (): Range => cursor.rangeFrom(first);
	const constraint = (
		name: string,
		ifExists: boolean,
		type?: "foreignKey" | "check" | "primaryKey",
	) => {
		const said = { ...target, constraint: name, ifExists, cascade: false, range: range() };
		return [{ kind: "dropConstraint" as const, ...said, ...(type && { type }) }];
	};
	if (cursor.take("PRIMARY", "KEY")) return constraint("PRIMARY", false, "primaryKey");
	if (cursor.take("FOREIGN", "KEY")) {
		const ifExists = cursor.take("IF", "EXISTS");
		return constraint(cursor.name(), ifExists, "foreignKey");
	}
	const isNamedObject = cursor.isName(1) && !cursor.is(cursor.peek(), ",");
	if (isNamedObject && cursor.takeAny("INDEX", "KEY") !== undefined) {
		const ifExists = cursor.take("IF", "EXISTS");
		const index = { name: cursor.identifier(), table: target.table };
		return [
			{ kind: "dropIndex", index, concurrently: false, ifExists, cascade: false, range: range() },
		];
	}
	if (isNamedObject && (cursor.is("CHECK") || cursor.is("CONSTRAINT"))) {
		const type = cursor.peek() === "CHECK" ? ("check" as const) : undefined;
		cursor.at++;
		const ifExists = cursor.take("IF", "EXISTS");
		return constraint(cursor.name(), ifExists, type);
	}
	if (cursor.take("PARTITION")) {
		cursor.take("IF", "EXISTS");
		const partitions = cursor.commaList(() => cursor.name());
		return [{ kind: "alterPartitions", ...target, action: "drop", partitions, range: range() }];
	}
	if (cursor.take("SYSTEM", "VERSIONING"))
		return [other(target, "drop system versioning", range())];
	if (cursor.take("PERIOD", "FOR")) {
		cursor.name();
		return [other(target, "drop period", range())];
	}
	if (isNamedObject) cursor.take("COLUMN");
	const ifExists = cursor.take("IF", "EXISTS");
	const column = cursor.identifier();
	cursor.takeAny("RESTRICT", "CASCADE");
	return [{ kind: "dropColumn", ...target, column, ifExists, cascade: false, range: range() }];
}

function readRename(cursor: Cursor, target: Target): Operation {
	const first = cursor.at;
	cursor.expect("RENAME");
	if (cursor.is("COLUMN") && cursor.isName(1)) {
		cursor.at++;
		cursor.take("IF", "EXISTS");
		const column = cursor.identifier();
		cursor.expect("TO");
		const to = cursor.identifier();
		return { kind: "renameColumn", ...target, column, to, range: cursor.rangeFrom(first) };
	}
	if (cursor.isName(1) && cursor.peek(1) !== "," && (cursor.is("INDEX") || cursor.is("KEY"))) {
		cursor.at++;
		const ifExists = cursor.take("IF", "EXISTS");
		const index = { name: cursor.identifier(), table: target.table };
		cursor.expect("TO");
		const to = cursor.identifier();
		return { kind: "renameIndex", index, to, ifExists, range: cursor.rangeFrom(first) };
	}
	if (cursor.takeAny("TO", "AS") === undefined) cursor.take("=");
	const to = cursor.qualifiedName();
	return renameTableTo(target, to, cursor.rangeFrom(first));
}

/** A rename into another database is a move. */
export function renameTableTo(target: Target, to: QualifiedName, range: Range): Operation {
	return {
		kind: "renameTable",
		...target,
		to: to.name,
		...(to.schema !== undefined && { toSchema: to.schema }),
		range,
	};
}

function readConversion(cursor: Cursor, target: Target): Operation {
	const first = cursor.at;
	cursor.expect("CONVERT", "TO");
	if (!cursor.take("CHARSET")) cursor.expect("CHARACTER", "SET");
	cursor.take("=");
	const written = cursor.isString() ? cursor.string() : cursor.name();
	const collation = cursor.take("COLLATE") ? readCollation(cursor) : undefined;
	const isDefault = written.toLowerCase() === "default";
	return {
		kind: "convertCharacterSet",
		...target,
		...(!isDefault && { characterSet: written.toLowerCase() }),
		...(collation !== undefined && { collation: collation.toLowerCase() }),
		range: cursor.rangeFrom(first),
	};
}

function readCollation(cursor: Cursor): string {
	cursor.take("=");
	return cursor.isString() ? cursor.string() : cursor.name();
}
