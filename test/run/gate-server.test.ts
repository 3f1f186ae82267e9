import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunSession } from "../../src/run/engine.ts";
import { serveGate } from "../../src/run/gate-server.ts";
import type { GateState } from "../../src/run/gate.ts";
import { directoryWith, lockkeeper, root } from "../cli/run.ts";
import { rowsOf, sessionOf } from "./backfill-context.ts";
import { parsePrometheus } from "./prometheus-text.ts";
import { plannedWithoutSoak, ran, startRunServer, type RunServer } from "./server-run.ts";

let running: RunServer;
let session: RunSession;

beforeAll(async () => {
	running = await startRunServer();
	session = await sessionOf(running.engine);
	const orders = "CREATE TABLE orders (id bigint PRIMARY KEY, status text);";
	await rowsOf(session, orders);
	const planned = await plannedWithoutSoak([
		{ id: "0001_create_orders", sql: orders },
		{ id: "0002_paid", sql: "ALTER TABLE orders ADD COLUMN paid_at timestamptz;" },
	]);
	expect(await ran(running.engine, planned)).toEqual({ is: "done" });
}, 120_000);

afterAll(async () => {
	await session.close();
	await running.server.close();
});

async function gate(...args: readonly string[]): Promise<string> {
	const { code, stdout, stderr } = await lockkeeper(["gate", "--url", running.url, ...args]);
	expect(stderr).toBe("");
	return `${code}\n${stdout.replace(/127\.0\.0\.1:\d+/, "<server>").replace(/PostgreSQL 18\.\d+/, "PostgreSQL 18")}`;
}

describe("the gate on a server", () => {
	test("is open when the revision is there", async () => {
		expect(await gate("--min", "0002_paid", "--max", "0002_paid")).toMatchInlineSnapshot(`
			"0
			open: PostgreSQL 18 on <server>/postgres
			  open     database     answers
			  open     history      1 revision, each follows the one before
			  open     revisions    the last is 0002_paid
			  open     run          no step is open
			  open     indexes      all are valid
			"
		`);
	});

	test("is closed when it is not", async () => {
		expect(await gate("--min", "0003_total")).toContain("1\nclosed: ");
	});

	test("is closed when an index is left INVALID", async () => {
		await rowsOf(session, "INSERT INTO orders VALUES (1, 'open'), (2, 'open')");
		const failed = await session.run("CREATE UNIQUE INDEX CONCURRENTLY twice ON orders (status)");
		expect(failed.ok).toBe(false);
		expect(await gate()).toContain("INVALID, and nobody builds them: public.twice");
		await rowsOf(session, "DROP INDEX twice");
	});

	test("is closed when the history was tampered with", async () => {
		await rowsOf(
			session,
			"ALTER TABLE lockkeeper.migration_history DISABLE TRIGGER ALL; UPDATE lockkeeper.migration_history SET operator = 'mallory'",
		);
		expect(await gate()).toContain("row 1 of migration_history is not what was written");
		await rowsOf(session, "UPDATE lockkeeper.migration_history SET operator = 'ada'");
		expect(await gate()).toMatch(/^0\n/);
	});

	test("a role that may only read can ask", async () => {
		await rowsOf(
			session,
			"CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA lockkeeper TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA lockkeeper TO reader",
		);
		const { code, stdout } = await lockkeeper([
			"gate",
			"--url",
			running.url.replace("postgres@", "reader@"),
			"--min",
			"0002_paid",
		]);
		expect(stdout).toMatch(/^open/);
		expect(code).toBe(0);
	});

	test("is unknown when nothing answers, and never tells a password", async () => {
		const url = "postgres://shop:hunter2@127.0.0.1:1/shop";
		const { code, stdout, stderr } = await lockkeeper(["gate", "--url", url, "--format", "json"]);
		expect(code).toBe(1);
		expect(JSON.parse(stdout)).toMatchObject({ state: "unknown" });
		expect(stdout + stderr).not.toContain("hunter2");
	});

	test("compares the indexes of targets", async () => {
		await rowsOf(session, "CREATE DATABASE us");
		const cwd = directoryWith({
			"lockkeeper.config.json": JSON.stringify({
				targets: { eu: { urlVariable: "EU" }, us: { urlVariable: "US" } },
			}),
		});
		const { code, stdout } = await lockkeeper(["gate", "--target", "eu", "--index-parity"], {
			cwd,
			environment: { EU: running.url, US: running.url.replace(/postgres$/, "us") },
		});
		expect(stdout).toContain("public.orders_pkey only on eu");
		expect(code).toBe(1);
	});

	test("serves probes and metrics until SIGTERM", async () => {
		const child = spawn(
			process.execPath,
			[
				path.join(root, "dist/cli.js"),
				"gate",
				"--serve",
				"--url",
				running.url,
				"--min",
				"0002_paid",
			],
			{ stdio: ["ignore", "ignore", "pipe"] },
		);
		const address = await new Promise<string>((resolve) => {
			child.stderr.setEncoding("utf8").on("data", (text: string) => {
				const [, url] = /Listening on (http:\S+)\/healthz/.exec(text) ?? [];
				if (url !== undefined) resolve(url);
			});
		});
		const health = await fetch(`${address}/healthz`);
		expect(health.status).toBe(200);
		expect(await health.json()).toMatchObject({ state: "open" });
		const metrics = await fetch(`${address}/metrics`);
		const samples = parsePrometheus(await metrics.text());
		expect(samples.filter(({ value }) => value === 1).map(({ name }) => name)).toEqual([
			"gate_state",
			"schema_rev_info",
		]);
		expect((await fetch(`${address}/`)).status).toBe(404);
		const ended = new Promise((resolve) => child.once("exit", resolve));
		child.kill("SIGTERM");
		expect(await ended).toBe(0);
	});
});

describe("the health endpoint", () => {
	test("asks once for many, again after a while, and says when to come back", async () => {
		let now = 0;
		let asked = 0;
		let state: GateState = "unknown";
		const server = await serveGate({
			host: "127.0.0.1",
			port: 0,
			clock: () => now,
			judge: () => {
				asked += 1;
				return Promise.resolve({ verdict: { state, checks: [] } });
			},
		});
		const address = server.address();
		const port = typeof address === "object" && address ? address.port : 0;
		const get = () => fetch(`http://127.0.0.1:${port}/healthz`);
		const answers = await Promise.all(Array.from({ length: 20 }, get));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
		expect(answers[0]?.headers.get("retry-after")).toBe("3");
		expect(asked).toBe(1);
		state = "open";
		expect((await get()).status).toBe(503);
		now = 5000;
		expect((await get()).status).toBe(200);
		expect(asked).toBe(2);
		const posted = await fetch(`http://127.0.0.1:${port}/healthz`, { method: "POST" });
		expect(posted.status).toBe(405);
		server.closeAllConnections();
		server.close();
	});
});
