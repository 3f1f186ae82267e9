import type { Project, ProjectProblem } from "../core/migration.ts";
import { guessedDialect } from "./dialect-of-project.ts";
import { parentOf } from "./files.ts";
import { plain, sourceOf } from "./layouts/plain.ts";
import { serverVersionOf, type ReadContext } from "./read-project.ts";
import { assignReleases } from "./releases.ts";

/** Reads files that belong to no directory of migrations: one after the other, all candidates. */
export function looseProject(names: readonly string[], context: ReadContext): Project {
	const { files, config } = context;
	const problems: ProjectProblem[] = [];
	const sources = names.flatMap((name) => sourceOf(name, files, problems) ?? []);
	const [first = "."] = names;
	const root = parentOf(first);
	const { migrations, why } = assignReleases(sources, plain.id, (file) => file, {
		named: { files: names, directories: [] },
	});
	const texts = sources.flatMap((source) => source.up.map(({ file }) => file.text));
	const dialect = context.dialect
		? { id: context.dialect, why: "the command line" }
		: guessedDialect(root, texts, files);
	return {
		root,
		layout: { id: plain.id, name: plain.name, why: "files by themselves" },
		dialect: dialect.id,
		dialectWhy: dialect.why,
		...serverVersionOf(dialect.id, config.serverVersion),
		candidatesWhy: why,
		migrations,
		problems,
	};
}
