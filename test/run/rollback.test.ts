import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readSteps } from "../../src/run/books.ts";
import type { RunEvent } from "../../src/run/context.ts";
import type { RunSession } from "../../src/run/engine.ts";
import { readHistory } from "../../src/run/history.ts";
import { outlookLine, rollbackOutlook, type StepOutlook } from "../../src/run/rollback-outlook.ts";
import { rollBack, type RollbackOutcome, type RollbackWish } from "../../src/run/rollback.ts";
import { undoGroups } from "../../src/run/rollback-step.ts";
import { rowsOf, sessionOf, valueOf } from "./backfill-context.ts";
import {
	opened,
	plannedWithoutSoak,
	ran,
	startRunServer,
	type RunServer,
	type TestPlan,
} from "./server-run.ts";

let running: RunServer;
let session: RunSession;

beforeAll(async () => {
	running = await startRunServer();
	session = await sessionOf(running.engine);
}, 120_000);

afterAll(async () => {
	await session.close();
	await running.server.close();
});

const orders = `CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL, status text)`;

beforeEach(async () => {
	await rowsOf(
		session,
		`DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS lockkeeper CASCADE; CREATE SCHEMA public;
		${orders}; INSERT INTO orders SELECT i, i, CASE WHEN i % 3 = 0 THEN 'paid' END FROM generate_series(1, 1000) i`,
	);
});

const release = (sql: string): Promise<TestPlan> =>
	plannedWithoutSoak([
		{ id: "0001_create_orders", sql: `${orders};` },
		{ id: "0002_change", sql, transaction: "none" },
	]);

const additive = () =>
	release(
		"ALTER TABLE orders ADD COLUMN paid_at timestamptz;\nCREATE INDEX CONCURRENTLY orders_status ON orders (status);",
	);

async function takenBack(
	planned: TestPlan,
	wish: Partial<RollbackWish> = {},
	tell: (event: RunEvent) => void = () => undefined,
): Promise<RollbackOutcome> {
	const open = await opened(running.engine, planned, { tell });
	try {
		return await rollBack(open, {
			takenBack: new Set(),
			patience: 60_000,
			accept: () => Promise.resolve(false),
			...wish,
		});
	} finally {
		await open.close();
	}
}

const schema = () => running.engine.ways.schemaLines(session);

const statesOf = async ({ plan, planHash }: TestPlan): Promise<readonly string[]> => {
	const rows = await readSteps({ ways: running.engine.ways, plan }, session, planHash);
	return [...rows.values()].map(({ step, state }) => `${step} ${state}`);
};

const outlookOf = (planned: TestPlan, ttlHours?: number) =>
	rollbackOutlook({
		engine: running.engine,
		session,
		...planned,
		...(ttlHours !== undefined && { ttlHours }),
	});

