import type { Catalog } from "../../catalog/catalog.ts";
import type { Key, Origin } from "../../catalog/model.ts";
import { createCatalog, type MutableCatalog } from "../../catalog/mutable.ts";
import { replay } from "../../catalog/replay.ts";
import { undo } from "../../catalog/undo.ts";
import { keyOf } from "../../catalog/catalog.ts";
import type { Dialect, Reading } from "../dialect.ts";
import { parseDirectives } from "../directive.ts";
import type { Effect } from "../effect.ts";
import type { Migration, Section } from "../migration.ts";
import type { Operation } from "../operation.ts";
import type { Undoing } from "../rule.ts";
import type { Range } from "../source.ts";
import type { Side, Statement, StatementPart } from "../statement.ts";
import type { Transaction } from "../transaction.ts";
import { enterSides, type OpenBranches } from "./branches.ts";
import { routinesRunBy } from "./routine-calls.ts";
import { placeholdersOf, readSection, type SectionReading } from "./sections.ts";
import type { Past } from "./past.ts";
import { SettingsTracker } from "./settings.ts";
import { TransactionTracker } from "./transactions.ts";

/** A history of one project, read by one dialect. */
export interface History {
	readonly migrations: readonly Migration[];
	readonly dialect: Dialect;
	/** Major version of the server. */
	readonly version: number;
	readonly searchPath?: readonly string[];
	/** True when all migrations run in one session: settings of one last into the next. */
	readonly oneSession?: boolean;
	/** The server's own settings, by lower-case name, where they are known: in force until a SET. */
	readonly settings?: ReadonlyMap<string, string>;
}

/** One operation where it runs, with what the server does for it. */
export interface Moment {
	readonly operation: Operation;
	/** The effects of every operation of the part. */
	readonly effects: ReadonlyMap<Operation, Effect>;
	readonly part: StatementPart;
	readonly statement: Statement;
	readonly migration: Migration;
	/** The schema before the operation. */
	readonly catalog: Catalog;
	readonly transaction: Transaction | undefined;
	readonly settings: ReadonlyMap<string, string>;
	/** Where the call stands that led here, for operations of a function's body. */
	readonly calledFrom?: Range;
}

/** What wants to see a history as it is replayed. All are called in the order of the history. */
export interface HistoryVisitor {
	/** Whether the migration's operations are visited; the others are only replayed. */
	visits(migration: Migration): boolean;
	/**
	 * A section was read, before its statements run; `direction` tells where it stands. `isAgain`: some
	 * of them have run, what follows has changed.
	 */
	section?(
		migration: Migration,
		section: Section,
		reading: Reading,
		direction: "up" | "down",
		isAgain: boolean,
	): void;
	unread?(statement: Statement, migration: Migration, catalog: Catalog): void;
	operation?(moment: Moment): void;
	/** May return what is left to do for the release, in steps: the schema stays until they are done. */
	releaseEnd?(release: string, after: Catalog): readonly Step[] | undefined;
	/** The migration has a down section, and all of both was read: what the two leave behind. */
	readonly undone?: (undoing: Undoing) => void;
	/**
	 * Takes what is thrown at a statement: the history goes on without what the statement had left to do.
	 * Absent: it is thrown.
	 */
	readonly fault?: (error: unknown, statement: Pick<Statement, "file" | "range">) => void;
}

/** A part of some work: between two the caller may do something else. */
export type Step = () => void;

const maximumCallDepth = 6;

/** The section that is running. */
interface OpenSection {
	readonly section: Section;
	readonly statements: readonly Statement[];
}

/** How far a replay has come. */
interface Progress {
	readonly release?: string;
	/** Indexes of the migration, its section and the statement that come next. */
	readonly migration: number;
	readonly section: number;
	readonly statement: number;
	readonly open?: OpenSection;
	/** The branches of a program that the next statement may leave. */
	readonly branches: OpenBranches;
	/** The statements of the migration's earlier sections. */
	readonly up: readonly Statement[];
	/** The schema before the migration, where its undoing is judged. */
	readonly before?: MutableCatalog;
	/** What is left to do for the release that has run. */
	readonly ending?: readonly Step[];
}

const beginning: Progress = { migration: 0, section: -1, statement: 0, branches: [], up: [] };

