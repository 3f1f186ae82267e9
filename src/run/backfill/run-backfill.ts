import type { ServerStep } from "../../plan/plan.ts";
import type { RunContext, StepOutcome } from "../context.ts";
import type { Answer, RunSession } from "../engine.ts";
import { begin, type Work } from "./batch.ts";
import type { KeyValues } from "./batch-sql.ts";
import { readRanges, writeRanges, type RangeState } from "./book.ts";
import { repeatStatements } from "./repeat.ts";
import { mostRejects, RangeRunner, type Progress, type Reject } from "./run-range.ts";
import { throttleOf, type Throttle } from "./throttle.ts";

/** After so many looks at all rows something still writes what is to be changed. */
const mostPasses = 5;

/** A worker less than this many sampled rows is not worth its connection. */
const rowsOfSamplePerWorker = 50;

const failed = (answer: Extract<Answer, { readonly ok: false }>): StepOutcome =>
	answer.failure.kind === "connection"
		? { is: "lost", why: "connection" }
		: { is: "failed", failure: answer.failure };

/** Cuts the keys into as many ranges as there are workers, by the keys of some rows. */
async function cuts(work: Work): Promise<readonly KeyValues[]> {
	const { engine, session, config } = work.context;
	const workers = engine.connections === "one" ? 1 : (config?.workers ?? 1);
	if (workers < 2) return [];
	const answer = await session.run(work.sql.sample);
	const keys = answer.ok ? answer.rows.map((row) => row.map((value) => value ?? "")) : [];
	if (keys.length < workers * rowsOfSamplePerWorker) return [];
	return Array.from(
		{ length: workers - 1 },
		(_, at) => keys[Math.floor((keys.length * (at + 1)) / workers)],
	).flatMap((key) => (key ? [key] : []));
}

/** Opens a pass over all rows. Only the first is cut: the later ones find little to do. */
async function openPass(work: Work, pass: number): Promise<readonly RangeState[] | StepOutcome> {
	const between = pass === 0 ? await cuts(work) : [];
	const batchSize = work.step.backfill?.batchSize ?? 1000;
	const ranges = [...between, undefined].map((hi, range): RangeState => {
		const lo = between[range - 1];
		return {
			pass,
			range,
			lo,
			position: lo,
			hi,
			rowsDone: 0,
			batchSize,
			attempts: 0,
			done: false,
		};
	});
	const answer = await writeRanges(work.context, work.step.id, ranges);
	if (answer === "lost") return { is: "lost", why: "lease" };
	if (!answer.ok) return failed(answer);
	return ranges;
}

/** Runs the open ranges of a pass, each on a connection of its own. */
async function runRanges(
	work: Work,
	ranges: readonly RangeState[],
	shared: { readonly throttle: Throttle; readonly progress: Progress },
): Promise<StepOutcome> {
	const { context } = work;
	const open = ranges.filter(({ done }) => !done);
	const others: RunSession[] = [];
	for (let at = 1; at < open.length && context.engine.connections === "many"; at++) {
		const session = await context.engine.connect(`${work.step.id} worker ${at + 1}`);
		if ("code" in session) break;
		others.push(session);
	}
	const waiting = [...open];
	/** Each takes the next range when it is done with one: fewer connections than ranges are enough. */
	const workOn = async (session: RunSession): Promise<StepOutcome> => {
		for (let range = waiting.shift(); range; range = waiting.shift()) {
			const outcome = await new RangeRunner(work, session, range, shared).run();
			if (outcome.is !== "done") return outcome;
		}
		return { is: "done" };
	};
	try {
		const outcomes = await Promise.all([context.session, ...others].map(workOn));
		return outcomes.find(({ is }) => is !== "done") ?? { is: "done" };
	} finally {
		await Promise.all(others.map((session) => session.close()));
	}
}

/** The share of the keys that is behind a position, for keys that are whole numbers. */
async function sharesOf({ context, sql }: Work): Promise<Progress["shareOf"]> {
	const answer = sql.ends === undefined ? undefined : await context.session.run(sql.ends);
	const [first, last] = (answer?.ok ? answer.rows[0] : undefined) ?? [];
	const isNumber = (text: string | null | undefined): text is string => /^-?\d+$/.test(text ?? "");
	if (!isNumber(first) || !isNumber(last)) return () => undefined;
	const [low, span] = [Number(first), Number(last) - Number(first)];
	return ({ position, range, hi, done }) => {
		const [at] = position ?? [];
		if (range > 0 || hi !== undefined || !isNumber(at)) return done ? 1 : undefined;
		return span <= 0 || done ? 1 : Math.min(1, Math.max(0, (Number(at) - low) / span));
	};
}

/** How many rows are left to change. It reads the table, so only the wait for locks is limited. */
async function countLeft(work: Work): Promise<number | Extract<Answer, { readonly ok: false }>> {
	const { session } = work.context;
	const begun = await begin(work, session, { ...work.step, statementTimeout: 0 });
	const answer = begun.ok ? await session.run(work.sql.count) : begun;
	await session.run("ROLLBACK");
	return answer.ok ? Number(answer.rows[0]?.[0]) : answer;
}

