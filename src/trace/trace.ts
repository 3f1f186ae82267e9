import type { History } from "../core/engine/history.ts";
import type { OperationKind } from "../core/operation.ts";
import type { Transaction } from "../core/transaction.ts";
import { quoteIdentifier } from "../dialect/postgres/quote.ts";
import { compare, unite, type Difference, type Said } from "./compare.ts";
import type { Execution, Failure, TraceEngine } from "./engine.ts";
import { observeAlone, observeInTransaction, type Observation } from "./observe.ts";
import { fillTables, type FilledTable } from "./rows.ts";
import { scriptOf, sqlOf, type Step } from "./script.ts";

/** A candidate statement: what was said, what happened, and whether that is the same. */
export interface TracedStatement {
	readonly step: Step;
	readonly said: Said;
	/** Absent for what was not run, and for BEGIN, COMMIT and the like. */
	readonly seen?: Observation;
	/** Nothing when they agree. */
	readonly differences: readonly Difference[];
	/** Why it was not run. */
	readonly notRun?: string;
}

/** A statement of the released history that this server does not accept. */
export interface HistoryFailure {
	readonly step: Step;
	readonly failure: Failure;
}

/** What a server really did. */
export interface Trace {
	readonly engine: { readonly name: string; readonly version: number };
	readonly history: { readonly statements: number; readonly failures: readonly HistoryFailure[] };
	readonly filled: readonly FilledTable[];
	readonly statements: readonly TracedStatement[];
}

export interface TraceRequest {
	/** Fill every table with so many rows before the candidate release. */
	readonly rows?: number;
	/** Called before each statement, for people who wait. */
	readonly onProgress?: (done: number, of: number, step: Step) => void;
}

const transactionControl: ReadonlySet<OperationKind> = new Set([
	"begin",
	"commit",
	"rollback",
	"savepoint",
	"releaseSavepoint",
	"rollbackToSavepoint",
	"prepareTransaction",
] as const);

function controlsTransaction({ operations }: Step): boolean {
	return operations.length > 0 && operations.every(({ kind }) => transactionControl.has(kind));
}

/** Runs steps one after the other, in the transactions that the migration tool would run them in. */
class Run {
	readonly #engine: TraceEngine;
	#open: Transaction | undefined;

	constructor(engine: TraceEngine) {
		this.#engine = engine;
	}

