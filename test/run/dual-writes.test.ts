import { afterAll, beforeAll, expect, test } from "vitest";
import { runsOnServer, type Plan, type ServerStep } from "../../src/plan/plan.ts";
import { runBackfill } from "../../src/run/backfill/run-backfill.ts";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { planSql } from "../plan/plan-sql.ts";
import { emptyWithBooks, rowsOf, sessionOf, testRun, valueOf } from "./backfill-context.ts";

let server: TraceEngine;
let engine: RunEngine;
let session: RunSession;
let observer: RunSession;

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	server = started;
	const [row] = await server.query("SELECT current_setting('port')");
	const opened = await openPostgres(`postgres://postgres@127.0.0.1:${row?.[0] ?? ""}/postgres`);
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

function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

/** A client that writes rows of its own at random, and knows what it wrote. */
class Writer {
	readonly rows = new Map<number, string | null>();
	readonly errors: string[] = [];
	column: string;
	#going = true;
	readonly #session: RunSession;
	readonly #next: () => number;
	readonly #first: number;
	readonly #done: Promise<void>;

	constructor(session: RunSession, seed: number, column: string) {
		this.#session = session;
		this.#next = random(seed);
		this.#first = seed * 1_000_000;
		this.column = column;
		this.#done = this.#write();
	}

	async #write(): Promise<void> {
		for (let count = 0; this.#going; count++) {
			const id = this.#first + Math.floor(this.#next() * 3000);
			const value = this.#next() < 0.05 ? null : String(Math.floor(this.#next() * 1_000_000));
			const text = value === null ? "NULL" : `'${value}'`;
			const isThere = this.rows.has(id);
			const isDelete = isThere && this.#next() < 0.2;
			const sql = isDelete
				? `DELETE FROM orders WHERE id = ${id}`
				: isThere
					? `UPDATE orders SET ${this.column} = ${text} WHERE id = ${id}`
					: `INSERT INTO orders (id, ${this.column}) VALUES (${id}, ${text})`;
			const answer = await this.#session.run(sql);
			if (!answer.ok) {
				if (!["lockTimeout", "conflict"].includes(answer.failure.kind)) {
					this.errors.push(answer.failure.message);
				}
			} else if (isDelete) this.rows.delete(id);
			else this.rows.set(id, value);
		}
	}

	async stop(): Promise<void> {
		this.#going = false;
		await this.#done;
		await this.#session.close();
	}
}

const tryAgain = new Set(["lockTimeout", "conflict", "timeout"]);

async function runInTransaction({ settings, sql, lockTimeout }: ServerStep): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		const statements = ["BEGIN", `SET LOCAL lock_timeout = ${lockTimeout}`, ...settings, ...sql];
		let failure;
		for (const statement of [...statements, "COMMIT"]) {
			const answer = await session.run(statement);
			if (answer.ok) continue;
			failure = answer.failure;
			await session.run("ROLLBACK");
			break;
		}
		if (!failure) return;
		if (!tryAgain.has(failure.kind) || attempt > 50) throw new Error(failure.message);
	}
}

/** Runs the steps of a plan as far as `until`, with the backfill as it is. */
async function runSteps(plan: Plan, until: (step: ServerStep) => boolean): Promise<void> {
	for (const step of plan.steps.filter(runsOnServer)) {
		if (until(step)) return;
		if (step.transaction === "batches") {
			const { context } = testRun(engine, session, observer, {
				config: { throttle: { batchMilliseconds: 20 } },
			});
			const outcome = await runBackfill(context, step);
			expect(outcome).toMatchObject({ is: "done" });
		} else if (step.sql.every((sql) => sql.startsWith("SELECT"))) {
			for (const sql of step.sql) expect([sql, await valueOf(session, sql)]).toEqual([sql, "t"]);
		} else if (step.transaction === "none") {
			for (const sql of step.sql) await rowsOf(session, sql);
		} else await runInTransaction(step);
	}
}

const before = `CREATE TABLE orders (id bigint PRIMARY KEY, total integer DEFAULT 0, note text);
CREATE INDEX orders_total ON orders (total);`;

