import { expect, test } from "vitest";
import type { Dialect } from "../../../src/core/dialect.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { loadSqlite } from "../../../src/dialect/sqlite/dialect.ts";
import { lintSql } from "../../lint-sql.ts";
import { planSql } from "../plan-sql.ts";

/** What tells the rows that are left, or why the statement stays whole; statement by statement. */
async function decisionsFor(
	schema: string,
	statements: readonly string[],
	dialect: Dialect,
): Promise<string> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: schema },
			{ id: "0002_change", sql: statements.map((sql) => `${sql};`).join("\n") },
		],
		{ only: ["require-batched-change"], dialect },
	);
	return statements
		.map((sql, at) => {
			const finding = findings.find(({ start }) => start.line === at + 1);
			const rows = finding?.recipe?.steps[0]?.rows;
			const why = /batches: (.*?)\. [A-Z]/.exec(finding?.refused ?? "")?.[1] ?? "";
			return `${sql}\n  ${rows ? (rows.pending ?? "every row") : `whole: ${why}`}`;
		})
		.join("\n");
}

test("PostgreSQL: rows are told by the condition, by their new values, or not at all", async () => {
	const schema = `CREATE TYPE mood AS ENUM ('good', 'bad');
		CREATE TABLE orders (id bigint PRIMARY KEY, status text, note varchar(4), email text COLLATE any_case, total numeric(10, 2), net numeric(10, 2), quantity int NOT NULL, twice int GENERATED ALWAYS AS (quantity * 2) STORED, price real, payload json, token uuid, paid boolean, seen timestamptz, at timestamptz, mood mood, parent_id bigint REFERENCES orders ON DELETE SET NULL);
		CREATE TABLE items (id bigint PRIMARY KEY);
		CREATE TABLE old_items () INHERITS (items);
		CREATE FUNCTION next_place(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';`;
	const statements = [
		"UPDATE orders SET status = 'paid'",
		"UPDATE orders SET status = 'paid' WHERE status = 'open'",
		"UPDATE orders SET status = 'paid' WHERE status <> 'open'",
		"UPDATE orders SET status = 'paid' WHERE status IS NULL OR status <> 'paid'",
		"UPDATE orders SET status = 'b' WHERE status NOT IN ('a', 'b') AND total > 5",
		"UPDATE orders SET status = NULL WHERE status = ''",
		"UPDATE orders SET quantity = 2 WHERE quantity > 3",
		"UPDATE orders SET quantity = 5 WHERE quantity > 3",
		"UPDATE orders SET mood = 'good' WHERE mood = 'bad'",
		"UPDATE orders SET total = total * 2 WHERE total > 100",
		"UPDATE orders SET total = net, net = 5",
		"UPDATE orders SET total = twice, quantity = 4",
		"UPDATE orders SET quantity = quantity + 1, paid = true WHERE paid IS NOT TRUE",
		"UPDATE orders SET total = net, status = 'paid'",
		"UPDATE orders SET total = quantity * 1.5",
		"UPDATE orders SET price = 0.1",
		"UPDATE orders SET note = 'a long one'",
		"UPDATE orders SET email = 'Ada' WHERE email = 'ada'",
		"UPDATE orders SET payload = '{}'",
		"UPDATE orders SET payload = NULL",
		"UPDATE orders SET token = gen_random_uuid()",
		"UPDATE orders SET token = gen_random_uuid() WHERE token IS NULL",
		"UPDATE orders SET seen = now() WHERE seen IS NULL OR status = 'open'",
		"UPDATE orders SET seen = 'today'",
		"UPDATE orders SET quantity = next_place(id), status = 'placed' WHERE status = 'open'",
		"UPDATE orders SET status = 'old' WHERE seen < now() - interval '90 days'",
		"UPDATE orders SET status = 'old' WHERE seen < now() - make_interval(days => 90)",
		"UPDATE orders SET status = 'odd' WHERE random() < 0.5",
		"UPDATE orders SET quantity = 1 WHERE quantity BETWEEN SYMMETRIC 9 AND 2",
		"UPDATE orders SET status = 'x' WHERE NOT EXISTS (SELECT FROM orders WHERE status = 'x')",
		"UPDATE ONLY orders SET quantity = 1",
		"UPDATE items SET id = 0 WHERE id < 0",
		"DELETE FROM orders",
		"DELETE FROM orders WHERE status = 'old'",
		"DELETE FROM orders WHERE parent_id IS NULL",
		"DELETE FROM orders WHERE id NOT IN (SELECT parent_id FROM orders)",
	];
	expect(await decisionsFor(schema, statements, await loadPostgres())).toMatchInlineSnapshot(`
		"UPDATE orders SET status = 'paid'
		  status IS DISTINCT FROM 'paid'
		UPDATE orders SET status = 'paid' WHERE status = 'open'
		  status = 'open'
		UPDATE orders SET status = 'paid' WHERE status <> 'open'
		  (status <> 'open') AND status IS DISTINCT FROM 'paid'
		UPDATE orders SET status = 'paid' WHERE status IS NULL OR status <> 'paid'
		  (status IS NULL) OR (status <> 'paid')
		UPDATE orders SET status = 'b' WHERE status NOT IN ('a', 'b') AND total > 5
		  (status NOT IN ('a', 'b')) AND (total > 5)
		UPDATE orders SET status = NULL WHERE status = ''
		  status = ''
		UPDATE orders SET quantity = 2 WHERE quantity > 3
		  quantity > 3
		UPDATE orders SET quantity = 5 WHERE quantity > 3
		  (quantity > 3) AND quantity IS DISTINCT FROM 5
		UPDATE orders SET mood = 'good' WHERE mood = 'bad'
		  mood = 'bad'
		UPDATE orders SET total = total * 2 WHERE total > 100
		  whole: total is made from a value that the statement itself changes: a second look at a row would change it again
		UPDATE orders SET total = net, net = 5
		  whole: total is made from a value that the statement itself changes: a second look at a row would change it again
		UPDATE orders SET total = twice, quantity = 4
		  whole: total is made from a value that the statement itself changes: a second look at a row would change it again
		UPDATE orders SET quantity = quantity + 1, paid = true WHERE paid IS NOT TRUE
		  paid IS NOT TRUE
		UPDATE orders SET total = net, status = 'paid'
		  (total IS DISTINCT FROM (net) OR status IS DISTINCT FROM 'paid')
		UPDATE orders SET total = quantity * 1.5
		  total IS DISTINCT FROM (quantity * 1.5)::numeric(10, 2)
		UPDATE orders SET price = 0.1
		  price IS DISTINCT FROM (0.1)::real
		UPDATE orders SET note = 'a long one'
		  note IS DISTINCT FROM ('a long one')::varchar(4)
		UPDATE orders SET email = 'Ada' WHERE email = 'ada'
		  (email = 'ada') AND ROW(email)::record *<> ROW(('Ada')::text)::record
		UPDATE orders SET payload = '{}'
		  ROW(payload)::record *<> ROW(('{}')::json)::record
		UPDATE orders SET payload = NULL
		  payload IS NOT NULL
		UPDATE orders SET token = gen_random_uuid()
		  whole: the new token is another one each time that it is computed: nothing tells which rows have theirs
		UPDATE orders SET token = gen_random_uuid() WHERE token IS NULL
		  token IS NULL
		UPDATE orders SET seen = now() WHERE seen IS NULL OR status = 'open'
		  whole: the new seen is another one each time that it is computed: nothing tells which rows have theirs
		UPDATE orders SET seen = 'today'
		  whole: nothing tells for sure whether seen holds its new value already
		UPDATE orders SET quantity = next_place(id), status = 'placed' WHERE status = 'open'
		  whole: the function that makes the new quantity is not known to look at nothing but the row
		UPDATE orders SET status = 'old' WHERE seen < now() - interval '90 days'
		  (seen < (now() - '90 days'::interval)) AND status IS DISTINCT FROM 'old'
		UPDATE orders SET status = 'old' WHERE seen < now() - make_interval(days => 90)
		  whole: its condition has a form that is not carried over to batches
		UPDATE orders SET status = 'odd' WHERE random() < 0.5
		  whole: its condition may give another answer each time that it is asked
		UPDATE orders SET quantity = 1 WHERE quantity BETWEEN SYMMETRIC 9 AND 2
		  whole: its condition has a form that is not carried over to batches
		UPDATE orders SET status = 'x' WHERE NOT EXISTS (SELECT FROM orders WHERE status = 'x')
		  whole: its condition asks other rows, and their answer may change from batch to batch
		UPDATE ONLY orders SET quantity = 1
		  whole: it says ONLY
		UPDATE items SET id = 0 WHERE id < 0
		  whole: other tables inherit from items, and a key may come more than once in them together
		DELETE FROM orders
		  every row
		DELETE FROM orders WHERE status = 'old'
		  status = 'old'
		DELETE FROM orders WHERE parent_id IS NULL
		  whole: the foreign key orders_parent_id_fkey changes other rows of orders with it
		DELETE FROM orders WHERE id NOT IN (SELECT parent_id FROM orders)
		  whole: its condition asks other rows, and their answer may change from batch to batch"
	`);
});

