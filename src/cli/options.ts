import type { Options } from "yargs";

/** `--config`, for every command that reads migrations. */
export const configOption = {
	type: "string",
	requiresArg: true,
	describe: "The config file to use",
} as const satisfies Options;

/** `--color` and `--no-color`, for every command that prints for people. */
export const colorOption = {
	type: "boolean",
	describe: "Colours always, or --no-color never",
} as const satisfies Options;

/** `--format` of a command that prints for people or programs. */
export const formatOption = {
	choices: ["text", "json"],
	default: "text",
	describe: "How to print",
} as const satisfies Options;

/** `--history`, for commands that replay what was before. */
export const historyOption = {
	type: "string",
	array: true,
	requiresArg: true,
	describe: "Files to replay before, in this order, instead of the siblings",
} as const satisfies Options;

/** The database that a command line names. */
export interface DatabaseArguments {
	readonly url: string | undefined;
	readonly data: string | undefined;
}

/** The targets of the config that a command line names. */
export interface TargetArguments {
	readonly target: string[] | undefined;
	readonly "all-targets": boolean;
}

/** `--url`, for commands of a run: which database. */
export const urlOption = {
	type: "string",
	requiresArg: true,
	describe:
		"The database: postgres://user@host:port/name, mysql://..., sqlite:shop.db; else LOCKKEEPER_URL",
} as const satisfies Options;

/** `--data`, for commands of a run: the embedded database. */
export const dataOption = {
	type: "string",
	requiresArg: true,
	describe: "Directory of an embedded PostgreSQL",
} as const satisfies Options;

/** `--target`, for commands that know several databases. */
export const targetOption = {
	type: "string",
	array: true,
	requiresArg: true,
	conflicts: ["url", "data"],
	describe: "A target of the config; several times for several",
} as const satisfies Options;

/** `--all-targets`, for commands that know several databases. */
export const allTargetsOption = {
	type: "boolean",
	default: false,
	describe: "All targets of the config, wave by wave",
} as const satisfies Options;

/** `--wait`, for commands that one runner at a time may do. */
export const waitOption = {
	type: "string",
	requiresArg: true,
	describe: "How long to wait for another runner: 30s, 10m",
} as const satisfies Options;

/** `--deadline`, for commands that take locks. */
export const deadlineOption = {
	type: "string",
	requiresArg: true,
	default: "15m",
	describe: "How long a step is tried that does not get its locks",
} as const satisfies Options;
