import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseStatistics, statisticsJsonSchema } from "../../src/core/statistics.ts";
import type { Session, TraceEngine } from "../../src/trace/engine.ts";
import { connect } from "../../src/trace/engines/connection.ts";
import { startPglite } from "../../src/trace/engines/pglite.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { readServerStatistics } from "../../src/trace/server-statistics.ts";
import { directoryWith, lockkeeper, root, type Run } from "./run.ts";

let server: TraceEngine;
let address: URL;

/** A shop with 20,000 orders, events in two partitions, a table that was never analyzed. */
async function fillShop(session: Session): Promise<void> {
	for (const sql of [
		"CREATE TABLE orders (id bigint PRIMARY KEY, note text)",
		"INSERT INTO orders SELECT g, repeat('x', 100) FROM generate_series(1, 20000) g",
		"CREATE TABLE events (id bigint, day int) PARTITION BY RANGE (day)",
		"CREATE TABLE events_a PARTITION OF events FOR VALUES FROM (0) TO (10)",
		"CREATE TABLE events_b PARTITION OF events FOR VALUES FROM (10) TO (20)",
		"INSERT INTO events SELECT g, g % 20 FROM generate_series(1, 1000) g",
		"CREATE SCHEMA billing",
		"CREATE TABLE billing.invoices (id bigint PRIMARY KEY)",
		"ANALYZE",
	]) {
		await session.query(sql);
	}
}

beforeAll(async () => {
	const started = await startServer(18, [root]);
	if ("code" in started) throw new Error(started.message);
	server = started;
	await fillShop(server);
	await server.query("CREATE ROLE reader LOGIN");
	await server.query("CREATE ROLE robot NOLOGIN");
	await server.query("CREATE DATABASE vault");
	await server.query("REVOKE CONNECT ON DATABASE vault FROM PUBLIC");
	const [row] = await server.query("SELECT current_setting('port')");
	address = new URL(`postgres://reader:hushhush@127.0.0.1:${row?.[0] ?? ""}/postgres`);
}, 120_000);

afterAll(async () => {
	await server.close();
});

function addressWith(change: Partial<Pick<URL, "pathname" | "username" | "port">>): string {
	return Object.assign(new URL(address), change).href;
}

function stats(url: string, cwd: string): Promise<Run> {
	return lockkeeper(["stats", "--url", url], { cwd });
}

