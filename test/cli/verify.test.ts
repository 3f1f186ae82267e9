import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { openConnection } from "../../src/trace/engines/connection.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { directoryWith, lockkeeper } from "./run.ts";

let server: TraceEngine;
let address: string;

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	server = started;
	const [row] = await server.query("SELECT current_setting('port')");
	address = `postgres://postgres@127.0.0.1:${row?.[0] ?? ""}`;
	await server.query("CREATE DATABASE shop");
	await server.query("CREATE DATABASE copy");
	const schema = `CREATE TABLE orders (id bigint PRIMARY KEY, status text);
		INSERT INTO orders SELECT i, 'open' FROM generate_series(1, 5000) i;
		CREATE TABLE lines (order_id bigint, line int, sku text, PRIMARY KEY (order_id, line));
		INSERT INTO lines SELECT i, 1, 'A' FROM generate_series(1, 100) i;`;
	await execute(
		"shop",
		`${schema} CREATE TABLE orders_copy AS TABLE orders; ALTER TABLE orders_copy ADD PRIMARY KEY (id); DELETE FROM orders_copy WHERE id = 8`,
	);
	await execute(
		"copy",
		`${schema} UPDATE orders SET status = NULL WHERE id = 17; DELETE FROM orders WHERE id = 4711; ALTER TABLE lines ADD COLUMN note text`,
	);
}, 120_000);

afterAll(() => server.close());

async function execute(database: string, sql: string): Promise<void> {
	const session = await openConnection(`${address}/${database}`, "test");
	const { failure } = await session.execute(sql);
	await session.close();
	if (failure) throw new Error(failure.message);
}

describe("verification queries of migrations", () => {
	const files = {
		"migrations/0001_orders.sql": `-- lockkeeper:verify status_filled
-- SELECT count(*) = 0 FROM orders WHERE status IS NULL;
UPDATE orders SET status = 'open' WHERE status IS NULL;
-- lockkeeper:verify all_there
SELECT count(*) = 5000 FROM orders;
`,
	};

	test("that pass end with exit code 0", async () => {
		const cwd = directoryWith(files);
		const { code, stdout } = await lockkeeper(["verify", "--url", `${address}/shop`], { cwd });
		expect(stdout).toMatchInlineSnapshot(`
			"passed   0001_orders status_filled
			passed   0001_orders all_there

			2 queries, all passed.
			"
		`);
		expect(code).toBe(0);
	});

	test("that fail or cannot be asked end with exit code 1", async () => {
		const cwd = directoryWith({
			...files,
			"migrations/0002_gone.sql":
				"-- lockkeeper:verify no_column\nSELECT count(*) = 0 FROM orders WHERE shipped;\n",
		});
		const { code, stdout } = await lockkeeper(["verify", "--url", `${address}/copy`], { cwd });
		expect(stdout).toMatchInlineSnapshot(`
			"failed   0001_orders status_filled
			         SELECT count(*) = 0 FROM orders WHERE status IS NULL
			failed   0001_orders all_there
			         SELECT count(*) = 5000 FROM orders
			unknown  0002_gone no_column
			         SELECT count(*) = 0 FROM orders WHERE shipped
			         column "shipped" does not exist (42703)

			0 of 3 queries passed.
			"
		`);
		expect(code).toBe(1);
	});
});

test("what a plan has to prove", async () => {
	const cwd = directoryWith({
		"migrations/0001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, status text);",
		"migrations/0002_fill.sql": "UPDATE orders SET status = 'open' WHERE status IS NULL;",
	});
	await lockkeeper(["plan", "migrations/0002_fill.sql", "--out", "plan.json"], { cwd });
	const run = await lockkeeper(
		["verify", "plan.json", "--url", `${address}/copy`, "--format", "json"],
		{ cwd },
	);
	expect(run.code).toBe(1);
	expect(JSON.parse(run.stdout)).toMatchObject({
		version: 1,
		checks: [{ sql: "SELECT count(*) = 0 FROM orders WHERE status IS NULL;", is: "failed" }],
	});
});

describe("two databases", () => {
	test("differ in rows that are named", async () => {
		const { code, stdout } = await lockkeeper([
			"verify",
			"--url",
			`${address}/shop`,
			"--against",
			`${address}/copy`,
			"--recheck",
			"0",
		]);
		expect(stdout).toMatchInlineSnapshot(`
			"different  public.lines: 100 rows
			           column note is only there
			different  public.orders: 5,000 rows here, 4,999 there
			           id = 17: different
			           id = 4711: only here
			unknown    public.orders_copy: the other database does not have it

			0 of 3 tables equal.
			"
		`);
		expect(code).toBe(1);
	});

	test("are equal in tables that are named", async () => {
		const { code, stdout } = await lockkeeper([
			"verify",
			"lines",
			"--url",
			`${address}/shop`,
			"--against",
			`${address}/shop`,
			"--format",
			"json",
		]);
		expect(JSON.parse(stdout)).toEqual({
			version: 1,
			tables: [
				{
					table: "public.lines",
					keyColumns: ["order_id", "line"],
					comparison: {
						here: 100,
						there: 100,
						equal: true,
						rows: [],
						more: false,
						rechecks: 0,
						settled: 0,
					},
					notes: [],
					equal: true,
				},
			],
		});
		expect(code).toBe(0);
	});

	test("a server that does not answer is wrong use", async () => {
		const { code, stderr } = await lockkeeper([
			"verify",
			"--url",
			`${address}/shop`,
			"--against",
			"postgres://ada:secret@127.0.0.1:1/shop",
		]);
		expect(code).toBe(2);
		expect(stderr).toContain("--against: Nothing answers on 127.0.0.1:1.");
		expect(stderr).not.toContain("secret");
	});
});

test("two tables of one database", async () => {
	const { code, stdout } = await lockkeeper([
		"verify",
		"orders=orders_copy",
		"--url",
		`${address}/shop`,
	]);
	expect(stdout).toMatchInlineSnapshot(`
		"different  orders = orders_copy: 5,000 rows here, 4,999 there
		           id = 8: only here

		0 of 1 table equal.
		"
	`);
	expect(code).toBe(1);
});
