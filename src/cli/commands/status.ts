import type { CommandModule } from "yargs";
import {
	allTargetsOption,
	configOption,
	dataOption,
	targetOption,
	urlOption,
	type DatabaseArguments,
	type TargetArguments,
} from "../options.ts";

export interface StatusArguments extends DatabaseArguments, TargetArguments {
	readonly plan: string | undefined;
	readonly receipts: boolean;
	readonly format: "text" | "json" | "markdown";
	readonly config: string | undefined;
}

/** `lockkeeper status [plan.json]`: where a run stands. */
export const statusCommand: CommandModule<object, StatusArguments> = {
	command: "status [plan]",
	describe: "Tell where the run of a plan stands on a database, and what comes next",
	builder: (yargs) =>
		yargs
			.positional("plan", {
				type: "string",
				describe: "What lockkeeper plan --out wrote; all runs of the database when left out",
			})
			.option("url", urlOption)
			.option("data", dataOption)
			.option("target", { ...targetOption, describe: "Compare targets of the config" })
			.option("all-targets", { ...allTargetsOption, describe: "Compare all targets of the config" })
			.option("receipts", {
				type: "boolean",
				default: false,
				describe: "Show the receipts of the plan, and whether their chain holds",
			})
			.option("format", {
				choices: ["text", "json", "markdown"] as const,
				default: "text" as const,
				describe: "How to print; markdown is for receipts",
			})
			.option("config", configOption)
			.example("$0 status plan.json", "step by step"),
	handler: async (args) => {
		const { runStatus } = await import("../handlers/status.ts");
		await runStatus(args);
	},
};