/** So many rows are named. */
const mostNamed = 20;

/**
 * What to do about rows that cannot be changed. Nobody can wave them through: the next steps prove the same of every
 * row, and a value that the new column cannot hold has to go somewhere.
 */
function advice({ step }: Work, rejects: readonly Reject[]): readonly string[] {
	const { table = "", key = [] } = step.backfill ?? {};
	const first = "Mend these rows";
	if (rejects.length > mostNamed) return [`${first}, or make a plan with another conversion.`];
	const columns = key.length > 1 ? `(${key.join(", ")})` : (key[0] ?? "");
	const keys = rejects.map(({ key: values }) => {
		const quoted = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ");
		return values.length > 1 ? `(${quoted})` : quoted;
	});
	return [
		`${first}. To keep them as they are, set them aside before you change or delete them:`,
		`  CREATE TABLE set_aside AS SELECT * FROM ${table} WHERE ${columns} IN (${keys.join(", ")});`,
	];
}

function rejectedOutcome(work: Work, { rejects }: Progress): StepOutcome {
	const { context, step } = work;
	const key = step.backfill?.key.join(", ") ?? "";
	const count =
		rejects.length > mostRejects
			? `More than ${mostRejects.toLocaleString("en-US")} rows`
			: rejects.length === 1
				? "1 row"
				: `${rejects.length} rows`;
	const named = rejects.slice(0, mostNamed);
	const details = named.map(
		(reject) => `${key} = ${reject.key.join(", ")}: ${reject.message} (${reject.code})`,
	);
	context.tell({
		kind: "verified",
		step: step.id,
		what: "unconvertible",
		passed: false,
		count: rejects.length,
	});
	return {
		is: "stopped",
		why: `${count} cannot be converted`,
		details: [...details, ...advice(work, rejects)],
		rows: named.map((reject) => `${key} = ${reject.key.join(", ")}`),
	};
}

/** Passes do not end it: the count of rows does not fall, or not to nothing. */
function leftOver({ step }: Work, left: unknown, passes: number): StepOutcome {
	const count =
		typeof left !== "number"
			? "Rows"
			: left === 1
				? "1 row"
				: `${left.toLocaleString("en-US")} rows`;
	return {
		is: "stopped",
		why: `${count} of ${step.backfill?.table ?? ""} ${left === 1 ? "is" : "are"} left after ${passes} passes over the table`,
		details: [
			"Something still writes rows as they were before: let it write the new values first.",
		],
	};
}

/** Makes passes until none of the rows is left to change. */
async function runPasses(
	work: Work,
	known: readonly RangeState[],
	throttle: Throttle,
): Promise<StepOutcome> {
	const rows = known.reduce((sum, { rowsDone }) => sum + rowsDone, 0);
	const progress: Progress = { rejects: [], rows, shareOf: await sharesOf(work) };
	let pass = known.at(-1)?.pass ?? -1;
	let ranges: readonly RangeState[] = known.filter((range) => range.pass === pass);
	let before = Infinity;
	for (let looks = 0; ; looks++) {
		if (ranges.length === 0) {
			const opened = await openPass(work, ++pass);
			if ("is" in opened) return opened;
			ranges = opened;
		}
		progress.rejects.length = 0;
		const outcome = await runRanges(work, ranges, { throttle, progress });
		if (progress.rejects.length > 0 && outcome.is !== "lost") {
			if (outcome.is === "done" || outcome.is === "stopped") return rejectedOutcome(work, progress);
		}
		if (outcome.is !== "done") return outcome;
		const left = await countLeft(work);
		if (left === 0) return { is: "done", rows: progress.rows };
		// A row that cannot be converted came in behind: the next pass names it.
		if (typeof left !== "number" && left.failure.kind !== "data") return failed(left);
		if (looks + 1 >= mostPasses || (typeof left === "number" && left >= before)) {
			return leftOver(work, left, looks + 1);
		}
		if (typeof left === "number") before = left;
		ranges = [];
	}
}

/**
 * Changes the rows of a step batch by batch, each with its place in the books in one transaction: it can be
 * broken off at any instant and run again. Done when a look at the whole table finds no row left to change.
 * Rows that the server refuses are told by their keys, and stop the step when all others are changed.
 */
export async function runBackfill(context: RunContext, step: ServerStep): Promise<StepOutcome> {
	const table = step.backfill?.table ?? step.locks[0]?.relation ?? "";
	const throttle = throttleOf(context, step.id, table);
	if (!step.backfill) return repeatStatements(context, step, throttle);
	const work: Work = { context, step, sql: context.engine.ways.batches(step.backfill) };
	const known = await readRanges(context, step.id);
	return "ok" in known ? failed(known) : runPasses(work, known, throttle);
}
