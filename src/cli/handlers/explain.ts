import type { Config } from "../../core/config.ts";
import type { DialectId } from "../../core/dialect.ts";
import {
	defaultServerVersions,
	serverVersionNumber,
	type WrittenVersion,
} from "../../core/server-version.ts";
import type { History } from "../../core/engine/history.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import { explainWithRecipes, type Advice } from "../../explaining.ts";
import { loadConfig } from "../../project/config-file.ts";
import { discoverProjects } from "../../project/discover.ts";
import { explicitHistory } from "../../project/explicit-history.ts";
import { readStatistics } from "../../project/statistics.ts";
import { explanationJson, explanationText } from "../../report/explanation.ts";
import { activeRules, loadDialect } from "../../repository.ts";
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
		const dialect = await loadDialect(
			{ dialect: config.projects?.[0]?.dialect ?? "postgres" },
			config.parser,
		);
		if (!dialect) return [];
		const written = args["server-version"] ?? config.serverVersion;
		const version = versionFor(dialect.id, written) ?? defaultServerVersions[dialect.id];
		return explain({ migrations, dialect, version, oneSession: true });
	}
	const projects = await discoverProjects(cwd, paths, config, { configDirectory });
	if ("code" in projects) return projects;
	const advice: Advice[] = [];
	for (const project of projects) {
		const dialect = await loadDialect(project, config.parser);
		if (!dialect) continue;
		advice.push(
			...explain({
				migrations: project.migrations,
				dialect,
				version: versionFor(dialect.id, args["server-version"]) ?? project.serverVersion,
				...(project.searchPath && { searchPath: project.searchPath }),
			}),
		);
	}
	return advice;
}

function versionFor(dialect: DialectId, written: WrittenVersion | undefined): number | undefined {
	return written === undefined ? undefined : serverVersionNumber(dialect, written);
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
