import type { CommandModule } from "yargs";
import { colorOption, configOption, formatOption, historyOption } from "../options.ts";

export interface ExplainArguments {
	readonly files: string[] | undefined;
	readonly history: string[] | undefined;
	readonly "server-version": number | undefined;
	readonly config: string | undefined;
	readonly format: "text" | "json";
	readonly color: boolean | undefined;
}

/** `lockkeeper explain [files..]`: what each statement does to the running system. */
export const explainCommand: CommandModule<object, ExplainArguments> = {
	command: "explain [files..]",
	describe: "Tell for each statement which locks it takes, what it rewrites, reads and builds",
	builder: (yargs) =>
		yargs
			.positional("files", {
				type: "string",
				array: true,
				describe: "Migrations; their earlier siblings are the history; - reads stdin",
			})
			.option("history", historyOption)
			.option("server-version", {
				type: "number",
				requiresArg: true,
				describe: "Major version of the server",
			})
			.option("config", configOption)
			.option("format", formatOption)
			.option("color", colorOption)
			.example("$0 explain migrations/0042_add_status.sql", "one migration, after its siblings")
			.example("$0 explain change.sql --history schema.sql", "one file after a schema dump")
			.example("$0 explain - --history schema.sql < change.sql", "any SQL against a schema dump"),
	handler: async (args) => {
		const { runExplain } = await import("../handlers/explain.ts");
		await runExplain(args);
	},
};
