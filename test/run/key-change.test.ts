import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunSession } from "../../src/run/engine.ts";
import { emptyWithBooks, rowsOf, sessionOf, valueOf } from "./backfill-context.ts";
import { plannedWithoutSoak, ran, startRunServer, type RunServer } from "./server-run.ts";

let running: RunServer;
let session: RunSession;

beforeAll(async () => {
	running = await startRunServer();
	session = await sessionOf(running.engine);
}, 120_000);

afterAll(async () => {
	await session.close();
	await running.server.close();
});

const schema = `CREATE TABLE orders (id serial PRIMARY KEY, parent_id integer REFERENCES orders, total integer NOT NULL DEFAULT 0);
	CREATE INDEX orders_id_total ON orders (id, total);
	CREATE TABLE items (order_id integer NOT NULL REFERENCES orders (id) ON DELETE CASCADE, line integer, PRIMARY KEY (order_id, line));
	CREATE TABLE notes (order_id integer REFERENCES orders ON DELETE SET NULL DEFERRABLE);`;
const filled = `INSERT INTO orders (parent_id, total) SELECT NULLIF(n / 2, 0), n FROM generate_series(1, 3000) n;
	INSERT INTO items SELECT n, 1 FROM generate_series(1, 3000) n;
	INSERT INTO notes SELECT n FROM generate_series(1, 50) n;`;

/** Names, types, defaults, indexes and constraints: all that a reader of the schema can see. */
const shape = `SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
	SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)) AS line
		FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
		WHERE attrelid IN ('orders'::regclass, 'items'::regclass, 'notes'::regclass) AND attnum > 0 AND NOT attisdropped
	UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) FROM pg_constraint WHERE conrelid IN ('orders'::regclass, 'items'::regclass, 'notes'::regclass)
	UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
	UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
	UNION ALL SELECT pg_get_serial_sequence('orders', 'id')) lines`;

test("a primary key gets a larger type with all that references it, beside its users", async () => {
	const { engine } = running;
	const change = "ALTER TABLE orders ALTER COLUMN id TYPE bigint;";
	await emptyWithBooks(engine, session);
	await rowsOf(session, `${schema} ${change}`);
	const wanted = await valueOf(session, shape);
	await emptyWithBooks(engine, session);
	await rowsOf(session, `${schema} ${filled}`);
	const planned = await plannedWithoutSoak([
		{ id: "0001", sql: schema },
		{ id: "0002", sql: change },
	]);
	expect(planned.plan.steps.map(({ id, transaction, title }) => `${id} ${transaction} ${title}`))
		.toMatchInlineSnapshot(`
			[
			  "expand-1 own orders.id: Add id_new beside id; a trigger keeps it equal",
			  "migrate-1 batches orders.id: Change the rows that are left, 1,000 at a time",
			  "verify-1 own orders.id: Prove it: no row is left, every old value can be got back",
			  "verify-2 own orders.id: Add orders_id_new_proof for new rows: no row is read, the lock is short",
			  "verify-3 own orders.id: Test orders_id_new_proof on the old rows while reads and writes go on",
			  "verify-4 none orders.id: Build what index orders_id_total is to the new column, while reads and writes go on",
			  "verify-5 none orders.id: Build the index of the key orders_pkey over id_new while reads and writes go on",
			  "verify-6 own orders.id: Add orders_parent_id_fkey_new for new rows: no row is read, the lock is short",
			  "verify-7 own orders.id: Test orders_parent_id_fkey_new on the old rows while reads and writes go on",
			  "verify-8 own orders.id: Add items_order_id_fkey_new for new rows: no row is read, the lock is short",
			  "verify-9 own orders.id: Test items_order_id_fkey_new on the old rows while reads and writes go on",
			  "verify-10 own orders.id: Add notes_order_id_fkey_new for new rows: no row is read, the lock is short",
			  "verify-11 own orders.id: Test notes_order_id_fkey_new on the old rows while reads and writes go on",
			  "contract-1 own orders.id: Change names: id_new becomes id; sessions that are connected must prepare their statements again",
			  "contract-2 people orders.id: Use id with its new type for a while",
			  "contract-3 own orders.id: Drop the old column id_old in a later release",
			]
		`);
	expect(await ran(engine, planned)).toMatchObject({ is: "done" });
	expect(await valueOf(session, shape)).toBe(wanted);
	await rowsOf(
		session,
		"INSERT INTO orders (id, total) VALUES (3000000000, 1); INSERT INTO orders (parent_id) VALUES (3000); DELETE FROM orders WHERE id = 2000",
	);
	expect(await valueOf(session, "SELECT max(id) FROM orders WHERE id < 3000000000")).toBe("3001");
	expect(await valueOf(session, "SELECT count(*) FROM items WHERE order_id = 2000")).toBe("0");
	expect(await valueOf(session, "SELECT count(*) FROM orders WHERE id = total")).toBe("2999");
});
