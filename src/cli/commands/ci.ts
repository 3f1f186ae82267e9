import type { CommandModule } from "yargs";
import { thresholds } from "../exit-code.ts";
import { configOption } from "../options.ts";

export interface CiArguments {
	readonly paths: string[] | undefined;
	readonly since: string | undefined;
	readonly config: string | undefined;
	readonly "fail-on": (typeof thresholds)[number];
	readonly comment: boolean;
	readonly "sarif-file": string | undefined;
	readonly "code-quality-file": string | undefined;
}

/** `lockkeeper ci`: judges what a pull request adds, and reports it where the CI server shows it. */
export const ciCommand: CommandModule<object, CiArguments> = {
	command: "ci [paths..]",
	describe: "Judge what a pull request adds; knows GitHub Actions and GitLab CI by itself",
	builder: (yargs) =>
		yargs
			.positional("paths", {
				type: "string",
				array: true,
				describe: "Directories of migrations; all that are found when left out",
			})
			.option("since", {
				type: "string",
				requiresArg: true,
				describe: "The branch to compare with; the pull request's target when left out",
			})
			.option("config", configOption)
			.option("fail-on", {
				choices: thresholds,
				requiresArg: true,
				default: "error" as const,
				describe: "Exit with 1 from this severity on",
			})
			.option("comment", {
				type: "boolean",
				default: false,
				describe: "Write a comment on the pull request, or update the one that is there",
			})
			.option("sarif-file", {
				type: "string",
				requiresArg: true,
				describe: "Also write SARIF, for GitHub code scanning",
			})
			.option("code-quality-file", {
				type: "string",
				requiresArg: true,
				describe: "Also write GitLab's code quality report",
			})
			.example("$0 ci", "in a job of GitHub Actions or GitLab CI")
			.example("$0 ci --comment", "with a comment; needs GITHUB_TOKEN or LOCKKEEPER_GITLAB_TOKEN")
			.example("$0 ci --since origin/release-2", "against another branch"),
	handler: async (args) => {
		const { runCi } = await import("../handlers/ci.ts");
		await runCi(args);
	},
};
