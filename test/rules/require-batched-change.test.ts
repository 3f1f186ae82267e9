import { expect, test } from "vitest";
import { lintSql, type LintSqlOptions, type SqlMigration } from "../lint-sql.ts";

const shop = `
CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE, country text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, total numeric);
CREATE TABLE order_lines (order_id bigint, line int, sku text, PRIMARY KEY (order_id, line));
CREATE TABLE sessions (token text, expires_at timestamptz);
CREATE UNIQUE INDEX sessions_live ON sessions (token) WHERE expires_at IS NULL;`;

async function findingsOf(
	sql: string,
	options: LintSqlOptions & Pick<SqlMigration, "transaction"> = {},
) {
	const { transaction, ...rest } = options;
	const result = await lintSql(
		[
			{ id: "0001_shop", sql: shop },
			{ id: "0002_change", sql, ...(transaction && { transaction }) },
		],
		{ only: ["require-batched-change"], ...rest },
	);
	expect(result.counts.unread).toBe(0);
	return result.findings.map(({ severity, message }) => `${severity}: ${message}`);
}

test.for([
	["a row named by its key", "UPDATE orders SET total = 0 WHERE id = 5"],
	["rows listed by their key", "DELETE FROM orders WHERE id IN (1, 2, 3)"],
	["two rows joined by OR", "UPDATE orders SET total = 0 WHERE id = 5 OR id = 6"],
	[
		"a unique column that is not the key",
		"UPDATE customers SET country = 'de' WHERE email = 'a@b.de'",
	],
	["all columns of a key", "UPDATE order_lines SET sku = 'x' WHERE order_id = 1 AND line = 2"],
	[
		"rows of a key of two columns",
		"DELETE FROM order_lines WHERE (order_id, line) IN ((1, 1), (1, 2))",
	],
	[
		"a batch by LIMIT",
		"DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE total IS NULL LIMIT 500)",
	],
	[
		"a batch by ctid",
		"DELETE FROM sessions WHERE ctid = ANY (ARRAY(SELECT ctid FROM sessions LIMIT 500))",
	],
	["a range of the key", "UPDATE orders SET total = 0 WHERE id >= 1 AND id < 1001"],
	["a range of the key by BETWEEN", "UPDATE orders SET total = 0 WHERE id BETWEEN 1 AND 5000"],
	[
		"a batch in a WITH entry",
		"WITH batch AS (SELECT id FROM orders WHERE total IS NULL LIMIT 1000 FOR UPDATE SKIP LOCKED) UPDATE orders o SET total = 0 FROM batch b WHERE o.id = b.id",
	],
	[
		"a list of values joined by the key",
		"UPDATE orders SET status = v.status FROM (VALUES (1, 'paid'), (2, 'open')) AS v (id, status) WHERE orders.id = v.id",
	],
	[
		"a customer found by a unique column, then by key",
		"UPDATE customers c SET country = 'fr' FROM orders o WHERE o.id = 7 AND c.id = o.customer_id",
	],
	["the row of a subquery", "UPDATE orders SET total = 0 WHERE id = (SELECT max(id) FROM orders)"],
	["no row at all", "UPDATE orders SET total = 0 WHERE false"],
	["values", "INSERT INTO customers (id, email) VALUES (1, 'a@b.de')"],
	[
		"a value that is not there yet",
		"INSERT INTO customers (id) SELECT 5 WHERE NOT EXISTS (SELECT FROM customers WHERE id = 5)",
	],
	["one row of aggregates", "INSERT INTO orders (id, total) SELECT 1, sum(total) FROM orders"],
	[
		"values merged by key",
		"MERGE INTO customers c USING (VALUES (1, 'at')) AS v (id, country) ON c.id = v.id WHEN MATCHED THEN UPDATE SET country = v.country",
	],
	["a key by name in a table nobody has made", "UPDATE invoices SET paid = true WHERE id = 5"],
	["a new table", "CREATE TABLE flags (name text); UPDATE flags SET name = 'x'"],
	[
		"a new table that was filled with values",
		"CREATE TEMP TABLE fixes (id bigint); INSERT INTO fixes VALUES (1), (2); UPDATE orders SET total = 0 FROM fixes WHERE fixes.id = orders.id",
	],
	[
		"a loop that commits each batch",
		"DO $$ BEGIN LOOP UPDATE orders SET total = 0 WHERE id IN (SELECT id FROM orders WHERE total IS NULL LIMIT 1000); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$",
	],
	[
		"a function that changes the row of its argument",
		"CREATE FUNCTION pay(order_key bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET status = 'paid' WHERE id = order_key; END $$; SELECT pay(4711);",
	],
] as const)("%s: a few rows", async ([, sql]) => {
	expect(await findingsOf(sql, { version: 15, transaction: "file" })).toEqual([]);
});

