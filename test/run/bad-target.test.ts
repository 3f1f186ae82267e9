import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { lockkeeper, type Run } from "../cli/run.ts";
import { Pooler } from "../live/runner/pooler.ts";
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

test("a user with too few connections is told so, and leaves nothing behind", async () => {
	const database = await shop();
	const owner = `owner_${database}`;
	await ask(
		server.url(database),
		`CREATE ROLE ${owner} LOGIN; ALTER TABLE orders OWNER TO ${owner}; GRANT CREATE ON DATABASE ${database} TO ${owner}`,
	);
	const url = server.url(database).replace("postgres@", `${owner}@`);
	const cwd = approvedPlan(planOf([addNote]));
	for (const limit of [1, 2, 3]) {
		await ask(server.url(), `ALTER ROLE ${owner} CONNECTION LIMIT ${limit}`);
		const { code, stderr } = await go(cwd, url);
		expect(code).toBe(2);
		expect(stderr).toContain("has no connection left: too many connections for role");
	}
	await ask(server.url(), `ALTER ROLE ${owner} CONNECTION LIMIT -1`);
	expect((await go(cwd, url)).code).toBe(0);
}, 120_000);

test.each(["same", "turns"] as const)(
	"a pooler of transactions is refused before anything is set on what it shares (%s)",
	async (order) => {
		const database = await shop();
		const pooler = await Pooler.to(server.port, database, order);
		onTestFinished(() => pooler.close());
		const url = server.url(database, pooler.port);
		const { code, stderr } = await go(approvedPlan(planOf([addNote])), url);
		expect(code).toBe(2);
		expect(stderr).toMatch(/pooler (?:gives one connection|that changes connections)/);
		expect(await ask(url, "SHOW idle_session_timeout")).toEqual([{ idle_session_timeout: "0" }]);
		expect(await ask(url, "SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
		expect(await hasBooks(database)).toBe(false);
	},
	120_000,
);

const hour = 3_600_000;

/** The clock of the program is so far off, and jumps by as much again after half a second. */
const clockOff = (milliseconds: number): readonly string[] => [
	"--import",
	`data:text/javascript,${encodeURIComponent(`
		const now = Date.now, start = performance.now();
		const off = () => ${milliseconds} * (performance.now() - start > 500 ? 2 : 1);
		Date.now = () => now() + off();
		globalThis.Date = class extends Date {
			constructor(...given) { if (given.length === 0) super(Date.now()); else super(...given); }
		};`)}`,
];

describe("a clock of this machine that is wrong", () => {
	test.each([-50 * hour, 50 * hour])("by %d ms decides nothing: the server's does", async (off) => {
		const database = await shop();
		const url = server.url(database);
		const drop = serverStep({
			id: "contract-1",
			sql: ["ALTER TABLE orders DROP COLUMN total;"],
			hold: { soakHours: 24, evidence: [], missing: [] },
		});
		const cwd = approvedPlan(planOf([addNote, drop]));
		const args = ["run", "plan.json", "--url", url, "--operator", "ada"];
		const { code, stdout, stderr } = await lockkeeper(args, { cwd, nodeFlags: clockOff(off) });
		expect(stderr).toMatch(
			/^The clock of this machine is \d{4} min (?:ahead of|behind) the server's, which counts\.$/m,
		);
		expect(code).toBe(3);
		expect(stdout).toContain("in production");
		const [row] = await ask(
			url,
			`SELECT bool_and(abs(extract(epoch FROM clock_timestamp()) * 1000 - at) < 600000) AS now FROM (
				SELECT ended_at AS at FROM lockkeeper.steps WHERE state = 'done' UNION ALL
				SELECT beat_at FROM lockkeeper.heartbeat UNION ALL SELECT at FROM lockkeeper.events) AS times`,
		);
		expect(row).toEqual({ now: true });
	});

	test("does not bring an approval back that has ended", async () => {
		const database = await shop();
		const cwd = approvedPlan(planOf([addNote]), "2026-01-01T00:00:00Z");
		const args = ["run", "plan.json", "--url", server.url(database), "--operator", "ada"];
		const back = Date.parse("2025-12-01T00:00:00Z") - Date.now();
		const { code, stderr } = await lockkeeper(args, { cwd, nodeFlags: clockOff(back / 2) });
		expect(code).toBe(1);
		expect(stderr).toContain("the approval of ada expired at 2026-01-01T00:00:00Z");
	});

	test("and approves ahead of time is told so", async () => {
		const database = await shop();
		const cwd = approvedPlan(planOf([addNote]));
		await lockkeeper(["approve", "plan.json", "--by", "ada"], { cwd, nodeFlags: clockOff(hour) });
		const { code, stderr } = await go(cwd, server.url(database));
		expect(code).toBe(1);
		expect(stderr).toMatch(/ada approved it at \S+, which is still to come: a clock is wrong/);
	});
});
