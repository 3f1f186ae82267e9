import type { CommandModule } from "yargs";
import { colorOption, configOption } from "../options.ts";

export interface PlanArguments {
	readonly files: string[] | undefined;
	readonly since: string | undefined;
	readonly config: string | undefined;
	readonly format: "text" | "json" | "markdown" | "html";
	readonly out: string | undefined;
	readonly write: boolean | undefined;
	readonly color: boolean | undefined;
}

/** `lockkeeper plan [files..]`: the release as ordered, safe steps. */
export const planCommand: CommandModule<object, PlanArguments> = {
	command: "plan [files..]",
	describe: "Turn new migrations into ordered steps that stop nobody, with undo and verification",
	builder: (yargs) =>
		yargs
			.positional("files", {
				type: "string",
				array: true,
				describe: "The new migrations; --since finds them too",
			})
			.option("since", {
				type: "string",
				requiresArg: true,
				describe: "Plan what was added since a git reference",
			})
			.option("out", {
				type: "string",
				requiresArg: true,
				describe: "Write the plan to this file, to be approved and run",
			})
			.option("write", {
				// Without a default: yargs takes one for given, and --out would always be in conflict.
				type: "boolean",
				conflicts: "out",
				describe: "Write the steps as new migrations of your own tool instead",
			})
			.option("format", {
				choices: ["text", "json", "markdown", "html"] as const,
				default: "text" as const,
				describe: "How to print",
			})
			.option("config", configOption)
			.option("color", colorOption)
			.example("$0 plan --since origin/main --out plan.json", "what this branch adds")
			.example("$0 plan migrations/0042_add_status.sql --write", "as migrations of your own tool"),
	handler: async (args) => {
		const { runPlan } = await import("../handlers/plan.ts");
		await runPlan(args);
	},
};
