import type { Config } from "../../core/config.ts";
import type { History } from "../../core/engine/history.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import { loadDialect } from "../../dialect/load.ts";
import { loadConfig } from "../../project/config-file.ts";
import { discoverProjects } from "../../project/discover.ts";
import { explicitHistory } from "../../project/explicit-history.ts";
import { traceJson } from "../../report/trace-json.ts";
import { traceText } from "../../report/trace-text.ts";
import type { EngineProblem, TraceEngine } from "../../trace/engine.ts";
import { startPglite } from "../../trace/engines/pglite.ts";
import { startServer } from "../../trace/engines/server.ts";
import { startSqlite } from "../../trace/engines/sqlite.ts";
import { useDatabase } from "../../trace/engines/url.ts";
import { extensionsOf } from "../../trace/script.ts";
import { traceSqliteHistory } from "../../trace/sqlite-trace.ts";
import { disagrees, traceHistory, type Trace } from "../../trace/trace.ts";
import type { TraceArguments } from "../commands/trace.ts";
import { paletteFor } from "../colour.ts";
import { exitCodes, fail, print } from "../output.ts";

interface Misuse {
	readonly message: string;
	readonly hint: string;
}

type Traced = Omit<History, "version" | "oneSession">;

async function historiesOf(
	cwd: string,
	args: TraceArguments,
	config: Config,
	configDirectory: string,
): Promise<readonly Traced[] | ProjectProblem> {
	if (args.history) {
		const dialect = await loadDialect("postgres", config.parser);
		const migrations = explicitHistory(cwd, args.history, args.files ?? [], undefined);
		return "code" in migrations ? migrations : [{ migrations, dialect }];
	}
	const { since } = args;
	const projects = await discoverProjects(cwd, args.files ?? [], config, {
		configDirectory,
		...(since !== undefined && { since }),
	});
	if ("code" in projects) return projects;
	const traced = projects.flatMap(({ dialect, ...project }) =>
		dialect === "postgres" || dialect === "sqlite" ? [{ ...project, dialect }] : [],
	);
	return Promise.all(
		traced.map(async ({ migrations, searchPath, settings, dialect }) => ({
			migrations,
			dialect: await loadDialect(dialect, config.parser),
			...(searchPath && { searchPath }),
			...(settings && { settings }),
		})),
	);
}

function isSqlite({ dialect }: Traced): boolean {
	return dialect.id === "sqlite";
}

function misuseOf(args: TraceArguments, histories: readonly Traced[]): Misuse | undefined {
	const { rows } = args;
	if (rows !== undefined && !(Number.isInteger(rows) && rows > 0)) {
		return { message: "--rows needs a whole number above 0.", hint: "For example --rows 100000." };
	}
	if (args.scratch && args.url === undefined) {
		return {
			message: "--scratch says something about the database of --url, which is missing.",
			hint: "Leave it out: PGlite and temporary servers are always thrown away.",
		};
	}
	const ofServer = args.url ?? args.postgres ?? rows;
	if (ofServer !== undefined && histories.some(isSqlite)) {
		return {
			message: "--url, --postgres and --rows are for PostgreSQL, and here is a project of SQLite.",
			hint: "Leave them out: SQLite runs in this process, in a file that is thrown away.",
		};
	}
	if (histories.length === 0) {
		return {
			message: "there is no PostgreSQL or SQLite project to trace.",
			hint: "Name the migrations, or see lockkeeper lint for what was found.",
		};
	}
	if (args.url !== undefined && histories.length > 1) {
		return {
			message: `${histories.length} projects were found, and a scratch database holds one.`,
			hint: "Name the migrations of one project.",
		};
	}
	return undefined;
}

function startEngine(args: TraceArguments, history: Traced): Promise<TraceEngine | EngineProblem> {
	if (args.url !== undefined) return useDatabase(args.url, args.scratch);
	if (args.postgres !== undefined) return startServer(args.postgres, [process.cwd()]);
	return startPglite(extensionsOf(history));
}

/** Shows how far it is, on a terminal only. */
function progressLine(): { show(text: string): void; clear(): void } {
	const { stderr } = process;
	const write = (text: string): void => {
		if (stderr.isTTY) stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns || 80) - 1)}`);
	};
	return {
		show: write,
		clear: () => {
			write("");
		},
	};
}

type Progress = ReturnType<typeof progressLine>;

async function traceSqlite(history: Traced, progress: Progress): Promise<Trace | EngineProblem> {
	const foreignKeys = history.settings?.get("foreign_keys") === "on";
	const engine = await startSqlite(foreignKeys);
	if ("code" in engine) return engine;
	try {
		const settings = new Map([["foreign_keys", foreignKeys ? "on" : "off"]]);
		return traceSqliteHistory({ ...history, settings }, engine, {
			onProgress: (done, of, { statement }) => {
				progress.show(`${done + 1} of ${of}  ${statement.file.path}`);
			},
		});
	} finally {
		engine.close();
		progress.clear();
	}
}

async function traceOne(args: TraceArguments, history: Traced): Promise<Trace | EngineProblem> {
	const progress = progressLine();
	if (isSqlite(history)) return traceSqlite(history, progress);
	progress.show("starting PostgreSQL");
	const engine = await startEngine(args, history);
	if ("code" in engine) {
		progress.clear();
		return engine;
	}
	try {
		return await traceHistory(history, engine, {
			...(args.rows !== undefined && { rows: args.rows }),
			onProgress: (done, of, { statement }) => {
				progress.show(`${done + 1} of ${of}  ${statement.file.path}`);
			},
		});
	} finally {
		await engine.close();
		progress.clear();
	}
}

/** Traces the candidate release of every project that the arguments name. */
export async function runTrace(args: TraceArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, args.config, args.files);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const histories = await historiesOf(cwd, args, loaded.config, loaded.directory);
	if ("code" in histories) {
		fail(histories);
		return;
	}
	const misuse = misuseOf(args, histories);
	if (misuse) {
		fail(misuse);
		return;
	}
	const traces: Trace[] = [];
	for (const history of histories) {
		const trace = await traceOne(args, history);
		if ("code" in trace) {
			fail(trace);
			return;
		}
		traces.push(trace);
	}
	process.exitCode = traces.some(disagrees) ? exitCodes.findings : exitCodes.clean;
	if (args.format === "json") print(traceJson(traces));
	else {
		const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
		print(traceText(traces, palette, Math.min(100, process.stdout.columns || 100)));
	}
}
