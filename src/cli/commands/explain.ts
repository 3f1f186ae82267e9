import type { CommandModule } from "yargs";
import { dialectIds, type DialectId } from "../../core/dialect.ts";
import { colorOption, configOption, formatOption, historyOption } from "../options.ts";

export interface ExplainArguments {
	readonly files: string[] | undefined;
	readonly history: string[] | undefined;
	readonly dialect: DialectId | undefined;
	readonly "server-version": string | undefined;
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
			.option("dialect", {
				choices: dialectIds,
				requiresArg: true,
				describe: "The database; found from folders, config and SQL when left out",
			})
			.option("server-version", {
				type: "string",
				requiresArg: true,
				describe: "Version of the server: 14, 8.0.29, 10.11, 3.45",
			})
			.option("config", configOption)
			.option("format", formatOption)
			.option("color", colorOption)
			.example("$0 explain migrations/0042_add_status.sql", "one migration, after its siblings")
			.example("$0 explain change.sql --history schema.sql", "one file after a schema dump")
			.example("$0 explain change.sql --dialect mysql", "SQL of MySQL, MariaDB or SQLite")
			.example("$0 explain - --history schema.sql < change.sql", "any SQL against a schema dump"),
	handler: async (args) => {
		const { runExplain } = await import("../handlers/explain.ts");
		await runExplain(args);
	},
};
