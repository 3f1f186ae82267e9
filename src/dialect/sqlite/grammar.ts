import type { TypeName } from "../../core/expression.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import type { Grammar } from "../tolerant/grammar.ts";

/** Words that are no alias without AS. */
const reserved = new Set(
	"SELECT FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT ON USING JOIN INNER LEFT RIGHT CROSS NATURAL FULL OUTER SET VALUES INTO WINDOW INDEXED NOT AS AND OR IN IS ISNULL NOTNULL LIKE GLOB MATCH REGEXP BETWEEN WHEN THEN ELSE END CASE OFFSET RETURNING COLLATE ASC DESC".split(
		" ",
	),
);

const alsoNames = new Set(
	"CROSS FULL GLOB INDEXED INNER LEFT LIKE MATCH NATURAL OFFSET OUTER REGEXP RIGHT WINDOW END ASC DESC".split(
		" ",
	),
);

const endsType =
	/^(?:CONSTRAINT|PRIMARY|UNIQUE|NOT|NULL|CHECK|DEFAULT|COLLATE|REFERENCES|GENERATED|AS|AUTOINCREMENT|ON)$/;

/** A type is any words, with one or two numbers in parentheses behind them; the server keeps them as written. */
function readType(cursor: Cursor): TypeName {
	const first = cursor.at;
	const words = [cursor.name()];
	while (cursor.isName() && !(cursor.kind() === "word" && endsType.test(cursor.peek()))) {
		words.push(cursor.name());
	}
	const modifiers = cursor.is("(") ? cursor.list(() => readModifier(cursor)) : [];
	// `INT(11) UNSIGNED` is a type too.
	while (cursor.kind() === "word" && !endsType.test(cursor.peek())) words.push(cursor.name());
	const name = words.join(" ").toLowerCase();
	return { name, modifiers, dimensions: 0, range: cursor.rangeFrom(first) };
}

function readModifier(cursor: Cursor): string {
	if (cursor.isString()) return cursor.string();
	const sign = cursor.takeAny("-", "+") ?? "";
	let words = sign + cursor.raw();
	while (cursor.kind() === "word" || cursor.kind() === "number") words += ` ${cursor.raw()}`;
	return words;
}

export const sqliteGrammar: Grammar = { family: "sqlite", type: readType, reserved, alsoNames };
