import { describe, expect, test } from "vitest";
import { lockkeeper } from "../cli/run.ts";
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
} from "./shop.ts";

const server = testServer();

const addNote = "ALTER TABLE orders ADD COLUMN note text;";

async function shop(): Promise<
	Awaited<ReturnType<typeof shopOn>> & { readonly stranger: Awaited<ReturnType<typeof clientOf>> }
> {
	const own = await shopOn(server);
	return { ...own, stranger: await clientOf(own.url) };
}

const stateOf = (step: string): string =>
	`SELECT state FROM lockkeeper.steps WHERE step_id = '${step}'`;

const missed =
	"SELECT to_regclass('lockkeeper.events') IS NOT NULL AND (SELECT count(*) > 0 FROM lockkeeper.events WHERE kind = 'lockMissed')";

async function untilMissed(client: Awaited<ReturnType<typeof clientOf>>): Promise<void> {
	await until(client, "SELECT to_regclass('lockkeeper.events') IS NOT NULL");
	await until(client, missed);
}

describe("a lock that somebody else holds", () => {
	test("is asked for again and again, with who is in the way; readers pass in between", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN", "SELECT count(*) FROM orders");
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: [addNote] })]));
		const runner = start(cwd, url);
		await untilMissed(client);
		await run(client, "SET statement_timeout = '10s'", "SELECT count(*) FROM orders");
		await run(stranger, "COMMIT");
		const { code, stderr } = await runner.ended;
		expect(code).toBe(0);
		expect(stderr).toMatch(/expand-1 attempt 1 gave up waiting for a lock; the next one in/);
		expect(stderr).toMatch(
			/in the way: session \d+ \(lockkeeper test, postgres, idle in transaction\), transaction open for .*: SELECT count\(\*\) FROM orders/,
		);
		const [row] = await run(
			client,
			"SELECT state, attempts > 1, lock_wait_ms > 0 FROM lockkeeper.steps",
		);
		expect(row).toEqual(["done", "t", "t"]);
	});

	test("is given up after the deadline, and nothing is changed", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN", "SELECT count(*) FROM orders");
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: [addNote] })]));
		const { code, stdout } = await go(cwd, url, "--deadline", "1s");
		expect(code).toBe(1);
		expect(stdout).toMatchInlineSnapshot(`
			"Stopped at expand-1: canceling statement due to lock timeout
			  Somebody kept the lock for the whole deadline: see above who, or try --deadline 1h.
			What is done stays done. When the cause is gone: lockkeeper run plan.json --operator <name>
			"
		`);
		expect(await run(client, stateOf("expand-1"))).toEqual([["failed"]]);
		await run(stranger, "ROLLBACK");
		expect((await go(cwd, url)).code).toBe(0);
	});

	test("SIGINT pauses in between, and the next run goes on", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN", "SELECT count(*) FROM orders");
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: [addNote] })]));
		const runner = start(cwd, url);
		await untilMissed(client);
		runner.child.kill("SIGINT");
		const { code, stdout } = await runner.ended;
		expect(code).toBe(3);
		expect(stdout).toBe(
			"Paused: asked to stop. It goes on with: lockkeeper run plan.json --operator <name>\n",
		);
		expect(await run(client, stateOf("expand-1"))).toEqual([["pending"]]);
		await run(stranger, "ROLLBACK");
		expect((await go(cwd, url)).code).toBe(0);
	});

	test("a second signal breaks off the statement that runs", async () => {
		const { url, client } = await shop();
		const sql = [addNote, "SELECT pg_sleep(600);"];
		const step = serverStep({ id: "expand-1", sql, statementTimeout: 0 });
		const cwd = approvedPlan(planOf([step]));
		const runner = start(cwd, url);
		await until(client, works("expand-1", "query LIKE '%pg_sleep%'"));
		runner.child.kill("SIGINT");
		runner.child.kill("SIGTERM");
		expect((await runner.ended).code).toBe(3);
		await until(
			client,
			`SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid())`,
		);
		const columns =
			"SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'note'";
		expect(await run(client, columns)).toEqual([["0"]]);
	});

	test("of two runners one works, the other says who it is, or waits", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN", "SELECT count(*) FROM orders");
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: [addNote] })]));
		const first = start(cwd, url);
		await untilMissed(client);
		const second = await go(cwd, url);
		expect(second.code).toBe(1);
		expect(second.stderr).toMatch(
			/ada runs a plan here since .* \(process \d+ on .*, last seen .*\)\.\n {2}Try again when it has ended/,
		);
		const third = start(cwd, url, "--wait", "5m");
		const status = await lockkeeper(["status", "plan.json", "--url", url], { cwd });
		expect(status.stdout).toMatch(/ada runs it now, since/);
		await run(stranger, "ROLLBACK");
		expect((await first.ended).code).toBe(0);
		expect((await third.ended).code).toBe(0);
		expect(await run(client, "SELECT count(*) FROM lockkeeper.migration_history")).toEqual([["1"]]);
	});
});

const slow = [addNote, "SELECT pg_sleep(2);"];

