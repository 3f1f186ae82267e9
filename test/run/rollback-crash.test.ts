import { spawn } from "node:child_process";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import type { RunSession } from "../../src/run/engine.ts";
import { lockkeeper, root, type Run } from "../cli/run.ts";
import { approvedPlan, go, planOf, run, serverStep, shopOn, testServer, until } from "./shop.ts";

const server = testServer();

/** Three kinds of undo: one transaction, a concurrent statement, and three groups with a validation. */
const plan: Plan = planOf([
	serverStep({
		id: "expand-1",
		sql: ["ALTER TABLE orders ADD COLUMN note text;"],
		undo: { sql: ["ALTER TABLE orders DROP COLUMN note;"], losslessUntil: [] },
	}),
	serverStep({
		id: "expand-2",
		transaction: "none",
		sql: ["CREATE INDEX CONCURRENTLY orders_status ON orders (status);"],
		undo: { sql: ["DROP INDEX CONCURRENTLY orders_status;"], losslessUntil: [] },
	}),
	serverStep({
		id: "contract-1",
		sql: ["ALTER TABLE orders DROP CONSTRAINT orders_total;", "DROP INDEX orders_by_total;"],
		undo: {
			sql: [
				"ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;",
				"ALTER TABLE orders VALIDATE CONSTRAINT orders_total;",
				"CREATE INDEX CONCURRENTLY orders_by_total ON orders (total);",
			],
			losslessUntil: [],
		},
	}),
]);

/** A database on which all steps of the plan are done. */
async function doneShop(): Promise<{
	readonly url: string;
	readonly client: RunSession;
	readonly cwd: string;
	readonly before: unknown;
}> {
	const { url, client } = await shopOn(server);
	await run(
		client,
		"ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0)",
		"CREATE INDEX orders_by_total ON orders (total)",
	);
	const before = await shape(client);
	const cwd = approvedPlan(plan);
	expect(await go(cwd, url)).toMatchObject({ code: 0 });
	return { url, client, cwd, before };
}

const shape = (client: RunSession) =>
	run(
		client,
		`SELECT attname::text FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped
		UNION ALL SELECT indexrelid::regclass::text || ' ' || indisvalid FROM pg_index WHERE indrelid = 'orders'::regclass
		UNION ALL SELECT conname || ' ' || convalidated FROM pg_constraint WHERE conrelid = 'orders'::regclass
		ORDER BY 1`,
	);

const rollbackArgs = (url: string) => [
	"rollback",
	"plan.json",
	"--url",
	url,
	"--operator",
	"ada",
	"--accept-loss",
];

const rollback = (cwd: string, url: string): Promise<Run> => lockkeeper(rollbackArgs(url), { cwd });

/** A rollback in a process that can be killed. */
function startRollback(cwd: string, url: string) {
	const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...rollbackArgs(url)], {
		cwd,
		stdio: ["ignore", "ignore", "pipe"],
	});
	let says = "";
	child.stderr.on("data", (text: Buffer) => {
		says += text.toString();
	});
	const ended = new Promise<string>((resolve) => {
		child.once("close", () => {
			resolve(says);
		});
	});
	onTestFinished(async () => {
		child.kill("SIGKILL");
		await ended;
	});
	return { child, ended };
}

/**
 * Lets the books wait where a rollback writes them, until the client lets go: the process can be killed at a known
 * place.
 */
async function stopAt(client: RunSession, table: string, condition: string): Promise<void> {
	await run(
		client,
		`CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			PERFORM pg_advisory_xact_lock(42); RETURN new; END $$`,
		`CREATE TRIGGER stop_here AFTER INSERT OR UPDATE ON lockkeeper.${table}
			FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION stop_here()`,
		"SELECT pg_advisory_lock(42)",
	);
}

const isStopped =
	"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted)";

async function killWhereStopped(client: RunSession, cwd: string, url: string): Promise<void> {
	const { child, ended } = startRollback(cwd, url);
	const early = ended.then((says) => {
		if (child.signalCode === null) throw new Error(`it ended before: ${says}`);
	});
	await Promise.race([until(client, isStopped), early]);
	child.kill("SIGKILL");
	await early;
}

async function letGo(client: RunSession, table: string): Promise<void> {
	await run(
		client,
		"SELECT pg_advisory_unlock(42)",
		"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42",
	);
	await until(client, `SELECT NOT EXISTS (SELECT FROM pg_locks WHERE objid = 42)`);
	await run(client, `DROP TRIGGER stop_here ON lockkeeper.${table}`);
}