describe("a rollback", () => {
	test("leaves the schema as it was, and a line in the history", async () => {
		const before = await schema();
		const planned = await additive();
		expect(await ran(running.engine, planned)).toEqual({ is: "done" });
		expect(await schema()).not.toEqual(before);
		expect(outlookLine(await outlookOf(planned))).toBe("rollback lossless: yes");
		expect(await takenBack(planned)).toEqual({
			is: "done",
			steps: ["expand-2", "expand-1"],
			isWhole: true,
		});
		expect(await schema()).toEqual(before);
		expect(await statesOf(planned)).toEqual(["expand-1 rolledBack", "expand-2 rolledBack"]);
		const history = await readHistory(running.engine, session);
		expect(history.brokenAt).toBeUndefined();
		expect(history.rows.map(({ revision, change }) => `${revision} ${change}`)).toEqual([
			"0002_change applied",
			"0002_change rolledBack",
		]);
		expect(await takenBack(planned)).toEqual({ is: "nothing" });
	});

	test("can be followed by the same run again", async () => {
		const planned = await additive();
		await ran(running.engine, planned);
		const after = await schema();
		await takenBack(planned);
		expect(await ran(running.engine, planned)).toEqual({ is: "done" });
		expect(await schema()).toEqual(after);
		const { rows, brokenAt } = await readHistory(running.engine, session);
		expect(brokenAt).toBeUndefined();
		expect(rows.map(({ change, round }) => `${change} ${round}`)).toEqual([
			"applied 1",
			"rolledBack 1",
			"applied 2",
		]);
	});

	test("counts the rows that would lose something, and waits for a yes", async () => {
		const planned = await additive();
		await ran(running.engine, planned);
		await rowsOf(session, "UPDATE orders SET paid_at = now() WHERE id <= 2");
		const seen: StepOutlook[] = [];
		const refused = await takenBack(planned, {
			accept: (doubtful) => {
				seen.push(...doubtful);
				return Promise.resolve(false);
			},
		});
		expect(refused.is).toBe("refused");
		expect(seen.map(({ step, says }) => `${step.id}: ${says}`)).toEqual([
			"expand-1: 2 rows would lose something: it is not so that no row has a value of its own in paid_at",
		]);
		expect(outlookLine(await outlookOf(planned))).toContain(
			"rollback lossless: no: expand-1 2 rows",
		);
		expect(await statesOf(planned)).toEqual(["expand-1 done", "expand-2 done"]);
		const done = await takenBack(planned, { accept: () => Promise.resolve(true) });
		expect(done).toMatchObject({ is: "done", isWhole: true });
	});

	test("asks when a step was done longer ago than the config allows", async () => {
		const planned = await additive();
		await ran(running.engine, planned);
		await rowsOf(
			session,
			"UPDATE lockkeeper.steps SET ended_at = ended_at - 73 * 3600000 WHERE step_id = 'expand-1'",
		);
		expect(await takenBack(planned)).toMatchObject({
			is: "refused",
			doubtful: [{ step: { id: "expand-1" }, is: "lossless", isLate: true }],
		});
		expect(await takenBack(planned, { ttlHours: 100 })).toMatchObject({ is: "done" });
	});

	test("stops where it is told to, and says so when there is no such place", async () => {
		const planned = await additive();
		await ran(running.engine, planned);
		expect(await takenBack(planned, { to: "expand" })).toEqual({ is: "nothing" });
		expect(await takenBack(planned, { to: "expand-9" })).toEqual({
			is: "unknownStep",
			to: "expand-9",
		});
		expect(await takenBack(planned, { to: "expand-1" })).toMatchObject({
			steps: ["expand-2"],
			isWhole: false,
		});
		expect(await valueOf(session, "SELECT to_regclass('orders_status')::text")).toBeNull();
		expect(await valueOf(session, "SELECT count(paid_at)::text FROM orders")).toBe("0");
	});

	test("leaves what cannot be brought back, once that is accepted", async () => {
		const planned = await release("UPDATE orders SET status = 'open' WHERE status IS NULL;");
		await ran(running.engine, planned);
		const outlook = await outlookOf(planned);
		expect(outlookLine(outlook)).toMatch(/^rollback lossless: no, since \d{4}-/);
		expect((await takenBack(planned)).is).toBe("refused");
		const said: string[] = [];
		const done = await takenBack(planned, { accept: () => Promise.resolve(true) }, (event) => {
			if (event.kind === "stepFound") said.push(event.says);
		});
		expect(done).toMatchObject({ is: "done", isWhole: true });
		expect(said).toEqual([
			"left as it is: the rows of orders are changed and their old values kept nowhere",
		]);
	});

	test("waits for people where people did something", async () => {
		const planned = await release("ALTER TABLE orders ALTER COLUMN status SET NOT NULL;");
		await rowsOf(session, "UPDATE orders SET status = 'open' WHERE status IS NULL");
		expect(await ran(running.engine, planned)).toEqual({ is: "done" });
		const people = planned.plan.steps.flatMap(({ id, transaction }) =>
			transaction === "people" ? [id] : [],
		);
		expect(people).not.toEqual([]);
		expect(await takenBack(planned)).toMatchObject({ is: "waiting", step: { id: people.at(-1) } });
		const all = await takenBack(planned, { takenBack: new Set(people) });
		expect(all).toMatchObject({ is: "done", isWhole: true });
	});

	test("brings an old column back with what was written to the new one", async () => {
		const before = await schema();
		const planned = await release("ALTER TABLE orders ALTER COLUMN total TYPE bigint;");
		const end = await ran(running.engine, planned, ["contract-2"]);
		expect(end).toMatchObject({ is: "waiting", step: "contract-2" });
		const type = "SELECT pg_typeof(total)::text || ' ' || total FROM orders WHERE id = 2000";
		await rowsOf(session, "INSERT INTO orders (id, total) VALUES (2000, 77)");
		expect(await valueOf(session, type)).toBe("bigint 77");
		await rowsOf(session, "INSERT INTO orders (id, total) VALUES (2001, 3000000000)");
		expect(await takenBack(planned)).toMatchObject({
			is: "refused",
			doubtful: [
				{
					step: { id: "contract-1" },
					says: "1 row would lose something: it is not so that every total can still be got from total_old",
				},
			],
		});
		await rowsOf(session, "DELETE FROM orders WHERE id = 2001");
		expect(await takenBack(planned)).toMatchObject({ is: "done", isWhole: true });
		expect(await valueOf(session, type)).toBe("integer 77");
		expect(await schema()).toEqual(before);
	});

	test("tells who holds its lock, and goes on when it is free", async () => {
		const planned = await release("ALTER TABLE orders ADD COLUMN paid_at timestamptz;");
		await ran(running.engine, planned);
		const stranger = await sessionOf(running.engine, "report");
		await rowsOf(stranger, "BEGIN; SELECT count(*) FROM orders");
		const missed: RunEvent[] = [];
		const outcome = takenBack(planned, {}, (event) => {
			if (event.kind !== "lockMissed") return;
			missed.push(event);
			if (missed.length === 1) void stranger.run("COMMIT");
		});
		expect(await outcome).toMatchObject({ is: "done", isWhole: true });
		await stranger.close();
		expect(missed[0]).toMatchObject({
			step: "expand-1",
			blockers: [{ who: expect.stringContaining("lockkeeper report") as string }],
		});
	});

	test("goes on after its connection was cut", async () => {
		const before = await schema();
		const planned = await additive();
		await ran(running.engine, planned);
		let cuts = 0;
		const outcome = await takenBack(planned, {}, (event) => {
			if (event.kind !== "stepStarted") return;
			cuts += 1;
			void session.run(
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%undo%' OR application_name = 'lockkeeper run'",
			);
		});
		expect(outcome).toMatchObject({ is: "done", isWhole: true });
		expect(cuts).toBe(2);
		expect(await schema()).toEqual(before);
	});
});

test("a validation does not share the strong lock of the statement before it", () => {
	const groups = undoGroups([
		"ALTER TABLE orders ADD CONSTRAINT c CHECK (status <> '') NOT VALID;",
		"ALTER TABLE orders VALIDATE CONSTRAINT c;",
		"ALTER TABLE orders ALTER COLUMN status DROP NOT NULL;",
		'ALTER TABLE orders RENAME COLUMN "concurrently" TO status;',
		"DROP INDEX CONCURRENTLY orders_status;",
	]);
	expect(groups.map(({ sql, transaction }) => `${sql.length} ${transaction}`)).toEqual([
		"1 own",
		"1 own",
		"2 own",
		"1 none",
	]);
});