describe("a connection that breaks", () => {
	test("in the middle of a step: the step is done again", async () => {
		const { url, client } = await shop();
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: slow })]));
		const runner = start(cwd, url);
		await until(client, works("expand-1", "query LIKE '%pg_sleep%'"));
		await run(
			client,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockkeeper 0002_orders expand-1'",
		);
		const { code, stderr } = await runner.ended;
		expect(stderr).toContain("expand-1 attempt 2");
		expect(code).toBe(0);
	});

	test("that held the lock: the lock is taken again, and the run goes on", async () => {
		const { url, client } = await shop();
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: slow })]));
		const runner = start(cwd, url);
		await until(client, works("expand-1", "query LIKE '%pg_sleep%'"));
		await run(
			client,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('lockkeeper lock', 'lockkeeper watch')",
		);
		expect((await runner.ended).code).toBe(0);
	});
});

const buildIndex = serverStep({
	id: "expand-1",
	sql: ["CREATE UNIQUE INDEX CONCURRENTLY orders_total ON orders (total);"],
	transaction: "none",
	lockTimeout: 0,
	statementTimeout: 0,
});

const isValid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('orders_total')";

describe("an index that is built without a transaction", () => {
	test("and ends INVALID because of the rows is dropped, and the run says which row", async () => {
		const { url, client } = await shop();
		await run(client, "UPDATE orders SET total = 7 WHERE id = 8");
		const cwd = approvedPlan(planOf([buildIndex]));
		const { code, stdout } = await go(cwd, url);
		expect(code).toBe(1);
		expect(stdout).toMatchInlineSnapshot(`
			"Stopped at expand-1: could not create unique index "orders_total"
			  Key (total)=(7) is duplicated.
			What is done stays done. When the cause is gone: lockkeeper run plan.json --operator <name>
			"
		`);
		expect(await run(client, isValid)).toEqual([]);
		await run(client, "UPDATE orders SET total = 8 WHERE id = 8");
		expect((await go(cwd, url)).code).toBe(0);
		expect(await run(client, isValid)).toEqual([["t"]]);
	});

	test("and is left INVALID by a killed runner and server process is built again", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM orders");
		const cwd = approvedPlan(planOf([buildIndex]));
		const runner = start(cwd, url);
		await until(
			client,
			works("expand-1", "query LIKE 'CREATE UNIQUE%' AND wait_event_type = 'Lock'"),
		);
		runner.child.kill("SIGKILL");
		await runner.ended;
		await run(
			client,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockkeeper 0002_orders expand-1'",
		);
		await run(stranger, "COMMIT");
		expect(await run(client, isValid)).toEqual([["f"]]);
		const { code, stderr } = await go(cwd, url);
		expect(stderr).toContain("the index public.orders_total is INVALID");
		expect(code).toBe(0);
		expect(await run(client, isValid)).toEqual([["t"]]);
	});

	test("goes on in the server when the runner is killed; the next run waits for it", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM orders");
		const cwd = approvedPlan(planOf([buildIndex]));
		const runner = start(cwd, url);
		await until(
			client,
			works("expand-1", "query LIKE 'CREATE UNIQUE%' AND wait_event_type = 'Lock'"),
		);
		runner.child.kill("SIGKILL");
		await runner.ended;
		const next = start(cwd, url);
		await until(
			client,
			"SELECT EXISTS (SELECT FROM lockkeeper.events WHERE kind = 'waitingFor' AND body LIKE '%for a runner that is gone%')",
		);
		await run(stranger, "COMMIT");
		expect((await next.ended).code).toBe(0);
		expect(await run(client, isValid)).toEqual([["t"]]);
	});
});

describe("kill -9", () => {
	test("in a step of one transaction leaves nothing of it, and the next run does it", async () => {
		const { url, client } = await shop();
		const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: slow })]));
		const runner = start(cwd, url);
		await until(client, works("expand-1", "query LIKE '%pg_sleep%'"));
		runner.child.kill("SIGKILL");
		await runner.ended;
		expect(await run(client, stateOf("expand-1"))).toEqual([["intent"]]);
		expect((await go(cwd, url)).code).toBe(0);
		expect(await run(client, "SELECT state, attempts > 1 FROM lockkeeper.steps")).toEqual([
			["done", "t"],
		]);
	});

	test("between batches keeps the rows that are done", async () => {
		const { url, client, stranger } = await shop();
		await run(stranger, "BEGIN", "SELECT FROM orders WHERE id = 2500 FOR UPDATE");
		const cwd = approvedPlan(
			planOf([
				serverStep({
					id: "migrate-1",
					sql: [
						"UPDATE orders SET status = 'open' WHERE id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 500);",
					],
					transaction: "batches",
					backfill: {
						table: "orders",
						key: ["id"],
						set: "status = 'open'",
						pending: "status IS NULL",
						batchSize: 500,
					},
					checks: [
						{ what: "pending", sql: "SELECT count(*) = 0 FROM orders WHERE status IS NULL;" },
					],
				}),
			]),
		);
		const runner = start(cwd, url);
		await until(client, "SELECT count(*) >= 1000 FROM orders WHERE status = 'open'");
		runner.child.kill("SIGKILL");
		await runner.ended;
		const done = await run(client, "SELECT id, xmin FROM orders WHERE id <= 1000 ORDER BY id");
		await run(stranger, "COMMIT");
		expect((await go(cwd, url)).code).toBe(0);
		expect(await run(client, "SELECT count(*) FROM orders WHERE status = 'open'")).toEqual([
			["3000"],
		]);
		// The rows that were done were not written again.
		const now = await run(client, "SELECT id, xmin FROM orders WHERE id <= 1000 ORDER BY id");
		expect(now).toEqual(done);
	});
});
