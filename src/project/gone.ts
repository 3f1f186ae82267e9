import type { MigrationSource, ProjectProblem } from "../core/migration.ts";
import type { GitChanges } from "./git.ts";
import type { Layout } from "./layouts/layout.ts";
import { mainFile } from "./releases.ts";

/** What was done to a history since a git reference. */
export interface HistoryChanges {
	/** `new`: it was not there. `none`: what the tool runs, and the file where it has one alone, is the same. */
	of(source: MigrationSource): "new" | "edited" | "none";
	/** Released migrations whose file is gone, and the new one with the same text where there is one. */
	readonly gone: readonly { readonly earlier: MigrationSource; readonly now?: MigrationSource }[];
	/** Released migrations that keep their revision under another name. */
	readonly renamed: readonly { readonly earlier: MigrationSource; readonly now: MigrationSource }[];
}

function sqlOf({ up }: MigrationSource): string {
	const texts = up.map(({ file, range }) => file.text.slice(range.start, range.end));
	return texts.join("\n").replaceAll("\r\n", "\n").trim();
}

function wholeTextOf({ up }: MigrationSource): string {
	return up.map(({ file }) => file.text).join("\n");
}

/** Returns how a history differs from the one at a git reference. */
export function historyChanges(
	sources: readonly MigrationSource[],
	previous: readonly MigrationSource[],
	{ added, removed }: GitChanges,
): HistoryChanges {
	const earlier = new Map(previous.map((source) => [source.id, source]));
	const current = new Map(sources.map((source) => [source.id, source]));
	const isIn = (files: ReadonlySet<string>, source: MigrationSource): boolean =>
		files.has(mainFile(source) ?? "");
	const newTexts = new Map(
		sources
			.filter((source) => isIn(added, source) && !earlier.has(source.id) && sqlOf(source) !== "")
			.map((source) => [sqlOf(source), source]),
	);
	const owners = new Map<string, number>();
	for (const source of sources) {
		const file = mainFile(source) ?? "";
		owners.set(file, (owners.get(file) ?? 0) + 1);
	}
	return {
		of(source) {
			const before = earlier.get(source.id);
			if (!before) return "new";
			// A program that is not read has no SQL to compare.
			if (source.up.length === 0) return "edited";
			// A file of several is changed when the next one is written.
			const isAlone = owners.get(mainFile(source) ?? "") === 1;
			const textOf = isAlone && !isIn(added, source) ? wholeTextOf : sqlOf;
			return textOf(before) === textOf(source) ? "none" : "edited";
		},
		gone: previous
			.filter((source) => isIn(removed, source) && !current.has(source.id))
			.map((source) => {
				const now = newTexts.get(sqlOf(source));
				return now ? { earlier: source, now } : { earlier: source };
			}),
		renamed: previous.flatMap((source) => {
			const now = current.get(source.id);
			return now && isIn(removed, source) && isIn(added, now) ? [{ earlier: source, now }] : [];
		}),
	};
}

/** Returns the problems of released migrations whose files were deleted or renamed. */
export function goneMigrations(
	{ gone, renamed }: HistoryChanges,
	layout: Layout,
	{ reference }: GitChanges,
): readonly ProjectProblem[] {
	const problems = gone.flatMap(({ earlier, now }) =>
		now
			? [
					renamedAfterRelease(
						earlier,
						now,
						reference,
						`${layout.name} takes it for a new migration and runs it again. Give it its name back.`,
					),
				]
			: [],
	);
	const compared = layout.comparesNames === true ? renamed : [];
	for (const { earlier, now } of compared) {
		const hint = `${layout.name} compares names and stops on databases that ran it. Give it its name back.`;
		problems.push(renamedAfterRelease(earlier, now, reference, hint));
	}
	const deleted = gone.flatMap(({ earlier, now }) => (now ? [] : [earlier]));
	const [first] = deleted;
	if (!first || layout.whenGone === undefined) return problems;
	const more = deleted.length === 1 ? "was" : `and ${String(deleted.length - 1)} more were`;
	return [
		...problems,
		{
			code: "deletedAfterRelease",
			severity: "warning",
			...fileOf(first),
			message: `${mainFile(first) ?? first.id} ${more} deleted after release: ${deleted.length === 1 ? "it was" : "they were"} there at ${reference}`,
			hint: `On databases that ran it ${layout.name} does not go on as before: ${layout.whenGone}. Put it back, and undo it with a new migration.`,
		},
	];
}

function fileOf(source: MigrationSource): Pick<ProjectProblem, "file"> {
	const file = mainFile(source);
	return file === undefined ? {} : { file };
}

function renamedAfterRelease(
	earlier: MigrationSource,
	now: MigrationSource,
	reference: string,
	hint: string,
): ProjectProblem {
	return {
		code: "renamedAfterRelease",
		severity: "warning",
		...fileOf(now),
		message: `${mainFile(earlier) ?? earlier.id} was renamed to ${mainFile(now) ?? now.id} after its release: it had its old name at ${reference}`,
		hint,
	};
}
