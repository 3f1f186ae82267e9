import type { CommandModule } from "yargs";
import { formatOption } from "../options.ts";

export interface RulesArguments {
	readonly id: string | undefined;
	readonly format: "text" | "json";
}

/** `lockkeeper rules [id]`: the list of rules, or the page of one. */
export const rulesCommand: CommandModule<object, RulesArguments> = {
	command: "rules [id]",
	describe: "List the rules by preset, or explain one",
	builder: (yargs) =>
		yargs
			.positional("id", { type: "string", describe: "A rule, or what another linter calls it" })
			.option("format", { ...formatOption, describe: "How to print the list" })
			.example("$0 rules", "all rules, one line each")
			.example("$0 rules no-drop-column", "what happens, bad and good SQL"),
	handler: async (args) => {
		const { runRules } = await import("../handlers/rules.ts");
		await runRules(args);
	},
};
