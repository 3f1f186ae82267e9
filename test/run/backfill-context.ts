import type { RowBatches } from "../../src/core/finding.ts";
import type { ServerStep } from "../../src/plan/plan.ts";
import type { RunContext, RunEvent } from "../../src/run/context.ts";
import type { Row, RunEngine, RunSession } from "../../src/run/engine.ts";

/** Runs statements that must succeed, one by one, and returns the rows of the last. */
export async function rowsOf(session: RunSession, sql: string): Promise<readonly Row[]> {
	// Only where it is needed: a process that is to be killed soon need not wait for it.
	const { loadPostgres } = await import("../../src/dialect/postgres/dialect.ts");
	const dialect = await loadPostgres();
	const { statements } = dialect.read({ path: "test.sql", text: sql }, { placeholders: [] });
	let rows: readonly Row[] = [];
	for (const { range } of statements) {
		const statement = sql.slice(range.start, range.end);
		const answer = await session.run(statement);
		if (!answer.ok) throw new Error(`${answer.failure.message}: ${statement}`);
		rows = answer.rows;
	}
	return rows;
}

export async function valueOf(session: RunSession, sql: string): Promise<string | null> {
	return (await rowsOf(session, sql))[0]?.[0] ?? null;
}

export async function sessionOf(engine: RunEngine, purpose = "test"): Promise<RunSession> {
	const session = await engine.connect(purpose);
	if ("code" in session) throw new Error(session.message);
	return session;
}

/** Starts from an empty database with empty books. */
export async function emptyWithBooks(engine: RunEngine, session: RunSession): Promise<void> {
	await rowsOf(
		session,
		"DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS lockkeeper CASCADE; CREATE SCHEMA public",
	);
	for (const statement of engine.ways.books) await rowsOf(session, statement);
}

export function backfillStep(
	rows: RowBatches,
	batchSize: number,
	more: Partial<ServerStep> = {},
): ServerStep {
	return {
		id: "migrate-1",
		phase: "migrate",
		title: "Change the rows",
		origin: { migration: "0002", file: "0002.sql", line: 1 },
		needs: [],
		notes: [],
		transaction: "batches",
		settings: [],
		sql: [],
		locks: [],
		lockTimeout: 500,
		statementTimeout: 5000,
		before: [],
		after: [],
		checks: [],
		undo: { none: "" },
		estimate: { time: "moment" },
		backfill: { ...rows, batchSize },
		remarks: [],
		...more,
	};
}

export interface TestRun {
	readonly context: RunContext;
	readonly events: RunEvent[];
	readonly stop: AbortController;
}

/** A run that holds its lease unless `fence` says otherwise. */
export function testRun(
	engine: RunEngine,
	session: RunSession,
	observer: RunSession,
	more: Partial<RunContext> = {},
): TestRun {
	const events: RunEvent[] = [];
	const stop = new AbortController();
	const context: RunContext = {
		engine,
		plan: {
			version: 1,
			dialect: "postgres",
			serverVersion: engine.version,
			revisions: [],
			history: { revisions: 0, last: "", sha256: "" },
			schemaRev: "",
			starts: [],
			steps: [],
			notes: [],
		},
		planHash: "a".repeat(64),
		operator: "ada",
		token: 1,
		session,
		observer,
		signal: stop.signal,
		tell: (event) => events.push(event),
		fence: () => Promise.resolve("held"),
		pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
		...more,
	};
	return { context, events, stop };
}
