#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import yargs, { type Argv } from "yargs";
import { hideBin } from "yargs/helpers";
import manifest from "../../package.json" with { type: "json" };
import { baselineCommand } from "./commands/baseline.ts";
import { ciCommand } from "./commands/ci.ts";
import { explainCommand } from "./commands/explain.ts";
import { initCommand } from "./commands/init.ts";
import { lintCommand } from "./commands/lint.ts";
import { projectCommand } from "./commands/project.ts";
import { rulesCommand } from "./commands/rules.ts";
import { statsCommand } from "./commands/stats.ts";
import { traceCommand } from "./commands/trace.ts";
import { usageCommand } from "./commands/usage.ts";
import { nearestOf } from "../core/config-shape.ts";
import { exitCodes, fail, note } from "./output.ts";
import { standardInputMark } from "./standard-input.ts";

/**
 * V8 optimises the parser's largest WASM function in the background, and the process waits for that
 * at its end: 7.4 times the start-up of an empty Node process without this flag, 2.5 times with it
 * (measured on Node 20; the flag exists in V8 11 to 13).
 */
function keepWasmUnoptimised(): void {
	const major = Number.parseInt(process.versions.v8, 10);
	if (major >= 11 && major <= 13) setFlagsFromString("--wasm-tiering-budget=2000000000");
}

/**
 * The code is wide and each run of it short: much of what V8 optimises is used too little to pay for it.
 * When it waits 30 times longer than usual (66 KiB of bytecode), a history of 2,000 files takes 4/5 of the
 * CPU time (measured on Node 20, V8 11). Later versions have a cheap compiler in between and are left alone.
 */
function optimiseLate(): void {
	if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=2000000");
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

/** What was wrong with the command line, in the words of yargs. */
class CommandLineError extends Error {}

/**
 * What follows `--` are files. yargs keeps them from the command's own list, and an option that takes
 * several values would swallow them in any other place than right behind the command.
 */
function filesFirst(args: readonly string[]): readonly string[] {
	const at = args.indexOf("--");
	if (at < 0) return args;
	const files = args.slice(at + 1).map((file) => (/^-./.test(file) ? `./${file}` : file));
	const [command, ...options] = args.slice(0, at);
	if (command === undefined) return files;
	return command.startsWith("-")
		? [...files, command, ...options]
		: [command, ...files, ...options];
}

/**
 * How wide the help is laid out. yargs lays it out before every command, whether it is shown or not, and
 * fitting it into lines is a sixth of the time of linting one file: null leaves that out.
 */
function helpWidth(args: readonly string[]): number | null {
	const isShown = args.some((arg) => arg === "--help" || arg === "-h");
	return isShown ? Math.min(100, process.stdout.columns || 100) : null;
}

function commandLine(args: readonly string[]): Argv {
	return yargs(filesFirst(args).map((arg) => (arg === "-" ? standardInputMark : arg)))
		.scriptName("lockkeeper")
		.usage(
			"$0 [command]\n\nTells what SQL migrations do to a running database, and what to do instead.",
		)
		.command(lintCommand)
		.command(initCommand)
		.command(explainCommand)
		.command(projectCommand)
		.command(ciCommand)
		.command(rulesCommand)
		.command(baselineCommand)
		.command(statsCommand)
		.command(traceCommand)
		.command(usageCommand)
		.strict()
		.recommendCommands()
		.locale("en")
		.wrap(helpWidth(args))
		.version(manifest.version)
		.alias({ h: "help", v: "version" })
		.epilogue(
			"Exit codes: 0 nothing to stop for, 1 findings, 2 wrong use or unreadable input, 70 a bug of lockkeeper.",
		)
		.exitProcess(false)
		.fail((message: string | null, error: Error | undefined) => {
			if (error && error.name !== "YError") throw error;
			// Without a throw the command would run all the same.
			throw new CommandLineError(message ?? "The command line cannot be understood.");
		});
}

/** Says what is wrong with the command line, with the nearest flag for one that is not known. */
async function reportMisuse({ message }: Error, args: readonly string[]): Promise<void> {
	const unknown = /^Unknown arguments?: ([\w-]+)/.exec(message)?.[1];
	const command = args.slice(0, 1).filter((word) => !word.startsWith("-"));
	const help = await commandLine(command).getHelp();
	const flags = [...help.matchAll(/--([a-z][a-z-]*)/g)].flatMap(([, flag]) => flag ?? []);
	const nearest = unknown === undefined ? undefined : nearestOf(unknown, flags);
	fail({
		message: message.replace(/\s*\n\s*/g, " "),
		hint: nearest === undefined ? "See lockkeeper --help." : `Did you mean --${nearest}?`,
	});
}

async function main(args: readonly string[]): Promise<void> {
	keepWasmUnoptimised();
	optimiseLate();
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		// The reader of a pipe went away (`| head`): nothing more to say.
		if (error.code === "EPIPE") process.exit(process.exitCode);
		throw error;
	});
	try {
		await commandLine(args).parseAsync();
	} catch (error) {
		if (!(error instanceof CommandLineError)) throw error;
		await reportMisuse(error, args);
	}
}

try {
	await main(hideBin(process.argv));
} catch (error) {
	reportBug(error);
}