describe("lockkeeper stats", () => {
	test("writes sizes and the server's version to a file that lint reads", async () => {
		const cwd = directoryWith({
			"001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
			"002_index.sql": "SET lock_timeout = '2s';\nCREATE INDEX orders_note ON orders (note);\n",
		});
		const run = await stats(address.href, cwd);
		expect(run).toMatchObject({ code: 0, stderr: "" });
		expect(run.stdout).toMatchInlineSnapshot(`
			"lockkeeper.statistics.json: 3 tables of PostgreSQL 18.4; the largest: public.orders (about 20,000 rows, 2.7 MB).
			"
		`);
		const written = readFileSync(path.join(cwd, "lockkeeper.statistics.json"), "utf8");
		expect(parseStatistics(JSON.parse(written))).toMatchObject({
			version: 1,
			server: { major: 18 },
			tables: {
				"billing.invoices": { rows: 0 },
				"public.events": { rows: 1000, partitions: 2 },
				"public.events_a": { rows: 500, partitionOf: "public.events" },
				"public.orders": { rows: 20_000 },
			},
		});
		const { stdout } = await lockkeeper(["lint", "002_index.sql", "--format", "json"], { cwd });
		expect(stdout).toMatch(/orders exists since 001_orders and has about 20,000 rows, [\d.]+ MB\./);
	});

	test("a mistake is told without the password, and nothing is written", async () => {
		const cwd = directoryWith({});
		const said: string[] = [];
		for (const url of [
			"oracle://reader:hushhush@127.0.0.1/shop",
			"127.0.0.1:5432/hushhush",
			"postgres://reader:hushhush@db.invalid/shop",
			addressWith({ port: "1" }),
			addressWith({ pathname: "/nowhere" }),
			addressWith({ username: "robot" }),
			addressWith({ pathname: "/vault" }),
		]) {
			const { code, stdout, stderr } = await stats(url, cwd);
			expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
			said.push(stderr);
		}
		expect(said.join("")).not.toContain("hushhush");
		expect(said.join("")).toMatchInlineSnapshot(`
			"lockkeeper: This is not the address of a PostgreSQL database.
			  Write postgres://user@host:port/name.
			lockkeeper: This is not the address of a PostgreSQL database.
			  Write postgres://user@host:port/name.
			lockkeeper: The host db.invalid is not known.
			  Check the host of the address.
			lockkeeper: Nothing answers on 127.0.0.1:1.
			  Check host and port of the address, and whether the server runs.
			lockkeeper: The server has no database "nowhere".
			  Check the end of the address.
			lockkeeper: The server does not let robot in: role "robot" is not permitted to log in.
			  Check user and password; the environment variable PGPASSWORD may hold the password.
			lockkeeper: reader may not read this: permission denied for database "vault".
			  Sizes and counters need CONNECT on the database, a tool's history SELECT on its table.
			"
		`);
	});

	test("does not wait for a table that somebody has locked", async () => {
		const holder = await connect(addressWith({ username: "postgres" }));
		await holder.query("BEGIN");
		await holder.query("LOCK TABLE orders");
		const { code, stderr } = await stats(address.href, directoryWith({}));
		await holder.close();
		expect(code).toBe(2);
		expect(stderr).toContain("A table is locked");
	});

	test("asks for --url", async () => {
		const { code, stderr } = await lockkeeper(["stats"]);
		expect(code).toBe(2);
		expect(stderr).toContain("url");
	});
});

test("rates are those since the server counts, and cannot be told in the first hour", async () => {
	const young = await readServerStatistics(server);
	expect(young).not.toHaveProperty("countedSince");
	expect(young).not.toHaveProperty(["tables", "public.orders", "writesPerHour"]);
	const statistics = await readServerStatistics(server, 0);
	if ("tooOld" in statistics) throw new Error(statistics.tooOld);
	const { writesPerHour } = statistics.tables["public.orders"] ?? {};
	expect(writesPerHour?.inserts).toBeGreaterThan(20_000);
	expect(writesPerHour).toMatchObject({ updates: 0, deletes: 0 });
	expect(Date.parse(statistics.taken ?? "")).toBeGreaterThan(
		Date.parse(statistics.countedSince ?? ""),
	);
});

test("PGlite gives the same picture", async () => {
	const pglite = await startPglite();
	if ("code" in pglite) throw new Error(pglite.message);
	await fillShop(pglite);
	expect(await readServerStatistics(pglite)).toMatchObject({
		tables: {
			"public.events": { rows: 1000, partitions: 2 },
			"public.orders": { rows: 20_000 },
		},
	});
	await pglite.close();
});

const bigShop = {
	"001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text, total int);\n",
	"002_change.sql": [
		"SET lock_timeout = '2s';",
		"CREATE INDEX orders_note ON orders (note);",
		"ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
		"ALTER TABLE orders ALTER COLUMN total TYPE bigint;",
		"",
	].join("\n"),
	"lockkeeper.statistics.json": JSON.stringify({
		version: 1,
		taken: "2026-01-02T03:04:05Z",
		server: { version: "16.4", major: 16 },
		tables: {
			"public.orders": {
				rows: 40_000_000,
				bytes: 12_900_000_000,
				indexBytes: 2_000_000_000,
				writesPerHour: { inserts: 300_000, updates: 132_000, deletes: 0 },
			},
		},
	}),
};

