import { beforeAll, expect, test } from "vitest";
import { createCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { effects } from "../../../src/dialect/postgres/effects/index.ts";
import { loadParser } from "../../../src/dialect/postgres/parser.ts";
import { readPostgres } from "../../../src/dialect/postgres/reader.ts";

beforeAll(loadParser);

const range = { start: 0, end: 0 };
const origin = { migration: "V1", release: "1", file: "V1.sql", range };

function commandsOf(text: string) {
	const { statements } = readPostgres({ path: "V2.sql", text }, { placeholders: [] });
	return statements.flatMap(({ parts }) => parts.map(({ operations }) => operations));
}

/** The effects of the last command, after the others were replayed and their tables filled. */
function effectsAfter(history: string, statement: string, version = 17): readonly Effect[] {
	const catalog = createCatalog();
	for (const command of commandsOf(history)) {
		for (const operation of command) replay(catalog, operation, origin, command);
	}
	catalog.endRelease();
	const situation = { catalog, version, settings: new Map<string, string>(), inTransaction: false };
	return commandsOf(statement).flatMap((command) => effects(command, situation));
}

const orders = `CREATE TABLE orders (id bigint PRIMARY KEY, status text, total numeric(10,2));`;

test("a table that the history does not know is taken for one with rows", () => {
	const [effect] = effectsAfter("", "ALTER TABLE invoices ALTER COLUMN paid SET NOT NULL");
	expect(effect).toMatchObject({
		assumed: true,
		locks: [{ relation: "public.invoices", mode: "AccessExclusiveLock", blocks: "readsAndWrites" }],
		scans: ["public.invoices"],
		phase: "contract",
	});
});

test("a function that nobody knows is taken for volatile, and the reason names it", () => {
	const [effect] = effectsAfter(
		orders,
		"ALTER TABLE orders ADD COLUMN code text DEFAULT make_code()",
	);
	expect(effect?.rewrites).toEqual(["public.orders"]);
	expect(effect?.assumed).toBe(true);
	expect(effect?.reasons).toEqual([
		"nothing is known about make_code: it is taken for volatile, so every row gets its own value",
	]);
});

test("a CHECK spares SET NOT NULL the scan unless the same command drops it", () => {
	const history = `${orders} ALTER TABLE orders ADD CONSTRAINT has_status CHECK (status IS NOT NULL);`;
	const alone = effectsAfter(history, "ALTER TABLE orders ALTER status SET NOT NULL");
	expect(alone.flatMap(({ scans }) => scans)).toEqual([]);
	const together = effectsAfter(
		history,
		"ALTER TABLE orders ALTER status SET NOT NULL, DROP CONSTRAINT has_status",
	);
	expect(together.flatMap(({ scans }) => scans)).toEqual(["public.orders"]);
});

test("before PostgreSQL 12 a CHECK proves nothing, and the effect says what would be better", () => {
	const history = `${orders} ALTER TABLE orders ADD CONSTRAINT has_status CHECK (status IS NOT NULL);`;
	const [effect] = effectsAfter(history, "ALTER TABLE orders ALTER status SET NOT NULL", 11);
	expect(effect?.scans).toEqual(["public.orders"]);
	expect(effect?.better?.version).toBe(12);
});

test("a refused statement holds no lock", () => {
	const [effect] = effectsAfter(
		`${orders} CREATE VIEW open_orders AS SELECT id, status FROM orders;`,
		"ALTER TABLE orders ALTER status TYPE varchar(20)",
	);
	expect(effect?.fails).toEqual({
		code: "0A000",
		reason: "view public.open_orders uses column status",
	});
	expect(effect?.locks).toEqual([]);
});

test("an index over a function whose result may change is refused, one over lower() is not", () => {
	const history = `${orders} ALTER TABLE orders ADD COLUMN made timestamptz;`;
	const [changing] = effectsAfter(history, "CREATE INDEX ON orders (date_trunc('day', made))");
	expect(changing?.fails?.code).toBe("42P17");
	const [fixed] = effectsAfter(history, "CREATE INDEX ON orders (lower(status))");
	expect(fixed?.fails).toBeUndefined();
	expect(fixed?.builds).toEqual([{ index: "public.orders_lower_idx", table: "public.orders" }]);
});

test("DROP TABLE IF EXISTS of a table that a whole history never made does nothing", () => {
	const [effect] = effectsAfter(orders, "DROP TABLE IF EXISTS carts");
	expect(effect?.locks).toEqual([]);
	const [unsure] = effectsAfter("", "DROP TABLE IF EXISTS carts");
	expect(unsure?.locks.map(({ relation }) => relation)).toEqual(["public.carts"]);
});

test("EXPLAIN locks what its statement would lock and reads nothing", () => {
	const found = effectsAfter(orders, "EXPLAIN UPDATE orders SET status = 'open'");
	expect(found.flatMap(({ locks }) => locks)).toEqual([
		{ relation: "public.orders", mode: "RowExclusiveLock", blocks: "nothing" },
	]);
	expect(found.flatMap(({ scans }) => scans)).toEqual([]);
});

test("a UNIQUE over the columns of the primary key gets no index of its own", () => {
	const built = (sql: string, version?: number) =>
		effectsAfter(orders, sql, version).flatMap(({ builds }) => builds.map(({ index }) => index));
	expect(built("CREATE TABLE flags (key text PRIMARY KEY UNIQUE)")).toEqual(["public.flags_pkey"]);
	expect(
		built("CREATE TABLE flags (key text PRIMARY KEY, CONSTRAINT flags_key UNIQUE (key))"),
	).toEqual(["public.flags_key"]);
	expect(built("ALTER TABLE orders ADD COLUMN number int UNIQUE CONSTRAINT once UNIQUE")).toEqual([
		"public.once",
	]);
});

test("a name that WITH gives is no table, also where WITH changes rows", () => {
	const locked = effectsAfter(
		orders,
		`WITH open AS (SELECT id FROM orders WHERE status = 'open'),
copied AS (INSERT INTO orders (id) SELECT id FROM open RETURNING id),
moved AS (UPDATE orders SET status = 'moved' FROM copied WHERE copied.id = orders.id RETURNING orders.id)
SELECT id FROM moved`,
	).flatMap(({ locks }) => locks.map(({ relation }) => relation));
	expect(new Set(locked)).toEqual(new Set(["public.orders"]));
});

test("dropping a trigger that a view does not have takes no lock", () => {
	const history = `${orders} CREATE VIEW open_orders AS SELECT id FROM orders;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
CREATE TRIGGER kept INSTEAD OF UPDATE ON open_orders FOR EACH ROW EXECUTE FUNCTION keep();`;
	const [missing] = effectsAfter(history, "DROP TRIGGER IF EXISTS other ON open_orders");
	expect([missing?.locks, missing?.fails]).toEqual([[], undefined]);
	const [refused] = effectsAfter(history, "DROP TRIGGER other ON open_orders");
	expect(refused?.fails?.code).toBe("42704");
	const [dropped] = effectsAfter(history, "DROP TRIGGER kept ON open_orders");
	expect(dropped?.locks).toMatchObject([
		{ relation: "public.open_orders", mode: "AccessExclusiveLock" },
	]);
});

test("a column that the same command drops makes room for a new one of its name", () => {
	for (const actions of [
		"DROP COLUMN status, ADD COLUMN status int",
		"ADD COLUMN status int, DROP COLUMN status",
	]) {
		const found = effectsAfter(orders, `ALTER TABLE orders ${actions}`);
		expect(found.map(({ fails }) => fails)).toEqual([undefined, undefined]);
	}
	const [twice] = effectsAfter(
		orders,
		"ALTER TABLE orders ADD COLUMN status int, DROP COLUMN total",
	);
	expect(twice?.fails?.code).toBe("42701");
});