async function start(): Promise<void> {
	await emptyWithBooks(engine, session);
	await rowsOf(session, before);
	await rowsOf(session, "INSERT INTO orders SELECT i, i * 3 FROM generate_series(1, 20000) i");
}

async function writers(columns: readonly string[]): Promise<readonly Writer[]> {
	const all: Writer[] = [];
	for (const [at, column] of columns.entries()) {
		all.push(new Writer(await sessionOf(engine, `writer ${at}`), at + 1, column));
	}
	return all;
}

/** What the clients wrote last is what the rows hold. */
async function expectKept(all: readonly Writer[], column: string): Promise<void> {
	const rows = await rowsOf(
		session,
		`SELECT id, ${column}::text FROM orders WHERE id >= 1000000 ORDER BY id`,
	);
	const wanted = all.flatMap((writer) => [...writer.rows]).sort(([a], [b]) => a - b);
	expect(rows.map(([id, value]) => [Number(id), value])).toEqual(wanted);
	expect(all.flatMap(({ errors }) => errors)).toEqual([]);
}

test("a type changes under four writers: nothing is lost, nobody sees an error, and it can go back", async () => {
	await start();
	const plan = await planSql(
		[
			{ id: "0001", sql: before },
			{ id: "0002", sql: "ALTER TABLE orders ALTER COLUMN total TYPE bigint;" },
		],
		{ version: 18 },
	);
	const all = await writers(["total", "total", "total", "total"]);
	await runSteps(plan, ({ title }) => title.includes("Drop the old column"));
	// With the new type in place they write on for a while.
	const seen = all.map(({ rows }) => rows.size);
	await runInTransaction({ ...swapOf(plan), sql: ["SELECT pg_sleep(0.5)"] });
	expect(await valueOf(session, "SELECT pg_typeof(total) FROM orders LIMIT 1")).toBe("bigint");
	expect(
		await valueOf(session, "SELECT count(*) FROM orders WHERE total_old IS DISTINCT FROM total"),
	).toBe("0");
	const { undo } = swapOf(plan);
	if (!("sql" in undo)) throw new Error("no undo");
	for (const { sql } of undo.losslessUntil) expect(await valueOf(session, sql)).toBe("t");
	await runInTransaction({ ...swapOf(plan), sql: undo.sql });
	await runInTransaction({ ...swapOf(plan), sql: ["SELECT pg_sleep(0.3)"] });
	for (const writer of all) await writer.stop();
	expect(seen.every((size) => size > 0)).toBe(true);
	expect(await valueOf(session, "SELECT pg_typeof(total) FROM orders LIMIT 1")).toBe("integer");
	await expectKept(all, "total");
	expect(
		await valueOf(session, "SELECT count(*) FROM orders WHERE total_new IS DISTINCT FROM total"),
	).toBe("0");
});

function swapOf(plan: Plan): ServerStep {
	const swap = plan.steps.filter(runsOnServer).find(({ title }) => title.includes("Change names"));
	if (!swap) throw new Error("no swap");
	return swap;
}

test("a column has two names under four writers, two of the old and two of the new one", async () => {
	await start();
	const plan = await planSql(
		[
			{ id: "0001", sql: before },
			{ id: "0002", sql: "ALTER TABLE orders RENAME COLUMN note TO remark;" },
		],
		{ version: 18 },
	);
	const all = await writers(["note", "note", "note", "note"]);
	await runSteps(plan, ({ title }) => title.includes("Drop the old column"));
	// Half of the application is deployed anew, then the other half.
	for (const writer of all.slice(0, 2)) writer.column = "remark";
	await rowsOf(session, "SELECT pg_sleep(0.5)");
	expect(
		await valueOf(session, "SELECT count(*) FROM orders WHERE remark IS DISTINCT FROM note"),
	).toBe("0");
	for (const writer of all) writer.column = "remark";
	await rowsOf(session, "SELECT pg_sleep(0.2)");
	const drop = plan.steps.filter(runsOnServer).at(-1);
	if (!drop) throw new Error("no drop");
	await runInTransaction(drop);
	for (const writer of all) await writer.stop();
	await expectKept(all, "remark");
});
