import { createIndexOf } from "../../catalog/inline-index.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type {
	ColumnDefinition,
	OnlineClauses,
	Operation,
	OperationOf,
	Parameter,
	PartitionAction,
} from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import { readColumn, readDefault } from "../tolerant/column.ts";
import { isTableElement, readTableElement } from "../tolerant/constraint.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readOnlineClause, withOnline } from "./online.ts";
import { readPartitioning, readPartitionList, readTableOption } from "./table-options.ts";

/** What every action of one ALTER TABLE has. */
interface Target {
	readonly table: QualifiedName;
	readonly ifTableExists: boolean;
	readonly only: false;
	readonly relation: "table";
}

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
			return [readAlter(cursor, target)];
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

function other(target: Target, action: string, range: Range): Operation {
	return { kind: "alterTableOther", ...target, action, range };
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

/** MODIFY, and CHANGE, which is a rename too when the names differ. */
function readRedefinition(cursor: Cursor, target: Target): readonly Operation[] {
	const first = cursor.at;
	const changes = cursor.takeAny("CHANGE", "MODIFY") === "CHANGE";
	cursor.take("COLUMN");
	const ifExists = cursor.take("IF", "EXISTS");
	if (cursor.is("("))
		return cursor.list(() => readOneRedefinition(cursor, target, first, ifExists)).flat();
	const before = changes ? cursor.identifier() : undefined;
	return readOneRedefinition(cursor, target, first, ifExists, before);
}

function readOneRedefinition(
	cursor: Cursor,
	target: Target,
	first: number,
	ifExists: boolean,
	before?: string,
): readonly Operation[] {
	const { column: definition, position } = readColumn(cursor, mysqlGrammar);
	const range = cursor.rangeFrom(first);
	const redefined: Operation = {
		kind: "redefineColumn",
		...target,
		column: definition.name,
		definition,
		ifExists,
		range,
		...(position && { position }),
	};
	if (before === undefined || before === definition.name) return [redefined];
	return [
		{ kind: "renameColumn", ...target, column: before, to: definition.name, range },
		redefined,
	];
}

function readAlter(cursor: Cursor, target: Target): Operation {
	const first = cursor.at;
	cursor.expect("ALTER");
	const range = (): Range => cursor.rangeFrom(first);
	if (cursor.is("INDEX") || cursor.is("KEY")) {
		cursor.at++;
		cursor.take("IF", "EXISTS");
		const index = { name: cursor.identifier(), table: target.table };
		const hides = cursor.is("INVISIBLE") || cursor.is("IGNORED");
		const isNegated = cursor.take("NOT");
		// MySQL says INVISIBLE, MariaDB IGNORED.
		const name = cursor.is("IGNORED") ? "ignored" : "visible";
		cursor.advance();
		const isOn = name === "ignored" ? !isNegated : !hides;
		const parameters = [{ name, value: String(isOn) }];
		return { kind: "setIndexParameters", index, parameters, reset: false, range: range() };
	}
	if (cursor.isName(1) && (cursor.is("CHECK") || cursor.is("CONSTRAINT"))) {
		cursor.at++;
		const constraint = cursor.name();
		const enforced = !cursor.take("NOT");
		cursor.expect("ENFORCED");
		return { kind: "alterConstraint", ...target, constraint, enforced, range: range() };
	}
	cursor.take("COLUMN");
	cursor.take("IF", "EXISTS");
	const column = cursor.identifier();
	if (cursor.take("DROP", "DEFAULT"))
		return { kind: "dropDefault", ...target, column, range: range() };
	cursor.expect("SET");
	const visibility = cursor.takeAny("VISIBLE", "INVISIBLE");
	if (visibility) {
		const parameters = [{ name: "visible", value: String(visibility === "VISIBLE") }];
		return {
			kind: "setColumnParameters",
			...target,
			column,
			parameters,
			reset: false,
			range: range(),
		};
	}
	cursor.expect("DEFAULT");
	const value = readDefault(cursor, mysqlGrammar);
	return { kind: "setDefault", ...target, column, default: value, range: range() };
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

function readAddPartition(cursor: Cursor, target: Target, first: number): Operation {
	cursor.expect("PARTITION");
	cursor.take("IF", "NOT", "EXISTS");
	cursor.takeAny("NO_WRITE_TO_BINLOG", "LOCAL");
	let partitions: readonly string[] = [];
	if (cursor.take("PARTITIONS")) cursor.raw();
	else partitions = readPartitionList(cursor);
	const range = cursor.rangeFrom(first);
	return { kind: "alterPartitions", ...target, action: "add", partitions, range };
}

const actionsOnPartitions: Readonly<Record<string, PartitionAction>> = {
	TRUNCATE: "truncate",
	ANALYZE: "analyze",
	CHECK: "check",
	OPTIMIZE: "optimize",
	REBUILD: "rebuild",
	REPAIR: "repair",
	DISCARD: "discardTablespace",
	IMPORT: "importTablespace",
	COALESCE: "coalesce",
	REORGANIZE: "reorganize",
	EXCHANGE: "exchange",
	CONVERT: "convert",
};

function readPartitionAction(cursor: Cursor, target: Target): readonly Operation[] | undefined {
	const first = cursor.at;
	const range = (): Range => cursor.rangeFrom(first);
	if (cursor.is("PARTITION", "BY")) {
		const { by, names } = readPartitioning(cursor);
		const said = { action: "partitionBy", partitions: names, by } as const;
		return [{ kind: "alterPartitions", ...target, ...said, range: range() }];
	}
	if (cursor.take("REMOVE", "PARTITIONING")) {
		return [
			{ kind: "alterPartitions", ...target, action: "remove", partitions: [], range: range() },
		];
	}
	if (cursor.is("DISCARD", "TABLESPACE") || cursor.is("IMPORT", "TABLESPACE")) {
		const action = `${cursor.peek().toLowerCase()} tablespace`;
		cursor.at += 2;
		return [other(target, action, range())];
	}
	const action = actionsOnPartitions[cursor.peek()];
	if (!action) return undefined;
	cursor.at++;
	if (action === "convert" && cursor.take("TABLE")) {
		const table = cursor.qualifiedName();
		cursor.expect("TO");
		const partitions = [readOnePartition(cursor)];
		return [
			{ kind: "alterPartitions", ...target, action, partitions, other: table, range: range() },
		];
	}
	cursor.expect("PARTITION");
	cursor.takeAny("NO_WRITE_TO_BINLOG", "LOCAL");
	const partitions = readPartitionNames(cursor, action);
	const found = readOther(cursor, action);
	return [{ kind: "alterPartitions", ...target, action, partitions, ...found, range: range() }];
}

function readOnePartition(cursor: Cursor): string {
	cursor.expect("PARTITION");
	const name = cursor.name();
	while (!cursor.isAtEnd && !cursor.is(",")) {
		if (cursor.is("(")) cursor.skipParentheses();
		else cursor.advance();
	}
	return name;
}

function readPartitionNames(cursor: Cursor, action: PartitionAction): readonly string[] {
	if (action === "coalesce") {
		cursor.raw();
		return [];
	}
	if (cursor.take("ALL")) return [];
	if (action === "reorganize" && (cursor.isAtEnd || cursor.is(","))) return [];
	return cursor.commaList(() => cursor.name());
}

function readOther(
	cursor: Cursor,
	action: PartitionAction,
): Pick<OperationOf<"alterPartitions">, "other" | "unvalidated"> {
	if (action === "reorganize") {
		if (cursor.take("INTO")) readPartitionList(cursor);
		return {};
	}
	if (action === "exchange" || action === "convert") {
		cursor.takeAny("WITH", "TO");
		cursor.expect("TABLE");
		const table = cursor.qualifiedName();
		const unvalidated = cursor.take("WITHOUT", "VALIDATION");
		cursor.take("WITH", "VALIDATION");
		return { other: table, ...(unvalidated && { unvalidated: true }) };
	}
	cursor.take("TABLESPACE");
	while (
		cursor.takeAny("QUICK", "EXTENDED", "FAST", "MEDIUM", "CHANGED", "USE_FRM", "FOR", "UPGRADE")
	);
	return {};
}
