import { execFileSync } from "node:child_process";

const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];

/** Runs git in a directory as somebody, whatever the machine's own settings are. */
export function git(cwd: string, ...args: readonly string[]): string {
	return execFileSync(
		"git",
		[...identity, "-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false", ...args],
		{ cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
	);
}

/** Makes the directory a repository with everything in it committed on `main`. */
export function commitAll(cwd: string): void {
	git(cwd, "init", "-q");
	git(cwd, "add", ".");
	git(cwd, "commit", "-q", "-m", "first");
}
