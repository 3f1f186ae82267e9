import type { CommandModule } from "yargs";
import { presets, type Preset } from "../../core/preset.ts";
import { configOption } from "../options.ts";

export interface BaselineArguments {
	readonly prune: boolean;
	readonly config: string | undefined;
	readonly baseline: string | undefined;
	readonly preset: Preset | undefined;
}

/** `lockkeeper baseline`: accepts today's findings, so that lint tells new ones only. */
export const baselineCommand: CommandModule<object, BaselineArguments> = {
	command: "baseline",
	describe: "Accept today's findings, so that lint tells new ones only",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 baseline",
					"Writes the findings of all migrations to lockkeeper.baseline.json beside the config. lint leaves out what stands there and counts it.",
					"Most projects need no baseline: lockkeeper lint --since origin/main judges only what a branch adds, with all that is released as history.",
				].join("\n\n"),
			)
			.option("prune", {
				type: "boolean",
				default: false,
				describe: "Take out findings that no longer exist, add none",
			})
			.option("config", configOption)
			.option("baseline", {
				type: "string",
				requiresArg: true,
				describe: "The file to write instead of lockkeeper.baseline.json",
			})
			.option("preset", {
				choices: presets,
				requiresArg: true,
				describe: "Which rules are on without being named",
			})
			.example("$0 baseline", "accept what is found today")
			.example("$0 baseline --prune", "forget what has been mended since"),
	handler: async (args) => {
		const { runBaseline } = await import("../handlers/baseline.ts");
		await runBaseline(args);
	},
};
