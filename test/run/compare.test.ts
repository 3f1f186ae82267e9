import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import { compareWithinSql, postgresCompare } from "../../src/run/compare/postgres-compare.ts";
import { compareTables, type CompareOptions } from "../../src/run/compare/compare-tables.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { rowsOf, sessionOf, valueOf } from "./backfill-context.ts";

const { readTable, tableNames } = postgresCompare;

let server: TraceEngine;
let here: RunSession;
let there: RunSession;
let engine: RunEngine;

async function open(port: string, database: string): Promise<RunEngine> {
	const opened = await openPostgres(`postgres://postgres@127.0.0.1:${port}/${database}`);
	if ("code" in opened) throw new Error(opened.message);
	return opened;
}

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	server = started;
	await server.query("CREATE DATABASE copy");
	const [row] = await server.query("SELECT current_setting('port')");
	engine = await open(row?.[0] ?? "", "postgres");
	here = await sessionOf(engine);
	there = await sessionOf(await open(row?.[0] ?? "", "copy"));
}, 120_000);

afterAll(async () => {
	await here.close();
	await there.close();
	await server.close();
});

const both = async (sql: string): Promise<void> => {
	await rowsOf(here, sql);
	await rowsOf(there, sql);
};

beforeEach(() => both("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public"));

async function compare(name: string, options: Partial<CompareOptions> = {}) {
	const [one, other] = [await readTable(here, name), await readTable(there, name)];
	if (!one || !other) throw new Error(`no ${name}`);
	const question = { columns: one.columns, statementTimeout: 0 };
	return compareTables(
		{ session: here, sql: postgresCompare.queries(one, { ...question, otherKey: other.key }) },
		{ session: there, sql: postgresCompare.queries(other, { ...question, otherKey: one.key }) },
		{
			hasKey: one.key.length > 0,
			most: 20,
			rechecks: 0,
			pause: () => Promise.resolve(),
			...options,
		},
	);
}

const orders = (rows: number): string =>
	`CREATE TABLE orders (id bigint PRIMARY KEY, name text NOT NULL, active smallint NOT NULL, at timestamptz);
	INSERT INTO orders SELECT i, 'customer ' || lpad(i::text, 6, '0'), 0, timestamptz '2026-01-01 00:00Z' + i * interval '1 hour' FROM generate_series(1, ${rows}) i`;

test("equal tables are equal, whatever the sessions are set to", async () => {
	await both(orders(5000));
	await rowsOf(there, "SET TimeZone = 'America/New_York'; SET DateStyle = 'SQL, DMY'");
	expect(await compare("orders")).toMatchObject({ here: 5000, there: 5000, equal: true, rows: [] });
	await rowsOf(there, "RESET ALL");
});

test("502 rows of 1,000 that differ: BIT_XOR of CRC32 says equal, the sums do not", async () => {
	await both(orders(1000));
	await rowsOf(
		there,
		`UPDATE orders SET active = 1 WHERE id <= 500;
		UPDATE orders SET name = 'customer 000902' WHERE id = 901; UPDATE orders SET name = 'customer 000901' WHERE id = 902`,
	);
	const blind = `SELECT count(*) || ':' || to_hex(bit_xor(crc32(convert_to(concat_ws('#', id, name, active, at), 'UTF8')))) FROM orders`;
	await both("SET TimeZone = 'UTC'");
	expect(await valueOf(there, blind)).toBe(await valueOf(here, blind));
	const result = await compare("orders", { most: 1000 });
	expect(result).toMatchObject({ here: 1000, there: 1000, equal: false, more: false });
	expect(result.rows).toHaveLength(502);
});

test("rows are found among many: at the start, in the middle, at the end, on one side only", async () => {
	await both(orders(60_000));
	await rowsOf(
		there,
		`UPDATE orders SET name = 'someone else' WHERE id = 31415; DELETE FROM orders WHERE id IN (1, 60000);
		INSERT INTO orders VALUES (0, 'first', 0, NULL), (70000, 'last', 0, NULL)`,
	);
	const { rows } = await compare("orders");
	expect(rows.map(({ key, is }) => `${key.join()} ${is}`).sort()).toEqual([
		"0 onlyThere",
		"1 onlyHere",
		"31415 different",
		"60000 onlyHere",
		"70000 onlyThere",
	]);
});

test("no more rows are named than asked for", async () => {
	await both(orders(3000));
	await rowsOf(there, "UPDATE orders SET active = 1");
	expect(await compare("orders", { most: 7 })).toMatchObject({ equal: false, more: true });
});

describe("what looks alike is not the same, and what is the same may look otherwise", () => {
	test.for([
		["text", "NULL", "'NULL'", false],
		["text", "NULL", "''", false],
		["text", "'~'", "NULL", false],
		["text", "'a'", "'a '", false],
		["text[]", "ARRAY['a,b']", "ARRAY['a','b']", false],
		["numeric", "1.0", "1.00", true],
		["numeric", "100", "100.000", true],
		["numeric", "100", "1", false],
		["float8", "'-0'", "0", true],
		["float8", "0.1::float8 + 0.2::float8", "0.3", false],
		["json", `'{"a": 1, "b": 2}'`, `'{"b":2,"a":1}'`, true],
		["jsonb", `'{"a": null}'`, `'{}'`, false],
		["timestamptz", "'2026-07-01 12:00+02'", "'2026-07-01 10:00+00'", true],
		["interval", "'24 hours'", "'1 day'", false],
		["bytea", String.raw`'\x00'`, String.raw`'\x0000'`, false],
		["boolean", "true", "NULL", false],
	] as const)("%s: %s and %s", async ([type, one, other, equal]) => {
		await both(`CREATE TABLE facts (id int PRIMARY KEY, fact ${type})`);
		await rowsOf(here, `INSERT INTO facts VALUES (1, ${one})`);
		await rowsOf(there, `INSERT INTO facts VALUES (1, ${other})`);
		expect((await compare("facts")).equal).toBe(equal);
	});

	test("a value that moves to the next column is seen", async () => {
		await both("CREATE TABLE facts (id int PRIMARY KEY, a text, b text, c text)");
		await rowsOf(here, "INSERT INTO facts VALUES (1, 'x', NULL, 'y'), (2, 'x#y', 'z', '')");
		await rowsOf(there, "INSERT INTO facts VALUES (1, 'x', 'y', NULL), (2, 'x', 'y#z', '')");
		expect((await compare("facts")).rows).toHaveLength(2);
	});
});

