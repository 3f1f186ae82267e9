import { expect, test } from "vitest";
import { beginRun } from "../../src/run/begin.ts";
import { moveStep, readSteps } from "../../src/run/books.ts";
import type { RunEvent } from "../../src/run/context.ts";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { brokenEvent } from "../../src/run/journal.ts";
import { openRun, type OpenRun } from "../../src/run/open-run.ts";
import { runPlan } from "../../src/run/run.ts";
import {
	clientOf,
	engineAt,
	ordersSql,
	planOf,
	run,
	serverStep,
	testServer,
	until,
} from "./shop.ts";

const server = testServer();

const plan = planOf([
	serverStep({ id: "expand-1", sql: ["ALTER TABLE orders ADD COLUMN note text;"] }),
]);

const order = { done: new Set<string>(), acceptDrift: false, approvers: ["ada"], deadline: 60_000 };

async function openAt(
	engine: RunEngine,
	operator: string,
	events: RunEvent[] = [],
): Promise<OpenRun> {
	const opened = await openRun({
		engine,
		plan,
		planHash: "plan",
		operator,
		signal: new AbortController().signal,
		wait: 30_000,
		tell: (event) => events.push(event),
	});
	if ("code" in opened) throw new Error(opened.code);
	return opened;
}

async function shop(): Promise<{ readonly url: string; readonly client: RunSession }> {
	const url = await server.database();
	const client = await clientOf(url);
	await run(client, ordersSql);
	return { url, client };
}

/** The server ends the connection that holds the lock, as it does when its client is gone. */
async function loseLock(client: RunSession): Promise<void> {
	await run(
		client,
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockkeeper lock'",
	);
	await until(
		client,
		"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'lockkeeper lock')",
	);
}

test("a holder whose lease was taken over commits nothing any more", async () => {
	const { url, client } = await shop();
	const engine = await engineAt(url);
	const old = await openAt(engine, "ada");
	await beginRun(old, ["ada"]);
	const { session } = old.context;
	await run(session, "BEGIN", "INSERT INTO orders (id) VALUES (1)");
	await loseLock(client);
	const heir = await openAt(engine, "grace");
	expect(heir.context.token).toBe(old.context.token + 1);
	expect(await old.context.fence()).toBe("lost");
	expect(await run(client, "SELECT count(*) FROM orders")).toEqual([["0"]]);
	const change = { to: "done", from: ["pending"], token: heir.context.token } as const;
	await beginRun(heir, ["ada"]);
	await run(heir.context.session, "BEGIN");
	expect(await heir.context.fence()).toBe("held");
	expect(await moveStep(engine, heir.context.session, "plan", "expand-1", change)).toBe(true);
	await run(heir.context.session, "ROLLBACK");
	expect(await runPlan(old, order)).toEqual({ is: "lost", why: "lease" });
	expect(await runPlan(heir, order)).toEqual({ is: "done" });
	await old.close();
	await heir.close();
	const [row] = await run(client, "SELECT operator FROM lockkeeper.migration_history");
	expect(row).toEqual(["grace"]);
});

test("a holder that is silent for a minute loses its place, though its connection stands", async () => {
	const { url, client } = await shop();
	const engine = await engineAt(url);
	const frozen = await openAt(engine, "ada");
	await run(client, "UPDATE lockkeeper.heartbeat SET beat_at = beat_at - 61000");
	const heir = await openAt(engine, "grace");
	expect(heir.context.token).toBe(frozen.context.token + 1);
	expect(await frozen.context.fence()).toBe("lost");
	await heir.close();
	await frozen.close();
});

test("a takeover waits for the transaction that the old holder is just committing", async () => {
	const { url, client } = await shop();
	const engine = await engineAt(url);
	const old = await openAt(engine, "ada");
	await run(old.context.session, "BEGIN", "INSERT INTO orders (id) VALUES (1)");
	expect(await old.context.fence()).toBe("held");
	await loseLock(client);
	const heir = openAt(engine, "grace");
	await until(
		client,
		"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'lockkeeper lock' AND wait_event_type = 'Lock')",
	);
	await run(old.context.session, "COMMIT");
	const opened = await heir;
	expect(await run(client, "SELECT count(*) FROM orders")).toEqual([["1"]]);
	await opened.close();
	await old.close();
});