test("MySQL: names and texts of another case are the same to it, so bytes are compared", async () => {
	const schema =
		"CREATE TABLE orders (id bigint PRIMARY KEY, status varchar(20), code char(5), total decimal(10, 2), net decimal(10, 2), quantity int NOT NULL, price float, payload json, kind enum('a', 'b'), at datetime, paid tinyint(1), touched timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, token varchar(36));";
	const statements = [
		"UPDATE orders SET status = 'paid' WHERE status = 'open'",
		"UPDATE orders SET status = 'Paid' WHERE status = 'paid'",
		"UPDATE orders SET Total = total * 2 WHERE TOTAL > 100",
		"UPDATE orders SET total = net",
		"UPDATE orders SET total = 1.234",
		"UPDATE orders SET price = 0.1",
		"UPDATE orders SET payload = '{}'",
		"UPDATE orders SET at = touched",
		"UPDATE orders SET token = uuid()",
		"UPDATE orders SET token = uuid() WHERE token IS NULL",
		"UPDATE orders SET kind = 'a' WHERE kind = 'b'",
		"UPDATE orders SET code = 'ab '",
		"UPDATE orders SET status = concat(code, '-', quantity)",
		"UPDATE IGNORE orders SET quantity = 0",
		"UPDATE orders SET quantity = 0 ORDER BY id",
		"DELETE FROM orders PARTITION (p0) WHERE quantity = 0",
		"DELETE FROM orders WHERE at < now() - INTERVAL 90 DAY",
		"DELETE FROM orders WHERE status LIKE 'a!_%' ESCAPE '!'",
		"DELETE FROM orders AS o WHERE o.quantity = 0",
	];
	expect(await decisionsFor(schema, statements, loadMysql("mysql"))).toMatchInlineSnapshot(`
		"UPDATE orders SET status = 'paid' WHERE status = 'open'
		  \`status\` = 'open'
		UPDATE orders SET status = 'Paid' WHERE status = 'paid'
		  (\`status\` = 'paid') AND NOT (CAST(CONVERT(\`status\` USING utf8mb4) AS BINARY) <=> CAST('Paid' AS BINARY))
		UPDATE orders SET Total = total * 2 WHERE TOTAL > 100
		  whole: Total is made from a value that the statement itself changes: a second look at a row would change it again
		UPDATE orders SET total = net
		  NOT (\`total\` <=> \`net\`)
		UPDATE orders SET total = 1.234
		  NOT (\`total\` <=> CAST((1.234) AS DECIMAL(10, 2)))
		UPDATE orders SET price = 0.1
		  whole: nothing tells for sure whether price holds its new value already
		UPDATE orders SET payload = '{}'
		  whole: nothing tells for sure whether payload holds its new value already
		UPDATE orders SET at = touched
		  whole: at is made from a value that the statement itself changes: a second look at a row would change it again
		UPDATE orders SET token = uuid()
		  whole: the new token is another one each time that it is computed: nothing tells which rows have theirs
		UPDATE orders SET token = uuid() WHERE token IS NULL
		  \`token\` IS NULL
		UPDATE orders SET kind = 'a' WHERE kind = 'b'
		  \`kind\` = 'b'
		UPDATE orders SET code = 'ab '
		  whole: nothing tells for sure whether code holds its new value already
		UPDATE orders SET status = concat(code, '-', quantity)
		  NOT (CAST(CONVERT(\`status\` USING utf8mb4) AS BINARY) <=> CAST(CONVERT(concat(\`code\`, '-', \`quantity\`) USING utf8mb4) AS BINARY))
		UPDATE IGNORE orders SET quantity = 0
		  whole: it says IGNORE
		UPDATE orders SET quantity = 0 ORDER BY id
		  whole: it says ORDER BY
		DELETE FROM orders PARTITION (p0) WHERE quantity = 0
		  whole: it says PARTITION
		DELETE FROM orders WHERE at < now() - INTERVAL 90 DAY
		  \`at\` < (now() - INTERVAL 90 DAY)
		DELETE FROM orders WHERE status LIKE 'a!_%' ESCAPE '!'
		  \`status\` LIKE 'a!_%' ESCAPE '!'
		DELETE FROM orders AS o WHERE o.quantity = 0
		  whole: with another name for the table UPDATE and DELETE take no LIMIT"
	`);
});

