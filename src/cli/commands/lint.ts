import type { CommandModule, Options } from "yargs";
import { thresholds } from "../exit-code.ts";
import { formatIds } from "../../generated/formats.ts";
import { presets, type Preset } from "../../core/preset.ts";
import { colorOption, configOption } from "../options.ts";
import { readPlainArguments } from "../plain-arguments.ts";

export interface LintArguments {
	readonly files: string[] | undefined;
	readonly config: string | undefined;
	/** A file, or false for none; the one beside the config when left out. */
	readonly baseline: string | boolean | undefined;
	readonly format: (typeof formatIds)[number];
	readonly since: string | undefined;
	readonly "applied-from": string | undefined;
	readonly changed: boolean | undefined;
	readonly staged: boolean | undefined;
	readonly preset: Preset | undefined;
	readonly rule: string[] | undefined;
	readonly only: string[] | undefined;
	readonly skip: string[] | undefined;
	readonly fix: boolean;
	readonly "fix-suggestions": boolean;
	readonly diff: boolean;
	readonly quiet: boolean;
	readonly "max-warnings": number | undefined;
	readonly "fail-on": (typeof thresholds)[number];
	readonly "stdin-filename": string | undefined;
	readonly "print-config": boolean;
	readonly stats: boolean;
	readonly watch: boolean;
	readonly cache: boolean;
	readonly "cache-location": string | undefined;
	readonly color: boolean | undefined;
}

/** The options of `lint`, by name. */
export const lintOptions = {
	since: {
		type: "string",
		requiresArg: true,
		describe: "Judge what was added since a git reference",
	},
	changed: {
		type: "boolean",
		conflicts: ["since", "staged"],
		describe: "Judge what this branch adds; finds the branch it goes into by itself",
	},
	staged: {
		// Without a default: yargs takes one for given, and --since would always be in conflict.
		type: "boolean",
		conflicts: "since",
		describe: "Judge what the next commit adds, as it is staged: for hooks",
	},
	"applied-from": {
		type: "string",
		requiresArg: true,
		conflicts: "since",
		describe: "Judge what the database at this address has not applied yet",
	},
	config: configOption,
	format: {
		choices: formatIds,
		requiresArg: true,
		default: "text" as const,
		describe: "How to print findings",
	},
	preset: {
		choices: presets,
		requiresArg: true,
		describe: "Which rules are on without being named",
	},
	rule: {
		type: "string",
		array: true,
		requiresArg: true,
		nargs: 1,
		describe: "Set a severity: id=error|warning|info|off",
	},
	only: {
		type: "string",
		array: true,
		nargs: 1,
		requiresArg: true,
		describe: "Run only this rule (repeatable)",
	},
	skip: {
		type: "string",
		array: true,
		nargs: 1,
		requiresArg: true,
		describe: "Run all but this rule (repeatable)",
	},
	baseline: {
		requiresArg: true,
		describe: "Leave out the findings of this file; --no-baseline leaves out none",
		coerce: (given: string | boolean): string | boolean => given,
	},
	fix: {
		type: "boolean",
		default: false,
		describe:
			"Write the safe fixes into the named or added files, then judge what is left; stdin goes fixed to stdout",
	},
	"fix-suggestions": {
		type: "boolean",
		default: false,
		describe: "The same with fixes that change more than how safe it runs: read them",
	},
	diff: {
		type: "boolean",
		default: false,
		describe: "Print the fixes as a patch for git apply and write nothing",
	},
	quiet: { type: "boolean", default: false, describe: "Print errors only" },
	"max-warnings": {
		type: "number",
		requiresArg: true,
		describe: "Exit with 1 above so many warnings",
	},
	"fail-on": {
		choices: thresholds,
		requiresArg: true,
		default: "error" as const,
		describe: "Exit with 1 from this severity on",
	},
	"stdin-filename": {
		type: "string",
		requiresArg: true,
		describe: "Read stdin as the file of this name",
	},
	"print-config": {
		type: "boolean",
		default: false,
		describe: "Print the config that applies",
	},
	stats: {
		type: "boolean",
		default: false,
		describe: "Print what was read, time and memory",
	},
	watch: {
		type: "boolean",
		default: false,
		describe: "Judge again after each change, until ctrl-C",
	},
	cache: {
		type: "boolean",
		default: false,
		describe: "Keep results and judge again only what has changed",
	},
	"cache-location": {
		type: "string",
		requiresArg: true,
		describe: "--cache in this directory instead of node_modules/.cache/lockkeeper",
	},
	color: colorOption,
} as const satisfies Readonly<Record<string, Options>>;

/** Returns what the words behind `lint` say, undefined where only yargs can tell. */
export function plainLintArguments(words: readonly string[]): LintArguments | undefined {
	const plain = readPlainArguments(words, lintOptions);
	if (!plain) return undefined;
	const { files, flags, values } = plain;
	const valuesOf = (name: keyof typeof lintOptions): string[] | undefined => {
		const given = values.get(name);
		return given && [...given];
	};
	const valueOf = (name: keyof typeof lintOptions): string | undefined => values.get(name)?.[0];
	const isOn = (name: keyof typeof lintOptions): true | undefined => flags.has(name) || undefined;
	const warnings = valueOf("max-warnings");
	return {
		files: [...files],
		config: valueOf("config"),
		baseline: undefined,
		format: formatIds.find((id) => id === valueOf("format")) ?? lintOptions.format.default,
		since: valueOf("since"),
		"applied-from": valueOf("applied-from"),
		changed: isOn("changed"),
		staged: isOn("staged"),
		preset: presets.find((preset) => preset === valueOf("preset")),
		rule: valuesOf("rule"),
		only: valuesOf("only"),
		skip: valuesOf("skip"),
		fix: flags.has("fix"),
		"fix-suggestions": flags.has("fix-suggestions"),
		diff: flags.has("diff"),
		quiet: flags.has("quiet"),
		"max-warnings": warnings === undefined ? undefined : Number(warnings),
		"fail-on":
			thresholds.find((threshold) => threshold === valueOf("fail-on")) ??
			lintOptions["fail-on"].default,
		"stdin-filename": valueOf("stdin-filename"),
		"print-config": flags.has("print-config"),
		stats: flags.has("stats"),
		watch: flags.has("watch"),
		cache: flags.has("cache"),
		"cache-location": valueOf("cache-location"),
		color: isOn("color"),
	};
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
			.options(lintOptions)
			.group(
				["since", "applied-from", "staged", "preset", "rule", "only", "skip", "baseline"],
				"What to judge:",
			)
			.group(["fix", "fix-suggestions", "diff"], "What to mend:")
			.group(["format", "quiet", "color", "stats"], "What to print:")
			.group(["fail-on", "max-warnings"], "When to stop:")
			.group(["watch", "cache", "cache-location"], "How often to judge:")
			.example("$0 lint", "every migration of the repository")
			.example("$0 lint --since origin/main", "what this branch adds")
			.example("$0 lint migrations/0042_add_status.sql", "one file, after its earlier siblings"),
	handler: async (args) => {
		const { runLint } = await import("../handlers/lint.ts");
		await runLint(args);
	},
};
