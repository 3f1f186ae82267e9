import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, RestartableServer } from "../live/runner/restartable-server.ts";
import { SmallDisk } from "../live/runner/small-disk.ts";
import { approvedPlan, go, ordersSql, planOf, serverStep } from "./shop.ts";

// Mounting a disk of our own takes root: without it, nothing of this is tested.
const disk = await SmallDisk.make(48);
let server: RestartableServer;

beforeAll(async () => {
	if (!disk) return;
	const started = await RestartableServer.start(18, {}, { disk, holds: "tables" });
	if (!started) throw new Error("the package of PostgreSQL 18 is not installed");
	server = started;
	await ask(server.url(), `CREATE TABLESPACE small LOCATION '${disk.tables}'`);
}, 120_000);

afterAll(async () => {
	if (!disk) return;
	await server.close();
	disk.close();
});

const buildIndex = serverStep({
	id: "expand-1",
	sql: ["CREATE INDEX CONCURRENTLY orders_total ON orders (total, id);"],
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
		batchSize: 1000,
	},
	checks: [{ what: "pending", sql: "SELECT count(*) = 0 FROM orders WHERE status IS NULL;" }],
});

const noRoom = "The server has no room left for it. Make some, and run it again.";

test.skipIf(!disk)(
	"a disk that is full stops the run wherever it is, and the run goes on when there is room",
	async () => {
		if (!disk) return;
		await ask(server.url(), "CREATE DATABASE shop TABLESPACE small");
		const url = server.url("shop");
		await ask(
			url,
			`${ordersSql} INSERT INTO orders (id, total) SELECT g, g FROM generate_series(1, 40000) AS g;
			CREATE TABLE changes (id bigint) TABLESPACE pg_default;
			CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO changes VALUES (NEW.id); RETURN NEW; END $$;
			CREATE TRIGGER note_change AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note_change();
		`,
		);
		await ask(url, "VACUUM ANALYZE");
		const cwd = approvedPlan(planOf([buildIndex, fill]));

		const steps = "SELECT step_id, state FROM lockkeeper.steps ORDER BY place";
		disk.fill(0);
		expect((await go(cwd, url)).stderr).toContain("has no room left on its disk");
		disk.free();
		// The server keeps a file for whoever connects: with it one can, and the books do not fit.
		await ask(url, "SELECT 1");
		disk.fill(60);
		const books = await go(cwd, url);
		expect(books.code).toBe(2);
		expect(books.stderr).toContain("The server has no room left for its books. Make some");
		disk.fill(700);
		const index = await go(cwd, url);
		expect(index.code).toBe(1);
		expect(index.stdout).toContain("Stopped at expand-1: could not extend file");
		expect(index.stdout).toContain(noRoom);
		expect(await ask(url, "SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
		expect(await ask(url, steps)).toMatchObject([{ state: "failed" }, { state: "pending" }]);
		disk.fill(2500);
		const batches = await go(cwd, url);
		expect(batches.stdout).toContain("Stopped at migrate-1: could not extend file");
		expect(batches.stdout).toContain(noRoom);
		expect(await ask(url, steps)).toMatchObject([{ state: "done" }, { state: "failed" }]);
		disk.free();
		expect((await go(cwd, url)).code).toBe(0);
		expect(
			await ask(
				url,
				"SELECT count(*)::integer AS changes, count(DISTINCT id)::integer AS rows FROM changes",
			),
		).toEqual([{ changes: 40_000, rows: 40_000 }]);
	},
	120_000,
);
