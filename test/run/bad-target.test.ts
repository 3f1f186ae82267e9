import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockkeeper, type Run } from "../cli/run.ts";
import { ask, RestartableServer } from "../live/runner/restartable-server.ts";
import { approvedPlan, ordersSql, planOf, serverStep } from "./shop.ts";

let server: RestartableServer;
let count = 0;

beforeAll(async () => {
	const started = await RestartableServer.start();
	if (!started) throw new Error("the package of PostgreSQL 18 is not installed");
	server = started;
}, 120_000);

afterAll(() => server.close());

const addNote = serverStep({
	id: "expand-1",
	sql: ["ALTER TABLE orders ADD COLUMN note text;"],
	locks: [{ relation: "public.orders", mode: "AccessExclusiveLock", waits: "readsAndWrites" }],
});

async function shop(): Promise<string> {
	const database = `bad${++count}`;
	await ask(server.url(), `CREATE DATABASE ${database}`);
	await ask(
		server.url(database),
		`${ordersSql} INSERT INTO orders SELECT g FROM generate_series(1, 50000) g`,
	);
	return database;
}

const go = (cwd: string, url: string, plan = "plan.json"): Promise<Run> =>
	lockkeeper(["run", plan, "--url", url, "--operator", "ada", "--format", "text"], { cwd });

async function hasBooks(database: string): Promise<boolean> {
	const [row] = await ask(
		server.url(database),
		"SELECT to_regnamespace('lockkeeper') IS NOT NULL AS found",
	);
	return row?.["found"] === true;
}

describe("a plan that is none", () => {
	const files = {
		"empty.json": "",
		"text.json": "\u0000\u0001PGDMP\u0000",
		"list.json": "[]",
		"other.json": '{"version":1,"steps":"none"}',
	};
	test.each([...Object.keys(files), "directory.json", "missing.json"])("%s", async (name) => {
		const cwd = approvedPlan(planOf([addNote]));
		for (const [file, text] of Object.entries(files)) writeFileSync(path.join(cwd, file), text);
		mkdirSync(path.join(cwd, "directory.json"));
		const { code, stderr } = await go(cwd, server.url(), name);
		expect(code).toBe(2);
		expect(stderr).toMatch(
			/ is no JSON file| must be | needs | is a directory| does not exist| lacks |is missing/,
		);
		expect(stderr).not.toContain("    at ");
	});
});

describe("a database that cannot be", () => {
	test.each([
		["postgres://x@127.0.0.1:1/shop", "Nothing answers on 127.0.0.1:1."],
		[
			"postgres://ada:secret@no-such-host.invalid/shop",
			"The host no-such-host.invalid is not known.",
		],
		["mysql-like secret", "This is not the address of a"],
	])("%s", async (url, message) => {
		const { code, stdout, stderr } = await go(approvedPlan(planOf([addNote])), url);
		expect(code).toBe(2);
		expect(stderr).toContain(message);
		expect(stdout + stderr).not.toContain("secret");
	});

	test("a database that does not exist", async () => {
		const { code, stderr } = await go(approvedPlan(planOf([addNote])), server.url("nowhere"));
		expect(code).toBe(2);
		expect(stderr).toContain("nowhere");
	});
});

test("a user without rights hears of all that is missing, and nothing is changed", async () => {
	const database = await shop();
	await ask(server.url(database), "CREATE ROLE reader LOGIN; GRANT SELECT ON orders TO reader");
	const url = server.url(database).replace("postgres@", "reader@");
	const { code, stderr } = await go(approvedPlan(planOf([addNote])), url);
	expect(code).toBe(1);
	expect(stderr).toContain("reader may not make the schema lockkeeper");
	expect(stderr).toContain("reader does not own public.orders: postgres does");
	expect(await hasBooks(database)).toBe(false);
});

test("a hot standby is refused as one", async () => {
	const database = await shop();
	const standby = await server.standby();
	const { code, stderr } = await go(approvedPlan(planOf([addNote])), standby.url(database));
	await standby.close();
	expect(code).toBe(1);
	expect(stderr).toContain("takes no changes: it is a replica");
	expect(await hasBooks(database)).toBe(false);
}, 120_000);

test("a disk that is full fails the step, and the next run builds the index", async () => {
	const database = await shop();
	const url = server.url(database);
	// The server says so as it does of a disk: the sort of the index does not fit.
	await ask(
		url,
		`ALTER DATABASE ${database} SET temp_file_limit = '64kB'; ALTER DATABASE ${database} SET maintenance_work_mem = '64kB';
		ALTER DATABASE ${database} SET max_parallel_maintenance_workers = 0`,
	);
	const step = serverStep({
		id: "expand-1",
		sql: ["CREATE INDEX CONCURRENTLY orders_total ON orders (total, id);"],
		transaction: "none",
		lockTimeout: 0,
		statementTimeout: 0,
	});
	const cwd = approvedPlan(planOf([step]));
	const { code, stdout } = await go(cwd, url);
	expect(code).toBe(1);
	expect(stdout).toContain('Stopped at expand-1: temporary file size exceeds "temp_file_limit"');
	const [row] = await ask(url, "SELECT count(*)::integer AS n FROM pg_index WHERE NOT indisvalid");
	expect(row).toEqual({ n: 0 });
	expect(await ask(url, "SELECT state FROM lockkeeper.steps")).toEqual([{ state: "failed" }]);
	await ask(url, `ALTER DATABASE ${database} RESET ALL`);
	expect((await go(cwd, url)).code).toBe(0);
}, 120_000);

test("a clock of this machine that is wrong decides nothing: the server's does", async () => {
	const database = await shop();
	const url = server.url(database);
	const cwd = approvedPlan(planOf([addNote]), "2026-01-01T00:00:00Z");
	const early = await go(cwd, url);
	expect(early.code).toBe(1);
	expect(early.stderr).toMatch(/approv/);
	// All times in the books are the server's.
	const [row] = await ask(
		url,
		"SELECT count(*)::integer AS n FROM information_schema.columns WHERE table_schema = 'lockkeeper' AND column_default LIKE '%now%'",
	);
	expect(row).toEqual({ n: 0 });
});
