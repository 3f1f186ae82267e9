import path from "node:path";
import type { ProjectProblem } from "../core/migration.ts";
import { joinPath, withFile, type Files } from "./files.ts";
import { readGitFile, runGit, type GitChanges } from "./git.ts";

/** The files as the next commit will have them, and what it changes. */
export interface Staged {
	readonly files: Files;
	readonly changes: GitChanges;
}

/** The commit before the first: everything is new against it. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/**
 * Returns the files as git's index has them: what is changed or new in the work tree but not staged is
 * not seen. A problem where there is no repository.
 */
export function stagedFiles(cwd: string, disk: Files): Staged | ProjectProblem {
	const prefix = runGit(cwd, ["rev-parse", "--show-prefix"]);
	if (!("output" in prefix)) {
		return {
			code: "gitMissing",
			severity: "error",
			message: `--staged needs git and a repository: ${prefix.message}`,
			hint: "Run it inside the repository, or name the migrations on the command line.",
		};
	}
	const here = `/${prefix.output.trim()}`;
	const listed = (...parameters: readonly string[]): readonly string[] => {
		const run = runGit(cwd, parameters);
		const output = "output" in run ? run.output : "";
		return output
			.split("\0")
			.filter((name) => name !== "")
			.map((name) => path.posix.relative(here, `/${name}`));
	};
	const head = runGit(cwd, ["rev-parse", "--verify", "--quiet", "HEAD"]);
	const base = "output" in head ? "HEAD" : emptyTree;
	const diff = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff"];
	const staged = (filter: string): ReadonlySet<string> =>
		new Set(listed(...diff, "--cached", `--diff-filter=${filter}`, base, "--"));
	const untracked = new Set(
		listed(...["ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ":/"]),
	);
	let files = without(disk, untracked);
	for (const name of listed(...diff, "--")) {
		const content = readGitFile(cwd, `:./${name}`);
		if (content) files = withFile(files, name, content);
	}
	return {
		files,
		changes: {
			reference: "the index",
			added: staged("A"),
			modified: staged("MT"),
			removed: staged("D"),
			before: (file) => readGitFile(cwd, `${base}:./${file}`),
		},
	};
}

function without(files: Files, hidden: ReadonlySet<string>): Files {
	if (hidden.size === 0) return files;
	return {
		...files,
		exists: (file) => !hidden.has(joinPath(file)) && files.exists(file),
		list: (directory) =>
			files.list(directory).filter((name) => !hidden.has(joinPath(directory, name))),
	};
}
