import type { CommandModule } from "yargs";
import { colorOption, configOption, formatOption } from "../options.ts";

export interface ProjectArguments {
	readonly files: string[] | undefined;
	readonly since: string | undefined;
	readonly "applied-from": string | undefined;
	readonly config: string | undefined;
	readonly format: "text" | "json";
	readonly all: boolean;
	readonly color: boolean | undefined;
}

/** `lockkeeper project [files..]`: what was detected, and why. */
export const projectCommand: CommandModule<object, ProjectArguments> = {
	command: "project [files..]",
	describe: "Show what was found: layout, database, order, what is released, and why",
	builder: (yargs) =>
		yargs
			.positional("files", {
				type: "string",
				array: true,
				describe: "Migrations or their directories; all that are found when left out",
			})
			.option("since", {
				type: "string",
				requiresArg: true,
				describe: "Candidates are what was added since a git reference",
			})
			.option("applied-from", {
				type: "string",
				requiresArg: true,
				conflicts: "since",
				describe: "Candidates are what the database at this address has not applied yet",
			})
			.option("config", configOption)
			.option("all", {
				type: "boolean",
				default: false,
				describe: "List every migration of a long history",
			})
			.option("format", formatOption)
			.option("color", colorOption)
			.example("$0 project", "every history of the repository")
			.example("$0 project --since origin/main", "what this branch adds to it"),
	handler: async (args) => {
		const { runProject } = await import("../handlers/project.ts");
		await runProject(args);
	},
};
