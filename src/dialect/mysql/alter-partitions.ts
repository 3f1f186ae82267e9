import type { Operation, OperationOf, PartitionAction } from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { other, type Target } from "./alter-target.ts";
import { readPartitioning, readPartitionList } from "./table-options.ts";

/** ADD PARTITION, whose ADD is read already. */
export function readAddPartition(cursor: Cursor, target: Target, first: number): Operation {
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

/** Every other change of how a table is cut into partitions; undefined where the action is none. */
export function readPartitionAction(
	cursor: Cursor,
	target: Target,
): readonly Operation[] | undefined {
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
