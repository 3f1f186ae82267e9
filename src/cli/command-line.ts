import yargs, { type Argv, type CommandModule } from "yargs";
import { approveCommand } from "./commands/approve.ts";
import { baselineCommand } from "./commands/baseline.ts";
import { ciCommand } from "./commands/ci.ts";
import { demoCommand } from "./commands/demo.ts";
import { explainCommand } from "./commands/explain.ts";
import { gateCommand } from "./commands/gate.ts";
import { initCommand } from "./commands/init.ts";
import { lintCommand } from "./commands/lint.ts";
import { lspCommand } from "./commands/lsp.ts";
import { planCommand } from "./commands/plan.ts";
import { projectCommand } from "./commands/project.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { rulesCommand } from "./commands/rules.ts";
import { runCommand } from "./commands/run.ts";
import { statsCommand } from "./commands/stats.ts";
import { statusCommand } from "./commands/status.ts";
import { traceCommand } from "./commands/trace.ts";
import { usageCommand } from "./commands/usage.ts";
import { verifyCommand } from "./commands/verify.ts";
import { nearestOf } from "../core/config-shape.ts";
import { fail } from "./output.ts";
import { standardInputMark } from "./standard-input.ts";
import { version } from "../version.ts";

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

/** A command as yargs registers it, under its own name or as the only one. */
type Registration = (line: Argv, isOnly: boolean) => Argv;

function command<Arguments>(module: CommandModule<object, Arguments>): Registration {
	return (line, isOnly) => {
		const [name = ""] = [module.command ?? []].flat();
		const unnamed = name.replace(/^\S+/, "$0");
		return line.command(isOnly ? { ...module, command: unnamed } : module);
	};
}

/** In the order of the help. */
const commands: Readonly<Record<string, Registration>> = {
	lint: command(lintCommand),
	init: command(initCommand),
	explain: command(explainCommand),
	plan: command(planCommand),
	approve: command(approveCommand),
	run: command(runCommand),
	status: command(statusCommand),
	rollback: command(rollbackCommand),
	verify: command(verifyCommand),
	gate: command(gateCommand),
	demo: command(demoCommand(runCommandLine)),
	project: command(projectCommand),
	ci: command(ciCommand),
	rules: command(rulesCommand),
	baseline: command(baselineCommand),
	stats: command(statsCommand),
	trace: command(traceCommand),
	usage: command(usageCommand),
	lsp: command(lspCommand),
};

/** What all command lines have in common. */
function settled(args: readonly string[]): Argv {
	return yargs(args.map((arg) => (arg === "-" ? standardInputMark : arg)))
		.scriptName("lockkeeper")
		.strict()
		.locale("en")
		.version(version)
		.alias({ h: "help", v: "version" })
		.exitProcess(false)
		.fail((message: string | null, error: Error | undefined) => {
			if (error && error.name !== "YError") throw error;
			// Without a throw the command would run all the same.
			throw new CommandLineError(message ?? "The command line cannot be understood.");
		});
}

function wholeCommandLine(args: readonly string[]): Argv {
	const line = settled(args)
		.usage(
			"$0 [command]\n\nTells what SQL migrations do to a running database, and what to do instead.",
		)
		.recommendCommands()
		.wrap(Math.min(100, process.stdout.columns || 100))
		.epilogue(
			"Exit codes: 0 nothing to stop for, 1 findings, 2 wrong use or unreadable input, 70 a bug of lockkeeper.",
		);
	return Object.values(commands).reduce((all, register) => register(all, false), line);
}

/**
 * Returns the command line of the named command alone, when that is all that is needed: before a command
 * with a name yargs lays out its help, whether it is shown or not, which costs as much as linting a file.
 */
function commandLine(given: readonly string[]): Argv {
	const args = filesFirst(given);
	const [name = "", ...rest] = args;
	const asksForHelp = args.some((arg) => /^(?:--help|--version|-[a-z]*[hv][a-z]*)$/.test(arg));
	const register = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (asksForHelp || !register) return wholeCommandLine(args);
	return register(settled(rest), true);
}

/** Says what is wrong with the command line, with the nearest flag for one that is not known. */
async function reportMisuse({ message }: Error, args: readonly string[]): Promise<void> {
	const unknown = /^Unknown arguments?: ([\w-]+)/.exec(message)?.[1];
	const command = args.slice(0, 1).filter((word) => !word.startsWith("-"));
	const help = await wholeCommandLine(command).getHelp();
	const flags = [...help.matchAll(/--([a-z][a-z-]*)/g)].flatMap(([, flag]) => flag ?? []);
	const nearest = unknown === undefined ? undefined : nearestOf(unknown, flags);
	fail({
		message: message.replace(/\s*\n\s*/g, " "),
		hint: nearest === undefined ? "See lockkeeper --help." : `Did you mean --${nearest}?`,
	});
}

/** Runs the command that the arguments name; what is wrong with them is said, with exit code 2. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
	try {
		await commandLine(args).parseAsync();
	} catch (error) {
		if (!(error instanceof CommandLineError)) throw error;
		await reportMisuse(error, args);
	}
}
