import type { ServerStep } from "../../plan/plan.ts";
import type { RunContext } from "../context.ts";
import type { Answer, Blocker, Row, RunFailure, RunSession } from "../engine.ts";
import type { BatchSql, KeyValues } from "./batch-sql.ts";
import { openingOf } from "../transaction.ts";
import { writePosition, type RangeState } from "./book.ts";

/** What the batches of a step share. */
export interface Work {
	readonly context: RunContext;
	readonly step: ServerStep;
	readonly sql: BatchSql;
}

/** What became of one batch: all of it is committed or nothing is. */
export type BatchEnd =
	| {
			readonly is: "done";
			readonly state: RangeState;
			readonly rows: number;
			readonly milliseconds: number;
			/** Without the way to the server and back, which more or fewer rows do not change. */
			readonly workMilliseconds: number;
	  }
	| { readonly is: "lost"; readonly why: "connection" | "lease" }
	/** Rows with these keys are to be changed again right after they were changed. */
	| { readonly is: "endless"; readonly keys: readonly KeyValues[] }
	| {
			readonly is: "refused";
			readonly failure: RunFailure;
			/** The last key of the batch. */
			readonly bound: KeyValues | undefined;
			readonly blockers: readonly Blocker[];
	  };

/** Starts a transaction with the limits of the step. */
export async function begin(
	{ context, step, sql }: Work,
	session: RunSession,
	limits: { readonly lockTimeout: number; readonly statementTimeout: number },
): Promise<Answer> {
	const { ways } = context.engine;
	const opening = [...openingOf(ways, { limits, settings: step.settings }), ...sql.settings];
	let answer: Answer = { ok: true, rows: [], changed: 0 };
	for (const statement of opening) {
		if (!answer.ok) break;
		answer = await session.run(statement);
	}
	return answer;
}

/** Looks who stands in the way while a statement runs for longer than half of its lock limit. */
function watchBlockers(
	{ context: { engine, observer }, step }: Work,
	session: RunSession,
): () => Promise<readonly Blocker[]> {
	let seen: Promise<readonly Blocker[]> = Promise.resolve([]);
	if (observer === session || step.lockTimeout === 0) return () => seen;
	const timer = setTimeout(() => {
		seen = engine.ways.blockers(observer, session.id).catch(() => []);
	}, step.lockTimeout / 2);
	return () => {
		clearTimeout(timer);
		return seen;
	};
}

async function inTransaction(
	work: Work,
	session: RunSession,
	body: () => Promise<Answer | "lost" | "endless">,
): Promise<Answer | "lost" | "endless"> {
	const begun = await begin(work, session, work.step);
	const answer = begun.ok ? await body() : begun;
	if (answer === "endless") await session.run("ROLLBACK");
	if (answer === "lost" || answer === "endless") return answer;
	if (answer.ok) {
		const end = await session.run("COMMIT");
		return end.ok ? answer : end;
	}
	if (answer.failure.kind !== "connection") await session.run("ROLLBACK");
	return answer;
}

const keyOf = (row: Row): KeyValues => row.map((value) => value ?? "");

/** Changes the next rows of a range and writes down how far it is, in one transaction. */
export async function runBatch(
	work: Work,
	session: RunSession,
	state: RangeState,
): Promise<BatchEnd> {
	const { context, step, sql } = work;
	const started = performance.now();
	const blockers = watchBlockers(work, session);
	let bound: KeyValues | undefined;
	let next = state;
	let rows = 0;
	let workMilliseconds = 0;
	let again: readonly KeyValues[] = [];
	const answer = await inTransaction(work, session, async () => {
		const asked = performance.now();
		if ((await context.fence(session)) === "lost") return "lost";
		const fenced = performance.now();
		const open = { after: state.position, upTo: state.hi };
		const found = await session.run(sql.bound(open, state.batchSize));
		if (!found.ok) return found;
		const [row] = found.rows;
		bound = row && keyOf(row);
		const upTo = bound ?? state.hi;
		const range = { after: state.position, upTo };
		const changed = await session.run(sql.change(range));
		if (!changed.ok) return changed;
		workMilliseconds = Math.max(1, performance.now() - fenced - 2 * (fenced - asked));
		rows = changed.changed;
		if (rows > 0 && sql.again) {
			const left = await session.run(sql.again(range));
			if (!left.ok) return left;
			again = left.rows.map(keyOf);
			if (again.length > 0) return "endless";
		}
		next = {
			...state,
			position: bound ?? state.hi ?? state.position,
			rowsDone: state.rowsDone + rows,
			done: bound === undefined,
		};
		return writePosition(context, session, step.id, next, performance.now() - started);
	});
	const seen = await blockers();
	if (answer === "lost") return { is: "lost", why: "lease" };
	if (answer === "endless") return { is: "endless", keys: again };
	if (answer.ok) {
		const milliseconds = performance.now() - started;
		return { is: "done", state: next, rows, milliseconds, workMilliseconds };
	}
	const { failure } = answer;
	if (failure.kind === "connection") return { is: "lost", why: "connection" };
	return { is: "refused", failure, bound, blockers: seen };
}

/** Goes past a row that cannot be changed. */
export async function passRow(
	work: Work,
	session: RunSession,
	state: RangeState,
	key: KeyValues,
): Promise<BatchEnd> {
	const { context, step } = work;
	const next = { ...state, position: key };
	const answer = await inTransaction(work, session, async () =>
		(await context.fence(session)) === "lost"
			? "lost"
			: writePosition(context, session, step.id, next, 0),
	);
	if (answer === "lost" || answer === "endless") return { is: "lost", why: "lease" };
	if (answer.ok) return { is: "done", state: next, rows: 0, milliseconds: 0, workMilliseconds: 0 };
	const { failure } = answer;
	if (failure.kind === "connection") return { is: "lost", why: "connection" };
	return { is: "refused", failure, bound: key, blockers: [] };
}
