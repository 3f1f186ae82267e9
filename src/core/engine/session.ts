import type { Dialect } from "../dialect.ts";
import type { Finding } from "../finding.ts";
import type { Migration } from "../migration.ts";
import type { Range, SourceFile } from "../source.ts";
import type { Statement } from "../statement.ts";
import { Explainer, type Explanation } from "./explain.ts";
import { Replay, type HistoryVisitor } from "./history.ts";
import type { LintInput } from "./lint.ts";
import { Linter } from "./linter.ts";
import { moveFindings, type TextChange } from "./moved-findings.ts";
import { holdsFile, SectionKeeper } from "./open-sections.ts";
import type { PastBook } from "./past.ts";
import { StatementMemory } from "./statement-memory.ts";

/** What a session needs: a project as for `lint`, and which of its files is open. */
export interface SessionInput extends LintInput {
	/** The path of the open file, as the sections of its migration have it. */
	readonly path: string;
	/**
	 * Returns the migration of the open file for another text of it: asked when an edit touches what a
	 * layout reads (a comment, a program). Absent, or undefined returned: the sections grow and move
	 * with the edit.
	 */
	readonly reread?: (text: string) => Migration | undefined;
	/** What earlier sessions have replayed; this one uses it and adds to it. */
	readonly pasts?: PastBook;
}

/** What is known of the open file after an edit. */
export interface Answer {
	/** The findings of the open file, in its order. */
	readonly findings: readonly Finding[];
	/**
	 * False while only what stands up to the edit has been judged anew: the findings behind it are
	 * those of before, moved along. `proceed` goes on.
	 */
	readonly complete: boolean;
}

/** One open file of a project, judged again with each edit. */
export interface Session {
	readonly text: string;
	/** What is known now. */
	readonly answer: Answer;
	/** Replaces a stretch of the text and returns what can be said at once. */
	edit(range: Range, text: string): Answer;
	/**
	 * Goes on with what is left to do until `isDue` says that the time is up (asked after every
	 * statement). The complete answer is that of a fresh `lint`.
	 */
	proceed(isDue: () => boolean): Answer;
	/** Returns what each statement of the open file does, after all has been judged. */
	explanations(): readonly Explanation[];
	/** Returns what the statement at an offset does: the one around it or right before it. */
	explain(offset: number): Explanation | undefined;
}

/** A place to which the analysis can go back. */
interface Checkpoint {
	readonly migration: number;
	readonly section: number;
	/** How many statements of the section had run; undefined: it was not read yet. */
	readonly statement: number | undefined;
	/** The offset in the file up to which its text had been run. */
	readonly end: number;
	/** What contract directives said: one that stands further down holds for statements before it too. */
	readonly evidence: string;
	/** Brings back what was known; not what sections said. */
	readonly restore: () => void;
	/** Takes back what the section and those after it said. */
	readonly restoreSections: () => void;
}

/**
 * So many statements are run again at most before the one that is edited. After each checkpoint the first
 * change of the schema copies a part of it, in every run through the file.
 */
const stride = 32;

/** Of files with more sections than this only each so many begin with a checkpoint. */
const manySections = 8;
const sectionStride = 32;

/** Opens a file of a project. Nothing is replayed yet: `proceed` does that. */
export function openSession(input: SessionInput): Session {
	return new OpenFile(input);
}

/**
 * The analysis of an open file is one replay that can go back. It keeps checkpoints in the open migration,
 * each with the state of the replay, the linter and the explainer. An edit goes back to the last one before
 * it, reads the text again (statements that have not changed are not parsed again) and runs as far as the
 * edited statement: that gives the first answer. `proceed` runs the rest, in slices as long as the caller
 * likes; the next edit leaves it where it is. What stands before the open migration is replayed once.
 */
class OpenFile implements Session {
	readonly #path: string;
	readonly #file: { readonly path: string; text: string };
	readonly #migrations: readonly Migration[];
	/** Those that hold the open file, by their place in the history. */
	readonly #open: ReadonlyMap<number, Migration>;
	readonly #sections: SectionKeeper;
	#memory = new StatementMemory();
	readonly #linter: Linter;
	readonly #explainer: Explainer;
	readonly #replay: Replay;
	/** Rules whose findings are known only when the release ends. */
	readonly #lateRules: ReadonlySet<string>;
	/** Keeps the past that another session may use, where the replay stands. */
	readonly #keepPast: () => void;
	#checkpoints: Checkpoint[] = [];
	/** The start of the section that is running, if it has a checkpoint. */
	#opening: Checkpoint | undefined;
	/** The statement being edited: a checkpoint is made right before it. */
	#edited = -1;
	#answer: Answer = { findings: [], complete: false };
	#explanations: readonly Explanation[] | undefined;

