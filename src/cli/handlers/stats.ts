import { writeFileSync } from "node:fs";
import path from "node:path";
import type { StatisticsFile, TableStatistics } from "../../core/statistics.ts";
import { sizeWords } from "../../core/table-load.ts";
import { loadConfig } from "../../project/config-file.ts";
import { statisticsPath } from "../../project/statistics.ts";
import { countOf } from "../../report/report.ts";
import { connect } from "../../trace/engines/connection.ts";
import { failureOf, type Session } from "../../trace/engine.ts";
import { oldestVersion, readServerStatistics } from "../../trace/server-statistics.ts";
import type { StatsArguments } from "../commands/stats.ts";
import { exitCodes, fail, print } from "../output.ts";

/** What people are told about an address: never its password. */
interface Server {
	readonly host: string;
	readonly port: string;
	readonly database: string;
	readonly user: string;
}

interface Refusal {
	readonly code: string;
	readonly message: string;
}

interface Misuse {
	readonly message: string;
	readonly hint: string;
}

function serverOf(url: string): Server | undefined {
	if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
	const { hostname, port, pathname, username } = new URL(url);
	return {
		host: hostname === "" ? "localhost" : hostname,
		port: port === "" ? "5432" : port,
		database: pathname.slice(1),
		user: username,
	};
}

/** What a client threw: the server's SQLSTATE or Node's code for the network. */
function refusalOf(error: unknown): Refusal {
	const { code, message } = failureOf(error);
	const own = error instanceof Error && "code" in error ? error.code : undefined;
	return { code: typeof own === "string" ? own : code, message };
}

/** Says why the server could not be asked, by the codes of Node and of the server. */
function explainRefusal(
	{ code, message }: Refusal,
	{ host, port, database, user }: Server,
): Misuse {
	switch (code) {
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return { message: `The host ${host} is not known.`, hint: "Check the host of --url." };
		case "ECONNREFUSED":
			return {
				message: `Nothing answers on ${host}:${port}.`,
				hint: "Check host and port of --url, and whether the server runs.",
			};
		case "28P01":
		case "28000":
			return {
				message: `The server does not let ${user || "this user"} in.`,
				hint: "Check user and password; the environment variable PGPASSWORD may hold the password.",
			};
		case "3D000":
			return {
				message: `The server has no database "${database}".`,
				hint: "Check the end of --url.",
			};
		case "42501":
			return {
				message: `${user || "This user"} may not read this: ${message}.`,
				hint: "CONNECT on the database is enough: sizes and counters need no rights on tables.",
			};
		case "55P03":
			return {
				message: "A table is locked, and the sizes cannot be read while it is.",
				hint: "Try again when the schema change that runs there has ended.",
			};
		default:
			if (message.includes("password must be a string")) {
				return {
					message: `The server asks for a password of ${user || "the user"}.`,
					hint: "Set the environment variable PGPASSWORD.",
				};
			}
			return {
				message: `The statistics of ${host}:${port} could not be read: ${message}.`,
				hint: "Check --url: postgres://user@host:port/name.",
			};
	}
}

function isTable(entry: readonly [string, TableStatistics]): boolean {
	return entry[1].partitionOf === undefined;
}

function summary(file: string, { tables, server }: StatisticsFile): string {
	const own = Object.entries(tables).filter(isTable);
	const largest = [...own].sort(([, a], [, b]) => (b.bytes ?? 0) - (a.bytes ?? 0))[0];
	const size = largest && sizeWords(largest[1]);
	const words = size === undefined ? "" : `; the largest: ${largest?.[0] ?? ""} (${size})`;
	return `${file}: ${countOf(own.length, "table")} of PostgreSQL ${server?.version ?? ""}${words}.\n`;
}

async function read(url: string, server: Server): Promise<StatisticsFile | Misuse> {
	let session: Session | undefined;
	try {
		session = await connect(url, "lockkeeper stats");
		const statistics = await readServerStatistics(session);
		if (!("tooOld" in statistics)) return statistics;
		return {
			message: `The server is PostgreSQL ${statistics.tooOld}.`,
			hint: `Statistics are read from PostgreSQL ${oldestVersion} on.`,
		};
	} catch (error) {
		return explainRefusal(refusalOf(error), server);
	} finally {
		await session?.close();
	}
}

/** Writes the statistics file and says how much it holds. */
export async function runStats({ url, config: named }: StatsArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, named);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const server = serverOf(url);
	if (!server) {
		fail({
			message: "--url is not the address of a PostgreSQL database.",
			hint: "Write postgres://user@host:port/name.",
		});
		return;
	}
	const statistics = await read(url, server);
	if ("message" in statistics) {
		fail(statistics);
		return;
	}
	const file = statisticsPath(loaded.directory, loaded.config);
	writeFileSync(file, `${JSON.stringify(statistics, undefined, "\t")}\n`);
	process.exitCode = exitCodes.clean;
	print(summary(path.relative(cwd, file), statistics));
}
