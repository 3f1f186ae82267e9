import type { History } from "../core/engine/history.ts";
import type { OperationKind } from "../core/operation.ts";
import type { Transaction } from "../core/transaction.ts";
import { quoteIdentifier } from "../dialect/postgres/quote.ts";
import { compare, dependsOnRows, unite, type Difference, type Said } from "./compare.ts";
import { emptyTables } from "./empty.ts";
import type { Execution, Failure, TraceEngine } from "./engine.ts";
import { observeAlone, observeInTransaction, type Observation } from "./observe.ts";
import { couldUseIndex } from "./plans.ts";
import { fillTables, type FilledTable } from "./rows.ts";
import { scriptOf, silenceOf, sqlOf, type Step } from "./script.ts";

/** A candidate statement: what was said, what happened, and whether that is the same. */
export interface TracedStatement {
	readonly step: Step;
	readonly said: Said;
	/** Absent for what was not run, and for BEGIN, COMMIT and the like. */
	readonly seen?: Observation;
	/** Nothing when they agree. */
	readonly differences: readonly Difference[];
	/** What was said and could not be seen, because tables here have no rows. */
	readonly dependsOnRows: readonly Difference[];
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

function reasonNotToRun(step: Step): string | undefined {
	return step.statement.placeholders.length > 0
		? "it has placeholders that the migration tool fills in"
		: undefined;
}

/** Runs the candidates of each release to the first that fails: the migration tool would stop there. */
class CandidateRun {
	readonly statements: TracedStatement[] = [];
	readonly #run: Run;
	readonly #engine: TraceEngine;
	#failedRelease: string | undefined;

	constructor(run: Run, engine: TraceEngine) {
		this.#run = run;
		this.#engine = engine;
	}

	async enter(step: Step | undefined): Promise<void> {
		const failure = await this.#run.enter(step);
		const last = this.statements.at(-1);
		if (!failure || !last?.seen) return;
		this.statements[this.statements.length - 1] = { ...last, seen: { ...last.seen, failure } };
		if (step?.migration.release === last.step.migration.release) await this.#stop(last.step);
	}

	async #stop({ migration }: Step): Promise<void> {
		this.#failedRelease = migration.release;
		await this.#run.abandon();
	}

	async #differences(step: Step, said: Said, seen: Observation): Promise<readonly Difference[]> {
		if (silenceOf(step) !== undefined) return [];
		const differences: Difference[] = [];
		for (const difference of compare(said, seen)) {
			const { aspect, relation } = difference;
			const isExtraScan = aspect === "scans" && relation !== undefined && !said.scans.has(relation);
			const inTransaction = step.transaction !== undefined;
			if (isExtraScan && (await couldUseIndex(this.#engine, step, relation, inTransaction)))
				continue;
			differences.push(difference);
		}
		return differences;
	}

	/** Tells apart what differs and what could not be seen; `before` are the tables without rows then. */
	async #verdict(
		step: Step,
		said: Said,
		seen: Observation,
		before: ReadonlySet<string>,
	): Promise<Pick<TracedStatement, "differences" | "dependsOnRows">> {
		const all = await this.#differences(step, said, seen);
		if (!all.some((difference) => dependsOnRows(difference, step, before))) {
			return { differences: all, dependsOnRows: [] };
		}
		// An INSERT may have put the first row in.
		const empty = await emptyTables(this.#engine, before, step.transaction !== undefined);
		const isUnseen = (difference: Difference): boolean => dependsOnRows(difference, step, empty);
		return {
			differences: all.filter((difference) => !isUnseen(difference)),
			dependsOnRows: all.filter(isUnseen),
		};
	}

	async observe(step: Step): Promise<void> {
		const said = unite(step.effects);
		const report = (
			rest: Pick<TracedStatement, "notRun" | "seen"> &
				Partial<Pick<TracedStatement, "differences" | "dependsOnRows">>,
		): void => {
			this.statements.push({ step, said, differences: [], dependsOnRows: [], ...rest });
		};
		if (step.migration.release === this.#failedRelease) {
			report({ notRun: "an earlier statement of its release failed" });
			return;
		}
		await this.enter(step);
		const notRun = reasonNotToRun(step);
		if (notRun !== undefined) report({ notRun });
		else if (controlsTransaction(step)) {
			await this.#engine.execute(sqlOf(step));
			report({});
		} else {
			const tables = [...step.changed, ...step.referencing];
			const empty = await emptyTables(this.#engine, tables, step.transaction !== undefined);
			const seen = await this.#run.observe(step);
			report({ seen, ...(await this.#verdict(step, said, seen, empty)) });
			if (seen.failure) await this.#stop(step);
		}
	}
}

/** The settings of the server that effects depend on and a migration need not say. */
async function settingsOf(engine: TraceEngine): Promise<ReadonlyMap<string, string>> {
	const [row] = await engine.query("SELECT current_setting('TimeZone')");
	const zone = row?.[0];
	return new Map(typeof zone === "string" ? [["timezone", zone]] : []);
}

/**
 * Replays the released migrations of a history on an engine with nothing in it, then runs the candidate
 * release statement by statement and compares what the server did with what the effects say for its
 * version. Statements that failed are in the answer.
 */
export async function traceHistory(
	history: Omit<History, "version" | "oneSession" | "settings">,
	engine: TraceEngine,
	request: TraceRequest = {},
): Promise<Trace> {
	const settings = await settingsOf(engine);
	const steps = scriptOf({ ...history, version: engine.version, oneSession: true, settings });
	const lastCandidate = steps.findLastIndex(({ migration }) => migration.candidate);
	const toRun = steps.slice(0, lastCandidate + 1);
	if (history.searchPath) {
		const path = history.searchPath.map(quoteIdentifier).join(", ");
		await engine.execute(`SET search_path = ${path}`);
	}
	const run = new Run(engine);
	const candidates = new CandidateRun(run, engine);
	const failures: HistoryFailure[] = [];
	let filled: readonly FilledTable[] | undefined;
	for (const [at, step] of toRun.entries()) {
		request.onProgress?.(at, toRun.length, step);
		if (!step.migration.candidate) {
			await run.enter(step);
			const failure = await run.replay(step);
			if (failure) failures.push({ step, failure });
			continue;
		}
		if (filled === undefined && request.rows !== undefined) {
			await run.enter(undefined);
			filled = await fillTables(engine, request.rows);
		}
		await candidates.observe(step);
	}
	await candidates.enter(undefined);
	return {
		engine: { name: engine.name, version: engine.version },
		history: {
			statements: toRun.filter(({ migration }) => !migration.candidate).length,
			failures,
		},
		filled: filled ?? [],
		statements: candidates.statements,
	};
}

/** True when something happened otherwise than it was said, or a candidate statement failed. */
export function disagrees({ statements }: Trace): boolean {
	return statements.some(({ differences, seen }) => differences.length > 0 || seen?.failure);
}
