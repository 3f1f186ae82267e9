import { expect, test } from "vitest";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";

const dialect = loadMysql("mysql");

/** The statement with ALGORITHM=INPLACE, LOCK=NONE in place of what it says. */
function online(sql: string): string | undefined {
	const { statements } = dialect.read({ path: "change.sql", text: sql }, { placeholders: [] });
	const [statement] = statements;
	const change = { kind: "setOnlineClauses", algorithm: "inplace", lock: "none" } as const;
	const place = { within: { start: 0, end: sql.length }, inTransaction: false };
	const edits = statement && dialect.edits(statement, change, place);
	if (!edits) return undefined;
	let text = sql;
	const fromEnd = [...edits].sort((one, other) => other.range.start - one.range.start);
	for (const { range, text: put } of fromEnd) {
		text = text.slice(0, range.start) + put + text.slice(range.end);
	}
	return text;
}

test.for([
	[
		"ALTER TABLE orders ADD COLUMN note text;",
		"ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INPLACE, LOCK=NONE;",
	],
	[
		"alter table orders add column note text",
		"alter table orders add column note text, algorithm=inplace, lock=none",
	],
	[
		"CREATE INDEX orders_note ON orders (note);",
		"CREATE INDEX orders_note ON orders (note) ALGORITHM=INPLACE LOCK=NONE;",
	],
	[
		"ALTER TABLE orders ADD INDEX (note), ALGORITHM = COPY, LOCK SHARED;",
		"ALTER TABLE orders ADD INDEX (note), ALGORITHM=INPLACE, LOCK=NONE;",
	],
	[
		"ALTER TABLE orders ALGORITHM=COPY, ADD INDEX (note);",
		"ALTER TABLE orders ADD INDEX (note), ALGORITHM=INPLACE, LOCK=NONE;",
	],
	[
		"CREATE INDEX orders_note ON orders (note) LOCK=SHARED;",
		"CREATE INDEX orders_note ON orders (note) ALGORITHM=INPLACE LOCK=NONE;",
	],
	[
		"ALTER TABLE orders ADD COLUMN note text -- for the shop\n;",
		"ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INPLACE, LOCK=NONE -- for the shop\n;",
	],
] as const)("%s", ([sql, expected]) => {
	expect(online(sql)).toBe(expected);
});
