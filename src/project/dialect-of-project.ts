import { dialectFromPath, dialectFromSyntax, type DialectEvidence } from "./dialect-evidence.ts";
import { ancestorsOf, joinPath, pathFrom, type Files } from "./files.ts";
import type { Place } from "./find.ts";
import type { LayoutReading } from "./layouts/layout.ts";

/** Returns the database of a project: what the config says, its tool's files, its path, its SQL. */
export function dialectOf(place: Place, reading: LayoutReading, files: Files): DialectEvidence {
	const configured = place.settings?.dialect;
	if (configured) return { id: configured, why: "the config" };
	if (place.detection.dialect) return place.detection.dialect;
	const texts = reading.migrations.flatMap((source) => source.up.map(({ file }) => file.text));
	return guessedDialect(place.root, texts, files, place.detection.driver);
}

/** Returns the database that the path, the driver of the tool or the SQL of files tells. */
export function guessedDialect(
	root: string,
	texts: readonly string[],
	files: Files,
	driver?: DialectEvidence,
): DialectEvidence {
	const repository = ancestorsOf(root, files).find((directory) =>
		files.exists(joinPath(directory, ".git")),
	);
	// Outside a repository the folders above the working directory say nothing of the project.
	const inRepository =
		repository === undefined
			? root.replace(/^(?:\.\.\/)*/, "")
			: pathFrom(repository, root, files.cwd);
	return (
		dialectFromPath(inRepository) ??
		driver ??
		dialectFromSyntax(texts) ?? { id: "postgres", why: "nothing says otherwise" }
	);
}