test("SQLite: collations, types of values and names that are texts", async () => {
	const schema =
		"CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, nick TEXT COLLATE NOCASE, total INTEGER, note TEXT, raw);";
	const statements = [
		"UPDATE orders SET status = 'paid' WHERE status <> 'open'",
		"UPDATE orders SET nick = 'Ada' WHERE nick = 'ada'",
		'UPDATE orders SET status = "paid"',
		"UPDATE orders SET total = note",
		"UPDATE orders SET status = note",
		"UPDATE orders SET raw = 1",
		"UPDATE OR REPLACE orders SET total = 1",
		"UPDATE orders SET status = hex(randomblob(16)) WHERE status IS NULL",
		"UPDATE orders SET total = Total + 1 WHERE total < 10",
		"DELETE FROM orders WHERE status < datetime('now', '-30 days')",
	];
	expect(await decisionsFor(schema, statements, loadSqlite())).toMatchInlineSnapshot(`
		"UPDATE orders SET status = 'paid' WHERE status <> 'open'
		  (status <> 'open') AND status IS NOT 'paid'
		UPDATE orders SET nick = 'Ada' WHERE nick = 'ada'
		  (nick = 'ada') AND nick COLLATE BINARY IS NOT 'Ada'
		UPDATE orders SET status = "paid"
		  whole: paid is no known column of orders
		UPDATE orders SET total = note
		  whole: nothing tells for sure whether total holds its new value already
		UPDATE orders SET status = note
		  status IS NOT (note)
		UPDATE orders SET raw = 1
		  whole: nothing tells for sure whether raw holds its new value already
		UPDATE OR REPLACE orders SET total = 1
		  whole: it says OR REPLACE
		UPDATE orders SET status = hex(randomblob(16)) WHERE status IS NULL
		  status IS NULL
		UPDATE orders SET total = Total + 1 WHERE total < 10
		  whole: total is made from a value that the statement itself changes: a second look at a row would change it again
		DELETE FROM orders WHERE status < datetime('now', '-30 days')
		  status < datetime('now', '-30 days')"
	`);
});

test("a plan says why a change stays whole, and what to write instead", async () => {
	const plan = await planSql([
		{ id: "1", sql: "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);" },
		{ id: "2", sql: "UPDATE orders SET total = total * 2 WHERE total > 100;" },
	]);
	const [step] = plan.steps;
	expect(step?.transaction).toBe("own");
	expect(step?.notes).toMatchInlineSnapshot(`
		[
		  "As it stands it cannot be cut into batches: total is made from a value that the statement itself changes: a second look at a row would change it again. Give the table a column that says which rows are done, set it in the same UPDATE and take only rows where it is not set. Or change one range of keys after the other, and note in the same transaction how far it came. Else it runs in one piece: plan a time when nobody needs to write what it changes.",
		]
	`);
});
