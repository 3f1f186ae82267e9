import type { CommandModule } from "yargs";
import type { Config, RuleSetting } from "../../core/config.ts";
import type { Severity } from "../../core/finding.ts";
import { rules } from "../../generated/rules.ts";
import { loadConfig } from "../../project/config-file.ts";
import { concise } from "../../report/concise.ts";
import { json } from "../../report/json.ts";
import type { LintReport } from "../../report/report.ts";
import { text } from "../../report/text.ts";
import { lintRepository, type LintRequest } from "../../repository.ts";
import { paletteFor } from "../colour.ts";
import { exitCodes, fail, note, print } from "../output.ts";
import { readStandardInput } from "../standard-input.ts";
import { startStopwatch } from "../stopwatch.ts";

const formats = ["text", "concise", "json"] as const;
const thresholds = ["error", "warning", "info", "never"] as const;

interface LintArguments {
	readonly files: string[] | undefined;
	readonly config: string | undefined;
	readonly format: (typeof formats)[number];
	readonly since: string | undefined;
	readonly rule: string[] | undefined;
	readonly only: string[] | undefined;
	readonly skip: string[] | undefined;
	readonly quiet: boolean;
	readonly "max-warnings": number | undefined;
	readonly "fail-on": (typeof thresholds)[number];
	readonly "stdin-filename": string | undefined;
	readonly "print-config": boolean;
	readonly stats: boolean;
	readonly color: boolean | undefined;
}

const severityRank: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };
const settings: readonly string[] = ["error", "warning", "info", "off"] satisfies RuleSetting[];

function isSetting(value: string): value is RuleSetting {
	return settings.includes(value);
}

interface Misuse {
	readonly message: string;
	readonly hint: string;
}

/** Reads `--rule id=severity`; the first that cannot be read is a misuse. */
function severitiesOf(given: readonly string[]): Record<string, RuleSetting> | Misuse {
	const severities: Record<string, RuleSetting> = {};
	for (const setting of given) {
		const [id = "", severity = ""] = setting.split("=");
		if (!isSetting(severity)) {
			return {
				message: `--rule ${setting} cannot be read.`,
				hint: `Write --rule <id>=<severity> with one of ${settings.join(", ")}.`,
			};
		}
		severities[id] = severity;
	}
	return severities;
}

function unknownRule(ids: readonly string[]): Misuse | undefined {
	const unknown = ids.find((id) => !rules.some((rule) => rule.id === id));
	return unknown === undefined
		? undefined
		: { message: `There is no rule ${unknown}.`, hint: "lockkeeper rules lists them all." };
}

function isMisuse(value: object): value is Misuse {
	return "message" in value && "hint" in value;
}

/** What the arguments ask for, or why they cannot be understood. */
async function requestOf(
	args: LintArguments,
	config: Config,
	configDirectory: string,
): Promise<LintRequest | Misuse> {
	const severities = severitiesOf(args.rule ?? []);
	if (isMisuse(severities)) return severities;
	const wrong = unknownRule([
		...Object.keys(severities),
		...Object.keys(config.rules ?? {}),
		...(args.only ?? []),
		...(args.skip ?? []),
	]);
	if (wrong) return wrong;
	const readsInput = args.files?.includes("-") === true || args["stdin-filename"] !== undefined;
	return {
		configDirectory,
		severities,
		...(args.since !== undefined && { since: args.since }),
		...(args.only && { only: args.only }),
		...(args.skip && { skip: args.skip }),
		...(readsInput && {
			stdin: { path: args["stdin-filename"] ?? "stdin.sql", bytes: await readStandardInput() },
		}),
	};
}