	/** Ends the transaction of the step before and begins that of this one. */
	async enter(step: Step | undefined): Promise<Failure | undefined> {
		const next = step?.transaction;
		if (next === this.#open) return undefined;
		// COMMIT AND CHAIN has begun the next transaction already.
		const chained = next?.wrapper === "script" && step?.operations[0]?.kind !== "begin";
		const ended = this.#open && !chained ? await this.#engine.execute("COMMIT") : undefined;
		this.#open = next;
		if (next && next.wrapper !== "script") await this.#engine.execute("BEGIN");
		return ended?.failure;
	}

	/** Gives up the transaction, if one is open. */
	async abandon(): Promise<void> {
		this.#open = undefined;
		await this.#engine.execute("ROLLBACK");
	}

	/** Runs a released statement; one that fails leaves its transaction as it was. */
	async replay(step: Step): Promise<Failure | undefined> {
		if (controlsTransaction(step)) return (await this.#engine.execute(sqlOf(step))).failure;
		if (!this.#open) return this.#withRoles(() => this.#engine.execute(sqlOf(step)));
		const failure = await this.#withRoles(() => this.#executeInSavepoint(step));
		if (failure?.code !== "25001") return failure;
		// The tool ran it outside its transaction, or the history would not be there.
		await this.#engine.execute("COMMIT");
		const { failure: outside } = await this.#engine.execute(sqlOf(step));
		await this.#engine.execute("BEGIN");
		return outside;
	}

	async #executeInSavepoint(step: Step): Promise<Execution> {
		await this.#engine.execute("SAVEPOINT lockkeeper");
		const run = await this.#engine.execute(sqlOf(step));
		if (run.failure) await this.#engine.execute("ROLLBACK TO SAVEPOINT lockkeeper");
		await this.#engine.execute("RELEASE SAVEPOINT lockkeeper");
		return run;
	}

	/** Roles belong to the cluster: those that a migration needs are made on a throw-away server. */
	async #withRoles<Ran extends { readonly failure?: Failure }>(
		run: () => Promise<Ran>,
	): Promise<Failure | undefined> {
		for (;;) {
			const { failure } = await run();
			if (!failure || !(await this.#makeRole(failure))) return failure;
		}
	}

	async #makeRole({ code, message }: Failure): Promise<boolean> {
		const role = /^role "(.+)" does not exist$/.exec(message)?.[1];
		if (!this.#engine.throwAway || code !== "42704" || role === undefined) return false;
		const made = await this.#engine.execute(`CREATE ROLE ${quoteIdentifier(role)}`);
		return made.failure === undefined;
	}

	/** Runs a candidate statement and watches it. */
	async observe(step: Step): Promise<Observation> {
		if (this.#open) return observeInTransaction(this.#engine, sqlOf(step));
		for (;;) {
			const seen = await observeAlone(this.#engine, sqlOf(step));
			if (!seen.failure || !(await this.#makeRole(seen.failure))) return seen;
		}
	}
}

async function replayReleased(
	run: Run,
	steps: readonly Step[],
	request: TraceRequest,
	total: number,
): Promise<readonly HistoryFailure[]> {
	const failures: HistoryFailure[] = [];
	for (const [at, step] of steps.entries()) {
		request.onProgress?.(at, total, step);
		await run.enter(step);
		const failure = await run.replay(step);
		if (failure) failures.push({ step, failure });
	}
	await run.enter(undefined);
	return failures;
}

function reasonNotToRun(step: Step): string | undefined {
	if (step.statement.placeholders.length > 0) {
		return "it has placeholders that the migration tool fills in";
	}
	return undefined;
}

/** Runs the candidates to the first that fails: the migration tool would stop there. */
async function observeCandidates(
	run: Run,
	engine: TraceEngine,
	steps: readonly Step[],
	onProgress: (at: number, step: Step) => void,
): Promise<readonly TracedStatement[]> {
	const traced: TracedStatement[] = [];
	let stopped = false;
	for (const [at, step] of steps.entries()) {
		onProgress(at, step);
		const said = unite(step.effects);
		const failedCommit = stopped ? undefined : await run.enter(step);
		const previous = traced.at(-1);
		if (failedCommit && previous?.seen) {
			traced[traced.length - 1] = {
				...previous,
				seen: { ...previous.seen, failure: failedCommit },
			};
			stopped = true;
		}
		const notRun = stopped ? "an earlier statement failed" : reasonNotToRun(step);
		if (notRun !== undefined) {
			traced.push({ step, said, differences: [], notRun });
		} else if (controlsTransaction(step)) {
			await engine.execute(sqlOf(step));
			traced.push({ step, said, differences: [] });
		} else {
			const seen = await run.observe(step);
			const differences = step.statement.unread ? [] : compare(said, seen);
			traced.push({ step, said, seen, differences });
			if (seen.failure) stopped = true;
		}
	}
	if (stopped) await run.abandon();
	else await run.enter(undefined);
	return traced;
}

/**
 * Replays the released migrations of a history on an engine with nothing in it, then runs the candidate
 * release statement by statement and compares what the server did with what the effects say for its
 * version. Statements that failed are in the answer.
 */
export async function traceHistory(
	history: Omit<History, "version" | "oneSession">,
	engine: TraceEngine,
	request: TraceRequest = {},
): Promise<Trace> {
	const steps = scriptOf({ ...history, version: engine.version, oneSession: true });
	const released = steps.filter(({ migration }) => !migration.candidate);
	const candidates = steps.filter(({ migration }) => migration.candidate);
	if (history.searchPath) {
		const path = history.searchPath.map(quoteIdentifier).join(", ");
		await engine.execute(`SET search_path = ${path}`);
	}
	const run = new Run(engine);
	const failures = await replayReleased(run, released, request, steps.length);
	const filled = request.rows === undefined ? [] : await fillTables(engine, request.rows);
	const statements = await observeCandidates(run, engine, candidates, (at, step) =>
		request.onProgress?.(released.length + at, steps.length, step),
	);
	return {
		engine: { name: engine.name, version: engine.version },
		history: { statements: released.length, failures },
		filled,
		statements,
	};
}
