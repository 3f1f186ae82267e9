import { expect, onTestFinished, test } from "vitest";
import { loadMysql } from "../../src/dialect/mysql/dialect.ts";
import { openMysql } from "../../src/run/engines/mysql.ts";
import { lockkeeper } from "../cli/run.ts";
import { startMariadb, type MariadbServer } from "../live/mariadb-server.ts";
import { Proxy } from "../live/runner/proxy.ts";
import { approvedShop, startRun } from "./approved-shop.ts";
import { clientOf, planOf, run, serverStep, shopOn, start, testServer, until } from "./shop.ts";
import { approvedPlan, works } from "./shop.ts";

const server = testServer();

/** A shop that the runner reaches over a network that can fail. */
async function farShop(): Promise<
	Awaited<ReturnType<typeof shopOn>> & { readonly proxy: Proxy; readonly far: string }
> {
	const own = await shopOn(server);
	const address = new URL(own.url);
	const proxy = await Proxy.to(Number(address.port));
	onTestFinished(() => proxy.close());
	address.port = String(proxy.port);
	return { ...own, proxy, far: address.href };
}

type Far = Awaited<ReturnType<typeof farShop>>;

/** The connection that runs the step is dead, and neither side hears of it; all others work. */
async function hangWork({ client, proxy }: Far): Promise<void> {
	const [row] = await run(
		client,
		`SELECT a.client_port FROM pg_stat_activity a JOIN lockkeeper.steps s ON s.session LIKE a.pid || ' %'
		WHERE s.state = 'intent'`,
	);
	if (!row?.[0]) throw new Error("no connection works");
	proxy.swallowOne(Number(row[0]));
}

const addNote = serverStep({
	id: "expand-1",
	sql: ["ALTER TABLE orders ADD COLUMN note text;", "SELECT pg_sleep(4);"],
});

const buildIndex = serverStep({
	id: "expand-1",
	sql: ["CREATE INDEX CONCURRENTLY orders_total ON orders (total);"],
	transaction: "none",
	lockTimeout: 0,
	statementTimeout: 0,
});

const fill = serverStep({
	id: "migrate-1",
	sql: ["UPDATE orders SET status = 'open' WHERE status IS NULL;"],
	transaction: "batches",
	backfill: {
		table: "orders",
		key: ["id"],
		set: "status = 'open'",
		pending: "status IS NULL",
		batchSize: 100,
	},
	checks: [{ what: "pending", sql: "SELECT count(*) = 0 FROM orders WHERE status IS NULL;" }],
});

/** What it did is thrown away and done again. */
async function deadInTransaction(far: Far): Promise<void> {
	const runner = start(approvedPlan(planOf([addNote])), far.far);
	await until(far.client, works("expand-1", "query LIKE '%pg_sleep%'"));
	await hangWork(far);
	const { code, stderr } = await runner.ended;
	expect(stderr).toContain("expand-1 attempt 2");
	expect(code).toBe(0);
}

