import type { Effect } from "../core/effect.ts";
import type { History } from "../core/engine/history.ts";
import type { OperationKind } from "../core/operation.ts";
import type { Transaction } from "../core/transaction.ts";
import { compareSets, type Difference, type Said } from "./compare.ts";
import type { Failure } from "./engine.ts";
import type { SqliteEngine } from "./engines/sqlite.ts";
import type { Observation } from "./observe.ts";
import { scriptOf, silenceOf, sqlOf, type Step } from "./script.ts";
import { programOf } from "./sqlite-program.ts";
import type { HistoryFailure, Trace, TracedStatement, TraceRequest } from "./trace.ts";

/** Statements whose program tells nothing that effects speak of. */
const withoutProgram: ReadonlySet<OperationKind> = new Set([
	"begin",
	"commit",
	"rollback",
	"savepoint",
	"releaseSavepoint",
	"rollbackToSavepoint",
	"setParameter",
	"sessionCommand",
] as const);

const dataChanges: ReadonlySet<OperationKind> = new Set(["insert", "update", "delete"] as const);

function isOnly({ operations }: Step, kinds: ReadonlySet<OperationKind>): boolean {
	return operations.length > 0 && operations.every(({ kind }) => kinds.has(kind));
}

/** The name without its schema: a trace has one file. */
function nameOf(key: string): string {
	return key.slice(key.indexOf(".") + 1).toLowerCase();
}

function names(keys: Iterable<string>): ReadonlySet<string> {
	return new Set([...keys].map(nameOf));
}

/** What the effects of a statement say together. */
function saidOf(effects: readonly Effect[]): Said {
	const fails = effects.find((effect) => effect.fails)?.fails;
	const isRefused = effects.some(({ transaction }) => transaction === "refused");
	return {
		locks: new Map(),
		writes: effects.some(({ locks }) => locks.some(({ relation }) => relation === "main")),
		rewrites: names(effects.flatMap((effect) => effect.rewrites)),
		scans: names(effects.flatMap((effect) => effect.scans)),
		builds: names(effects.flatMap((effect) => effect.builds.map(({ index }) => index))),
		transaction: isRefused ? "refused" : "allowed",
		...(fails && { fails }),
	};
}

interface Seen {
	readonly said: Said;
	readonly seen: Observation;
}

interface Objects {
	/** Rows of each table, 0 or more than 0. */
	readonly tables: ReadonlyMap<string, number>;
	/** The table of each index. */
	readonly indexes: ReadonlyMap<string, string>;
}

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** True when there is a row, or when the table cannot be read (a virtual one). */
function hasRow(engine: SqliteEngine, table: string): boolean {
	try {
		return engine.query(`SELECT 1 FROM ${quoted(table)} LIMIT 1`).length > 0;
	} catch {
		return true;
	}
}

function rowsOf(engine: SqliteEngine, table: string): number {
	try {
		return Number(engine.query(`SELECT count(*) FROM ${quoted(table)}`)[0]?.[0] ?? 0);
	} catch {
		return 0;
	}
}