test("keys of several columns, of text in another locale and with quotes", async () => {
	await both(
		String.raw`CREATE TABLE prices (shop text, day date, price numeric, PRIMARY KEY (shop, day));
		INSERT INTO prices SELECT s || i / 40, date '2026-01-01' + i % 40, i FROM unnest(ARRAY['o''hara', 'back\slash', 'Zoë', 'zoe', '']) s, generate_series(0, 3999) i`,
	);
	await rowsOf(
		there,
		"UPDATE prices SET price = -1 WHERE shop = 'o''hara17' AND day = '2026-01-05'",
	);
	expect((await compare("prices")).rows).toEqual([
		{ key: ["o'hara17", "2026-01-05"], is: "different" },
	]);
});

test("without a key the tables are compared as a whole", async () => {
	await both("CREATE TABLE log (line text); INSERT INTO log VALUES ('a'), ('a'), ('b')");
	expect(await compare("log")).toMatchObject({ equal: true });
	await rowsOf(there, "UPDATE log SET line = 'b' WHERE ctid = '(0,1)'");
	expect(await compare("log")).toMatchObject({ here: 3, there: 3, equal: false, rows: [] });
});

test("a row that was on its way is no difference; one that stays is", async () => {
	await both(orders(100));
	await rowsOf(there, "DELETE FROM orders WHERE id IN (17, 18)");
	const result = await compare("orders", {
		rechecks: 2,
		pause: async () => {
			await rowsOf(
				there,
				"INSERT INTO orders SELECT 17, 'customer 000017', 0, timestamptz '2026-01-01 17:00Z' ON CONFLICT DO NOTHING",
			);
		},
	});
	expect(result).toMatchObject({
		equal: false,
		rows: [{ key: ["18"], is: "onlyHere" }],
		rechecks: 2,
		settled: 1,
	});
});

test("two tables of one database are compared exactly in one statement while triggers write both", async () => {
	await rowsOf(
		here,
		`${orders(2000)};
		CREATE TABLE orders_copy (LIKE orders INCLUDING ALL); INSERT INTO orders_copy SELECT * FROM orders;
		CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF TG_OP = 'DELETE' THEN DELETE FROM orders_copy WHERE id = OLD.id; RETURN OLD; END IF;
			INSERT INTO orders_copy SELECT NEW.* ON CONFLICT (id) DO UPDATE SET name = NEW.name, active = NEW.active, at = NEW.at; RETURN NEW; END $$;
		CREATE TRIGGER keep AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION keep()`,
	);
	const [source, shadow] = [await readTable(here, "orders"), await readTable(here, "orders_copy")];
	if (!source || !shadow) throw new Error("no tables");
	const query = compareWithinSql(source, shadow, source.columns, 5);
	const different = async () => (await rowsOf(here, query))[0]?.[2];
	const writer = await sessionOf(engine);
	let writes = 0;
	const stop = new AbortController();
	const writing = (async () => {
		while (!stop.signal.aborted) {
			const id = (writes++ * 7) % 2000;
			await rowsOf(
				writer,
				`UPDATE orders SET active = active + 1, name = 'w${writes}' WHERE id = ${id}`,
			);
			await rowsOf(writer, `DELETE FROM orders WHERE id = ${(id + 3) % 2000}`);
			await rowsOf(writer, `INSERT INTO orders VALUES (${10_000 + writes}, 'n', 0, NULL)`);
		}
	})();
	for (let look = 0; look < 20; look++) expect(await different()).toBe("0");
	stop.abort();
	await writing;
	await writer.close();
	expect(writes).toBeGreaterThan(0);
	await rowsOf(
		here,
		"DROP TRIGGER keep ON orders; INSERT INTO orders VALUES (-1, 'n', 0, NULL); INSERT INTO orders_copy VALUES (-2, 'n', 0, NULL)",
	);
	const [row] = await rowsOf(here, query);
	expect(row?.slice(2)).toEqual(["2", '[[["-1"], "onlyHere"], [["-2"], "onlyThere"]]']);
});

test("all tables of a database are found, partitions with their table", async () => {
	await rowsOf(
		here,
		`CREATE TABLE "Odd Name" (id int PRIMARY KEY); CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
		CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
	);
	expect(await tableNames(here)).toEqual(['public."Odd Name"', "public.events"]);
	expect(await readTable(here, "events")).toEqual({
		name: "public.events",
		sql: "public.events",
		columns: [
			{ name: "id", type: "int4" },
			{ name: "day", type: "date" },
		],
		key: [
			{ name: "id", type: "int4" },
			{ name: "day", type: "date" },
		],
	});
	expect(await readTable(here, "nothing")).toBeUndefined();
});
