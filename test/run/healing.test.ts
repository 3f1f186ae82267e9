import { expect, test } from "vitest";
import type { RunSession } from "../../src/run/engine.ts";
import {
	approvedPlan,
	clientOf,
	go,
	planOf,
	run,
	serverStep,
	shopOn,
	start,
	testServer,
	until,
	works,
	type Started,
} from "./shop.ts";

const server = testServer();

const alone = { transaction: "none", lockTimeout: 0, statementTimeout: 0 } as const;

interface Case {
	readonly url: string;
	readonly client: RunSession;
	readonly stranger: RunSession;
	readonly cwd: string;
	readonly runner: Started;
}

/** Starts a statement that waits for a stranger's transaction in the middle of its work. */
async function halfWay(
	sql: string,
	made: readonly string[],
	read: string,
	after: readonly string[] = [],
): Promise<Case> {
	const { url, client } = await shopOn(server);
	await run(client, ...made);
	const stranger = await clientOf(url);
	await run(stranger, "BEGIN ISOLATION LEVEL REPEATABLE READ", read);
	const step = serverStep({
		id: "expand-1",
		sql: [sql],
		after: after.map((query) => ({ says: "it is done", sql: query })),
		...alone,
	});
	const cwd = approvedPlan(planOf([step]));
	const runner = start(cwd, url);
	await until(client, works("expand-1", "wait_event_type = 'Lock'"));
	return { url, client, stranger, cwd, runner };
}

const endServerProcess =
	"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockkeeper 0002_orders expand-1'";

const partitioned = [
	"CREATE TABLE days (day integer NOT NULL) PARTITION BY LIST (day)",
	"CREATE TABLE days_1 PARTITION OF days FOR VALUES IN (1)",
];

test("a partition that is half detached is detached by the next run", async () => {
	const { url, client, stranger, cwd, runner } = await halfWay(
		"ALTER TABLE days DETACH PARTITION days_1 CONCURRENTLY;",
		partitioned,
		"SELECT count(*) FROM days",
	);
	const pending = "SELECT inhdetachpending FROM pg_inherits WHERE inhparent = 'days'::regclass";
	runner.child.kill("SIGKILL");
	await runner.ended;
	await run(client, endServerProcess);
	await run(stranger, "COMMIT");
	expect(await run(client, pending)).toEqual([["t"]]);
	const { code, stderr } = await go(cwd, url);
	expect(stderr).toContain("days_1 is half detached from days");
	expect(code).toBe(0);
	expect(await run(client, pending)).toEqual([]);
	expect(await run(client, "SELECT to_regclass('days_1') IS NOT NULL")).toEqual([["t"]]);
});

test("what a REINDEX left behind is dropped, and the index is built anew", async () => {
	const { url, client, stranger, cwd, runner } = await halfWay(
		"REINDEX INDEX CONCURRENTLY orders_total;",
		["CREATE INDEX orders_total ON orders (total)"],
		"SELECT count(*) FROM orders",
	);
	const indexes =
		"SELECT relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = 'orders'::regclass AND relname LIKE 'orders_total%' ORDER BY 1";
	const file = "SELECT pg_relation_filenode('orders_total')";
	const before = await run(client, file);
	runner.child.kill("SIGKILL");
	await runner.ended;
	await run(client, endServerProcess);
	await run(stranger, "COMMIT");
	expect(await run(client, indexes)).toEqual([
		["orders_total", "t"],
		["orders_total_ccnew", "f"],
	]);
	const { code, stderr } = await go(cwd, url);
	expect(stderr).toContain("orders_total_ccnew was left INVALID by a REINDEX that ended early");
	expect(code).toBe(0);
	expect(await run(client, indexes)).toEqual([["orders_total", "t"]]);
	expect(await run(client, file)).not.toEqual(before);
});

test("an index that the server dropped for a killed runner is not dropped again", async () => {
	const { url, client, stranger, cwd, runner } = await halfWay(
		"DROP INDEX CONCURRENTLY orders_total;",
		["CREATE INDEX orders_total ON orders (total)"],
		"SELECT count(*) FROM orders",
		["SELECT to_regclass('orders_total') IS NULL;"],
	);
	runner.child.kill("SIGKILL");
	await runner.ended;
	await run(stranger, "COMMIT");
	await until(client, "SELECT to_regclass('orders_total') IS NULL");
	expect((await go(cwd, url)).code).toBe(0);
});

test("a frozen runner that was overtaken changes nothing when it wakes", async () => {
	const { url, client, stranger, cwd, runner } = await halfWay(
		"CREATE INDEX CONCURRENTLY orders_total ON orders (total);",
		[],
		"SELECT count(*) FROM orders",
	);
	runner.child.kill("SIGSTOP");
	// What the server does by itself when it has not heard of a runner for a minute.
	await run(
		client,
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockkeeper lock'",
	);
	await run(stranger, "COMMIT");
	await until(
		client,
		"SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_total'::regclass",
	);
	// Its connection is idle and stands: the new runner does not wait for it for ever.
	expect((await go(cwd, url, "--wait", "10s")).code).toBe(0);
	const events = "SELECT count(*), max(token) FROM lockkeeper.events";
	const before = await run(client, events);
	runner.child.kill("SIGCONT");
	const { code, stdout } = await runner.ended;
	expect(stdout).toBe(
		"Stopped: another runner has taken the lock over. lockkeeper status tells who.\n",
	);
	expect(code).toBe(1);
	expect(await run(client, events)).toEqual(before);
	expect(await run(client, "SELECT state, token FROM lockkeeper.steps")).toEqual([["done", "2"]]);
});

test("a statement that ends its connection each time is given up", async () => {
	const { url, client } = await shopOn(server);
	const sql = ["SELECT pg_terminate_backend(pg_backend_pid());"];
	const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql })]));
	const { code, stdout } = await go(cwd, url);
	expect(stdout).toContain(
		"Stopped at expand-1: terminating connection due to administrator command",
	);
	expect(code).toBe(1);
	expect(await run(client, "SELECT state FROM lockkeeper.steps")).toEqual([["failed"]]);
}, 180_000);
