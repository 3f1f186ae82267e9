import type { History } from "../core/engine/history.ts";
import type { Transaction } from "../core/transaction.ts";
import type { SqliteEngine } from "./engines/sqlite.ts";
import { scriptOf, silenceOf, sqlOf, type Step } from "./script.ts";
import { compare, dependsOnRows, saidOf } from "./sqlite-compare.ts";
import { objectsOf, observe } from "./sqlite-observe.ts";
import type { Difference } from "./compare.ts";
import type { HistoryFailure, Trace, TracedStatement, TraceRequest } from "./trace.ts";

/** Runs the steps in the transactions that the migration tool would run them in. */
class Run {
	readonly statements: TracedStatement[] = [];
	readonly failures: HistoryFailure[] = [];
	readonly #engine: SqliteEngine;
	#open: Transaction | undefined;
	#pagesBefore: number | undefined;
	#failedRelease: string | undefined;

	/** The tables and indexes that were there at some time. */
	readonly #made = new Set<string>();

	constructor(engine: SqliteEngine) {
		this.#engine = engine;
	}

	enter(next: Transaction | undefined): void {
		if (next === this.#open) return;
		if (this.#open) this.#end();
		this.#open = next;
		this.#pagesBefore = this.#engine.pagesWritten();
		if (next && next.wrapper !== "script") this.#engine.execute("BEGIN");
	}

	#end(): void {
		const { failure: refused } = this.#engine.execute("COMMIT");
		// The migration may have ended the tool's transaction itself.
		const failure = refused?.message.includes("no transaction is active") ? undefined : refused;
		const last = this.statements.at(-1);
		if (!last?.seen || last.step.transaction !== this.#open) return;
		const pages = this.#engine.pagesWritten();
		const writes = {
			...last.seen.writes,
			begins: last.seen.writes?.begins ?? false,
			...(pages !== undefined &&
				this.#pagesBefore !== undefined && { pagesOfTransaction: pages - this.#pagesBefore }),
		};
		const seen = { ...last.seen, writes, ...(failure && { failure }) };
		this.statements[this.statements.length - 1] = { ...last, seen };
	}

	#stop(): void {
		if (this.#open) this.#engine.execute("ROLLBACK");
		this.#open = undefined;
	}

	replay(step: Step): void {
		this.enter(step.transaction);
		const { failure } = this.#engine.execute(sqlOf(step));
		if (failure) this.failures.push({ step, failure });
	}

	observe(step: Step): void {
		const said = saidOf(step.effects);
		const plain = { step, said, differences: [], dependsOnRows: [] };
		if (step.migration.release === this.#failedRelease) {
			this.statements.push({ ...plain, notRun: "an earlier statement of its release failed" });
			return;
		}
		if (step.statement.placeholders.length > 0) {
			const notRun = "it has placeholders that the migration tool fills in";
			this.statements.push({ ...plain, notRun });
			return;
		}
		this.enter(step.transaction);
		const objects = objectsOf(this.#engine);
		for (const name of [...objects.tables.keys(), ...objects.indexes.keys()]) this.#made.add(name);
		const seen = observe(this.#engine, step, objects);
		const all = silenceOf(step) === undefined ? compare(step, { said, seen }, this.#made) : [];
		const isUnseen = (difference: Difference): boolean => dependsOnRows(difference, step, seen);
		this.statements.push({
			step,
			said,
			seen,
			differences: all.filter((difference) => !isUnseen(difference)),
			dependsOnRows: all.filter(isUnseen),
		});
		if (!seen.failure) return;
		this.#failedRelease = step.migration.release;
		this.#stop();
	}
}

/**
 * Replays the released migrations of a SQLite history in a database with nothing in it, then runs the candidate
 * release statement by statement and compares what SQLite did with what the effects say for its version: the
 * program of each statement tells what is read and rewritten, the write-ahead log how many pages were written.
 */
export function traceSqliteHistory(
	history: Omit<History, "version" | "oneSession">,
	engine: SqliteEngine,
	request: TraceRequest = {},
): Trace {
	const steps = scriptOf({ ...history, version: engine.version, oneSession: true });
	const toRun = steps.slice(0, steps.findLastIndex(({ migration }) => migration.candidate) + 1);
	const run = new Run(engine);
	for (const [at, step] of toRun.entries()) {
		request.onProgress?.(at, toRun.length, step);
		if (step.migration.candidate) run.observe(step);
		else run.replay(step);
	}
	run.enter(undefined);
	return {
		engine: { name: engine.name, version: engine.version },
		history: {
			statements: toRun.filter(({ migration }) => !migration.candidate).length,
			failures: run.failures,
		},
		filled: [],
		statements: run.statements,
	};
}
