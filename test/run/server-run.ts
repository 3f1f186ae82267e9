import type { Plan } from "../../src/plan/plan.ts";
import { sha256 } from "../../src/project/plan-file.ts";
import { beginRun } from "../../src/run/begin.ts";
import type { RunEvent } from "../../src/run/context.ts";
import type { RunEngine } from "../../src/run/engine.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import { openRun, type OpenRun } from "../../src/run/open-run.ts";
import { runPlan, type RunEnd } from "../../src/run/run.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { planSql, type PlannedSql } from "../plan/plan-sql.ts";

/** A server of PostgreSQL 18 for one test file, with the address that a runner takes. */
export interface RunServer {
	readonly server: TraceEngine;
	readonly engine: RunEngine;
	readonly url: string;
}

export async function startRunServer(): Promise<RunServer> {
	const server = await startServer(18, [process.cwd()]);
	if ("code" in server) throw new Error(server.message);
	const port = await server.query("SELECT current_setting('port')");
	const url = `postgres://postgres@127.0.0.1:${port[0]?.[0]}/postgres`;
	const engine = await openPostgres(url);
	if ("code" in engine) throw new Error(engine.message);
	return { server, engine, url };
}

/** A plan as a file would have it, without the hours that it must soak. */
export interface TestPlan {
	readonly plan: Plan;
	readonly planHash: string;
}

export async function plannedWithoutSoak(migrations: readonly PlannedSql[]): Promise<TestPlan> {
	const made = await planSql(migrations, { version: 18 });
	const steps = made.steps.map((step) =>
		step.hold ? { ...step, hold: { ...step.hold, soakHours: 0 } } : step,
	);
	const plan: Plan = { ...made, steps };
	return { plan, planHash: sha256(JSON.stringify(plan)) };
}

export interface TestRunOptions {
	readonly signal?: AbortSignal;
	readonly tell?: (event: RunEvent) => void;
}

/** Opens a run that must get the lease. */
export async function opened(
	engine: RunEngine,
	planned: TestPlan,
	{ signal = new AbortController().signal, tell = () => undefined }: TestRunOptions = {},
): Promise<OpenRun> {
	const open = await openRun({ engine, ...planned, operator: "ada", signal, wait: 5000, tell });
	if ("code" in open) throw new Error(open.code);
	return open;
}

/** Runs a plan as far as it goes, with everything said that people have to say but for these steps. */
export async function ran(
	engine: RunEngine,
	planned: TestPlan,
	unsaid: readonly string[] = [],
): Promise<RunEnd> {
	const open = await opened(engine, planned);
	try {
		await beginRun(open, ["grace"]);
		return await runPlan(open, {
			deadline: 60_000,
			done: new Set(planned.plan.steps.flatMap(({ id }) => (unsaid.includes(id) ? [] : [id]))),
			evidence: "all code is deployed",
			acceptDrift: false,
			approvers: ["grace"],
		});
	} finally {
		await open.close();
	}
}
