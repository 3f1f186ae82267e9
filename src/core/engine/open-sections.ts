import type { Migration, Section } from "../migration.ts";
import type { SourceFile } from "../source.ts";
import { movedOffset, movedRange, type TextChange } from "./moved-findings.ts";

/** The first section that an edit has changed. */
export interface ChangedPlace {
	/** Indexes; the section after the last one of `up`: what stands below has changed. */
	readonly migration: number;
	readonly section: number;
	/** False when the tool now runs the file in another way: nothing that was read counts any more. */
	readonly isReadAlike: boolean;
}

/** Lines like these may hold what a layout reads: marks of sections, transaction modes. */
const mark = /--|\/\*|\*\/|^\s*#/m;

/** Keeps the sections of an open file in step with its text. */
export class SectionKeeper {
	readonly #file: SourceFile;
	readonly #reread: ((text: string) => Migration | undefined) | undefined;

	/** The text of `file` changes with each edit; `reread` is the layout's own reading. */
	constructor(file: SourceFile, reread: ((text: string) => Migration | undefined) | undefined) {
		this.#file = file;
		this.#reread = reread;
	}

	/** Returns the migration with the open file in place of the one that was read. */
	adopt(migration: Migration): Migration {
		if (!holdsFile(migration, this.#file.path)) return migration;
		const open = (section: Section): Section =>
			section.file.path === this.#file.path ? { ...section, file: this.#file } : section;
		return {
			...migration,
			up: migration.up.map(open),
			down: migration.down.map(open),
			verify: migration.verify.map(open),
		};
	}

	/**
	 * Brings the open migrations, by their place in the history, up to date after an edit. They stay the same
	 * objects: what was judged names them. So do the sections that the edit has not touched.
	 */
	change(migrations: ReadonlyMap<number, Migration>, change: TextChange): ChangedPlace {
		let first: ChangedPlace | undefined;
		for (const [index, migration] of migrations) {
			const read = this.#needsReading(migration, change) && this.#reread?.(this.#file.text);
			const after = read ? this.adopt(read) : this.#stretched(migration, change);
			const isReadAlike = attributesOf(migration) === attributesOf(after);
			const up = after.up.map((section, at) => this.#sameOr(migration.up[at], section, change));
			const changed = up.findIndex((section, at) => section !== migration.up[at]);
			const section = changed < 0 ? up.length : changed;
			if (up.length !== migration.up.length || changed >= 0 || !first) {
				first ??= {
					migration: index,
					section: Math.min(section, migration.up.length),
					isReadAlike,
				};
			}
			if (!isReadAlike) first = { migration: 0, section: 0, isReadAlike };
			Object.assign(migration, { ...after, up });
		}
		return first ?? { migration: 0, section: 0, isReadAlike: false };
	}

	#needsReading({ up, down }: Migration, change: TextChange): boolean {
		if (up.length > 1 || down.length > 1) return true;
		if ([...up, ...down].some((section) => section.embedded ?? section.statementRule)) return true;
		const { range, text, before } = change;
		const end = range.start + text.length;
		return (
			mark.test(linesAround(before, range.start, range.end)) ||
			mark.test(linesAround(this.#file.text, range.start, end))
		);
	}

	#stretched(migration: Migration, change: TextChange): Migration {
		const stretch = (section: Section): Section =>
			section.file === this.#file ? stretched(section, change) : section;
		return {
			...migration,
			up: migration.up.map(stretch),
			down: migration.down.map(stretch),
			verify: migration.verify.map(stretch),
		};
	}

	/** A section that ends before the edit and is read as before is the same. */
	#sameOr(before: Section | undefined, after: Section, { range }: TextChange): Section {
		const isSame =
			before !== undefined &&
			(before.file !== this.#file || (before.range.end < range.start && !before.embedded)) &&
			JSON.stringify({ ...before, file: 0 }) === JSON.stringify({ ...after, file: 0 });
		return isSame ? before : after;
	}
}

/** True when the file is one of the migration's. */
export function holdsFile({ up, down, verify }: Migration, path: string): boolean {
	return [...up, ...down, ...verify].some(({ file }) => file.path === path);
}

/** How a migration is read and run, apart from its sections. */
function attributesOf({ up: _up, down: _down, verify: _verify, ...rest }: Migration): string {
	return JSON.stringify(rest);
}

/** What is written at the end of a section belongs to it. */
function stretched(section: Section, change: TextChange): Section {
	const { range, statementRule, wayOut } = section;
	const { start, end } = change.range;
	const grows = range.end >= end && range.end >= start;
	return {
		...section,
		range: {
			start: movedOffset(change, range.start),
			end: grows ? range.end + change.text.length - (end - start) : movedOffset(change, range.end),
		},
		...(statementRule && {
			statementRule: {
				...statementRule,
				blocks: statementRule.blocks.map((block) => movedRange(change, block)),
			},
		}),
		...(wayOut && {
			wayOut: {
				...wayOut,
				edit: { ...wayOut.edit, range: movedRange(change, wayOut.edit.range) },
			},
		}),
	};
}

function linesAround(text: string, start: number, end: number): string {
	const from = text.lastIndexOf("\n", start - 1) + 1;
	const to = text.indexOf("\n", end);
	return text.slice(start === 0 ? 0 : from, to < 0 ? text.length : to);
}
