import type { ProjectProblem } from "../core/migration.ts";
import { runGit } from "./git.ts";

/** A git reference that the change under review will be merged into, and how it is known. */
export interface BaseReference {
	readonly reference: string;
	readonly why: string;
}

/** Where servers say the target branch of the change that they build. */
const variables = [
	"GITHUB_BASE_REF",
	"CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
	"BITBUCKET_PR_DESTINATION_BRANCH",
	"SYSTEM_PULLREQUEST_TARGETBRANCH",
	"BUILDKITE_PULL_REQUEST_BASE_BRANCH",
	"CHANGE_TARGET",
	"DRONE_TARGET_BRANCH",
] as const;

function isCommit(cwd: string, reference: string): boolean {
	const found = runGit(cwd, [
		...["rev-parse", "--verify", "--quiet", "--end-of-options"],
		`${reference}^{commit}`,
	]);
	return "output" in found;
}

/** The remote's branch before the local one: the local one may be old. */
function resolve(cwd: string, branch: string): string | undefined {
	const name = branch.replace(/^refs\/heads\//, "");
	return [`origin/${name}`, name].find((reference) => isCommit(cwd, reference));
}

/**
 * Returns what the change under review is compared with: the target branch that a CI server names, else
 * the remote's default branch, else `main` or `master`; or why nothing is known. Git is only asked.
 */
export function baseReference(
	cwd: string,
	environment: Readonly<Record<string, string | undefined>>,
): BaseReference | ProjectProblem {
	for (const variable of variables) {
		const branch = environment[variable];
		if (branch === undefined || branch === "") continue;
		const reference = resolve(cwd, branch);
		if (reference !== undefined) return { reference, why: `${variable} is ${branch}` };
		return {
			code: "badGitReference",
			severity: "error",
			message: `the change goes into "${branch}" (${variable}), which is not in this clone`,
			hint: `Fetch the whole history (fetch-depth: 0 in GitHub Actions, GIT_DEPTH: 0 in GitLab), or run: git fetch origin ${branch}`,
		};
	}
	const head = runGit(cwd, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
	if ("output" in head) {
		return { reference: head.output.trim(), why: "the default branch of origin" };
	}
	for (const branch of ["main", "master"]) {
		const reference = resolve(cwd, branch);
		if (reference !== undefined) return { reference, why: `there is a branch ${branch}` };
	}
	return {
		code: "badGitReference",
		severity: "error",
		message: "the branch that the change goes into is not known",
		hint: "Name it: --since origin/main.",
	};
}
