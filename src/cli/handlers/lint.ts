import path from "node:path";
import type { Config, RuleSetting } from "../../core/config.ts";
import { formats } from "../../generated/formats.ts";
import { rules } from "../../generated/rules.ts";
import { baseReference } from "../../project/base-reference.ts";
import { loadConfig } from "../../project/config-file.ts";
import type { ResultCache } from "../../project/result-cache.ts";
import type { Format } from "../../report/format.ts";
import type { LintReport } from "../../report/report.ts";
import { lintRepository, type LintRequest } from "../../repository.ts";
import { version } from "../../version.ts";
import type { LintArguments } from "../commands/lint.ts";
import { paletteFor } from "../colour.ts";
import { noSuchRule } from "../no-such-rule.ts";
import { reportBugs } from "../bug.ts";
import { exitCodeOf } from "../exit-code.ts";
import { fail, note, print } from "../output.ts";
import { readStandardInput, standardInputMark } from "../standard-input.ts";
import { startStopwatch } from "../stopwatch.ts";
import { asksForFixes, fixAndReport } from "./lint-fix.ts";
import type { Round } from "./lint-watch.ts";

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
	return unknown === undefined ? undefined : noSuchRule(unknown);
}

function isMisuse(value: object): value is Misuse {
	return "message" in value && "hint" in value;
}

/** The cache of results; it takes node:crypto, which those without it do not wait for. */
async function openCache(args: LintArguments, configDirectory: string): Promise<ResultCache> {
	const { cacheDirectory, resultCache } = await import("../../project/result-cache.ts");
	const place = args["cache-location"];
	const directory = place === undefined ? cacheDirectory(configDirectory) : path.resolve(place);
	return resultCache(directory, version);
}

/** What the arguments ask for, or why they cannot be understood. */
async function requestOf(
	args: LintArguments,
	config: Config,
	configDirectory: string,
): Promise<LintRequest | Misuse> {
	const { "max-warnings": maxWarnings } = args;
	if (maxWarnings !== undefined && !(Number.isInteger(maxWarnings) && maxWarnings >= 0)) {
		return { message: "--max-warnings is not a number.", hint: "Write --max-warnings 0 or more." };
	}
	const severities = severitiesOf(args.rule ?? []);
	if (isMisuse(severities)) return severities;
	const wrong = unknownRule([
		...Object.keys(severities),
		...Object.keys(config.rules ?? {}),
		...(args.only ?? []),
		...(args.skip ?? []),
	]);
	if (wrong) return wrong;
	const base = args.changed === true ? baseReference(process.cwd(), process.env) : undefined;
	if (base && "code" in base) return base;
	const since = base?.reference ?? args.since;
	const readsInput =
		args.files?.includes(standardInputMark) === true || args["stdin-filename"] !== undefined;
	return {
		configDirectory,
		today: Date.now(),
		severities,
		...(since !== undefined && { since }),
		...(args["applied-from"] !== undefined && { appliedFrom: args["applied-from"] }),
		...((args.cache || args["cache-location"] !== undefined) && {
			cache: await openCache(args, configDirectory),
		}),
		...(args.staged && { staged: true }),
		...(args.preset && { preset: args.preset }),
		...(args.only && { only: args.only }),
		...(args.skip && { skip: args.skip }),
		...(args.baseline === false && { baseline: false }),
		...(typeof args.baseline === "string" && { baseline: args.baseline }),
		...(readsInput && {
			stdin: { path: args["stdin-filename"] ?? "stdin.sql", bytes: await readStandardInput() },
		}),
	};
}

async function lintOnly(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: LintRequest,
): ReturnType<typeof fixAndReport> {
	const report = await lintRepository(cwd, paths, config, request);
	if (!("code" in report)) return { report, print };
	fail(report);
	return undefined;
}

/** Prints a report and sets the exit code. */
function show(
	args: LintArguments,
	report: LintReport,
	format: Format,
	print: (text: string) => void,
): void {
	process.exitCode = exitCodeOf(report, {
		failOn: args["fail-on"],
		maxWarnings: args["max-warnings"],
	});
	const shown = args.quiet
		? { ...report, findings: report.findings.filter(({ severity }) => severity === "error") }
		: report;
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	const width = Math.min(100, process.stdout.columns || 100);
	print(format.render(shown, { palette, width }));
	reportBugs(report.problems);
}

/** Judges as the arguments say; undefined when that failed, which has been said. */
async function judge(args: LintArguments): Promise<Round | undefined> {
	const cwd = process.cwd();
	const stopwatch = startStopwatch();
	const paths = (args.files ?? []).filter((file) => file !== standardInputMark);
	const stdinName = args["stdin-filename"];
	const places = stdinName === undefined ? paths : [...paths, stdinName];
	const loaded = await loadConfig(cwd, args.config, places);
	if ("code" in loaded) {
		fail(loaded);
		return undefined;
	}
	const { config, directory } = loaded;
	if (args["print-config"]) {
		print(`${JSON.stringify({ file: loaded.path ?? null, ...config }, undefined, "\t")}\n`);
		return undefined;
	}
	const format = await formats[args.format]();
	const request = await requestOf(args, config, directory);
	if (isMisuse(request)) {
		fail(request);
		return undefined;
	}
	const asked = { ...request, explains: format.showsEffects === true };
	const judged = asksForFixes(args)
		? await fixAndReport(cwd, paths, config, asked, args)
		: await lintOnly(cwd, paths, config, asked);
	if (!judged) return undefined;
	const { report } = judged;
	return {
		report,
		show: () => {
			show(args, report, format, judged.print);
			if (args.stats) note(stopwatch.summary(report.counts));
		},
	};
}

/** Judges migrations, prints the report and sets the exit code. */
export async function runLint(args: LintArguments): Promise<void> {
	if (args.watch) {
		const { watchAndLint } = await import("./lint-watch.ts");
		await watchAndLint(args, () => judge(args));
		return;
	}
	const round = await judge(args);
	round?.show();
}
