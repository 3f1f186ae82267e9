import { positionAt, type Position } from "../core/source.ts";
import type { Difference } from "../trace/compare.ts";
import type { FileWrites, ObservedLock, ObservedScan } from "../trace/observe.ts";
import { placeOf, type Step } from "../trace/script.ts";
import type { Trace, TracedStatement } from "../trace/trace.ts";

interface JsonFailure {
	readonly code: string;
	readonly message: string;
	readonly at: Position;
}

/** The json format of trace: a contract. Relations are schema.name, modes the server's own names. */
export interface JsonTraces {
	readonly version: 1;
	readonly traces: readonly {
		readonly engine: { readonly name: string; readonly version: number };
		readonly history: {
			readonly statements: number;
			readonly failures: readonly (JsonFailure & { readonly file: string })[];
		};
		readonly filled: readonly {
			readonly table: string;
			readonly rows: number;
			readonly failure: string | null;
		}[];
		readonly statements: readonly {
			readonly file: string;
			readonly start: Position;
			readonly end: Position;
			/** Null for what was not run, and for BEGIN, COMMIT and the like. */
			readonly happened: {
				readonly milliseconds: number;
				/** Null where nobody could look. */
				readonly locks: readonly ObservedLock[] | null;
				readonly indexLocks: readonly ObservedLock[] | null;
				/** SQLite: whether it writes to the database file, and how many pages; null for other databases. */
				readonly writes: FileWrites | null;
				readonly rewrites: readonly string[];
				readonly emptied: readonly string[];
				readonly scans: readonly ObservedScan[];
				readonly builds: readonly string[];
				readonly proofs: readonly string[];
				readonly transaction: "allowed" | "refused";
				readonly failure: JsonFailure | null;
			} | null;
			readonly said: {
				readonly locks: readonly ObservedLock[];
				readonly rewrites: readonly string[];
				readonly scans: readonly string[];
				readonly builds: readonly string[];
				readonly transaction: "allowed" | "refused";
				readonly fails: string | null;
			};
			readonly differences: readonly Difference[];
			/** What was said and could not be seen, because tables had no rows; no differences. */
			readonly dependsOnRows: readonly Difference[];
			readonly notRun: string | null;
		}[];
	}[];
}

function failureOf(
	step: Step,
	failure: { readonly code: string; readonly message: string; readonly position?: number },
): JsonFailure {
	const at = positionAt(step.statement.file, placeOf(step, failure));
	return { code: failure.code, message: failure.message, at };
}

function statementOf(traced: TracedStatement): JsonTraces["traces"][number]["statements"][number] {
	const { step, said, seen, differences, dependsOnRows, notRun } = traced;
	const { file, range } = step.statement;
	return {
		file: file.path,
		start: positionAt(file, range.start),
		end: positionAt(file, range.end),
		happened: seen
			? {
					milliseconds: seen.milliseconds,
					locks: seen.locks ?? null,
					indexLocks: seen.indexLocks ?? null,
					writes: seen.writes ?? null,
					rewrites: seen.rewrites,
					emptied: seen.emptied,
					scans: seen.scans,
					builds: seen.builds.map(({ index }) => index),
					proofs: seen.proofs,
					transaction: seen.refusedInTransaction ? "refused" : "allowed",
					failure: seen.failure ? failureOf(step, seen.failure) : null,
				}
			: null,
		said: {
			locks: [...said.locks].map(([relation, mode]) => ({ relation, mode })),
			rewrites: [...said.rewrites],
			scans: [...said.scans],
			builds: [...said.builds],
			transaction: said.transaction,
			fails: said.fails?.code ?? null,
		},
		differences,
		dependsOnRows,
		notRun: notRun ?? null,
	};
}

/** Returns the traces as one JSON document. */
export function traceJson(traces: readonly Trace[]): string {
	const document: JsonTraces = {
		version: 1,
		traces: traces.map(({ engine, history, filled, statements }) => ({
			engine,
			history: {
				statements: history.statements,
				failures: history.failures.map(({ step, failure }) => ({
					file: step.statement.file.path,
					...failureOf(step, failure),
				})),
			},
			filled: filled.map(({ table, rows, failure }) => ({
				table,
				rows,
				failure: failure?.message ?? null,
			})),
			statements: statements.map(statementOf),
		})),
	};
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}
