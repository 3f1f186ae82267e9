import type { CommandModule } from "yargs";
import { configOption } from "../options.ts";

export interface ApproveArguments {
	readonly plan: string;
	readonly by: string | undefined;
	readonly expires: string;
	readonly check: boolean;
	readonly config: string | undefined;
}

/** `lockkeeper approve plan.json`: an operator's yes, as a file beside the plan. */
export const approveCommand: CommandModule<object, ApproveArguments> = {
	command: "approve <plan>",
	describe: "Approve a plan as it is, or tell whether it is approved",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 approve <plan>",
					"Writes <plan>.approvals/<operator>.json, bound to the hash of the plan: any change of the plan or of its migrations voids it. The config names the operators and how many of them must approve. Anybody who can write the repository can write such a file: protect it by reviews, as the code.",
				].join("\n\n"),
			)
			.positional("plan", {
				type: "string",
				demandOption: true,
				describe: "What lockkeeper plan --out wrote",
			})
			.option("by", { type: "string", requiresArg: true, describe: "Who approves" })
			.option("expires", {
				type: "string",
				requiresArg: true,
				default: "7d",
				describe: "How long it counts: 30m, 12h, 7d",
			})
			.option("check", {
				type: "boolean",
				default: false,
				describe: "Tell whether the plan may run: exit code 0 open, 1 closed",
			})
			.option("config", configOption)
			.example("$0 approve plan.json --by ada", "for a week")
			.example("$0 approve --check plan.json", "in a pipeline, before it runs"),
	handler: async (args) => {
		const { runApprove } = await import("../handlers/approve.ts");
		await runApprove(args);
	},
};