/** The index is looked up when it is there, and not built again. */
async function deadWhileIndexIsBuilt(far: Far): Promise<void> {
	const stranger = await clientOf(far.url);
	await run(stranger, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM orders");
	const runner = start(approvedPlan(planOf([buildIndex])), far.far);
	await until(
		far.client,
		works("expand-1", "query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'"),
	);
	await hangWork(far);
	await run(stranger, "COMMIT");
	const built = "SELECT oid FROM pg_class WHERE relname = 'orders_total'";
	const [index] = await run(far.client, built);
	const { code } = await runner.ended;
	expect(code).toBe(0);
	expect(await run(far.client, built)).toEqual([index]);
	expect(
		await run(
			far.client,
			"SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_total'::regclass",
		),
	).toEqual([["t"]]);
}

/** Each row is changed once. */
async function deadBetweenBatches(far: Far): Promise<void> {
	const { client } = far;
	await run(
		client,
		"CREATE TABLE changes (id bigint)",
		"CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO changes VALUES (NEW.id); PERFORM pg_sleep(0.002); RETURN NEW; END $$",
		"CREATE TRIGGER note_change AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note_change()",
	);
	const runner = start(approvedPlan(planOf([fill])), far.far);
	await until(client, "SELECT count(*) >= 300 FROM orders WHERE status = 'open'");
	await hangWork(far);
	expect((await runner.ended).code).toBe(0);
	expect(await run(client, "SELECT count(*), count(DISTINCT id) FROM changes")).toEqual([
		["3000", "3000"],
	]);
}

/** The run goes on as if nothing had been. */
async function deadAndBack(far: Far): Promise<void> {
	const runner = start(approvedPlan(planOf([addNote])), far.far);
	await until(far.client, works("expand-1", "query LIKE '%pg_sleep%'"));
	far.proxy.swallow();
	await new Promise((resolve) => setTimeout(resolve, 8000));
	far.proxy.resume();
	const { code, stderr } = await runner.ended;
	expect(stderr).not.toContain("attempt 2");
	expect(code).toBe(0);
}

/** Nothing is given up, and batches do not shrink because of the way to the server. */
async function slow(far: Far): Promise<void> {
	far.proxy.delay = 60;
	const { backfill, ...rest } = fill;
	const filled = backfill && { ...rest, backfill: { ...backfill, batchSize: 700 } };
	const plan = planOf([addNote, { ...buildIndex, id: "expand-2" }, filled ?? fill]);
	const args = ["run", "plan.json", "--url", far.far, "--operator", "ada", "--format", "json"];
	const { code, stdout } = await lockkeeper(args, { cwd: approvedPlan(plan) });
	expect(code).toBe(0);
	const events = stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as { kind: string; attempt?: number; size?: number });
	expect(events.filter(({ attempt = 1 }) => attempt > 1)).toEqual([]);
	const sizes = events.flatMap(({ kind, size }) => (kind === "batchDone" ? [size ?? 0] : []));
	expect(sizes[0]).toBe(700);
	expect(Math.max(...sizes)).toBeGreaterThan(700);
}

/** A change that commits by itself is looked up, and not done again. */
async function deadOnMariadb(mariadb: MariadbServer): Promise<void> {
	const orders = "CREATE TABLE orders (id int PRIMARY KEY, total int) ENGINE=InnoDB;";
	const shop = await approvedShop(
		loadMysql("mariadb"),
		orders,
		"ALTER TABLE orders ADD COLUMN paid_at datetime NULL;",
	);
	const engine = await openMysql(mariadb.url);
	if ("code" in engine) throw new Error(engine.message);
	const stranger = await engine.connect("stranger");
	if ("code" in stranger) throw new Error(stranger.message);
	await run(stranger, orders, "BEGIN", "SELECT * FROM orders");
	const address = new URL(mariadb.url);
	const proxy = await Proxy.to(Number(address.port));
	address.port = String(proxy.port);
	const runner = startRun(shop, address.href, "--format", "text");
	await runner.says("expand-1 begins");
	while (proxy.swallowWaiting(500) === 0) {
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	await run(stranger, "COMMIT");
	const { code, output } = await runner.ended;
	await Promise.all([stranger.close(), proxy.close()]);
	expect(output).toContain("attempt 2");
	expect(code).toBe(0);
}

// All at once: each waits for as long as a runner does before it gives a connection up.
test("a connection that is dead without anybody hearing of it is given up, a slow one is not", async () => {
	const ways = [deadInTransaction, deadWhileIndexIsBuilt, deadBetweenBatches, deadAndBack, slow];
	const started: Promise<void>[] = [];
	for (const way of ways) started.push(way(await farShop()));
	const mariadb = await startMariadb();
	if (mariadb) started.push(deadOnMariadb(mariadb).finally(() => mariadb.close()));
	await Promise.all(started);
}, 180_000);
