import type { CommandModule } from "yargs";
import {
	colorOption,
	configOption,
	dataOption,
	formatOption,
	urlOption,
	type DatabaseArguments,
} from "../options.ts";

export interface VerifyArguments extends DatabaseArguments {
	readonly what: string[] | undefined;
	readonly against: string | undefined;
	readonly timeout: string;
	readonly max: number;
	readonly recheck: number;
	readonly config: string | undefined;
	readonly format: "text" | "json";
	readonly color: boolean | undefined;
}

/** `lockkeeper verify`: asks a database what a plan has to prove, or compares it with another one. */
export const verifyCommand: CommandModule<object, VerifyArguments> = {
	command: "verify [what..]",
	describe:
		"Ask a database what plans and migrations have to prove, or compare it with another one",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 verify [plan.json | migrations..]",
					"$0 verify --against <address> [tables..]",
					"$0 verify <table>=<table>",
					"Asks the verification queries of a plan, or of migrations: each has one row whose first column is true when all is well. With --against it compares tables of two databases of one kind, by count and by sums over the hashes of all rows, and names the rows that differ. <table>=<table> compares two tables of one database, exactly. Nothing is changed and nothing is locked.",
				].join("\n\n"),
			)
			.positional("what", {
				type: "string",
				array: true,
				describe: "A plan, migrations (all when left out), or tables",
			})
			.option("url", urlOption)
			.option("data", dataOption)
			.option("against", {
				type: "string",
				requiresArg: true,
				describe: "Another database of the same kind to compare with",
			})
			.option("timeout", {
				type: "string",
				requiresArg: true,
				default: "10m",
				describe: "How long one query may take",
			})
			.option("max", {
				type: "number",
				requiresArg: true,
				default: 20,
				describe: "How many rows to name that differ",
			})
			.option("recheck", {
				type: "number",
				requiresArg: true,
				default: 2,
				describe: "How often to read rows that differ again: writes may be under way",
			})
			.option("config", configOption)
			.option("format", formatOption)
			.option("color", colorOption)
			.epilogue(
				"Exit codes: 0 all is proved or equal, 1 it is not or cannot be told, 2 wrong use or no connection.",
			)
			.example("$0 verify plan.json", "what the plan has to prove")
			.example("$0 verify --against $REPLICA_URL orders lines", "two tables on two servers"),
	handler: async (args) => {
		const { runVerify } = await import("../handlers/verify.ts");
		await runVerify(args);
	},
};