/** All that must be so when a rollback is over, however often it was killed. */
async function expectTakenBack(shop: Awaited<ReturnType<typeof doneShop>>): Promise<void> {
	const { client, url, cwd, before } = shop;
	expect(await shape(client)).toEqual(before);
	expect(await run(client, "SELECT DISTINCT state FROM lockkeeper.steps")).toEqual([
		["rolledBack"],
	]);
	expect(await run(client, "SELECT state FROM lockkeeper.runs")).toEqual([["rolledBack"]]);
	expect(
		await run(
			client,
			"SELECT step_id, count(*) FROM lockkeeper.events WHERE kind = 'rolledBack' GROUP BY 1 ORDER BY 1",
		),
	).toEqual([
		["contract-1", "1"],
		["expand-1", "1"],
		["expand-2", "1"],
	]);
	const receipts = await lockkeeper(["status", "plan.json", "--url", url, "--receipts"], { cwd });
	expect(receipts.code).toBe(0);
	expect(receipts.stdout).toMatch(/-rollback .*\nThe chain of receipts holds\.\n$/);
}

/** Where the process is killed: what the books have just written and the server has not committed. */
const places: readonly (readonly [string, string, string])[] = [
	["begun is written", "steps", "new.step_id = 'expand-2' AND new.message IS NOT NULL"],
	[
		"the first of several groups is done",
		"steps",
		"new.statements_done = 1 AND new.message IS NOT NULL",
	],
	["the second group is done", "steps", "new.statements_done = 2 AND new.message IS NOT NULL"],
	["a step is taken back", "steps", "new.state = 'rolledBack' AND new.step_id = 'contract-1'"],
	[
		"the event of a step is written",
		"events",
		"new.kind = 'rolledBack' AND new.step_id = 'expand-2'",
	],
	["the last step is taken back", "events", "new.kind = 'rolledBack' AND new.step_id = 'expand-1'"],
	[
		"the rollback says that it ends",
		"events",
		"new.kind = 'phaseDone' AND new.body LIKE '%rollback%'",
	],
	["the run is ended", "runs", "new.state = 'rolledBack'"],
];

describe("a rollback that is killed", () => {
	test.each(places)("where %s goes on", async (_, table, condition) => {
		const shop = await doneShop();
		const { client, url, cwd } = shop;
		await stopAt(client, table, condition);
		await killWhereStopped(client, cwd, url);
		await letGo(client, table);
		expect(await rollback(cwd, url)).toMatchObject({ code: 0 });
		await expectTakenBack(shop);
	});

	test("in the middle of a step is no progress of a run: that refuses, and status tells what to do", async () => {
		const shop = await doneShop();
		const { client, url, cwd } = shop;
		await stopAt(client, "steps", "new.statements_done = 2 AND new.message IS NOT NULL");
		await killWhereStopped(client, cwd, url);
		await letGo(client, "steps");
		const refused = await go(cwd, url);
		expect(refused.code).toBe(1);
		expect(refused.stderr).toBe(
			[
				"lockkeeper: A rollback is under way: contract-1 is half taken back.",
				"  lockkeeper rollback plan.json --operator <name> ends it; then run goes forward again.",
				"",
			].join("\n"),
		);
		const status = await lockkeeper(["status", "plan.json", "--url", url], { cwd });
		expect(status.stdout).toMatch(/^ {2}going back contract-1/m);
		expect(status.stdout).toContain(
			"A rollback is under way: contract-1 is half taken back. Next: lockkeeper rollback plan.json --operator <name>\n",
		);
		expect(await rollback(cwd, url)).toMatchObject({ code: 0 });
		await expectTakenBack(shop);
		expect(await go(cwd, url)).toMatchObject({ code: 0 });
	});

	test("at any instant goes on", async () => {
		const shop = await doneShop();
		const { url, cwd } = shop;
		for (let milliseconds = 150; ; milliseconds *= 1.15) {
			const { child, ended } = startRollback(cwd, url);
			const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
			await ended;
			clearTimeout(timer);
			if (child.exitCode !== null) break;
		}
		expect(await rollback(cwd, url)).toMatchObject({ code: 0 });
		await expectTakenBack(shop);
	}, 120_000);

	test("between two steps may be followed by a run, whose receipts tell of both", async () => {
		const { client, url, cwd } = await doneShop();
		await stopAt(client, "events", "new.kind = 'stepStarted' AND new.step_id = 'expand-1'");
		await killWhereStopped(client, cwd, url);
		await letGo(client, "events");
		expect(await go(cwd, url)).toMatchObject({ code: 0 });
		const receipts = await lockkeeper(["status", "plan.json", "--url", url, "--receipts"], { cwd });
		expect(receipts.code).toBe(0);
		expect(receipts.stdout.match(/\d-[a-z]+/g)).toEqual([
			"1-expand",
			"2-contract",
			"3-rollback",
			"4-expand",
			"5-contract",
		]);
	});
});
