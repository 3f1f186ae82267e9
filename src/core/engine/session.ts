import type { Finding } from "../finding.ts";
import type { Migration, Section } from "../migration.ts";
import type { Range } from "../source.ts";
import { explain, type Explanation } from "./explain.ts";
import { lint, type LintInput } from "./lint.ts";

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
	 * Goes on with what an edit left to do until `isDue` says that the time is up (asked after every
	 * statement). The complete answer is that of a fresh `lint`.
	 */
	proceed(isDue: () => boolean): Answer;
	/** Returns what each statement of the open file does, after all has been judged. */
	explanations(): readonly Explanation[];
	/** Returns what the statement at an offset does: the one around it or right before it. */
	explain(offset: number): Explanation | undefined;
}

/** Opens a file of a project: replays what stands before it and judges it. */
export function openSession(input: SessionInput): Session {
	let migrations = input.history.migrations;
	let text = textOf(migrations, input.path);
	let answer = judge();

	function judge(): Answer {
		const { findings } = lint({ ...input, history: { ...input.history, migrations } });
		return { findings: findings.filter(({ file }) => file === input.path), complete: true };
	}
	function explanations(): readonly Explanation[] {
		return explain({ ...input.history, migrations }).filter(
			({ statement }) => statement.file.path === input.path,
		);
	}
	return {
		get text() {
			return text;
		},
		get answer() {
			return answer;
		},
		edit(range, replacement) {
			text = text.slice(0, range.start) + replacement + text.slice(range.end);
			const grown = replacement.length - (range.end - range.start);
			const file = { path: input.path, text };
			const resize = (section: Section): Section => {
				if (section.file.path !== input.path) return section;
				const { start, end } = section.range;
				const moved = (at: number): number => (at > range.start ? at + grown : at);
				return { ...section, file, range: { start: moved(start), end: moved(end) } };
			};
			migrations = migrations.map((migration) =>
				!isOf(migration, input.path)
					? migration
					: (input.reread?.(text) ?? {
							...migration,
							up: migration.up.map(resize),
							down: migration.down.map(resize),
						}),
			);
			answer = judge();
			return answer;
		},
		proceed: () => answer,
		explanations,
		explain: (offset) =>
			explanations().findLast(({ statement }) => statement.range.start <= offset),
	};
}

function isOf({ up, down }: Migration, path: string): boolean {
	return [...up, ...down].some(({ file }) => file.path === path);
}

function textOf(migrations: readonly Migration[], path: string): string {
	for (const { up, down } of migrations) {
		for (const { file } of [...up, ...down]) if (file.path === path) return file.text;
	}
	throw new Error(`${path} is no file of this history`);
}