describe("lint with a statistics file beside the config", () => {
	test("says how long it takes, from what, and how many writes wait", async () => {
		const cwd = directoryWith(bigShop);
		const { stdout } = await lockkeeper(["lint", "002_change.sql", "--format", "json"], { cwd });
		const { findings } = JSON.parse(stdout) as {
			findings: readonly { rule: string; because: readonly string[] }[];
		};
		expect(findings.map(({ rule, because }) => [rule, ...because])).toMatchInlineSnapshot(`
			[
			  [
			    "require-concurrent-index",
			    "orders exists since 001_orders and has about 40,000,000 rows, 12 GB.",
			    "An index over so many rows takes 20 seconds to 3 minutes at 200,000 to 2,000,000 rows a second.",
			    "On average 120 writes a second wait meanwhile.",
			  ],
			  [
			    "require-not-null-proof",
			    "orders exists since 001_orders and has about 40,000,000 rows, 12 GB.",
			    "Reading 12 GB takes 10 seconds to 2 minutes at 100 MB to 1 GB a second.",
			    "On average 120 writes a second wait meanwhile.",
			  ],
			  [
			    "no-type-change-rewrite",
			    "orders exists since 001_orders and has about 40,000,000 rows, 12 GB.",
			    "Writing 14 GB of table and indexes anew takes 70 seconds to 8 minutes at 30 to 200 MB a second.",
			    "On average 120 writes a second wait meanwhile.",
			  ],
			]
		`);
	});

	test("notes that the file is older than 90 days", async () => {
		const cwd = directoryWith(bigShop);
		const { stdout } = await lockkeeper(["lint", "001_orders.sql"], { cwd });
		expect(stdout).toMatch(
			/lockkeeper\.statistics\.json is \d+ days old: tables may have grown since/,
		);
		const young = { taken: new Date().toISOString(), tables: {} };
		writeFileSync(path.join(cwd, "lockkeeper.statistics.json"), JSON.stringify(young));
		const fresh = await lockkeeper(["lint", "001_orders.sql"], { cwd });
		expect(fresh.stdout).not.toContain("days old");
	});

	test("takes the server's version from it when the config has none", async () => {
		// SET NOT NULL with a validated CHECK reads nothing from PostgreSQL 12 on.
		const proof = [
			"ALTER TABLE orders ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID;",
			"ALTER TABLE orders VALIDATE CONSTRAINT note_set;",
			"",
		].join("\n");
		const cwd = directoryWith({
			"001_orders.sql": bigShop["001_orders.sql"] + proof,
			"002_change.sql": "SET lock_timeout = '2s';\nALTER TABLE orders ALTER note SET NOT NULL;\n",
		});
		const findings = async (): Promise<string> => {
			const run = await lockkeeper(["lint", "002_change.sql", "--format", "concise"], { cwd });
			return run.stdout;
		};
		const write = (major: number): void => {
			const server = { version: String(major), major };
			const text = JSON.stringify({ server, tables: {} });
			writeFileSync(path.join(cwd, "lockkeeper.statistics.json"), text);
		};
		write(11);
		expect(await findings()).toContain("require-not-null-proof");
		write(16);
		expect(await findings()).toBe("");
	});

	test("a broken one is a clear error", async () => {
		const cwd = directoryWith({
			...bigShop,
			"lockkeeper.statistics.json": '{ "tables": { "orders": { "rows": "many" } } }',
		});
		const { code, stderr } = await lockkeeper(["lint"], { cwd });
		expect(code).toBe(2);
		expect(stderr).toMatchInlineSnapshot(`
			"lockkeeper: lockkeeper.statistics.json: statistics.tables.orders.rows must be a number, not a string
			  lockkeeper stats writes the file; by hand { "tables": { "orders": { "rows": 40000000 } } } is enough.
			"
		`);
	});
});

test("lockkeeper.statistics.schema.json is the schema of the file", () => {
	const written: unknown = JSON.parse(
		readFileSync(path.join(root, "lockkeeper.statistics.schema.json"), "utf8"),
	);
	expect(written).toEqual(statisticsJsonSchema());
});
