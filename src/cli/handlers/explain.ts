import type { Config } from "../../core/config.ts";
import { isRead, type DialectId } from "../../core/dialect.ts";
import {
	defaultServerVersions,
	serverVersionNumber,
	type WrittenVersion,
} from "../../core/server-version.ts";
import type { History } from "../../core/engine/history.ts";
import type { Migration, ProjectProblem } from "../../core/migration.ts";
import { loadDialect } from "../../dialect/load.ts";
import { explainWithRecipes, type Advice } from "../../explaining.ts";
import { loadConfig } from "../../project/config-file.ts";
import { guessedDialect } from "../../project/dialect-of-project.ts";
import { discoverProjects } from "../../project/discover.ts";
import { explicitHistory } from "../../project/explicit-history.ts";
import { diskFiles, parentOf } from "../../project/files.ts";
import { readStatistics } from "../../project/statistics.ts";
import { explanationJson, explanationText } from "../../report/explanation.ts";
import { activeRules } from "../../repository.ts";
import type { ExplainArguments } from "../commands/explain.ts";
import { paletteFor } from "../colour.ts";
import { fail, print } from "../output.ts";
import { readStandardInput, standardInputMark } from "../standard-input.ts";

async function explanationsOf(
	cwd: string,
	args: ExplainArguments,
	config: Config,
	configDirectory: string,
	rows: ReadonlyMap<string, number>,
): Promise<readonly Advice[] | ProjectProblem> {
	const rules = activeRules(config, {});
	const explain = (told: History) => explainWithRecipes(told, rules, rows);
	const readsInput = args.files?.includes(standardInputMark) === true;
	const named = (args.files ?? []).filter((file) => file !== standardInputMark);
	// `--history a.sql b.sql` takes every file that follows: without another one the last is meant.
	const given = args.history ?? [];
	const nothingElse = named.length === 0 && !readsInput && given.length > 1;
	const paths = nothingElse ? given.slice(-1) : named;
	const history = nothingElse ? given.slice(0, -1) : given;
	if (history.length > 0 || readsInput) {
		const stdin = readsInput ? { path: "stdin.sql", bytes: await readStandardInput() } : undefined;
		const migrations = explicitHistory(cwd, history, paths, stdin);
		if ("code" in migrations) return migrations;
		const id = args.dialect ?? config.projects?.[0]?.dialect ?? guess(cwd, migrations);
		const written = args["server-version"] ?? config.serverVersion;
		const version =
			(written === undefined ? undefined : serverVersionNumber(id, written)) ??
			defaultServerVersions[id];
		const dialect = await loadDialect(id, config.parser, version);
		return explain({ migrations, dialect, version, oneSession: true });
	}
	const { dialect: asked, "server-version": version } = args;
	const projects = await discoverProjects(
		cwd,
		paths,
		version === undefined ? config : withVersion(config, version),
		{ configDirectory, ...(asked && { dialect: asked }) },
	);
	if ("code" in projects) return projects;
	const advice: Advice[] = [];
	for (const { dialect: id, migrations, serverVersion, searchPath, settings } of projects) {
		if (!isRead(id)) continue;
		const dialect = await loadDialect(id, config.parser, serverVersion);
		advice.push(
			...explain({
				migrations,
				dialect,
				version: serverVersion,
				...(searchPath && { searchPath }),
				...(settings && { settings }),
			}),
		);
	}
	return advice;
}

/** The database that the folder or the SQL of files by themselves tells. */
function guess(cwd: string, migrations: readonly Migration[]): DialectId {
	const files = migrations.flatMap(({ up }) => up.map(({ file }) => file));
	const root = parentOf(files.at(-1)?.path ?? ".");
	const texts = files.map(({ text }) => text);
	const { id } = guessedDialect(root, texts, diskFiles(cwd));
	return isRead(id) ? id : "postgres";
}

/** The command line's version is that of every project. */
function withVersion(config: Config, serverVersion: WrittenVersion): Config {
	const projects = config.projects?.map(({ serverVersion: _, ...project }) => project);
	return { ...config, serverVersion, ...(projects && { projects }) };
}

/** Prints what each statement does. */
export async function runExplain(args: ExplainArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(
		cwd,
		args.config,
		args.files?.filter((file) => file !== standardInputMark),
	);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const { config, directory } = loaded;
	const statistics = readStatistics(directory, config);
	if ("code" in statistics) {
		fail(statistics);
		return;
	}
	const explanations = await explanationsOf(cwd, args, config, directory, statistics.rows);
	if ("code" in explanations) {
		fail(explanations);
		return;
	}
	if (args.format === "json") {
		print(explanationJson(explanations));
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	const width = Math.min(100, process.stdout.columns || 100);
	print(explanationText(explanations, statistics.rows, palette, width));
}
