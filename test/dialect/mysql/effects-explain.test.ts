import { expect, it } from "vitest";
import { explain } from "../../../src/core/engine/explain.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";
import { explanationLines } from "../../../src/report/explanation.ts";
import { migrationOf } from "../../live/forms.ts";

const before = `
CREATE TABLE customers (id int NOT NULL PRIMARY KEY);
CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id int, note varchar(50));
INSERT INTO orders (note) VALUES ('first');
`;

function wordsFor(sql: string): string {
	const explanations = explain({
		migrations: [
			migrationOf("before", { sql: before }, 0, false),
			migrationOf("after", { sql }, 1, true),
		],
		dialect: loadMysql("mysql"),
		version: 80_400,
	});
	return explanations
		.map((explanation) =>
			explanationLines(explanation, new Map([["orders", 40_000_000]]))
				.map(([label, words]) => `${label}: ${words}`)
				.join("\n"),
		)
		.join("\n\n");
}

it("an instant column", () => {
	expect(wordsFor("ALTER TABLE orders ADD COLUMN discount int;")).toMatchInlineSnapshot(`
		"runs: ALGORITHM=INSTANT, LOCK=NONE: only the metadata changes
		locks: orders: EXCLUSIVE, nobody else can read or write it
		held: until the statement ends
		waits: for every open transaction that has used orders; everybody else queues behind it
		time: a moment, whatever the size
		commits: ends the open transaction, and cannot be rolled back
		phase: expand; can be undone
		why: rows get the column when they are next written
		why: it uses up one of the 64 row versions of the table: after the last one the rows are written anew"
	`);
});

it("a length that takes another byte", () => {
	expect(wordsFor("ALTER TABLE orders MODIFY note varchar(300);")).toMatchInlineSnapshot(`
		"runs: ALGORITHM=COPY, LOCK=SHARED: every row is copied into a new table; reads go on, writes wait
		locks: orders: SHARED_NO_WRITE, every write waits, reads go on
		held: until the statement ends
		waits: when it begins and ends for every open transaction that has used orders; everybody else queues behind it
		rewrites: orders (about 40,000,000 rows)
		time: grows with the rows
		commits: ends the open transaction, and cannot be rolled back
		replicas: do it again when the source is done, and lag behind as long as it takes
		phase: expand; can be undone
		why: varchar(300) can take 1200 bytes: above 255 the length takes two bytes instead of one, so every row is copied"
	`);
});

it("an index", () => {
	expect(wordsFor("ALTER TABLE orders ADD INDEX orders_note (note);")).toMatchInlineSnapshot(`
		"runs: ALGORITHM=INPLACE, LOCK=NONE: changed inside the engine, no row is copied; reads and writes go on
		locks: orders: SHARED_UPGRADABLE, other schema changes wait, reads and writes go on
		waits: when it begins and ends for every open transaction that has used orders; everybody else queues behind it
		reads all: orders (about 40,000,000 rows)
		builds: orders.orders_note
		time: grows with the rows: an index is built
		commits: ends the open transaction, and cannot be rolled back
		replicas: do it again when the source is done, and lag behind as long as it takes
		phase: expand; can be undone"
	`);
});

it("a clause that the server cannot keep", () => {
	expect(wordsFor("ALTER TABLE orders MODIFY note text, ALGORITHM=INSTANT;"))
		.toMatchInlineSnapshot(`
		"time: a moment, whatever the size
		fails: ALGORITHM=INSTANT is not possible, COPY is needed: the type changes, so every row is copied (error 1846)
		commits: ends the open transaction, and cannot be rolled back
		phase: expand; can be undone"
	`);
});

it("a change of all rows", () => {
	expect(wordsFor("UPDATE orders SET note = '';")).toMatchInlineSnapshot(`
		"locks: orders: SHARED_WRITE, every write waits, reads go on
		held: until the statement ends
		reads all: orders (about 40,000,000 rows)
		time: grows with the rows
		replicas: do it again when the source is done, and lag behind as long as it takes
		phase: migrate; cannot be undone
		why: every row of orders is changed in one transaction and locked until it ends"
	`);
});
