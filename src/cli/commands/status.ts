import type { CommandModule } from "yargs";

export interface StatusArguments {
	readonly plan: string | undefined;
	readonly url: string | undefined;
	readonly data: string | undefined;
	readonly format: "text" | "json";
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
			.option("url", {
				type: "string",
				requiresArg: true,
				describe: "The database: postgres://user@host:port/name",
			})
			.option("data", {
				type: "string",
				requiresArg: true,
				describe: "Directory of an embedded PostgreSQL",
			})
			.option("format", {
				choices: ["text", "json"] as const,
				default: "text" as const,
				describe: "How to print",
			})
			.example("$0 status plan.json", "step by step"),
	handler: async (args) => {
		const { runStatus } = await import("../handlers/status.ts");
		await runStatus(args);
	},
};