	constructor(input: SessionInput) {
		this.#path = input.path;
		const { migrations } = input.history;
		this.#file = { path: input.path, text: textOf(migrations, input.path) };
		this.#sections = new SectionKeeper(this.#file, input.reread);
		this.#migrations = migrations.map((migration) => this.#sections.adopt(migration));
		const held = [...this.#migrations.entries()].filter(([, one]) => holdsFile(one, input.path));
		this.#open = new Map(held);
		const history = {
			...input.history,
			migrations: this.#migrations,
			dialect: this.#remembering(input.history.dialect),
		};
		this.#linter = new Linter({ ...input, history });
		this.#explainer = new Explainer(history.dialect.lockModes);
		this.#replay = new Replay(history, both(this.#linter, this.#explainer));
		this.#lateRules = new Set(
			input.rules
				.filter(({ rule: { on } }) => on.releaseEnd ?? on.undone ?? on.unusedIgnore)
				.map(({ rule }) => rule.id),
		);
		this.#keepPast = this.#sharePasts(input);
	}

	/** Begins behind the latest past that is known. Nothing is judged in a past, nor does the open file stand there. */
	#sharePasts({ history, pasts }: SessionInput): () => void {
		if (!pasts) return () => undefined;
		const judged = history.migrations.findIndex((one) => this.#linter.visits(one));
		const end = Math.min(...this.#open.keys(), judged < 0 ? Infinity : judged);
		const known = pasts.latest(history, end);
		if (known) {
			this.#replay.beginAfter(known);
			this.#linter.beginAfter(known);
		}
		return () => {
			const { migration } = this.#replay.place;
			if (migration > end || !pasts.misses(history, migration, end)) return;
			const past = this.#replay.past();
			if (past) pasts.keep(history, { ...past, standIns: new Map(this.#linter.standIns) });
		};
	}

	get text(): string {
		return this.#file.text;
	}

	get answer(): Answer {
		return this.#answer;
	}

	edit(range: Range, replacement: string): Answer {
		const before = this.#file.text;
		const change: TextChange = { range, text: replacement, before };
		this.#file.text = before.slice(0, range.start) + replacement + before.slice(range.end);
		this.#memory.startReading();
		this.#explanations = undefined;
		const { migration, section, isReadAlike } = this.#sections.change(this.#open, change);
		if (!isReadAlike) this.#memory = new StatementMemory();
		const old = moveFindings(this.#answer.findings, change, this.#file);
		this.#answer = { findings: old, complete: false };
		if (!this.#goBack(isReadAlike ? { migration, section, offset: range.start } : undefined)) {
			return this.#answer;
		}
		const region = this.#runThrough(range.start + replacement.length);
		this.#answer = { findings: this.#mixed(old, region), complete: false };
		return this.#answer;
	}

	proceed(isDue: () => boolean): Answer {
		if (this.#answer.complete) return this.#answer;
		while (this.#step()) if (isDue()) return this.#answer;
		const { findings } = this.#linter.finish();
		this.#answer = { findings: this.#inFile(findings), complete: true };
		return this.#answer;
	}

	explanations(): readonly Explanation[] {
		this.proceed(() => false);
		this.#explanations ??= this.#explainer
			.finish()
			.filter(({ statement }) => statement.file.path === this.#path);
		return this.#explanations;
	}

	explain(offset: number): Explanation | undefined {
		return this.explanations().findLast(({ statement }) => statement.range.start <= offset);
	}

	#inFile(findings: readonly Finding[]): readonly Finding[] {
		return findings.filter(({ file }) => file === this.#path);
	}

	/** Statements of the open file are remembered by their text. */
	#remembering(dialect: Dialect): Dialect {
		return {
			...dialect,
			read: (file: SourceFile, options) =>
				dialect.read(
					file,
					file.path === this.#path ? { ...options, memory: this.#memory } : options,
				),
		};
	}

	/** Runs the next statement, or what stands between two; false when nothing was left. */
	#step(): boolean {
		const { migration: at, section, statement } = this.#replay.place;
		if (section < 0) this.#keepPast();
		const migration = this.#open.get(at);
		if (migration && !this.#replay.isEnding) {
			if (this.#replay.statements === undefined) this.#startSection(migration, section);
			else if (this.#opening) this.#passStatement(this.#opening, statement);
		}
		return this.#replay.advance();
	}

	#passStatement(opening: Checkpoint, statement: number): void {
		const last = this.#checkpoints.at(-1)?.statement ?? 0;
		const isEdited = statement === this.#edited && statement > last;
		if (!isEdited && statement - last < stride) return;
		// The one before the statement that was edited last is of no use any more.
		const before = this.#checkpoints.at(-2)?.statement ?? 0;
		if (last > 0 && statement - before < stride) this.#checkpoints.pop();
		this.#keepCheckpoint(opening, statement);
	}

	#startSection({ up }: Migration, section: number): void {
		this.#opening = undefined;
		if (up.length > manySections && section % sectionStride !== 0 && section >= 0) return;
		if (section >= 0 && this.#checkpoints.length === 0) return;
		this.#opening = this.#keepCheckpoint(undefined, undefined);
	}

	#keepCheckpoint(opening: Checkpoint | undefined, statement: number | undefined): Checkpoint {
		const { migration, section } = this.#replay.place;
		const restores = [
			this.#replay.remember(),
			this.#linter.rememberStatements(),
			this.#explainer.remember(),
		];
		const ran = this.#replay.statements?.[(statement ?? 0) - 1];
		const next = this.#migrations[migration]?.up[section];
		const evidence = this.#evidenceOf(migration);
		const checkpoint: Checkpoint = {
			migration,
			section,
			statement,
			end: ran?.range.end ?? (next?.file === this.#file ? next.range.start : 0),
			evidence,
			restore: () => {
				for (const restore of restores) restore();
			},
			restoreSections: opening?.restoreSections ?? this.#linter.rememberSections(),
		};
		this.#checkpoints.push(checkpoint);
		return checkpoint;
	}

	/**
	 * Goes back to the last checkpoint before a place, or to the first one. False when the open migration
	 * has not been reached yet.
	 */
	#goBack(to: Place | undefined): boolean {
		const [first] = this.#checkpoints;
		if (!first) return false;
		let still = Infinity;
		const usable = (checkpoint: Checkpoint): boolean =>
			checkpoint === first ||
			(to !== undefined && standsBefore(checkpoint, to) && (checkpoint.statement ?? 0) <= still);
		for (;;) {
			const last = Math.max(0, this.#checkpoints.findLastIndex(usable));
			const checkpoint = this.#checkpoints[last] ?? first;
			this.#checkpoints.length = last + 1;
			checkpoint.restoreSections();
			checkpoint.restore();
			this.#opening = this.#openingOf(checkpoint);
			if (checkpoint.statement === undefined) return true;
			still = this.#replay.rereadSection();
			if (this.#evidenceOf(checkpoint.migration) !== checkpoint.evidence) still = 0;
			if (still >= checkpoint.statement) return true;
		}
	}

	#evidenceOf(migration: number): string {
		const judged = this.#migrations[migration];
		return judged ? this.#linter.evidenceOf(judged) : "";
	}

	#openingOf({ migration, section }: Checkpoint): Checkpoint | undefined {
		return this.#checkpoints.find(
			(other) =>
				other.migration === migration && other.section === section && other.statement === undefined,
		);
	}

	/** Runs as far as the statement at an offset. Returns the stretch of the file that was judged anew. */
	#runThrough(offset: number): Range {
		const start = this.#checkpoints.at(-1)?.end ?? 0;
		this.#edited = -1;
		let end = start;
		for (let count = 0; count < 2 * stride; count++) {
			const { statement } = this.#replay.place;
			const next = this.#replay.statements?.[statement];
			if (next && startOf(next) > offset) break;
			if (next && next.range.end >= offset) this.#edited = statement;
			if (!this.#step()) break;
			if (next) end = next.range.end;
		}
		return { start, end: Math.max(end, offset) };
	}

	/** The findings of the stretch as they are now, and those of before for the rest. */
	#mixed(old: readonly Finding[], region: Range): readonly Finding[] {
		const isInside = ({ range }: Finding): boolean =>
			range.start >= region.start && range.start <= region.end;
		const now = this.#linter.findingsSoFar(
			(finding) => finding.file === this.#path && isInside(finding),
		);
		const kept = old.filter(
			(finding) =>
				!isInside(finding) ||
				(this.#lateRules.has(finding.rule) &&
					!now.some(
						({ rule, range }) => rule === finding.rule && range.start === finding.range.start,
					)),
		);
		return [...kept, ...now].sort(
			(a, b) => a.range.start - b.range.start || a.rule.localeCompare(b.rule),
		);
	}
}

/** Where a statement begins with its comments: they are edited with it. */
function startOf({ comments, range }: Statement): number {
	return Math.min(range.start, comments[0]?.range.start ?? range.start);
}

/** A section of the history, and an offset in it. */
interface Place {
	readonly migration: number;
	readonly section: number;
	readonly offset: number;
}

/** True when nothing that had run at a checkpoint stands at the place or behind it. */
function standsBefore({ migration, section, statement, end }: Checkpoint, place: Place): boolean {
	if (migration !== place.migration) return migration < place.migration;
	if (section !== place.section) return section < place.section;
	return statement === undefined || end <= place.offset;
}

function both(linter: Linter, explainer: Explainer): HistoryVisitor {
	const { undone, fault } = linter;
	return {
		visits: (migration) => linter.visits(migration),
		section: (...section) => {
			linter.section(...section);
		},
		unread: (statement: Statement, migration) => {
			linter.unread(statement, migration);
			explainer.unread(statement, migration);
		},
		operation: (moment) => {
			linter.operation(moment);
			explainer.operation(moment);
		},
		releaseEnd: (release, after) => linter.releaseEnd(release, after),
		...(undone && { undone }),
		...(fault && { fault }),
	};
}

function textOf(migrations: readonly Migration[], path: string): string {
	for (const { up, down, verify } of migrations) {
		for (const { file } of [...up, ...down, ...verify]) if (file.path === path) return file.text;
	}
	throw new Error(`${path} is no file of this history`);
}
