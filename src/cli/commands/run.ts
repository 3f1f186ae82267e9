import type { CommandModule } from "yargs";
import { planPhases, type PlanPhase } from "../../plan/plan.ts";
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

export interface RunArguments extends DatabaseArguments, TargetArguments {
	readonly plan: string;
	readonly metrics: string | undefined;
	readonly operator: string | undefined;
	readonly until: PlanPhase | undefined;
	readonly done: string[] | undefined;
	readonly evidence: string | undefined;
	readonly wait: string | undefined;
	readonly deadline: string;
	readonly "accept-drift": boolean;
	readonly "dry-run": boolean;
	readonly format: "text" | "json" | undefined;
	readonly config: string | undefined;
	readonly color: boolean | undefined;
}

/** `lockkeeper run plan.json`: carries an approved plan out, as far as it goes now. */
export const runCommand: CommandModule<object, RunArguments> = {
	command: "run <plan>",
	describe: "Carry out an approved plan; the same command goes on where it stopped",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 run <plan>",
					"Runs the steps of an approved plan one after the other. What is done is written into the schema lockkeeper of the database together with the step, so that nothing is lost or done twice when the run ends at any moment. Ctrl-C stops at the next safe place.",
					"Without --url the address is that of LOCKKEEPER_URL, or PGHOST and its like; without these, an embedded PostgreSQL in .lockkeeper/data.",
				].join("\n\n"),
			)
			.positional("plan", {
				type: "string",
				demandOption: true,
				describe: "What lockkeeper plan --out wrote",
			})
			.option("url", urlOption)
			.option("data", dataOption)
			.option("target", targetOption)
			.option("all-targets", allTargetsOption)
			.option("metrics", {
				type: "string",
				requiresArg: true,
				describe: "Write metrics to this file: OTLP for .json, else for Prometheus",
			})
			.option("operator", { type: "string", requiresArg: true, describe: "Who runs it" })
			.option("until", { choices: planPhases, describe: "Stop after this phase" })
			.option("done", {
				type: "string",
				array: true,
				describe: "A step of people that is done; several times for several",
			})
			.option("evidence", {
				type: "string",
				requiresArg: true,
				describe: "What was seen that lets a step run which takes something away",
			})
			.option("wait", waitOption)
			.option("deadline", deadlineOption)
			.option("accept-drift", {
				type: "boolean",
				default: false,
				describe: "Go on though the tables are not what was expected",
			})
			.option("dry-run", {
				type: "boolean",
				default: false,
				describe: "Tell what would run now, and ask whether it could begin",
			})
			.option("format", {
				choices: formatOption.choices,
				describe: "How to print: text on a terminal, else json, one event a line",
			})
			.option("config", configOption)
			.option("color", colorOption)
			.epilogue(
				"Exit codes: 0 done as far as asked, 1 stopped or refused, 2 wrong use or no connection, 3 waits for people, for time or for evidence, or was asked to stop: run it again.",
			)
			.example("$0 run plan.json --operator ada", "on the embedded database")
			.example("$0 run plan.json --operator ada --until verify", "all that takes nothing away"),
	handler: async (args) => {
		const { runRun } = await import("../handlers/run.ts");
		await runRun(args);
	},
};
