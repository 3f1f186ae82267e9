import type { CommandModule } from "yargs";

export interface InitArguments {
	readonly yes: boolean;
	readonly "dry-run": boolean;
}

/** `lockkeeper init`: sets a repository up. */
export const initCommand: CommandModule<object, InitArguments> = {
	command: "init",
	describe: "Set up config, hook and CI job, after showing what will be written",
	builder: (yargs) =>
		yargs
			.option("yes", {
				type: "boolean",
				alias: "y",
				default: false,
				describe: "Write without asking",
			})
			.option("dry-run", {
				type: "boolean",
				default: false,
				describe: "Show what would be written, write nothing",
			})
			.example("$0 init", "look, show, ask, write")
			.example("$0 init --yes", "in a script; running it again changes nothing"),
	handler: async (args) => {
		const { runInit } = await import("../handlers/init.ts");
		await runInit(args);
	},
};