/** Replays a history step by step; it can go back to where it was before. */
export class Replay {
	readonly #history: History;
	readonly #visitor: HistoryVisitor;
	readonly #catalog: MutableCatalog;
	readonly #transactions = new TransactionTracker();
	readonly #settings: SettingsTracker;
	#progress = beginning;

	constructor(history: History, visitor: HistoryVisitor) {
		this.#history = history;
		this.#visitor = visitor;
		this.#settings = new SettingsTracker(history.settings, history.dialect.fixedInTransaction);
		this.#catalog = createCatalog({
			dialect: history.dialect.id,
			version: history.version,
			...(history.searchPath && { searchPath: history.searchPath }),
		});
	}

	/** Where the replay stands: indexes of migration, section (-1 before the first) and statement. */
	get place(): Readonly<Pick<Progress, "migration" | "section" | "statement">> {
		return this.#progress;
	}

	/** True when a release has run and has yet to be ended. */
	get isEnding(): boolean {
		const { release, section, migration } = this.#progress;
		const next = this.#history.migrations[migration]?.release;
		return release !== undefined && section < 0 && next !== release;
	}

	/** Returns what has run so far, between two releases that share no session; undefined elsewhere. */
	past(): Omit<Past, "standIns"> | undefined {
		const { release, migration } = this.#progress;
		if (release !== undefined || this.#history.oneSession === true) return undefined;
		return { migrations: migration, catalog: this.#catalog.fork() };
	}

	/** Begins behind a past that was kept. */
	beginAfter({ migrations, catalog }: Omit<Past, "standIns">): void {
		this.#catalog.become(catalog);
		this.#progress = { ...beginning, migration: migrations };
	}

	/** The statements of the section that is running; undefined between two sections. */
	get statements(): readonly Statement[] | undefined {
		return this.#progress.open?.statements;
	}

	/** Returns a function that takes back what has run since; it may be called again and again. */
	remember(): () => void {
		const progress = this.#progress;
		const restore = this.#rememberState(this.#transactions.remember());
		return () => {
			this.#progress = progress;
			restore();
		};
	}

	#rememberState(transactions: () => void): () => void {
		const catalog = this.#catalog.fork();
		const settings = this.#settings.remember();
		return () => {
			this.#catalog.become(catalog);
			transactions();
			settings();
		};
	}

	/**
	 * Reads the section that is running again, after an edit of what has not run yet, and goes on with that.
	 * Returns how many of the statements that have run still stand there; with fewer than have run the
	 * replay must go back further.
	 */
	rereadSection(): number {
		const { open, migration: index, section: at, statement } = this.#progress;
		const migration = this.#history.migrations[index];
		const section = migration?.up[at];
		if (!migration || !section || !open) return 0;
		const reading = this.#readUp(migration, section, true);
		const { statements } = reading;
		this.#progress = { ...this.#progress, open: { section, statements } };
		const transactionClass = this.#transactionClass(section, reading);
		if (!this.#transactions.runsAs(transactionClass, () => sendsSeveral(statements))) return 0;
		const ran = open.statements.slice(0, statement);
		const differs = ran.findIndex((one, place) => statements[place] !== one);
		return differs < 0 ? statement : differs;
	}

	/** Runs the next statement, or what stands between two; false when nothing was left. */
	advance(): boolean {
		const { open, statement: at, section: index, release, ending } = this.#progress;
		const migration = this.#history.migrations[this.#progress.migration];
		if (ending) return this.#goOnEnding(ending);
		if (release !== undefined && this.isEnding) return this.#endRelease(release);
		if (!migration) return false;
		const statement = open?.statements[at];
		const section = migration.up[index];
		if (statement) this.#runStatement(statement, migration, at);
		else if (open) this.#endSection(open);
		else if (index < 0) this.#startMigration(migration);
		else if (section) this.#startSection(migration, section);
		else this.#endMigration(migration);
		return true;
	}

	#endRelease(release: string): true {
		return this.#goOnEnding(this.#visitor.releaseEnd?.(release, this.#catalog) ?? []);
	}

	#goOnEnding([step, ...ending]: readonly Step[]): true {
		const { migration, release = "" } = this.#progress;
		if (step) {
			step();
			this.#progress = { ...beginning, migration, release, ending };
		} else {
			this.#catalog.endRelease();
			this.#progress = { ...beginning, migration };
		}
		return true;
	}

	#startMigration(migration: Migration): void {
		const { release, migration: index } = this.#progress;
		if (migration.release !== release) this.#transactions.startRelease();
		if (this.#history.oneSession !== true) {
			this.#settings.start();
			this.#catalog.startSession();
		}
		const visited = this.#visitor.visits(migration);
		if (visited && migration.inBaseline === true) this.#takeOut(migration);
		const undoable = visited && migration.down.length > 0 && this.#visitor.undone !== undefined;
		this.#progress = {
			...beginning,
			release: migration.release,
			migration: index,
			section: 0,
			...(undoable && { before: this.#catalog.fork() }),
		};
	}

	/** What a baseline that was written later holds of the migration has not happened yet. */
	#takeOut(migration: Migration): void {
		const statements = migration.up.flatMap((section) => this.#read(migration, section).statements);
		for (const statement of statements.toReversed()) {
			this.#contain(statement, () => {
				const operations = statement.parts.flatMap((part) => part.operations);
				for (const operation of operations.toReversed()) {
					undo(this.#catalog, operation, originOf(operation.range, statement, migration));
				}
			});
		}
	}

	#endMigration(migration: Migration): void {
		const { up, before, ...rest } = this.#progress;
		if (this.#visitor.visits(migration)) this.#judgeDown(migration, up, before);
		this.#progress = { ...rest, ...beginning, migration: rest.migration + 1 };
	}

	#judgeDown(
		migration: Migration,
		up: readonly Statement[],
		before: MutableCatalog | undefined,
	): void {
		const down: Statement[] = [];
		for (const section of migration.down) {
			const { file, ...reading } = this.#read(migration, section);
			this.#visitor.section?.(migration, { ...section, file }, reading, "down", false);
			for (const statement of reading.statements) {
				if (statement.unread) this.#visitor.unread?.(statement, migration, this.#catalog);
			}
			down.push(...reading.statements);
		}
		if (!before || ![...up, ...down].every(isReadWhole)) return;
		const undone = this.#catalog.fork();
		for (const statement of down) {
			const isUndone = this.#contain(statement, () => {
				replayStatement(undone, statement, migration);
			});
			if (!isUndone) return;
		}
		this.#visitor.undone?.({ migration, down, before, done: this.#catalog, undone });
	}

	#read(migration: Migration, section: Section): SectionReading {
		const { fault } = this.#visitor;
		return readSection(this.#history.dialect, section, placeholdersOf(migration), fault);
	}

	#readUp(migration: Migration, section: Section, isAgain: boolean): Reading {
		const { file, ...reading } = this.#read(migration, section);
		this.#visitor.section?.(migration, { ...section, file }, reading, "up", isAgain);
		return reading;
	}

	#startSection(migration: Migration, section: Section): void {
		const reading = this.#readUp(migration, section, false);
		this.#transactions.startSection(this.#transactionClass(section, reading), () =>
			sendsSeveral(reading.statements),
		);
		this.#progress = {
			...this.#progress,
			statement: 0,
			open: { section, statements: reading.statements },
		};
	}

	#endSection({ statements }: OpenSection): void {
		this.#enterSides([]);
		this.#transactions.endSection();
		const { open: _, section, up, ...rest } = this.#progress;
		this.#progress = { ...rest, section: section + 1, statement: 0, up: [...up, ...statements] };
	}

	/** Of the sides of a branch one runs: another one begins with the state before the branch. */
	#enterSides(sides: readonly Side[]): void {
		const { branches } = this.#progress;
		if (branches.length === 0 && sides.length === 0) return;
		const entered = enterSides(branches, sides, () =>
			this.#rememberState(this.#transactions.rememberWhole()),
		);
		this.#progress = { ...this.#progress, branches: entered };
	}

	#runStatement(statement: Statement, migration: Migration, at: number): void {
		this.#enterSides(statement.sides ?? []);
		const visited = this.#visitor.visits(migration);
		this.#contain(statement, () => {
			if (statement.unread && visited) this.#visitor.unread?.(statement, migration, this.#catalog);
			for (const part of statement.parts) {
				this.#runPart(part, statement, migration, visited, 0, undefined, new Set());
			}
		});
		this.#progress = { ...this.#progress, statement: at + 1 };
	}

	/** Returns false when something was thrown that the visitor takes. */
	#contain(statement: Statement, run: () => void): boolean {
		try {
			run();
			return true;
		} catch (error) {
			if (!this.#visitor.fault) throw error;
			this.#visitor.fault(error, statement);
			return false;
		}
	}

	/** The class of the section: a directive in it wins, then the tool's own detection. */
	#transactionClass(section: Section, reading: Reading): Section["transaction"] {
		for (const statement of reading.statements) {
			for (const directive of parseDirectives(statement.comments)) {
				if (directive.verb === "transaction") {
					return directive.mode === "none" ? "none" : "file";
				}
			}
		}
		if (!section.perStatementDetection) return section.transaction;
		const refused = reading.statements.some((statement) => this.#isRefused(statement));
		return refused ? "none" : section.transaction;
	}

	/** True for a statement that the server refuses in a transaction. */
	#isRefused(statement: Statement): boolean {
		let isRefused = false;
		this.#contain(statement, () => {
			isRefused = statement.parts.some((part) =>
				this.#effects(part.operations, false).some((effect) => effect.transaction === "refused"),
			);
		});
		return isRefused;
	}

	#effects(operations: readonly Operation[], inTransaction: boolean): readonly Effect[] {
		return this.#history.dialect.effects(operations, {
			catalog: this.#catalog,
			version: this.#history.version,
			settings: this.#settings.current,
			inTransaction,
			...(inTransaction && { earlier: this.#transactions.current?.earlier ?? [] }),
		});
	}

	#runPart(
		part: StatementPart,
		statement: Statement,
		migration: Migration,
		visited: boolean,
		depth: number,
		calledFrom: Range | undefined,
		running: ReadonlySet<Key>,
	): void {
		const effects = visited ? this.#effectMap(part.operations) : undefined;
		for (const operation of part.operations) {
			this.#transactions.before(operation);
			if (effects) {
				this.#visitor.operation?.({
					operation,
					effects,
					part,
					statement,
					migration,
					catalog: this.#catalog,
					transaction: this.#transactions.current,
					settings: this.#settings.current,
					...(calledFrom && { calledFrom }),
				});
			}
			const origin = originOf(calledFrom ?? operation.range, statement, migration);
			if (depth < maximumCallDepth) {
				for (const routine of routinesRunBy(operation, this.#catalog)) {
					const key = keyOf(routine);
					if (running.has(key)) continue;
					for (const inner of routine.body) {
						const place = calledFrom ?? operation.range;
						const within = new Set([...running, key]);
						this.#runPart(inner, statement, migration, visited, depth + 1, place, within);
					}
				}
			}
			replay(this.#catalog, operation, origin, part.operations);
			this.#settings.apply(operation, this.#transactions.current !== undefined);
			this.#transactions.after(operation, statement, effects?.get(operation));
		}
	}

	#effectMap(operations: readonly Operation[]): ReadonlyMap<Operation, Effect> {
		const effects = this.#effects(operations, this.#transactions.current !== undefined);
		const map = new Map<Operation, Effect>();
		for (const [at, operation] of operations.entries()) {
			const effect = effects[at];
			if (effect) map.set(operation, effect);
		}
		return map;
	}
}