const filteredUpdate =
	"warning: UPDATE changes an unknown number of rows of orders in one transaction, all that pass its conditions: writes to these rows wait until it ends.";

test.for([
	["a filter on a plain column", "UPDATE orders SET total = 0 WHERE status = 'open'"],
	["a range of the key without an end", "UPDATE orders SET total = 0 WHERE id > 1000"],
	[
		"a range of the key that is no batch",
		"UPDATE orders SET total = 0 WHERE id BETWEEN 1 AND 90000000",
	],
	["everything but one row", "UPDATE orders SET total = 0 WHERE id <> 5"],
	[
		"a batch over a column that is not unique",
		"UPDATE orders SET total = 0 WHERE customer_id IN (SELECT id FROM customers LIMIT 10)",
	],
	[
		"the orders of one customer",
		"UPDATE orders SET total = 0 FROM customers c WHERE c.id = orders.customer_id AND c.email = 'a@b.de'",
	],
	[
		"an outer join that filters nothing",
		"UPDATE orders SET total = 0 FROM orders o LEFT JOIN customers c ON c.id = 1 AND o.id = 1 WHERE orders.id = o.id",
	],
	["a row or a filter", "UPDATE orders SET total = 0 WHERE id = 5 OR status = 'open'"],
	[
		"a new table that was filled from a table in use",
		"CREATE TEMP TABLE fixes AS SELECT id FROM orders; UPDATE orders SET total = 0 FROM fixes WHERE fixes.id = orders.id",
	],
] as const)("%s: nobody knows how many rows", async ([, sql]) => {
	expect(await findingsOf(sql, { transaction: "file" })).toEqual([filteredUpdate]);
});

test("a part of a key of two columns is no bound", async () => {
	expect(await findingsOf("DELETE FROM order_lines WHERE order_id = 1")).toHaveLength(1);
});

test("a partial unique index is no bound for the rows outside of it", async () => {
	expect(await findingsOf("DELETE FROM sessions WHERE token = 'x'")).toHaveLength(1);
});

test.for(["UPDATE orders SET total = 0", "UPDATE orders SET total = 0 WHERE true OR id = 5"])(
	"%s is every row",
	async (sql) => {
		expect(await findingsOf(sql)).toEqual([
			"warning: UPDATE changes every row of orders in one transaction: writes to these rows wait until it ends.",
		]);
	},
);

test("known row counts decide what is said", async () => {
	const sql = "DELETE FROM orders WHERE status = 'old'";
	expect(await findingsOf(sql, { rows: { orders: 9_000 } })).toEqual([]);
	expect(await findingsOf(sql, { rows: { orders: 50_000 } })).toEqual([
		"warning: DELETE removes an unknown number of rows of orders in one transaction, all that pass its conditions: writes to these rows wait until it ends.",
	]);
	expect((await findingsOf(sql, { rows: { orders: 40_000_000 } }))[0]).toMatch(/^error: /);
});

test("a loop that never commits is one large change", async () => {
	const sql =
		"DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LOOP UPDATE orders SET total = 0 WHERE id = r.id; END LOOP; END $$";
	expect(await findingsOf(sql)).toEqual([
		"warning: UPDATE on orders runs in a loop that never commits: the rows of all rounds stay locked until the last one.",
	]);
});

