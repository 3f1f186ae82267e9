import type { ProjectConfig } from "../core/config.ts";
import type { MigrationSource, ProjectProblem, TransactionClass } from "../core/migration.ts";
import { joinPath, pathFrom, type Files } from "./files.ts";
import type { Place } from "./find.ts";
import { matchesGlob } from "./glob.ts";
import { sourceOf } from "./layouts/plain.ts";

/** Returns the schema that the config names as what was there before the history. */
export function baselineOf(
	{ root, settings }: Place,
	files: Files,
	problems: ProjectProblem[],
): readonly MigrationSource[] {
	if (settings?.baseline === undefined) return [];
	const source = sourceOf(joinPath(root, settings.baseline), files, problems);
	return source ? [{ ...source, baseline: true }] : [];
}

/** The config knows how the tool runs its files where their text does not tell. */
export function withTransaction(
	source: MigrationSource,
	transaction: TransactionClass | undefined,
): MigrationSource {
	if (transaction === undefined) return source;
	return {
		...source,
		up: source.up.map((section) => ({ ...section, transaction })),
		down: source.down.map((section) => ({ ...section, transaction })),
	};
}

/** What the config says wins over what the tool's own configuration says. */
export function withPlaceholders(
	source: MigrationSource,
	{ placeholders }: ProjectConfig,
): MigrationSource {
	if (!placeholders || source.placeholders.length === 0) return source;
	return { ...source, placeholderValues: { ...source.placeholderValues, ...placeholders } };
}

/** The config's include, exclude and baseline hide files from the layout. */
export function withoutExcluded(files: Files, { root, settings }: Place): Files {
	const { include, exclude = [] } = settings ?? {};
	const baseline = settings?.baseline === undefined ? undefined : joinPath(settings.baseline);
	if (!include && exclude.length === 0 && baseline === undefined) return files;
	const isHidden = (file: string): boolean => {
		const name = pathFrom(root, file, files.cwd);
		if (name === baseline) return true;
		if (exclude.some((glob) => matchesGlob(glob, name))) return true;
		if (!include || !/\.sql$/i.test(name)) return false;
		return !include.some((glob) => matchesGlob(glob, name));
	};
	return {
		...files,
		exists: (file) => !isHidden(file) && files.exists(file),
		list: (directory) =>
			files.list(directory).filter((name) => !isHidden(joinPath(directory, name))),
	};
}
