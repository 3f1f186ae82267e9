import { existsSync } from "node:fs";
import path from "node:path";
import type { ProjectProblem } from "../core/migration.ts";
import { errorCode } from "./files.ts";

/** What the working tree has that a reference has not. Paths are relative to the working directory. */
export interface GitChanges {
	readonly reference: string;
	readonly added: ReadonlySet<string>;
	readonly modified: ReadonlySet<string>;
	readonly removed: ReadonlySet<string>;
	/** Returns the bytes of a file as it was then, undefined where it was not there. */
	readonly before: (file: string) => Uint8Array | undefined;
}

/**
 * Returns the files added and modified since the point where the work left a reference (the merge
 * base), committed or not, untracked ones too; or why git cannot tell.
 */
export function changesSince(cwd: string, reference: string): GitChanges | ProjectProblem {
	const inside = runGit(cwd, ["rev-parse", "--show-prefix"]);
	if (!("output" in inside)) return inside.isMissing ? gitMissing() : noRepository(inside.message);
	const commit = runGit(cwd, [
		"rev-parse",
		"--verify",
		"--quiet",
		"--end-of-options",
		`${reference}^{commit}`,
	]);
	if (!("output" in commit)) return unknownReference(reference);
	const base = runGit(cwd, ["merge-base", commit.output.trim(), "HEAD"]);
	if (!("output" in base)) return noMergeBase(reference);
	const diff = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff"];
	const added = runGit(cwd, [...diff, "--diff-filter=A", base.output.trim(), "--"]);
	const modified = runGit(cwd, [...diff, "--diff-filter=MT", base.output.trim(), "--"]);
	const removed = runGit(cwd, [...diff, "--diff-filter=D", base.output.trim(), "--"]);
	const untracked = runGit(cwd, [
		...["ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--"],
		":/",
	]);
	for (const run of [added, modified, removed, untracked]) {
		if (!("output" in run)) return noRepository(run.message);
	}
	const prefix = `/${inside.output.trim()}`;
	const paths = (run: GitRun): readonly string[] =>
		("output" in run ? run.output.split("\0") : [])
			.filter((name) => name !== "")
			.map((name) => path.posix.relative(prefix, `/${name}`));
	return {
		reference,
		added: new Set([...paths(added), ...paths(untracked)]),
		modified: new Set(paths(modified)),
		removed: new Set(paths(removed).filter((name) => !paths(untracked).includes(name))),
		before: (file) => readGitFile(cwd, `${base.output.trim()}:./${file}`),
	};
}

/** Returns a directory's path below the root of its repository: empty at the root and outside of one. */
export function directoryInRepository(directory: string): string {
	for (let above = directory; ; above = path.dirname(above)) {
		if (existsSync(path.join(above, ".git"))) {
			return path.relative(above, directory).split(path.sep).join("/");
		}
		if (above === path.dirname(above)) return "";
	}
}

/** What git printed, or why it could not be asked. */
export type GitRun =
	{ readonly output: string } | { readonly isMissing: boolean; readonly message: string };

/**
 * Runs git in a directory; nothing of the repository is changed by the commands that are used here. Node's
 * module is asked for then only: loading it takes as long as judging a migration.
 */
export function runGit(cwd: string, parameters: readonly string[]): GitRun {
	try {
		const output = process
			.getBuiltinModule("node:child_process")
			.execFileSync("git", ["-c", "core.quotePath=false", ...parameters], {
				cwd,
				encoding: "utf8",
				maxBuffer: 1 << 28,
				stdio: ["ignore", "pipe", "pipe"],
			});
		return { output };
	} catch (error) {
		const isMissing = errorCode(error) === "ENOENT";
		const said =
			error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
		return { isMissing, message: said.split("\n")[0] ?? "" };
	}
}

/** Returns the bytes of a file at a revision (`main:a.sql`) or in the index (`:./a.sql`). */
export function readGitFile(cwd: string, object: string): Uint8Array | undefined {
	try {
		return process
			.getBuiltinModule("node:child_process")
			.execFileSync("git", ["cat-file", "blob", object], {
				cwd,
				maxBuffer: 1 << 28,
				stdio: ["ignore", "pipe", "ignore"],
			});
	} catch {
		return undefined;
	}
}

function gitMissing(): ProjectProblem {
	return {
		code: "gitMissing",
		severity: "error",
		message: "--since needs git, which was not found",
		hint: "Install git, or name the new migrations on the command line.",
	};
}

function noRepository(message: string): ProjectProblem {
	return {
		code: "gitMissing",
		severity: "error",
		message: `--since needs a git repository: ${message}`,
		hint: "Run it inside the repository, or name the new migrations on the command line.",
	};
}

function unknownReference(reference: string): ProjectProblem {
	return {
		code: "badGitReference",
		severity: "error",
		message: `git knows no commit "${reference}"`,
		hint: "Fetch it first (git fetch origin main), or name another branch, tag or commit.",
	};
}

function noMergeBase(reference: string): ProjectProblem {
	return {
		code: "badGitReference",
		severity: "error",
		message: `"${reference}" and the current commit have no commit in common`,
		hint: "In a shallow clone fetch the whole history (fetch-depth: 0 in GitHub Actions).",
	};
}