/** The answer to the first COMMIT of a step is lost on its way. */
function losingCommit(engine: RunEngine): RunEngine {
	let lost = false;
	let inStep = false;
	const wrap = (session: RunSession): RunSession => ({
		id: session.id,
		async run(sql, values) {
			const answer = await session.run(sql, values);
			if (sql.startsWith("ALTER TABLE orders")) inStep = true;
			if (lost || !inStep || sql !== "COMMIT") return answer;
			lost = true;
			return { ok: false, failure: { kind: "connection", code: "08006", message: "lost" } };
		},
		cancel: () => session.cancel(),
		close: () => session.close(),
	});
	return {
		...engine,
		async connect(purpose) {
			const session = await engine.connect(purpose);
			return "code" in session || purpose !== "run" ? session : wrap(session);
		},
	};
}

test("when the answer to COMMIT is lost the books say that the step is done", async () => {
	const { url, client } = await shop();
	const engine = losingCommit(await engineAt(url));
	const events: RunEvent[] = [];
	const opened = await openAt(engine, "ada", events);
	await beginRun(opened, ["ada"]);
	expect(await runPlan(opened, order)).toEqual({ is: "done" });
	expect(events.filter(({ kind }) => kind === "stepStarted")).toHaveLength(1);
	const steps = await readSteps({ ways: engine.ways, plan }, client, "plan");
	expect(steps.get("expand-1")).toMatchObject({ state: "done", attempts: 1 });
	await opened.close();
});

test("an event that was changed by hand is found", async () => {
	const { url, client } = await shop();
	const engine = await engineAt(url);
	const opened = await openAt(engine, "ada");
	await beginRun(opened, ["ada"]);
	await runPlan(opened, order);
	await opened.close();
	expect(await brokenEvent(engine, client)).toBeUndefined();
	await run(
		client,
		"ALTER TABLE lockkeeper.events DISABLE TRIGGER only_added_to",
		"UPDATE lockkeeper.events SET body = replace(body, 'ada', 'eve') WHERE seq = 1",
	);
	expect(await brokenEvent(engine, client)).toBe(1);
});

test("a statement for a transaction never runs outside of it when the connection breaks", async () => {
	const { url, client } = await shop();
	const opened = await openAt(await engineAt(url), "ada");
	const { session } = opened.context;
	await run(session, "BEGIN");
	await run(client, `SELECT pg_terminate_backend(${session.id.split(" ")[0] ?? ""})`);
	const insert = "INSERT INTO orders (id) VALUES (1)";
	expect(await session.run(insert)).toMatchObject({ ok: false, failure: { kind: "connection" } });
	expect(await session.run(insert)).toMatchObject({ ok: false, failure: { kind: "connection" } });
	expect(await opened.renew()).toBe("ready");
	expect(await session.run(insert)).toMatchObject({ ok: true, changed: 1 });
	await opened.close();
});

test("a pooler that changes connections between transactions is refused", async () => {
	const { url, client } = await shop();
	const engine = await engineAt(url);
	const others = [await clientOf(url), await clientOf(url)];
	let turn = 0;
	const pooled: RunEngine = {
		...engine,
		async connect(purpose) {
			const session = await engine.connect(purpose);
			if ("code" in session) return session;
			return { ...session, run: (sql, values) => others[turn++ % 2]!.run(sql, values) };
		},
	};
	const opened = await openRun({
		engine: pooled,
		plan,
		planHash: "plan",
		operator: "ada",
		signal: new AbortController().signal,
		wait: 0,
		tell: () => undefined,
	});
	expect(opened).toMatchObject({
		code: "badTarget",
		message:
			"Between lockkeeper and the server stands a pooler that changes connections between transactions.",
	});
	expect(await run(client, "SELECT to_regnamespace('lockkeeper') IS NULL")).toEqual([["t"]]);
});
