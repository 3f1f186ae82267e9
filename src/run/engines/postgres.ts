import { Socket } from "node:net";
import type { Client, ClientConfig } from "pg";
import { explainFailure, serverOf, type Server } from "../../project/live.ts";
import { cellText } from "../../trace/engine.ts";
import { watchedAnswer, type Look } from "../answer-watch.ts";
import { Refused } from "../ask.ts";
import type { Answer, EngineProblem, RunEngine, RunSession, Value } from "../engine.ts";
import { numberPlaceholders } from "./placeholders.ts";
import { postgresFailure } from "./postgres-failures.ts";
import { postgresWays } from "./postgres-ways.ts";
import { refuseShared } from "./shared-connection.ts";

/** The oldest server that plans are run on. */
const oldest = 10;

/** How long a new connection may take to answer, in milliseconds. */
const answerLimit = 10_000;

type Connect = (purpose: string) => Promise<Client>;

/** What a connection is cut with when the other side does not answer. */
const sockets = new WeakMap<Client, Socket>();

async function clientMaker(url: string | undefined): Promise<Connect> {
	const { default: pg } = await import("pg");
	return async (purpose) => {
		const socket = new Socket();
		const config: ClientConfig = {
			...(url !== undefined && { connectionString: url }),
			application_name: `lockkeeper ${purpose}`,
			connectionTimeoutMillis: 10_000,
			keepAlive: true,
			keepAliveInitialDelayMillis: 10_000,
			stream: () => socket,
			types: { getTypeParser: () => (value: unknown) => value },
		};
		const client = new pg.Client(config);
		sockets.set(client, socket);
		// A connection that breaks rejects what it runs; without a listener it would end the process.
		client.on("error", () => undefined);
		await client.connect();
		return client;
	};
}

async function runOn(client: Client, sql: string, values: readonly Value[]): Promise<Answer> {
	try {
		const { rows, rowCount } = await client.query<unknown[]>({
			text: values.length === 0 ? sql : numberPlaceholders(sql),
			rowMode: "array",
			...(values.length > 0 && { values: [...values] }),
		});
		return { ok: true, rows: rows.map((row) => row.map(cellText)), changed: rowCount ?? 0 };
	} catch (error) {
		return { ok: false, failure: postgresFailure(error) };
	}
}

/** An end that is not answered leaves nothing behind on which this process would wait. */
function endOf(client: Client): Promise<void> {
	return new Promise((resolve) => {
		const cut = (): void => {
			sockets.get(client)?.destroy();
			resolve();
		};
		const timer = setTimeout(cut, 2000);
		const ended = (): void => {
			clearTimeout(timer);
			resolve();
		};
		client.end().then(ended, ended);
	});
}

const ownId =
	"SELECT pg_backend_pid()::text || ' ' || (SELECT floor(extract(epoch FROM backend_start) * 1000000)::bigint::text FROM pg_stat_activity WHERE pid = pg_backend_pid())";

const isBusy = `SELECT CASE WHEN state IS NULL OR state = 'disabled' THEN NULL
	ELSE state NOT LIKE 'idle%' AND wait_event_type IS DISTINCT FROM 'Client' END
	FROM pg_stat_activity WHERE pid = ?::integer AND floor(extract(epoch FROM backend_start) * 1000000)::bigint::text = ?`;

/** Asks as a question that must be answered in time: what stands in between may take a connection and never answer. */
async function askInTime(client: Client, sql: string, values: readonly Value[]): Promise<Answer> {
	const limit = setTimeout(() => void sockets.get(client)?.destroy(), answerLimit);
	const answer = await runOn(client, sql, values);
	clearTimeout(limit);
	return answer;
}

