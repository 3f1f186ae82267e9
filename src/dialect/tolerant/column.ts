import type {
	ColumnDefinition,
	ColumnPosition,
	ConstraintDefinition,
} from "../../core/operation.ts";
import type { Expression, QualifiedName, TypeName } from "../../core/expression.ts";
import {
	constraintBase,
	keyConstraint,
	optionValue,
	readCheck,
	readOnConflict,
	readReference,
} from "./constraint.ts";
import type { Cursor } from "./cursor.ts";
import { readExpression, readOperand } from "./expression.ts";
import type { Grammar } from "./grammar.ts";

/** A column definition with its place among the others, where one is written. */
export interface WrittenColumn {
	readonly column: ColumnDefinition;
	readonly position?: ColumnPosition;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Draft {
	readonly name: string;
	type?: TypeName;
	default?: Expression;
	generated?: { readonly kind: "stored" | "virtual"; readonly expression: Expression };
	collation?: QualifiedName;
	storage?: string;
	compression?: string;
	autoIncrement?: true;
	onUpdate?: Expression;
	comment?: string;
	invisible?: true;
	nullable?: true;
	position?: ColumnPosition;
	constraints: ConstraintDefinition[];
}

/** Reads the name, the type and all that is said of a column. */
export function readColumn(cursor: Cursor, grammar: Grammar): WrittenColumn {
	const first = cursor.at;
	const name = cursor.identifier();
	const draft: Draft = { name, constraints: [] };
	if (startsType(cursor, grammar)) draft.type = grammar.type(cursor);
	addSerial(cursor, first, draft);
	while (readOption(cursor, grammar, draft));
	const { position, ...column } = draft;
	return { column: { ...column, range: cursor.rangeFrom(first) }, ...(position && { position }) };
}

const optionWords =
	/^(?:CONSTRAINT|PRIMARY|UNIQUE|NOT|NULL|CHECK|DEFAULT|COLLATE|REFERENCES|GENERATED|AS|AUTOINCREMENT)$/;

/** SQLite's columns need no type. */
function startsType(cursor: Cursor, grammar: Grammar): boolean {
	if (grammar.family === "mysql") return true;
	if (cursor.isAtEnd || cursor.is(",") || cursor.is(")")) return false;
	return cursor.isName() && !(cursor.kind() === "word" && optionWords.test(cursor.peek()));
}

/** SERIAL of MySQL is BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE. */
function addSerial(cursor: Cursor, first: number, draft: Draft): void {
	if (draft.type?.name !== "serial") return;
	const range = cursor.rangeFrom(first);
	draft.type = { ...draft.type, name: "bigint", unsigned: true };
	draft.autoIncrement = true;
	draft.constraints.push(
		{
			...constraintBase(range, undefined),
			type: "notNull",
			columns: [draft.name],
			noInherit: false,
		},
		{ ...constraintBase(range, undefined), type: "unique", ...keyConstraint([draft.name]) },
	);
}

function readOption(cursor: Cursor, grammar: Grammar, draft: Draft): boolean {
	const first = cursor.at;
	let name: string | undefined;
	if (cursor.take("CONSTRAINT")) {
		const isNamed = !/^(?:CHECK|REFERENCES|UNIQUE|PRIMARY)$/.test(cursor.peek());
		name = isNamed ? cursor.name() : undefined;
	}
	return (
		readConstraint(cursor, grammar, draft, first, name) ||
		readValue(cursor, grammar, draft) ||
		readAttribute(cursor, draft)
	);
}

function readConstraint(
	cursor: Cursor,
	grammar: Grammar,
	draft: Draft,
	first: number,
	name: string | undefined,
): boolean {
	const columns = [draft.name] as const;
	const base = () => constraintBase(cursor.rangeFrom(first), name);
	const place = grammar.family === "sqlite" ? { atColumn: draft.name } : {};
	if (cursor.take("NOT", "NULL")) {
		readOnConflict(cursor);
		draft.constraints.push({ ...base(), type: "notNull", columns, noInherit: false });
	} else if (cursor.take("NULL")) {
		readOnConflict(cursor);
		draft.nullable = true;
	} else if (cursor.is("PRIMARY") || (cursor.is("KEY") && grammar.family === "mysql")) {
		cursor.take("PRIMARY");
		cursor.expect("KEY");
		cursor.takeAny("ASC", "DESC");
		const conflict = readOnConflict(cursor);
		if (cursor.take("AUTOINCREMENT")) draft.autoIncrement = true;
		draft.constraints.push({
			...base(),
			type: "primaryKey",
			...keyConstraint(columns),
			...conflict,
		});
	} else if (cursor.take("UNIQUE")) {
		cursor.take("KEY");
		const conflict = readOnConflict(cursor);
		draft.constraints.push({ ...base(), type: "unique", ...keyConstraint(columns), ...conflict });
	} else if (cursor.take("CHECK")) {
		draft.constraints.push({ ...readCheck(cursor, grammar, first, name), ...place });
	} else if (cursor.is("REFERENCES")) {
		const reference = readReference(cursor);
		const inline = grammar.family === "mysql" ? ({ inline: true } as const) : {};
		const written = { ...base(), ...place };
		draft.constraints.push({ ...written, ...reference, type: "foreignKey", columns, ...inline });
	} else return false;
	return true;
}

function readValue(cursor: Cursor, grammar: Grammar, draft: Draft): boolean {
	if (cursor.take("DEFAULT")) {
		draft.default = readDefault(cursor, grammar);
	} else if (cursor.take("ON", "UPDATE")) {
		draft.onUpdate = readOperand(cursor, grammar);
	} else if (cursor.is("GENERATED", "ALWAYS", "AS", "ROW")) {
		cursor.at += 4;
		cursor.takeAny("START", "END");
	} else if (cursor.is("GENERATED", "ALWAYS", "AS") || cursor.is("AS", "(")) {
		cursor.take("GENERATED", "ALWAYS");
		cursor.expect("AS", "(");
		const expression = readExpression(cursor, grammar);
		cursor.expect(")");
		const word = cursor.takeAny("VIRTUAL", "STORED", "PERSISTENT");
		const kind = word === "STORED" || word === "PERSISTENT" ? "stored" : "virtual";
		draft.generated = { kind, expression };
	} else if (cursor.take("AUTO_INCREMENT") || cursor.take("AUTOINCREMENT")) {
		draft.autoIncrement = true;
	} else return false;
	return true;
}

/** What may stand behind DEFAULT; in SQLite a name there is a string. */
export function readDefault(cursor: Cursor, grammar: Grammar): Expression {
	const value = readOperand(cursor, grammar);
	if (value.kind !== "column" || grammar.family !== "sqlite") return value;
	return { kind: "literal", type: "string", value: value.path.join(".") };
}

function readAttribute(cursor: Cursor, draft: Mutable<Draft>): boolean {
	const word = cursor.peek();
	switch (word) {
		case "COLLATE":
			cursor.at++;
			cursor.take("=");
			draft.collation = cursor.isString() ? { name: cursor.string() } : cursor.qualifiedName();
			return true;
		case "CHARSET":
			cursor.at++;
			setCharacterSet(draft, cursor.name());
			return true;
		case "CHARACTER":
			cursor.expect("CHARACTER", "SET");
			setCharacterSet(draft, cursor.name());
			return true;
		case "COMMENT":
			cursor.at++;
			cursor.take("=");
			draft.comment = cursor.string();
			return true;
		case "VISIBLE":
			cursor.at++;
			return true;
		case "INVISIBLE":
			cursor.at++;
			draft.invisible = true;
			return true;
		case "COLUMN_FORMAT":
		case "SRID":
		case "ENGINE_ATTRIBUTE":
		case "SECONDARY_ENGINE_ATTRIBUTE":
		case "REF_SYSTEM_ID":
			cursor.at++;
			optionValue(cursor);
			return true;
		case "STORAGE":
			cursor.at++;
			draft.storage = optionValue(cursor).toLowerCase();
			return true;
		case "COMPRESSED":
			cursor.at++;
			draft.compression = cursor.is("=") ? optionValue(cursor).toLowerCase() : "zlib";
			return true;
		case "WITH":
		case "WITHOUT":
			if (!cursor.is(word, "SYSTEM", "VERSIONING")) return false;
			cursor.at += 3;
			return true;
		case "UNSIGNED":
		case "ZEROFILL":
			cursor.at++;
			if (draft.type) draft.type = { ...draft.type, unsigned: true };
			return true;
		case "FIRST":
			cursor.at++;
			draft.position = { first: true };
			return true;
		case "AFTER":
			cursor.at++;
			draft.position = { after: cursor.name() };
			return true;
		default:
			return false;
	}
}

function setCharacterSet(draft: Draft, characterSet: string): void {
	if (draft.type) draft.type = { ...draft.type, characterSet: characterSet.toLowerCase() };
}
