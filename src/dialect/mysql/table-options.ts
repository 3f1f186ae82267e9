import type { Expression } from "../../core/expression.ts";
import type { Parameter, PartitionKey } from "../../core/operation.ts";
import { optionValue } from "../tolerant/constraint.ts";
import type { TableOptions } from "../tolerant/create-table.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readExpression } from "../tolerant/expression.ts";
import { mysqlGrammar } from "./grammar.ts";

const plainOptions = new Set(
	"ENGINE AUTO_INCREMENT AUTOEXTEND_SIZE AVG_ROW_LENGTH CHECKSUM TABLE_CHECKSUM COMMENT COMPRESSION CONNECTION DELAY_KEY_WRITE ENCRYPTION ENCRYPTED ENCRYPTION_KEY_ID ENGINE_ATTRIBUTE IETF_QUOTES INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS PACK_KEYS PAGE_CHECKSUM PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL PASSWORD ROW_FORMAT SECONDARY_ENGINE SECONDARY_ENGINE_ATTRIBUTE SEQUENCE STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES TABLESPACE TRANSACTIONAL TYPE UNION".split(
		" ",
	),
);

/** Reads one option of a table; undefined when none begins here. */
export function readTableOption(cursor: Cursor): Parameter | undefined {
	const before = cursor.at;
	const byDefault = cursor.take("DEFAULT");
	if (cursor.take("CHARSET") || cursor.take("CHARACTER", "SET")) {
		return { name: "charset", value: optionValue(cursor).toLowerCase() };
	}
	if (cursor.take("COLLATE")) return { name: "collate", value: optionValue(cursor).toLowerCase() };
	if (byDefault) {
		cursor.at = before;
		return undefined;
	}
	if (cursor.is("DATA", "DIRECTORY") || cursor.is("INDEX", "DIRECTORY")) {
		const name = `${cursor.peek().toLowerCase()}_directory`;
		cursor.at += 2;
		return { name, value: optionValue(cursor) };
	}
	if (cursor.take("WITH", "SYSTEM", "VERSIONING"))
		return { name: "system_versioning", value: "on" };
	if (cursor.take("START", "TRANSACTION")) return { name: "start_transaction" };
	if (cursor.take("STORAGE")) return { name: "storage", value: cursor.name().toLowerCase() };
	const word = cursor.peek();
	if (!plainOptions.has(word) || cursor.kind() !== "word") return undefined;
	cursor.at++;
	const name = word === "TYPE" ? "engine" : word.toLowerCase();
	if (cursor.is("=", "(")) cursor.at++;
	if (cursor.is("(")) {
		const tables = cursor.list(() => cursor.qualifiedName().name);
		return { name, value: tables.join(", ") };
	}
	return { name, value: optionValue(cursor) };
}

/** The options and partitions of CREATE TABLE. */
export function readTableOptions(cursor: Cursor): TableOptions {
	const parameters: Parameter[] = [];
	for (let option = readTableOption(cursor); option; option = readTableOption(cursor)) {
		parameters.push(option);
		cursor.take(",");
	}
	if (!cursor.is("PARTITION", "BY")) return { parameters };
	const { by, names } = readPartitioning(cursor);
	return { parameters, partitionBy: by, partitions: names };
}

/** PARTITION BY with all that follows. */
export function readPartitioning(cursor: Cursor): {
	readonly by: PartitionKey;
	readonly names: readonly string[];
} {
	cursor.expect("PARTITION", "BY");
	const by = readPartitionKey(cursor);
	if (cursor.take("PARTITIONS")) cursor.raw();
	if (cursor.take("SUBPARTITION", "BY")) {
		readPartitionKey(cursor);
		if (cursor.take("SUBPARTITIONS")) cursor.raw();
	}
	return { by, names: cursor.is("(") ? readPartitionList(cursor) : [] };
}

function readPartitionKey(cursor: Cursor): PartitionKey {
	cursor.take("LINEAR");
	const word = cursor.takeAny("HASH", "KEY", "RANGE", "LIST", "SYSTEM_TIME");
	if (word === undefined) return cursor.fail();
	if (word === "SYSTEM_TIME") {
		while (!cursor.isAtEnd && !cursor.is("(") && !cursor.is("PARTITIONS")) cursor.advance();
		return { strategy: "range", keys: [] };
	}
	if (word === "KEY" && cursor.take("ALGORITHM")) optionValue(cursor);
	cursor.take("COLUMNS");
	if (cursor.is("(", ")")) {
		cursor.at += 2;
		return { strategy: "hash", keys: [] };
	}
	const keys = cursor.list((): Expression => readExpression(cursor, mysqlGrammar));
	const strategy = word === "RANGE" ? "range" : word === "LIST" ? "list" : "hash";
	return { strategy, keys };
}

/** The names of partition definitions in parentheses. */
export function readPartitionList(cursor: Cursor): readonly string[] {
	return cursor.list(() => {
		cursor.expect("PARTITION");
		const name = cursor.identifier();
		if (cursor.take("VALUES")) readPartitionValues(cursor);
		else cursor.takeAny("HISTORY", "CURRENT");
		readPartitionOptions(cursor);
		if (cursor.is("(")) {
			cursor.list(() => {
				readSubpartition(cursor);
			});
		}
		return name;
	});
}

/** LESS THAN (10), LESS THAN MAXVALUE, IN (1, 2), IN ((1, 'a'), (2, 'b')), DEFAULT of MariaDB. */
function readPartitionValues(cursor: Cursor): void {
	const one = (): void => {
		if (!cursor.take("MAXVALUE") && !cursor.take("DEFAULT")) readExpression(cursor, mysqlGrammar);
	};
	if (cursor.take("LESS")) {
		cursor.expect("THAN");
		if (!cursor.take("MAXVALUE")) cursor.list(one);
	} else {
		cursor.expect("IN");
		cursor.list(one);
	}
}

function readSubpartition(cursor: Cursor): void {
	cursor.expect("SUBPARTITION");
	if (cursor.isString()) cursor.string();
	else cursor.identifier();
	readPartitionOptions(cursor);
}

const partitionOptions =
	/^(?:ENGINE|COMMENT|MAX_ROWS|MIN_ROWS|TABLESPACE|NODEGROUP|CONNECTION|STORAGE)$/;

function readPartitionOptions(cursor: Cursor): void {
	for (;;) {
		if (cursor.is("DATA", "DIRECTORY") || cursor.is("INDEX", "DIRECTORY")) cursor.at++;
		else if (cursor.is("STORAGE", "ENGINE")) cursor.at++;
		else if (!partitionOptions.test(cursor.peek())) return;
		cursor.at++;
		optionValue(cursor);
	}
}
