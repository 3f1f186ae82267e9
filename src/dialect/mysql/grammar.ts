import type { TypeName } from "../../core/expression.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import type { Grammar } from "../tolerant/grammar.ts";
import { reservedFunctions } from "./reserved.ts";

/** Words that are no alias without AS: they go on with the statement. */
const reserved = new Set(
	"SELECT FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT MINUS ON USING JOIN INNER LEFT RIGHT CROSS NATURAL STRAIGHT_JOIN FULL OUTER SET VALUES VALUE INTO FOR LOCK WINDOW PARTITION USE FORCE IGNORE AS AND OR NOT XOR IN IS LIKE BETWEEN REGEXP RLIKE WHEN THEN ELSE END CASE OFFSET FETCH RETURNING PROCEDURE WITH DIV MOD BINARY COLLATE ASC DESC SEPARATOR LATERAL TABLE CREATE ALTER DROP INSERT UPDATE DELETE REPLACE".split(
		" ",
	),
);

const alsoNames = new Set("VALUE OFFSET END FULL MINUS RETURNING WINDOW".split(" "));

/** The server's own name of what may be spelled otherwise. Source: MySQL 8.4 manual, 13.9, "Using Data Types from Other Database Engines", and 13.1. */
const serverNames: Readonly<Record<string, string>> = {
	bool: "tinyint",
	boolean: "tinyint",
	character: "char",
	"char varying": "varchar",
	"character varying": "varchar",
	dec: "decimal",
	"double precision": "double",
	fixed: "decimal",
	float4: "float",
	float8: "double",
	int1: "tinyint",
	int2: "smallint",
	int3: "mediumint",
	int4: "int",
	int8: "bigint",
	integer: "int",
	long: "mediumtext",
	"long varbinary": "mediumblob",
	"long varchar": "mediumtext",
	middleint: "mediumint",
	"national char": "char",
	"national character": "char",
	"national character varying": "varchar",
	"national varchar": "varchar",
	nchar: "char",
	numeric: "decimal",
	nvarchar: "varchar",
	real: "double",
	varcharacter: "varchar",
};

const secondWords: Readonly<Record<string, readonly string[]>> = {
	DOUBLE: ["PRECISION"],
	CHAR: ["VARYING"],
	CHARACTER: ["VARYING"],
	LONG: ["VARCHAR", "VARBINARY"],
	NATIONAL: ["CHAR", "CHARACTER", "VARCHAR"],
};

function readType(cursor: Cursor): TypeName {
	const first = cursor.at;
	if (cursor.kind() !== "word") cursor.fail("a type is missing");
	const words = [cursor.peek()];
	cursor.at++;
	for (let next = secondWords[words.at(-1) ?? ""]; next?.includes(cursor.peek());) {
		words.push(cursor.peek());
		cursor.at++;
		next = secondWords[words.at(-1) ?? ""];
	}
	const written = words.join(" ").toLowerCase();
	const name = serverNames[written] ?? written;
	const modifiers = cursor.is("(")
		? cursor.list(() => readModifier(cursor))
		: defaultModifiers(written);
	const range = cursor.rangeFrom(first);
	const { unsigned, characterSet } = readAttributes(cursor);
	return {
		name,
		modifiers,
		dimensions: 0,
		range,
		...(unsigned && { unsigned: true }),
		...(characterSet !== undefined && { characterSet }),
	};
}

function readModifier(cursor: Cursor): string {
	return cursor.isString() ? cursor.string() : cursor.raw();
}

function defaultModifiers(written: string): readonly string[] {
	if (written === "bool" || written === "boolean") return ["1"];
	return /^(?:char|character|nchar|bit|binary)$/.test(written) ? ["1"] : [];
}

function readAttributes(cursor: Cursor): {
	readonly unsigned: boolean;
	readonly characterSet: string | undefined;
} {
	let unsigned = false;
	let characterSet: string | undefined;
	for (;;) {
		const word = cursor.takeAny(
			"UNSIGNED",
			"SIGNED",
			"ZEROFILL",
			"BINARY",
			"BYTE",
			"ASCII",
			"UNICODE",
		);
		if (word === "UNSIGNED" || word === "ZEROFILL") unsigned = true;
		else if (word === "ASCII") characterSet = "latin1";
		else if (word === "UNICODE") characterSet = "ucs2";
		else if (cursor.take("CHARSET") || cursor.take("CHARACTER", "SET")) {
			characterSet = (cursor.isString() ? cursor.string() : cursor.name()).toLowerCase();
		} else if (word === undefined) return { unsigned, characterSet };
	}
}

export const mysqlGrammar: Grammar = {
	family: "mysql",
	type: readType,
	reserved,
	alsoNames,
	functions: reservedFunctions,
};