test("each data change of a WITH entry is judged by itself", async () => {
	const sql =
		"WITH gone AS (DELETE FROM orders WHERE status = 'old' RETURNING id) INSERT INTO order_lines (order_id, line) SELECT id, 1 FROM gone";
	expect((await findingsOf(sql)).sort()).toEqual([
		"warning: DELETE removes an unknown number of rows of orders in one transaction, all that pass its conditions: writes to these rows wait until it ends.",
		"warning: INSERT adds an unknown number of rows to order_lines in one transaction: after a failure all of them are copied again.",
	]);
});

test("a backfill in the transaction of its ALTER TABLE keeps the table locked", async () => {
	const sql = "ALTER TABLE orders ADD COLUMN tax numeric;\nUPDATE orders SET tax = total * 0.2;";
	expect(await findingsOf(sql, { transaction: "implicit" })).toEqual([
		"error: UPDATE changes every row of orders while the lock taken in line 1 is held: every read and write of orders waits until it ends.",
	]);
	expect(await findingsOf(sql, { transaction: "none" })).toEqual([
		"warning: UPDATE changes every row of orders in one transaction: writes to these rows wait until it ends.",
	]);
});

test("a function that changes every row is reported where it is called", async () => {
	const sql =
		"CREATE FUNCTION reset() RETURNS void LANGUAGE sql AS 'UPDATE orders SET total = 0';\nSELECT reset();";
	const result = await lintSql(
		[
			{ id: "0001_shop", sql: shop },
			{ id: "0002_change", sql },
		],
		{ only: ["require-batched-change"] },
	);
	expect(result.findings.map(({ start }) => start.line)).toEqual([2]);
});

test("the recipe ends by itself", async () => {
	const result = await lintSql(
		[
			{ id: "0001_shop", sql: shop },
			{ id: "0002_change", sql: "UPDATE orders SET status = 'new' WHERE customer_id = 7" },
		],
		{ only: ["require-batched-change"] },
	);
	expect(result.findings[0]?.recipe?.steps[0]?.sql).toBe(
		"UPDATE orders SET status = 'new'\nWHERE id IN (SELECT id FROM orders WHERE (customer_id = 7) AND status IS DISTINCT FROM 'new' LIMIT 1000) AND ((customer_id = 7) AND status IS DISTINCT FROM 'new');",
	);
});

test("rows without a value in a column that the transaction adds are all rows", async () => {
	const add = "ALTER TABLE orders ADD COLUMN paid boolean;";
	const rest = "UPDATE orders SET paid = false WHERE paid IS NULL;";
	const transaction = "file";
	expect(await findingsOf(`${add} ${rest}`, { transaction })).toEqual([
		"error: UPDATE changes every row of orders while the lock taken in line 1 is held: every read and write of orders waits until it ends.",
	]);
	const some = "UPDATE orders SET paid = true WHERE status = 'paid';";
	expect(await findingsOf(`${add} ${some} ${rest}`, { transaction })).toEqual([
		"warning: UPDATE changes an unknown number of rows of orders while the lock taken in line 1 is held: every read and write of orders waits until it ends.",
		"warning: UPDATE changes an unknown number of rows of orders while the lock taken in line 1 is held: every read and write of orders waits until it ends.",
	]);
});

test("what a trigger does for each changed row, running code has it do too", async () => {
	const trigger = `
CREATE FUNCTION touch_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE customers SET country = country WHERE country = OLD.status;
	RETURN OLD;
END $$;
CREATE TRIGGER orders_touch AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION touch_customer();`;
	expect(await findingsOf(`${trigger} DELETE FROM orders WHERE status = 'old';`)).toEqual([
		"warning: DELETE removes an unknown number of rows of orders in one transaction, all that pass its conditions: writes to these rows wait until it ends.",
	]);
});
