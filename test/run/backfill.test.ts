import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RowBatches } from "../../src/core/finding.ts";
import type { RunEvent } from "../../src/run/context.ts";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { runBackfill } from "../../src/run/backfill/run-backfill.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import {
	backfillStep,
	emptyWithBooks,
	rowsOf,
	sessionOf,
	testRun,
	valueOf,
} from "./backfill-context.ts";

let server: TraceEngine;
let engine: RunEngine;
let session: RunSession;
let observer: RunSession;

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	server = started;
	const port = await server.query("SELECT current_setting('port')");
	const opened = await openPostgres(`postgres://postgres@127.0.0.1:${port[0]?.[0]}/postgres`);
	if ("code" in opened) throw new Error(opened.message);
	engine = opened;
	session = await sessionOf(engine);
	observer = await sessionOf(engine);
}, 120_000);

afterAll(async () => {
	await session.close();
	await observer.close();
	await server.close();
});

beforeEach(() => emptyWithBooks(engine, session));

const totals: RowBatches = {
	table: "orders",
	key: ["id"],
	set: "total_new = total::bigint",
	pending: "total_new IS DISTINCT FROM (total::bigint)",
};

const orders = (rows: number): string =>
	`CREATE TABLE orders (id bigint PRIMARY KEY, total integer, total_new bigint);
	INSERT INTO orders SELECT i, i * 3 FROM generate_series(1, ${rows}) i`;

const batchesIn = (events: readonly RunEvent[]) =>
	events.flatMap((event) => (event.kind === "batchDone" ? [event] : []));

describe("rows are changed batch by batch", () => {
	test("every row is changed once, and a second run changes none", async () => {
		await rowsOf(session, orders(2500));
		const first = testRun(engine, session, observer);
		const step = backfillStep(totals, 400);
		expect(await runBackfill(first.context, step)).toEqual({ is: "done", rows: 2500 });
		expect(batchesIn(first.events).length).toBeGreaterThan(3);
		expect(batchesIn(first.events).at(-1)).toMatchObject({ total: 2500, share: 1 });
		expect(await valueOf(session, "SELECT sum(total_new) FROM orders")).toBe("9378750");
		const second = testRun(engine, session, observer);
		expect(await runBackfill(second.context, step)).toEqual({ is: "done", rows: 2500 });
		expect(batchesIn(second.events)).toEqual([]);
	});

	test("a table without rows is done at once", async () => {
		await rowsOf(session, orders(0));
		const { context } = testRun(engine, session, observer);
		expect(await runBackfill(context, backfillStep(totals, 400))).toEqual({ is: "done", rows: 0 });
	});

	test("keys of several columns, with quotes, backslashes and question marks", async () => {
		await rowsOf(
			session,
			String.raw`CREATE TABLE prices (shop text COLLATE "C", day date, note text, kept jsonb, PRIMARY KEY (shop, day));
			INSERT INTO prices SELECT s, date '2026-01-01' + i, NULL, '{"old": 1}'
				FROM unnest(ARRAY['o''hara', 'back\slash', 'what?', '', 'Zoë', E'line\nbreak']) s, generate_series(0, 40) i`,
		);
		const { context } = testRun(engine, session, observer);
		const step = backfillStep(
			{
				table: "prices",
				alias: "p",
				key: ["shop", "day"],
				set: "note = shop || '?' || day, kept = kept - 'old'",
				pending: "kept ? 'old'",
			},
			7,
		);
		expect(await runBackfill(context, step)).toEqual({ is: "done", rows: 246 });
		expect(
			await valueOf(session, "SELECT count(*) FROM prices WHERE note <> shop || '?' || day"),
		).toBe("0");
	});

	test.for([
		["uuid", "gen_random_uuid()"],
		["text", "md5(i::text)"],
		["numeric", "i / 7.0"],
		["double precision", "sqrt(i)"],
		["timestamptz", "timestamptz '2026-03-29 00:00+00' + i * interval '7 minutes'"],
		["bytea", "decode(md5(i::text), 'hex')"],
	])("keys of type %s", async ([type, key]) => {
		await rowsOf(
			session,
			`CREATE TABLE events (key ${type} PRIMARY KEY, seen boolean); INSERT INTO events SELECT ${key} FROM generate_series(1, 500) i`,
		);
		const { context } = testRun(engine, session, observer);
		const step = backfillStep(
			{ table: "events", key: ["key"], set: "seen = true", pending: "seen IS NULL" },
			40,
		);
		expect(await runBackfill(context, step)).toEqual({ is: "done", rows: 500 });
	});

	test("rows are deleted, and those that are not meant stay", async () => {
		await rowsOf(session, orders(1000));
		const { context } = testRun(engine, session, observer);
		const step = backfillStep({ table: "orders", key: ["id"], pending: "total % 2 = 0" }, 150);
		expect(await runBackfill(context, step)).toEqual({ is: "done", rows: 500 });
		expect(await valueOf(session, "SELECT count(*) FROM orders")).toBe("500");
	});

	test("a step without a key repeats its statements until they change no row", async () => {
		await rowsOf(session, orders(1000));
		const { context } = testRun(engine, session, observer);
		const sql =
			"DELETE FROM orders WHERE ctid = ANY (ARRAY(SELECT ctid FROM orders WHERE id <= 700 LIMIT 150))";
		const { backfill: _backfill, ...step } = backfillStep(totals, 1, { sql: [sql] });
		expect(await runBackfill(context, step)).toEqual({ is: "done", rows: 700 });
	});

	test("workers share a table", async () => {
		await rowsOf(session, `${orders(60_000)}; ANALYZE orders`);
		const { context, events } = testRun(engine, session, observer, { config: { workers: 3 } });
		expect(await runBackfill(context, backfillStep(totals, 2000))).toEqual({
			is: "done",
			rows: 60_000,
		});
		expect(await valueOf(session, "SELECT count(*) FROM lockkeeper.backfill")).toBe("3");
		expect(batchesIn(events).at(-1)?.total).toBe(60_000);
	});

	test("settings of the migration hold in the batch and not after it", async () => {
		await rowsOf(
			session,
			"CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, total integer, total_new bigint); INSERT INTO shop.orders SELECT i, i FROM generate_series(1, 10) i",
		);
		const { context } = testRun(engine, session, observer);
		const step = backfillStep(totals, 400, { settings: ["SET search_path TO shop;"] });
		expect(await runBackfill(context, step)).toMatchObject({ is: "done", rows: 10 });
		expect(await valueOf(session, "SHOW search_path")).toBe('"$user", public');
	});
});