function objectsOf(engine: SqliteEngine): Objects {
	const rows = engine.query(
		`SELECT type, lower(name), lower(tbl_name)
FROM (SELECT * FROM main.sqlite_schema UNION ALL SELECT * FROM temp.sqlite_schema)
WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
	);
	const tables = rows.filter(([type]) => type === "table").map(([, name]) => name ?? "");
	const indexes = rows.filter(([type]) => type === "index");
	return {
		tables: new Map(tables.map((name) => [name, Number(hasRow(engine, name))])),
		indexes: new Map(indexes.map(([, name, table]) => [name ?? "", table ?? ""])),
	};
}

function refusesTransaction({ message }: Failure): boolean {
	return /within a transaction|into wal mode|out of wal mode|safety level/i.test(message);
}

/** The tables that ALTER TABLE adds columns and constraints to. */
function alteredBy({ operations }: Step): readonly string[] {
	return operations.flatMap((operation) =>
		operation.kind === "addColumn" || operation.kind === "addConstraint"
			? [operation.table.name]
			: [],
	);
}

/** Runs a statement and looks at what was there before and is there after it. */
function observe(engine: SqliteEngine, step: Step, before: Objects): Observation {
	const sql = sqlOf(step);
	const program = programOf(engine, sql);
	const isVacuum = step.operations.some(({ kind }) => kind === "vacuum");
	const isChange = isOnly(step, dataChanges);
	const all = isVacuum ? [...before.tables.keys()].filter((name) => before.tables.get(name)) : [];
	const tested = program.asksVirtualTable ? alteredBy(step) : [];
	const read = [...program.scans, ...tested].map((name) => name.toLowerCase());
	const scans = isVacuum ? all : [...new Set(read)];
	const counted = scans
		.filter((relation) => before.tables.has(relation))
		.map((relation) => ({ relation, rows: rowsOf(engine, relation) }));
	const pagesBefore = engine.pagesWritten();
	const { milliseconds, failure } = engine.execute(sql);
	const pagesAfter = engine.pagesWritten();
	const after = objectsOf(engine);
	const rewrites = isChange ? [] : [...program.rewrites].map((name) => name.toLowerCase());
	const isAlone =
		step.transaction === undefined && pagesBefore !== undefined && pagesAfter !== undefined;
	const made = [...after.indexes].filter(([index]) => !before.indexes.has(index));
	return {
		sampled: false,
		held: [],
		writes: {
			begins: program.writes,
			...(isAlone && { pages: Math.max(0, pagesAfter - pagesBefore) }),
		},
		rewrites: isVacuum ? all : rewrites,
		emptied: isChange ? [...program.emptied] : [],
		sequences: [],
		scans: counted,
		builds: made.map(([index, table]) => ({ index, table })),
		proofs: [],
		milliseconds,
		refusedInTransaction: failure !== undefined && refusesTransaction(failure),
		...(failure && { failure }),
		before: new Map([...before.tables].map(([name, size]) => [name, { kind: "r", size }])),
		created: new Set([...after.tables.keys()].filter((name) => !before.tables.has(name))),
	};
}

/** True for a refusal that says more about this trace than about the statement. */
function isOfTrace({ message }: Failure, made: ReadonlySet<string>): boolean {
	// Many programs are linked with a SQLite that takes "text" for 'text'; which one is not in the SQL.
	if (message.includes("should this be a string literal in single-quotes")) return true;
	const [, name] = /^no such (?:table|index): (?:\w+\.)?(.+)$/.exec(message) ?? [];
	// Made by something that is no migration of this history, or that failed here before.
	return name !== undefined && !made.has(name.toLowerCase());
}

function compareFailure(
	{ fails }: Said,
	{ failure }: Observation,
	made: ReadonlySet<string>,
): readonly Difference[] {
	const happened = failure ? `refuses: ${failure.message}` : "accepts it";
	if (fails) {
		if (failure) return [];
		return [{ aspect: "failure", said: `refuses: ${fails.reason}`, happened }];
	}
	if (!failure || failure.code === "SQLITE_CONSTRAINT" || isOfTrace(failure, made)) return [];
	return [{ aspect: "failure", said: "accepts it", happened }];
}

function relationsOf(scans: Observation["scans"]): ReadonlySet<string> {
	return new Set(scans.map(({ relation }) => relation));
}

function compare(
	step: Step,
	{ said, seen }: Seen,
	made: ReadonlySet<string>,
): readonly Difference[] {
	const { transaction } = step;
	if (transaction && (seen.refusedInTransaction || said.transaction === "refused")) {
		const happened = seen.refusedInTransaction ? "refused" : "allowed";
		return said.transaction === happened
			? []
			: [{ aspect: "transaction", said: said.transaction, happened }];
	}
	const failure = compareFailure(said, seen, made);
	if (said.fails || seen.failure || isOnly(step, withoutProgram)) return failure;
	const begins = seen.writes?.begins === true;
	const written = (does: boolean): string => (does ? "writes" : "does not write");
	const isEmpty = (table: string): boolean => seen.before.get(table)?.size === 0;
	const scanned = seen.scans.filter(
		({ relation }) => said.scans.has(relation) || !isEmpty(relation),
	);
	const built = seen.builds.filter(({ index, table }) => said.builds.has(index) || !isEmpty(table));
	// IF EXISTS and IF NOT EXISTS write nothing where there is nothing to do.
	const isConditional = step.operations.some(
		(operation) =>
			("ifExists" in operation && operation.ifExists) ||
			("ifNotExists" in operation && operation.ifNotExists),
	);
	return [
		...(said.writes === begins || (isConditional && !begins)
			? []
			: [{ aspect: "writes" as const, said: written(!begins), happened: written(begins) }]),
		...compareSets(
			"rewrites",
			["rewritten", "not rewritten"],
			said.rewrites,
			new Set(seen.rewrites),
		),
		...compareSets("scans", ["read whole", "not read whole"], said.scans, relationsOf(scanned)),
		...compareSets(
			"builds",
			["built", "not built"],
			said.builds,
			new Set(built.map(({ index }) => index)),
		),
	];
}

/** True where tables without rows explain it: no row was there to refuse, or VACUUM had none to write. */
function dependsOnRows({ aspect, relation }: Difference, step: Step, seen: Observation): boolean {
	const isEmpty = (name: string): boolean => seen.before.get(name.toLowerCase())?.size === 0;
	if (aspect !== "failure") return relation !== undefined && isEmpty(relation);
	if (step.effects.some(({ fails }) => fails?.hangsOn === "rows")) return true;
	const altered = alteredBy(step);
	return !seen.failure && altered.length > 0 && altered.every(isEmpty);
}

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
