import type { Migration, MigrationSource, ProjectProblem } from "../core/migration.ts";
import { isWithin, type Files } from "./files.ts";
import type { GitChanges } from "./git.ts";
import type { LayoutReading } from "./layouts/layout.ts";
import { sourceOf } from "./layouts/plain.ts";
import { filesOf, type Named } from "./releases.ts";

/** True when the command line names some of a project: a directory at or above the root asks for all. */
export function isPartial(named: Named, root: string): boolean {
	return !named.directories.some((directory) => isWithin(directory, root));
}

function isNamed({ files, directories }: Named, file: string): boolean {
	return files.includes(file) || directories.some((directory) => isWithin(directory, file));
}

/** Leaves out what stands after the last candidate: it has not happened yet. */
export function upTo(migrations: readonly Migration[], named: Named): readonly Migration[] {
	const last = migrations.findLastIndex((migration) =>
		filesOf(migration).some((file) => isNamed(named, file)),
	);
	return last === -1 ? migrations : migrations.slice(0, last + 1);
}

/** A named file that the tool does not run (yet): it is judged as if it came last. */
export function unlisted(
	reading: LayoutReading,
	named: Named | undefined,
	files: Files,
	problems: ProjectProblem[],
): readonly MigrationSource[] {
	const listed = new Set(reading.migrations.flatMap(filesOf));
	const sources: MigrationSource[] = [];
	for (const file of named?.files ?? []) {
		const isKnown = listed.has(file) || problems.some((known) => known.file === file);
		if (!listed.has(file) && !problems.some((known) => isFatalFor(known, file))) {
			const source = sourceOf(file, files, problems);
			if (source) sources.push({ ...source, placeholders: [] });
		}
		if (!isKnown) problems.push(notInHistory(file));
	}
	return sources;
}

function isFatalFor(problem: ProjectProblem, file: string): boolean {
	return problem.file === file && problem.severity === "error";
}

function notInHistory(file: string): ProjectProblem {
	return {
		code: "notInHistory",
		severity: "warning",
		file,
		message: `${file} is not among the files that the migration tool runs; it is read as the newest one`,
		hint: "Check its name and, where the tool keeps one, its entry in the journal.",
	};
}

/** A review of some files is not about the odd names of others. */
export function concernsReview(
	{ code, file }: ProjectProblem,
	named: Named | undefined,
	since: GitChanges | undefined,
): boolean {
	if (file === undefined || (code !== "notInHistory" && code !== "badFileName")) return true;
	if (since) return since.added.has(file) || since.modified.has(file);
	return !named || isNamed(named, file);
}
