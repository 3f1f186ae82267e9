import type { Catalog } from "../../catalog/catalog.ts";
import type { Key, Origin } from "../../catalog/model.ts";
import { createCatalog, type MutableCatalog } from "../../catalog/mutable.ts";
import { replay } from "../../catalog/replay.ts";
import { keyOf } from "../../catalog/catalog.ts";
import type { Dialect, Reading } from "../dialect.ts";
import { parseDirectives } from "../directive.ts";
import type { Effect } from "../effect.ts";
import type { Migration, Section } from "../migration.ts";
import type { Operation } from "../operation.ts";
import type { Undoing } from "../rule.ts";
import type { Range } from "../source.ts";
import type { Statement, StatementPart } from "../statement.ts";
import type { Transaction } from "../transaction.ts";
import { routinesRunBy } from "./routine-calls.ts";
import { placeholdersOf, readSection, type SectionReading } from "./sections.ts";
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
	/** A section was read, before its statements run; `direction` tells where it stands. */
	section?(
		migration: Migration,
		section: Section,
		reading: Reading,
		direction: "up" | "down",
	): void;
	unread?(statement: Statement, migration: Migration, catalog: Catalog): void;
	operation?(moment: Moment): void;
	releaseEnd?(release: string, after: Catalog): void;
	/** The migration has a down section, and all of both was read: what the two leave behind. */
	readonly undone?: (undoing: Undoing) => void;
}

const maximumCallDepth = 6;

class Replayer {
	readonly #history: History;
	readonly #visitor: HistoryVisitor;
	readonly #catalog: MutableCatalog;
	readonly #transactions = new TransactionTracker();
	readonly #settings: SettingsTracker;

	constructor(history: History, visitor: HistoryVisitor) {
		this.#history = history;
		this.#visitor = visitor;
		this.#settings = new SettingsTracker(history.settings);
		this.#catalog = createCatalog(
			history.searchPath ? { searchPath: history.searchPath } : undefined,
		);
	}

	run(): void {
		let release: string | undefined;
		for (const migration of this.#history.migrations) {
			if (migration.release !== release) {
				this.#endRelease(release);
				release = migration.release;
				this.#transactions.startRelease();
			}
			this.#runMigration(migration);
		}
		this.#endRelease(release);
	}

	#endRelease(release: string | undefined): void {
		if (release === undefined) return;
		this.#visitor.releaseEnd?.(release, this.#catalog);
		this.#catalog.endRelease();
	}

	#runMigration(migration: Migration): void {
		const visited = this.#visitor.visits(migration);
		if (this.#history.oneSession !== true) {
			this.#settings.start();
			this.#catalog.startSession();
		}
		const undoable = visited && migration.down.length > 0 && this.#visitor.undone !== undefined;
		const before = undoable ? this.#catalog.fork() : undefined;
		const up: Statement[] = [];
		for (const section of migration.up) {
			up.push(...this.#runSection(migration, section, visited));
		}
		if (!visited) return;
		const down: Statement[] = [];
		for (const section of migration.down) {
			const { file, ...reading } = this.#read(migration, section);
			this.#visitor.section?.(migration, { ...section, file }, reading, "down");
			for (const statement of reading.statements) {
				if (statement.unread) this.#visitor.unread?.(statement, migration, this.#catalog);
			}
			down.push(...reading.statements);
		}
		if (!before || ![...up, ...down].every(isReadWhole)) return;
		const undone = this.#catalog.fork();
		for (const statement of down) replayStatement(undone, statement, migration);
		this.#visitor.undone?.({ migration, down, before, done: this.#catalog, undone });
	}

	#read(migration: Migration, section: Section): SectionReading {
		return readSection(this.#history.dialect, section, placeholdersOf(migration));
	}

	/** Returns the statements of the section. */
	#runSection(migration: Migration, section: Section, visited: boolean): readonly Statement[] {
		const { file, ...reading } = this.#read(migration, section);
		this.#visitor.section?.(migration, { ...section, file }, reading, "up");
		this.#transactions.startSection(
			this.#transactionClass(section, reading),
			reading.statements.filter(reachesServer).length,
		);
		for (const statement of reading.statements) {
			if (statement.unread && visited) {
				this.#visitor.unread?.(statement, migration, this.#catalog);
			}
			for (const part of statement.parts) {
				this.#runPart(part, statement, migration, visited, 0, undefined, new Set());
			}
		}
		this.#transactions.endSection();
		return reading.statements;
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
		const refused = reading.statements.some((statement) =>
			statement.parts.some((part) =>
				this.#effects(part.operations, false).some((effect) => effect.transaction === "refused"),
			),
		);
		return refused ? "none" : section.transaction;
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
			const origin: Origin = {
				migration: migration.id,
				release: migration.release,
				file: statement.file.path,
				range: calledFrom ?? operation.range,
			};
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
			this.#transactions.after(operation, statement, effects?.get(operation)?.locks ?? []);
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
		statement.parts.every((part) =>
			part.operations.every((operation) => operation.kind !== "unanalyzable"),
		)
	);
}

/** Changes the catalog as the statement does, without the bodies of what it calls. */
function replayStatement(
	catalog: MutableCatalog,
	statement: Statement,
	{ id, release }: Migration,
): void {
	for (const { operations } of statement.parts) {
		for (const operation of operations) {
			const origin: Origin = {
				migration: id,
				release,
				file: statement.file.path,
				range: operation.range,
			};
			replay(catalog, operation, origin, operations);
		}
	}
}

/** True for a statement that the migration tool sends to the server. */
function reachesServer(statement: Statement): boolean {
	return !statement.parts.every((part) =>
		part.operations.every((operation) => operation.kind === "clientCommand"),
	);
}

/** Replays a history from the first migration to the last and shows it to the visitor. */
export function replayHistory(history: History, visitor: HistoryVisitor): void {
	new Replayer(history, visitor).run();
}
