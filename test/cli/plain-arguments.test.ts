import { expect, test } from "vitest";
import yargs from "yargs";
import {
	lintCommand,
	plainLintArguments,
	type LintArguments,
} from "../../src/cli/commands/lint.ts";

/** What yargs makes of the words behind `lint`. */
async function readByYargs(words: readonly string[]): Promise<LintArguments> {
	let read: LintArguments | undefined;
	const command = {
		...lintCommand,
		command: "$0 [files..]",
		handler: (args: LintArguments) => {
			read = args;
		},
	};
	await yargs([...words])
		.strict()
		.exitProcess(false)
		.command(command)
		.fail((message: string | null) => {
			throw new Error(message ?? "");
		})
		.parseAsync();
	return read!;
}

test.for([
	[],
	["migrations/0042_add_status.sql"],
	["migrations", "db/old/1.sql", "007"],
	["--format", "json", "migrations"],
	["a.sql", "--format=github", "b.sql"],
	["--since", "origin/main", "--preset", "strict", "--fail-on", "warning"],
	["--rule", "no-drop-table=off", "a.sql", "--rule=no-drop-column=info"],
	["--only", "no-drop-table", "--only", "no-drop-column", "--skip", "require-schema"],
	["--max-warnings", "10", "--quiet", "--stats", "--color"],
	["--cache", "--cache-location", ".cache/lockkeeper", "--watch"],
	["--fix", "--fix-suggestions", "--diff", "a.sql"],
	["--staged", "--config=db/lockkeeper.config.json"],
	["--changed", "--print-config"],
	["--stdin-filename", "migrations/0043.sql", "--applied-from=postgres://app@localhost/shop?a=b"],
])("%j is read as yargs reads it", async (words) => {
	const plain = plainLintArguments(words);
	const { files, ...rest } = await readByYargs(words);
	expect(plain).toEqual({
		...Object.fromEntries(Object.keys(plain ?? {}).map((name) => [name, undefined])),
		...Object.fromEntries(Object.entries(rest).filter(([name]) => name in plain!)),
		files: files ?? [],
	});
});

test.for([
	["--help"],
	["-h"],
	["-"],
	["--", "-odd.sql"],
	["--no-color"],
	["--no-baseline"],
	["--baseline", "old.json"],
	["--formt", "json"],
	["--format", "yaml"],
	["--format"],
	["--format", "--quiet"],
	["--quiet=true"],
	["--quiet", "false"],
	["--since", "main", "--staged"],
	["--since", "main", "--since", "v1"],
	["--max-warnings", "many"],
	["--max-warnings", "-1"],
	["--since=main=", "--since="],
	["--config", "'quoted.json'"],
	["--maxWarnings", "3"],
	["--constructor", "a.sql"],
	[""],
])("%j is left to yargs", (words) => {
	expect(plainLintArguments(words)).toBeUndefined();
});