describe("what happens meanwhile", () => {
	test("a row that came behind the cursor is found by the last look", async () => {
		await rowsOf(session, orders(1000));
		let behind = 0;
		const { context, events } = testRun(engine, session, observer, {
			tell: (event) => {
				events.push(event);
				if (event.kind !== "batchDone" || behind++ > 0) return;
				void observer.run("INSERT INTO orders VALUES (0, 17)");
			},
		});
		const outcome = await runBackfill(context, backfillStep(totals, 100));
		expect(outcome).toEqual({ is: "done", rows: 1001 });
		expect(await valueOf(session, "SELECT total_new FROM orders WHERE id = 0")).toBe("17");
	});

	test("a batch that would have to be repeated for ever is not kept", async () => {
		await rowsOf(
			session,
			`${orders(5)};
			CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.total_new := NULL; RETURN NEW; END $$;
			CREATE TRIGGER forget BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.id = 3) EXECUTE FUNCTION forget()`,
		);
		const { context } = testRun(engine, session, observer);
		expect(await runBackfill(context, backfillStep(totals, 100))).toEqual({
			is: "stopped",
			why: "rows of orders are to be changed again right after they were changed: repeated, the change would never end",
			details: [
				"id = 3",
				"Nothing of this batch was kept. Look for a trigger that puts the old values back, or make a plan with another condition.",
			],
			rows: ["id = 3"],
		});
		expect(await valueOf(session, "SELECT count(total_new) FROM orders")).toBe("0");
	});

	test("it stops when whole passes leave as many rows as before", async () => {
		await rowsOf(
			session,
			`${orders(5)};
			CREATE FUNCTION forget_other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET total_new = NULL WHERE id = 6 - NEW.id; RETURN NULL; END $$;
			CREATE TRIGGER forget_other AFTER UPDATE ON orders FOR EACH ROW WHEN (NEW.id IN (1, 5) AND NEW.total_new IS NOT NULL) EXECUTE FUNCTION forget_other()`,
		);
		const { context } = testRun(engine, session, observer);
		expect(await runBackfill(context, backfillStep(totals, 3))).toEqual({
			is: "stopped",
			why: "1 row of orders is left after 2 passes over the table",
			details: [
				"Something still writes rows as they were before: let it write the new values first.",
			],
		});
	});

	test("a row that somebody holds makes batches smaller, names the holder, and is changed in the end", async () => {
		await rowsOf(session, orders(400));
		const stranger = await sessionOf(engine, "stranger");
		await rowsOf(stranger, "BEGIN; UPDATE orders SET total = 7 WHERE id = 250");
		const { context, events } = testRun(engine, session, observer, {
			tell: (event) => {
				events.push(event);
				const misses = events.filter(({ kind }) => kind === "lockMissed").length;
				if (event.kind === "lockMissed" && misses === 3) void stranger.run("COMMIT");
			},
		});
		expect(await runBackfill(context, backfillStep(totals, 400))).toEqual({
			is: "done",
			rows: 400,
		});
		await stranger.close();
		const misses = events.flatMap((event) => (event.kind === "lockMissed" ? [event] : []));
		expect(misses.length).toBeGreaterThanOrEqual(3);
		expect(misses[0]?.blockers[0]?.who).toContain("lockkeeper stranger");
		expect(await valueOf(session, "SELECT total_new FROM orders WHERE id = 250")).toBe("7");
	});

	test("batches that take too long become smaller until they fit", async () => {
		await rowsOf(session, orders(120));
		const { context, events } = testRun(engine, session, observer);
		const slow = { ...totals, pending: `pg_sleep(0.004) IS NOT NULL AND ${totals.pending}` };
		const step = backfillStep(slow, 120, { statementTimeout: 250 });
		expect(await runBackfill(context, step)).toEqual({ is: "done", rows: 120 });
		expect(batchesIn(events)[0]?.size).toBeLessThanOrEqual(60);
	});

	test("it stops where it is asked to, and goes on from there", async () => {
		await rowsOf(session, orders(1000));
		const first = testRun(engine, session, observer);
		const { context } = testRun(engine, session, observer, {
			signal: first.stop.signal,
			tell: (event) => {
				first.events.push(event);
				if (batchesIn(first.events).length === 3) first.stop.abort();
			},
		});
		const step = backfillStep(totals, 100);
		expect(await runBackfill(context, step)).toEqual({
			is: "paused",
			why: "it was asked to stop",
		});
		const done = Number(
			await valueOf(session, "SELECT count(*) FROM orders WHERE total_new IS NOT NULL"),
		);
		expect(done).toBe(batchesIn(first.events).at(-1)?.total);
		expect(await valueOf(session, "SELECT position FROM lockkeeper.backfill")).toBe(`["${done}"]`);
		const second = testRun(engine, session, observer);
		expect(await runBackfill(second.context, step)).toEqual({ is: "done", rows: 1000 });
		expect(batchesIn(second.events)[0]?.total).toBeGreaterThan(done);
	});

	test("a run that lost its lease changes nothing", async () => {
		await rowsOf(session, orders(100));
		const { context } = testRun(engine, session, observer, {
			fence: async (on = session) => {
				await on.run("ROLLBACK");
				return "lost";
			},
		});
		expect(await runBackfill(context, backfillStep(totals, 10))).toEqual({
			is: "lost",
			why: "lease",
		});
		expect(await valueOf(session, "SELECT count(*) FROM orders WHERE total_new IS NOT NULL")).toBe(
			"0",
		);
	});

	test("a connection that is ended is lost, not a crash", async () => {
		await rowsOf(session, orders(1000));
		const worker = await sessionOf(engine, "doomed");
		const { context, events } = testRun(engine, worker, observer, {
			tell: (event) => {
				events.push(event);
				if (batchesIn(events).length === 1)
					void observer.run("SELECT pg_terminate_backend(?::integer)", [
						worker.id.split(" ")[0] ?? "",
					]);
			},
			signal: new AbortController().signal,
		});
		const slow = { ...totals, pending: `pg_sleep(0.001) IS NOT NULL AND ${totals.pending}` };
		expect(await runBackfill(context, backfillStep(slow, 50))).toEqual({
			is: "lost",
			why: "connection",
		});
		const again = testRun(engine, session, observer);
		expect(await runBackfill(again.context, backfillStep(totals, 50))).toEqual({
			is: "done",
			rows: 1000,
		});
	});
});

