import { planPhases, type Plan } from "../plan/plan.ts";
import { ask, Refused } from "./ask.ts";
import { hasBooks, readSteps } from "./books.ts";
import { liveSchema } from "./drift.ts";
import type { IndexReading, RunEngine, RunSession } from "./engine.ts";
import type { GateAnswer, GateReading } from "./gate.ts";
import { readHistory, type ReadHistory } from "./history.ts";
import { readHolder } from "./holder.ts";

/** No question of a gate may hold anybody up. */
const limits = { lockTimeout: 1000, statementTimeout: 5000 } as const;

/** What has not answered by then is unknown. In milliseconds. */
export const gateTimeout = 8000;

/** Returns the revisions that are applied, in order. */
export function appliedRevisions({ rows }: ReadHistory): readonly string[] {
	const applied = new Set<string>();
	for (const { revision, change } of rows) {
		if (change === "applied") applied.add(revision);
		else applied.delete(revision);
	}
	return [...applied];
}

async function readOpenSteps(
	{ ways }: RunEngine,
	session: RunSession,
): Promise<GateReading["openSteps"]> {
	const rows = await ask(
		session,
		`SELECT s.step_id, s.phase, s.state FROM ${ways.book("steps")} AS s
		JOIN ${ways.book("runs")} AS r ON r.plan_hash = s.plan_hash
		WHERE s.state IN ('intent', 'failed') AND r.state = 'running' ORDER BY r.started_at, s.place`,
	);
	return rows.flatMap(([step, phaseName, stateName]) => {
		const phase = planPhases.find((known) => known === phaseName);
		const state = stateName === "failed" ? ("failed" as const) : ("intent" as const);
		return phase && typeof step === "string" ? [{ step, phase, state }] : [];
	});
}

/** Names of constraints in lines of a schema: "constraint public.orders.orders_total_check check not validated". */
function notValidated(lines: readonly string[]): readonly string[] {
	return lines.flatMap(
		(line) => /^constraint [^.]+\.[^.]+\.(.+) \w+ not validated\b/.exec(line)?.[1] ?? [],
	);
}

async function readBooks(
	engine: RunEngine,
	session: RunSession,
	plan: { readonly plan: Plan; readonly sha256: string } | undefined,
): Promise<
	Pick<GateReading, "applied" | "historyProblem" | "openSteps" | "isRunning" | "doneSteps">
> {
	if (!(await hasBooks(engine, session))) {
		return { applied: undefined, openSteps: [], isRunning: false, doneSteps: new Set() };
	}
	const history = await readHistory(engine, session);
	const holder = await readHolder(engine, session);
	const steps = plan
		? await readSteps({ ways: engine.ways, plan: plan.plan }, session, plan.sha256)
		: new Map<string, never>();
	const done = [...steps.values()].filter(({ state }) => state === "done");
	return {
		applied: appliedRevisions(history),
		...(history.brokenAt !== undefined && {
			historyProblem: `row ${history.brokenAt} of migration_history is not what was written`,
		}),
		openSteps: await readOpenSteps(engine, session),
		isRunning: holder === undefined || holder.released ? false : holder.alive,
		doneSteps: new Set(done.map(({ step }) => step)),
	};
}

/** Gives up when the server takes too long: a gate that hangs is worse than one that is closed. */
async function within<Result>(
	milliseconds: number,
	work: Promise<Result>,
): Promise<Result | "late"> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<"late">((resolve) => {
		timer = setTimeout(() => {
			resolve("late");
		}, milliseconds);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}

async function connected<Result>(
	engine: RunEngine,
	read: (session: RunSession) => Promise<Result>,
): Promise<Result | { readonly unreadable: string }> {
	const work = async (): Promise<Result | { readonly unreadable: string }> => {
		const session = await engine.connect("gate");
		if ("code" in session) return { unreadable: session.message };
		try {
			for (const sql of engine.ways.limits(limits, "session")) await ask(session, sql);
			return await read(session);
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			return { unreadable: error.failure.message };
		} finally {
			for (const sql of engine.ways.reset) await session.run(sql);
			await session.close();
		}
	};
	const result = await within(gateTimeout, work());
	return result === "late"
		? { unreadable: `no answer within ${gateTimeout / 1000} seconds` }
		: result;
}

/** Reads what a gate must know of a database; changes nothing. */
export function readGate(
	engine: RunEngine,
	plan?: { readonly plan: Plan; readonly sha256: string },
): Promise<GateAnswer> {
	return connected(engine, async (session) => {
		const books = await readBooks(engine, session, plan);
		const { lines, rev } = await liveSchema(engine, session);
		return {
			...books,
			indexes: await engine.ways.indexes(session),
			notValidated: notValidated(lines),
			schemaRev: rev,
		};
	});
}

/** Reads the indexes of a target, to be compared with those of others. */
export function readIndexes(
	engine: RunEngine,
): Promise<readonly IndexReading[] | { readonly unreadable: string }> {
	return connected(engine, (session) => engine.ways.indexes(session));
}