function exitCodeOf(report: LintReport, args: LintArguments): number {
	if (report.problems.some(({ severity }) => severity === "error")) return exitCodes.misuse;
	const { "fail-on": failOn, "max-warnings": maxWarnings } = args;
	const warnings = report.findings.filter(({ severity }) => severity === "warning").length;
	if (maxWarnings !== undefined && warnings > maxWarnings) return exitCodes.findings;
	if (failOn === "never") return exitCodes.clean;
	const stops = report.findings.some(
		({ severity }) => severityRank[severity] >= severityRank[failOn],
	);
	return stops ? exitCodes.findings : exitCodes.clean;
}

function render(report: LintReport, args: LintArguments): string {
	switch (args.format) {
		case "json":
			return json(report);
		case "concise":
			return concise(report);
		case "text": {
			const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
			return text(report, palette, Math.min(100, process.stdout.columns || 100));
		}
	}
}

async function runLint(args: LintArguments): Promise<void> {
	const cwd = process.cwd();
	const stopwatch = startStopwatch();
	const loaded = await loadConfig(cwd, args.config);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const { config, directory } = loaded;
	if (args["print-config"]) {
		print(`${JSON.stringify({ file: loaded.path ?? null, ...config }, undefined, "\t")}\n`);
		return;
	}
	const request = await requestOf(args, config, directory);
	if (isMisuse(request)) {
		fail(request);
		return;
	}
	const paths = (args.files ?? []).filter((file) => file !== "-");
	const report = await lintRepository(cwd, paths, config, request);
	if ("code" in report) {
		fail(report);
		return;
	}
	process.exitCode = exitCodeOf(report, args);
	const shown = args.quiet
		? { ...report, findings: report.findings.filter(({ severity }) => severity === "error") }
		: report;
	print(render(shown, args));
	if (args.stats) note(stopwatch.summary(report.counts));
}

/** `lockkeeper lint [files..]`: judges migrations. */
export const lintCommand: CommandModule<object, LintArguments> = {
	command: ["lint [files..]", "$0"],
	describe: "Judge migrations: what blocks, rewrites, breaks running code or loses data",
	builder: (yargs) =>
		yargs
			.positional("files", {
				type: "string",
				array: true,
				describe:
					"Migrations or their directories; all that are found when left out; - reads stdin",
			})
			.option("since", { type: "string", describe: "Judge what was added since a git reference" })
			.option("config", { type: "string", describe: "The config file to use" })
			.option("format", {
				choices: formats,
				default: "text" as const,
				describe: "How to print findings",
			})
			.option("rule", {
				type: "string",
				array: true,
				requiresArg: true,
				nargs: 1,
				describe: "Set a severity: id=error|warning|info|off",
			})
			.option("only", {
				type: "string",
				array: true,
				nargs: 1,
				requiresArg: true,
				describe: "Run only this rule (repeatable)",
			})
			.option("skip", {
				type: "string",
				array: true,
				nargs: 1,
				requiresArg: true,
				describe: "Run all but this rule (repeatable)",
			})
			.option("quiet", { type: "boolean", default: false, describe: "Print errors only" })
			.option("max-warnings", {
				type: "number",
				requiresArg: true,
				describe: "Exit with 1 above so many warnings",
			})
			.option("fail-on", {
				choices: thresholds,
				default: "error" as const,
				describe: "Exit with 1 from this severity on",
			})
			.option("stdin-filename", {
				type: "string",
				requiresArg: true,
				describe: "Read stdin as the file of this name",
			})
			.option("print-config", {
				type: "boolean",
				default: false,
				describe: "Print the config that applies",
			})
			.option("stats", {
				type: "boolean",
				default: false,
				describe: "Print what was read, time and memory",
			})
			.option("color", { type: "boolean", describe: "Colours always, or --no-color never" })
			.group(["since", "rule", "only", "skip"], "What to judge:")
			.group(["format", "quiet", "color", "stats"], "What to print:")
			.group(["fail-on", "max-warnings"], "When to stop:")
			.example("$0 lint", "every migration of the repository")
			.example("$0 lint --since origin/main", "what this branch adds")
			.example("$0 lint migrations/0042_add_status.sql", "one file, after its earlier siblings"),
	handler: runLint,
};
