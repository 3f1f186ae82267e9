/** A CI server, as its environment variables show it. */
export type Platform =
	| {
			readonly id: "github";
			/** Where a job's summary is written. */
			readonly summaryFile: string | undefined;
			/** The pull request that is built, when there is one and a token to write to it. */
			readonly pullRequest: PullRequest | undefined;
	  }
	| { readonly id: "gitlab"; readonly mergeRequest: MergeRequest | undefined }
	| { readonly id: "other" };

/** A pull request on GitHub and what is needed to comment on it. */
export interface PullRequest {
	readonly api: string;
	/** owner/name */
	readonly repository: string;
	readonly number: number;
	readonly token: string;
}

/** A merge request on GitLab and what is needed to comment on it. */
export interface MergeRequest {
	readonly api: string;
	readonly project: string;
	readonly number: number;
	readonly token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

function pullRequestOf(environment: Environment): PullRequest | undefined {
	const number = /^refs\/pull\/(\d+)\//.exec(environment["GITHUB_REF"] ?? "")?.[1];
	const repository = environment["GITHUB_REPOSITORY"];
	const token = environment["GITHUB_TOKEN"];
	if (number === undefined || repository === undefined || !token) return undefined;
	return {
		api: environment["GITHUB_API_URL"] ?? "https://api.github.com",
		repository,
		number: Number(number),
		token,
	};
}

function mergeRequestOf(environment: Environment): MergeRequest | undefined {
	const number = environment["CI_MERGE_REQUEST_IID"];
	const project = environment["CI_PROJECT_ID"];
	const api = environment["CI_API_V4_URL"];
	const token = environment["LOCKKEEPER_GITLAB_TOKEN"];
	if (number === undefined || project === undefined || api === undefined || !token)
		return undefined;
	return { api, project, number: Number(number), token };
}

/**
 * Returns the CI server that runs this process
 * (https://docs.github.com/actions/reference/variables-reference,
 * https://docs.gitlab.com/ci/variables/predefined_variables/).
 */
export function platformOf(environment: Environment): Platform {
	if (environment["GITHUB_ACTIONS"] === "true") {
		return {
			id: "github",
			summaryFile: environment["GITHUB_STEP_SUMMARY"],
			pullRequest: pullRequestOf(environment),
		};
	}
	if (environment["GITLAB_CI"] === "true") {
		return { id: "gitlab", mergeRequest: mergeRequestOf(environment) };
	}
	return { id: "other" };
}