/** Asks on a new connection whether the server still works for another one. */
async function lookAt(id: string, connect: Connect): Promise<Look> {
	let answer: Answer;
	try {
		const other = await connect("look");
		answer = await askInTime(other, isBusy, id.split(" "));
		await endOf(other);
	} catch (error) {
		answer = { ok: false, failure: postgresFailure(error) };
	}
	// A server that says why it lets nobody in is there.
	if (!answer.ok) return answer.failure.code === "08006" ? "silent" : "unknown";
	const [row] = answer.rows;
	if (row?.[0] === null) return "unknown";
	return row?.[0] === "t" ? "works" : "idle";
}

async function sessionOn(client: Client, connect: Connect): Promise<RunSession> {
	const own = await askInTime(client, ownId, []);
	if (!own.ok) {
		await endOf(client);
		throw new Refused(own.failure);
	}
	const id = own.rows[0]?.[0] ?? "";
	const cut = (): void => void sockets.get(client)?.destroy();
	const watch = {
		look: () => lookAt(id, connect),
		heard: () => sockets.get(client)?.bytesRead ?? 0,
		cut,
	};
	return {
		id,
		run: (sql, values = []) => watchedAnswer(runOn(client, sql, values), watch),
		async cancel() {
			const other = await connect("cancel");
			await runOn(other, "SELECT pg_cancel_backend(?::integer)", [id.split(" ")[0] ?? "0"]);
			await endOf(other);
		},
		cut,
		close: () => endOf(client),
	};
}

function problemOf(error: unknown, server: Server): EngineProblem {
	return { code: "noConnection", ...explainFailure(error, server) };
}

/** What libpq takes from the environment where the address is silent. */
function serverOfEnvironment(): Server {
	const { PGHOST, PGPORT, PGDATABASE, PGUSER } = process.env;
	return {
		host: PGHOST ?? "localhost",
		port: PGPORT ?? "5432",
		database: PGDATABASE ?? PGUSER ?? "",
		user: PGUSER ?? "",
	};
}

async function identify(
	client: Client,
): Promise<{ readonly text: string; readonly major: number } | EngineProblem> {
	const answer = await runOn(
		client,
		"SELECT current_setting('server_version'), current_setting('server_version_num'), version()",
		[],
	);
	const [text = "", number = "", words = ""] = (answer.ok ? answer.rows[0] : undefined) ?? [];
	if (!words?.startsWith("PostgreSQL ") || Number(number) < oldest * 10_000) {
		return {
			code: "wrongServer",
			message: `The server is ${words === null || words === "" ? "no PostgreSQL" : words.slice(0, 60)}.`,
			hint: `Plans are run on PostgreSQL ${oldest} and later.`,
		};
	}
	return { text: /^\S+/.exec(text ?? "")?.[0] ?? "", major: Math.floor(Number(number) / 10_000) };
}

/**
 * Returns the engine for a PostgreSQL server; without an address the variables of libpq (PGHOST, PGDATABASE,
 * PGUSER, PGPASSWORD) name it. Nothing is sent to the server but questions.
 */
export async function openPostgres(url: string | undefined): Promise<RunEngine | EngineProblem> {
	const server = url === undefined ? serverOfEnvironment() : serverOf(url);
	if (!server) {
		return {
			code: "badTarget",
			message: "This is not the address of a PostgreSQL database.",
			hint: "Write postgres://user@host:port/name.",
		};
	}
	const connect = await clientMaker(url);
	let first: Client;
	try {
		first = await connect("run");
	} catch (error) {
		return problemOf(error, server);
	}
	const version = await identify(first);
	const { host, port, database } = first;
	await endOf(first);
	if ("code" in version) return version;
	return {
		dialect: "postgres",
		name: `PostgreSQL ${version.text} on ${host}:${port}/${database ?? server.database}`,
		version: version.major,
		connections: "many",
		ways: postgresWays(version.major),
		connect: refuseShared(async (purpose) => {
			try {
				return await sessionOn(await connect(purpose), connect);
			} catch (error) {
				return problemOf(error, server);
			}
		}),
		close: () => Promise.resolve(),
	};
}