describe("rows that cannot be converted", () => {
	const numbers: RowBatches = {
		table: "orders",
		key: ["id"],
		set: "total_new = total::integer",
		pending: "total_new IS DISTINCT FROM (total::integer)",
	};
	const texts = `CREATE TABLE orders (id bigint PRIMARY KEY, total text, total_new integer);
		INSERT INTO orders SELECT i, CASE WHEN i IN (17, 18, 420) THEN 'n/a' ELSE i::text END FROM generate_series(1, 500) i`;

	test("are named, and all others are changed", async () => {
		await rowsOf(session, texts);
		const { context } = testRun(engine, session, observer);
		const outcome = await runBackfill(context, backfillStep(numbers, 100));
		expect(outcome).toEqual({
			is: "stopped",
			why: "3 rows cannot be converted",
			details: [
				...[17, 18, 420].map(
					(id) => `id = ${id}: invalid input syntax for type integer: "n/a" (22P02)`,
				),
				"Mend these rows. To keep them as they are, set them aside before you change or delete them:",
				"  CREATE TABLE set_aside AS SELECT * FROM orders WHERE id IN ('17', '18', '420');",
			],
			rows: ["id = 17", "id = 18", "id = 420"],
		});
		expect(await valueOf(session, "SELECT count(total_new) FROM orders")).toBe("497");
	});

	test("let the step go on when they are mended", async () => {
		await rowsOf(session, texts);
		const step = backfillStep(numbers, 100);
		await runBackfill(testRun(engine, session, observer).context, step);
		await rowsOf(session, "UPDATE orders SET total = '0' WHERE total = 'n/a'");
		const mended = testRun(engine, session, observer);
		expect(await runBackfill(mended.context, step)).toEqual({ is: "done", rows: 500 });
	});

	test("what a trigger raises is about its row", async () => {
		await rowsOf(
			session,
			`${orders(50)};
			CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'order % is closed', NEW.id; END $$;
			CREATE TRIGGER refuse BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.id = 30) EXECUTE FUNCTION refuse()`,
		);
		const { context } = testRun(engine, session, observer);
		expect(await runBackfill(context, backfillStep(totals, 20))).toMatchObject({
			is: "stopped",
			why: "1 row cannot be converted",
			details: [
				"id = 30: order 30 is closed (P0001)",
				expect.stringMatching(/^Mend/),
				expect.any(String),
			],
		});
	});

	test("a step stops when there are too many to name", async () => {
		await rowsOf(
			session,
			"CREATE TABLE orders (id bigint PRIMARY KEY, total text, total_new integer); INSERT INTO orders SELECT i, 'n/a' FROM generate_series(1, 1200) i",
		);
		const { context } = testRun(engine, session, observer);
		const outcome = await runBackfill(context, backfillStep(numbers, 4));
		expect(outcome).toMatchObject({
			is: "stopped",
			why: "More than 1,000 rows cannot be converted",
		});
	});

	test("a column that is not there fails the step", async () => {
		await rowsOf(session, orders(10));
		const { context } = testRun(engine, session, observer);
		const outcome = await runBackfill(context, backfillStep({ ...totals, set: "amount = 1" }, 4));
		expect(outcome).toMatchObject({ is: "failed", failure: { code: "42703" } });
	});
});

