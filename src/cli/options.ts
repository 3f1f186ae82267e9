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