/** True when nothing in the statement is unknown, dynamic SQL for instance. */
function isReadWhole(statement: Statement): boolean {
	return (
		!statement.unread &&
		!statement.sides &&
		statement.parts.every((part) =>
			part.operations.every((operation) => operation.kind !== "unanalyzable"),
		)
	);
}

/** Changes the catalog as the statement does, without the bodies of what it calls. */
function replayStatement(
	catalog: MutableCatalog,
	statement: Statement,
	migration: Migration,
): void {
	for (const { operations } of statement.parts) {
		for (const operation of operations) {
			const origin = originOf(operation.range, statement, migration);
			replay(catalog, operation, origin, operations);
		}
	}
}

function originOf(range: Range, statement: Statement, { id, release }: Migration): Origin {
	return { migration: id, release, file: statement.file.path, range };
}

/** True when the migration tool sends more than one of the statements to the server. */
function sendsSeveral(statements: readonly Statement[]): boolean {
	const first = statements.findIndex(reachesServer);
	return first >= 0 && statements.slice(first + 1).some(reachesServer);
}

/** True for a statement that the migration tool sends to the server. */
function reachesServer(statement: Statement): boolean {
	return !statement.parts.every((part) =>
		part.operations.every((operation) => operation.kind === "clientCommand"),
	);
}

/** Replays a history from the first migration to the last and shows it to the visitor. */
export function replayHistory(history: History, visitor: HistoryVisitor): void {
	const replay = new Replay(history, visitor);
	while (replay.advance());
}