describe("the throttle", () => {
	test("a query of the config that is not true lets batches wait, and says why", async () => {
		await rowsOf(
			session,
			`${orders(300)}; CREATE TABLE go (ahead boolean); INSERT INTO go VALUES (false)`,
		);
		const other = await sessionOf(engine);
		const { context, events } = testRun(engine, session, observer, {
			config: { throttle: { sql: "SELECT ahead FROM go" } },
			tell: (event) => {
				events.push(event);
				if (event.kind === "throttled") void other.run("UPDATE go SET ahead = true");
			},
		});
		expect(await runBackfill(context, backfillStep(totals, 100))).toEqual({
			is: "done",
			rows: 300,
		});
		await other.close();
		expect(events[0]).toMatchObject({
			kind: "throttled",
			cause: "the query of run.throttle.sql is not true",
		});
	});

	test("pressure is read from the server", async () => {
		await rowsOf(session, orders(300));
		const pressure = await engine.ways.pressure(observer, "orders");
		expect(Object.keys(pressure).sort()).toEqual(["activeConnections", "isVacuumed", "logBytes"]);
		expect(pressure.logBytes).toBeGreaterThan(0);
		const stranger = await sessionOf(engine, "stranger");
		await rowsOf(stranger, "BEGIN; SELECT 1");
		await rowsOf(stranger, "SELECT pg_create_physical_replication_slot('kept', true)");
		const after = await engine.ways.pressure(observer, undefined);
		await rowsOf(stranger, "ROLLBACK; SELECT pg_drop_replication_slot('kept')");
		await stranger.close();
		expect(Object.keys(after).sort()).toEqual([
			"activeConnections",
			"logBytes",
			"oldestTransactionMilliseconds",
			"retainedLogBytes",
		]);
	});
});
