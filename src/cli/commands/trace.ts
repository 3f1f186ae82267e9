import type { CommandModule } from "yargs";
import { colorOption, configOption, formatOption, historyOption } from "../options.ts";

export interface TraceArguments {
	readonly files: string[] | undefined;
	readonly since: string | undefined;
	readonly history: string[] | undefined;
	readonly postgres: number | undefined;
	readonly url: string | undefined;
	readonly scratch: boolean;
	readonly rows: number | undefined;
	readonly config: string | undefined;
	readonly format: "text" | "json";
	readonly color: boolean | undefined;
}

/** `lockkeeper trace [files..]`: runs migrations on a throw-away server and tells what it really did. */
export const traceCommand: CommandModule<object, TraceArguments> = {
	command: "trace [files..]",
	describe:
		"Run migrations on a throw-away PostgreSQL or SQLite and tell what it really locked, rewrote and read",
	builder: (yargs) =>
		yargs
			.positional("files", {
				type: "string",
				array: true,
				describe: "Migrations; their earlier siblings are replayed first; all when left out",
			})
			.option("since", { type: "string", describe: "Trace what was added since a git reference" })
			.option("history", historyOption)
			.option("postgres", {
				type: "number",
				requiresArg: true,
				conflicts: "url",
				describe: "Use a temporary server of this major version instead of PGlite",
			})
			.option("url", {
				type: "string",
				requiresArg: true,
				describe: "Use an empty scratch database: postgres://user@host/name",
			})
			.option("scratch", {
				type: "boolean",
				default: false,
				describe: "The database of --url is one that nobody needs",
			})
			.option("rows", {
				type: "number",
				requiresArg: true,
				describe: "Fill every table of the history with so many rows first",
			})
			.option("config", configOption)
			.option("format", formatOption)
			.option("color", colorOption)
			.group(["since", "history", "rows"], "What to run:")
			.group(["postgres", "url", "scratch"], "Where to run it:")
			.group(["format", "color"], "What to print:")
			.example("$0 trace migrations/0042_add_status.sql", "on PGlite, after its earlier siblings")
			.example("$0 trace --since origin/main --postgres 16", "on a temporary PostgreSQL 16")
			.example("$0 trace --rows 100000", "with rows, so that durations mean something"),
	handler: async (args) => {
		const { runTrace } = await import("../handlers/trace.ts");
		await runTrace(args);
	},
};
