import type { CommandModule } from "yargs";
import {
	allTargetsOption,
	colorOption,
	configOption,
	dataOption,
	deadlineOption,
	formatOption,
	targetOption,
	urlOption,
	waitOption,
	type DatabaseArguments,
	type TargetArguments,
} from "../options.ts";

export interface RollbackArguments extends DatabaseArguments, TargetArguments {
	readonly plan: string;
	readonly to: string | undefined;
	readonly operator: string | undefined;
	readonly "taken-back": string[] | undefined;
	readonly "accept-loss": boolean;
	readonly "dry-run": boolean;
	readonly wait: string | undefined;
	readonly deadline: string;
	readonly format: "text" | "json";
	readonly config: string | undefined;
	readonly color: boolean | undefined;
}

/** `lockkeeper rollback plan.json`: takes back what a run has done, the last step first. */
export const rollbackCommand: CommandModule<object, RollbackArguments> = {
	command: "rollback <plan>",
	describe: "Take back what a run has done, the last step first, and tell what that loses",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 rollback <plan>",
					"Tells first, from the data as they are, which steps can be taken back without loss. Where something would be lost, or the time for it in the config is over, it asks on a terminal and demands --accept-loss elsewhere. The same command goes on where it stopped.",
				].join("\n\n"),
			)
			.positional("plan", {
				type: "string",
				demandOption: true,
				describe: "The plan that was run",
			})
			.option("url", urlOption)
			.option("data", dataOption)
			.option("target", targetOption)
			.option("all-targets", {
				...allTargetsOption,
				describe: "All targets of the config, the last wave first",
			})
			.option("to", {
				type: "string",
				requiresArg: true,
				describe: "The last step, or the phase, that stays",
			})
			.option("operator", { type: "string", requiresArg: true, describe: "Who takes it back" })
			.option("taken-back", {
				type: "string",
				array: true,
				requiresArg: true,
				describe: "A step of people that they have taken back; several times for several",
			})
			.option("accept-loss", {
				type: "boolean",
				default: false,
				describe: "Go on though something is lost, or stays as it is",
			})
			.option("dry-run", {
				type: "boolean",
				default: false,
				describe: "Only tell what it would lose",
			})
			.option("wait", waitOption)
			.option("deadline", deadlineOption)
			.option("format", formatOption)
			.option("config", configOption)
			.option("color", colorOption)
			.epilogue(
				"Exit codes: 0 taken back, 1 refused or failed, 2 wrong use or no connection, 3 waits for people, or was asked to stop: run it again.",
			)
			.example("$0 rollback plan.json --dry-run", "what would be lost")
			.example("$0 rollback plan.json --operator ada --to expand", "all but the first phase"),
	handler: async (args) => {
		const { runRollback } = await import("../handlers/rollback.ts");
		await runRollback(args);
	},
};
