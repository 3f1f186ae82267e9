#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import manifest from "../../package.json" with { type: "json" };
import { explainCommand } from "./commands/explain.ts";
import { lintCommand } from "./commands/lint.ts";
import { rulesCommand } from "./commands/rules.ts";
import { exitCodes, fail, note } from "./output.ts";

/**
 * V8 optimises the parser's largest WASM function in the background, and the process waits for that
 * at its end: 7.4 times the start-up of an empty Node process without this flag, 2.5 times with it
 * (measured on Node 20; the flag exists in V8 11 to 13).
 */
function keepWasmUnoptimised(): void {
	const major = Number.parseInt(process.versions.v8, 10);
	if (major >= 11 && major <= 13) setFlagsFromString("--wasm-tiering-budget=2000000000");
}

/** A bug of ours: say so, with what is needed to report it, and never as a finding. */
function reportBug(error: unknown): void {
	const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
	note(
		[
			"lockkeeper stopped because of a bug of its own; nothing was changed.",
			`lockkeeper ${manifest.version}, Node ${process.versions.node}, ${process.platform}`,
			details,
			"Please report it with the lines above.",
		].join("\n"),
	);
	process.exitCode = exitCodes.bug;
}

async function main(): Promise<void> {
	keepWasmUnoptimised();
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		// The reader of a pipe went away (`| head`): nothing more to say.
		if (error.code === "EPIPE") process.exit(process.exitCode);
		throw error;
	});
	await yargs(hideBin(process.argv))
		.scriptName("lockkeeper")
		.usage(
			"$0 [command]\n\nTells what SQL migrations do to a running database, and what to do instead.",
		)
		.command(lintCommand)
		.command(explainCommand)
		.command(rulesCommand)
		.strict()
		.recommendCommands()
		.locale("en")
		.wrap(Math.min(100, process.stdout.columns || 100))
		.version(manifest.version)
		.alias({ h: "help", v: "version" })
		.epilogue(
			"Exit codes: 0 nothing to stop for, 1 findings, 2 wrong use or unreadable input, 70 a bug of lockkeeper.",
		)
		.exitProcess(false)
		.fail((message: string | null, error: Error | undefined) => {
			if (error) throw error;
			fail({
				message: message ?? "cannot understand the command line.",
				hint: "See lockkeeper --help.",
			});
		})
		.parseAsync();
}

try {
	await main();
} catch (error) {
	reportBug(error);
}
