import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Plan, PlanStep, ServerStep } from "../../src/plan/plan.ts";
import { readPlan, sha256, writeApproval } from "../../src/project/plan-file.ts";
import type { Answer, RunEngine, RunSession } from "../../src/run/engine.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { lockkeeper, root, type Run } from "../cli/run.ts";

/** A server with an empty database for each test. */
export interface TestServer {
	/** The address of a new database. */
	database(): Promise<string>;
}

/** Starts a server before the tests of the file that calls it, and ends it after them. */
export function testServer(): TestServer {
	let started: TraceEngine;
	let count = 0;
	beforeAll(async () => {
		const server = await startServer(18, [process.cwd()]);
		if ("code" in server) throw new Error(server.message);
		started = server;
	}, 120_000);
	afterAll(() => started.close());
	return {
		async database() {
			const name = `shop${++count}`;
			const [row] = await started.query("SELECT current_setting('port')");
			await started.query(`CREATE DATABASE ${name}`);
			return `postgres://postgres@127.0.0.1:${row?.[0] ?? ""}/${name}`;
		},
	};
}

export async function engineAt(url: string): Promise<RunEngine> {
	const engine = await openPostgres(url);
	if ("code" in engine) throw new Error(engine.message);
	return engine;
}

/** A connection of a client that knows nothing of lockkeeper. */
export async function clientOf(url: string): Promise<RunSession> {
	const session = await (await engineAt(url)).connect("test");
	if ("code" in session) throw new Error(session.message);
	onTestFinished(() => session.close());
	return session;
}

function rowsIn(answer: Answer, sql: string): readonly (readonly (string | null)[])[] {
	if (!answer.ok) throw new Error(`${answer.failure.message}: ${sql}`);
	return answer.rows;
}

/** Runs statements that must succeed and returns the rows of the last. */
export async function run(
	session: RunSession,
	...statements: readonly string[]
): Promise<readonly (readonly (string | null)[])[]> {
	let rows: readonly (readonly (string | null)[])[] = [];
	for (const sql of statements) rows = rowsIn(await session.run(sql), sql);
	return rows;
}

/** Waits until a query says true. */
export async function until(session: RunSession, sql: string): Promise<void> {
	for (let time = 0; time < 600; time += 1) {
		const [row] = await run(session, sql);
		if (row?.[0] === "t") return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`never true: ${sql}`);
}

/** A step that the server runs, with what is left out. */
export function serverStep(step: Partial<ServerStep> & Pick<ServerStep, "id" | "sql">): ServerStep {
	const phase = step.id.split("-")[0];
	return {
		phase: phase === "migrate" || phase === "verify" || phase === "contract" ? phase : "expand",
		title: step.sql[0] ?? "",
		origin: { migration: "0002_orders", file: "migrations/0002_orders.sql", line: 1 },
		needs: [],
		notes: [],
		transaction: "own",
		settings: [],
		locks: [],
		lockTimeout: 300,
		statementTimeout: 5000,
		before: [],
		after: [],
		checks: [],
		undo: { unneeded: "a test" },
		estimate: { time: "moment" },
		remarks: [],
		...step,
	};
}

export const ordersSql =
	"CREATE TABLE orders (id bigint PRIMARY KEY, status text, total integer NOT NULL DEFAULT 0);\n";

const revisionSql = "ALTER TABLE orders ADD COLUMN note text;\n";

export function planOf(steps: readonly PlanStep[], more: Partial<Plan> = {}): Plan {
	return {
		version: 1,
		dialect: "postgres",
		serverVersion: 18,
		revisions: [
			{
				id: "0002_orders",
				files: [{ path: "migrations/0002_orders.sql", sha256: sha256(revisionSql) }],
			},
		],
		history: { revisions: 1, last: "0001_orders", sha256: "" },
		schemaRev: "",
		starts: [],
		steps,
		notes: [],
		...more,
	};
}

/** A directory with a plan that ada has approved. */
export function approvedPlan(plan: Plan, expiresAt = "2099-01-01T00:00:00Z"): string {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-run-"));
	onTestFinished(() => {
		rmSync(directory, { recursive: true, force: true });
	});
	mkdirSync(path.join(directory, "migrations"));
	const files = {
		"migrations/0001_orders.sql": ordersSql,
		"migrations/0002_orders.sql": revisionSql,
		"lockkeeper.config.json": JSON.stringify({ approval: { operators: ["ada"] } }),
		"plan.json": JSON.stringify(plan, undefined, "\t"),
	};
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
	const file = path.join(directory, "plan.json");
	const loaded = readPlan(file);
	if ("code" in loaded) throw new Error(loaded.message);
	const approvedAt = "2020-01-01T00:00:00Z";
	writeApproval(file, { version: 1, plan: loaded.sha256, operator: "ada", approvedAt, expiresAt });
	return directory;
}

/** The command line as a process that can be killed. */
export interface Started {
	readonly child: ChildProcess;
	readonly ended: Promise<Run>;
}

export function start(cwd: string, url: string, ...args: readonly string[]): Started {
	return startProgram(cwd, ["--url", url, ...args]);
}

/** On the embedded database of the directory. */
export function startEmbedded(cwd: string): Started {
	return startProgram(cwd, []);
}

function startProgram(cwd: string, args: readonly string[]): Started {
	const program = path.join(root, "dist/cli.js");
	const given = ["run", "plan.json", "--operator", "ada", "--format", "text", ...args];
	const child = spawn(process.execPath, [program, ...given], {
		cwd,
		stdio: ["ignore", "pipe", "pipe"],
	});
	const output = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const) {
		child[stream].setEncoding("utf8");
		child[stream].on("data", (text: string) => {
			output[stream] += text;
		});
	}
	const ended = new Promise<Run>((resolve) => {
		child.once("close", (code) => {
			resolve({ code, ...output });
		});
	});
	onTestFinished(async () => {
		child.kill("SIGKILL");
		await ended;
	});
	return { child, ended };
}

/** A query that is true while a step's session does something. */
export const works = (step: string, what: string): string =>
	`SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'lockkeeper 0002_orders ${step}' AND ${what})`;

/** Without what differs from run to run. */
export const plain = (text: string): string =>
	text
		.replace(/127\.0\.0\.1:\d+(?:\/shop\d+)?/g, (at) =>
			at.includes("/") ? "127.0.0.1:5432/shop" : "127.0.0.1:5432",
		)
		.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
		.replace(/\d+(?:\.\d+)? (?:ms|s)\b/g, "<span>")
		.replace(/ \(<span>\)| \(<time>, <span>/g, (part) => part)
		.replace(/(\(<time>)\)/g, "$1, <span>)")
		.replace(/PostgreSQL 18\.\d+/g, "PostgreSQL 18")
		.replace(/(?:, )?<span> waiting for locks/g, "")
		.replace(/^.*\(batches of .*\n/gm, "");

/** Runs the plan of a directory. */
export const go = (cwd: string, url: string, ...args: readonly string[]): Promise<Run> =>
	lockkeeper(["run", "plan.json", "--url", url, "--operator", "ada", "--format", "text", ...args], {
		cwd,
	});

/** A new database with 3,000 orders, whose total is their id. */
export async function shopOn(
	server: TestServer,
): Promise<{ readonly url: string; readonly client: RunSession }> {
	const url = await server.database();
	const client = await clientOf(url);
	const insert = "INSERT INTO orders (id, total) SELECT g, g FROM generate_series(1, 3000) AS g";
	await run(client, ordersSql, insert);
	return { url, client };
}
