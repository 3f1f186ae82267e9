import type { CommandModule } from "yargs";

export interface DemoArguments {
	readonly directory: string;
}

/** Runs the command line that the arguments are. */
export type RunCommandLine = (args: readonly string[]) => Promise<void>;

/**
 * Returns `lockkeeper demo`: a release from lint to proof, on an embedded database. It is given the command line,
 * which cannot be imported before the program's entry has ended.
 */
export const demoCommand = (
	runCommandLine: RunCommandLine,
): CommandModule<object, DemoArguments> => ({
	command: "demo [directory]",
	describe: "Lint, plan, approve, run and prove a sample release on an embedded PostgreSQL",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 demo [directory]",
					"Makes a small shop with 20,000 orders in a new directory, and takes its next release through every command, showing each. Needs PGlite: npm install @electric-sql/pglite. To take it away, remove the directory.",
				].join("\n\n"),
			)
			.positional("directory", {
				type: "string",
				default: "lockkeeper-demo",
				describe: "Where to make it; must not exist",
			}),
	handler: async (args) => {
		const { runDemo } = await import("../handlers/demo.ts");
		await runDemo(args, runCommandLine);
	},
});
