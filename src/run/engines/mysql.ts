import { randomBytes } from "node:crypto";
import { connect as connectTo, type Socket } from "node:net";
import type { Connection } from "mysql2/promise";
import { cellText } from "../../trace/engine.ts";
import { watchedAnswer, type Look } from "../answer-watch.ts";
import type { Answer, EngineProblem, RunEngine, RunSession, Value } from "../engine.ts";
import { bytesMark } from "./mysql-batches.ts";
import { mysqlFailure } from "./mysql-failures.ts";
import { mysqlWays, sessionLock, type Flavor } from "./mysql-ways.ts";
import { refuseShared } from "./shared-connection.ts";

/** How long a new connection may take to answer, in milliseconds. */
const answerLimit = 10_000;

type Connect = (purpose: string) => Promise<Connection>;

function textOf(value: unknown): string | null {
	if (value === null || value === undefined) return null;
	if (value instanceof Uint8Array) return `${bytesMark}${Buffer.from(value).toString("hex")}`;
	return cellText(value);
}

async function runOn(
	connection: Connection,
	sql: string,
	values: readonly Value[],
): Promise<Answer> {
	try {
		const [result] = await connection.query({
			sql,
			rowsAsArray: true,
			...(values.length > 0 && { values: [...values] }),
		});
		if (!Array.isArray(result)) return { ok: true, rows: [], changed: result.affectedRows };
		const rows: readonly unknown[] = result;
		return {
			ok: true,
			rows: rows.map((row) => (Array.isArray(row) ? row.map(textOf) : [])),
			changed: 0,
		};
	} catch (error) {
		return { ok: false, failure: mysqlFailure(error) };
	}
}

/** What a connection is cut with: the client's own way waits for the other side. */
const sockets = new WeakMap<Connection, Socket>();

function cutOff(connection: Connection): void {
	sockets.get(connection)?.destroy();
}

/** An end that is not answered is cut. */
async function endOf(connection: Connection): Promise<void> {
	const timer = setTimeout(() => {
		cutOff(connection);
	}, 2000);
	try {
		await connection.end();
	} catch {
		cutOff(connection);
	} finally {
		clearTimeout(timer);
	}
}

async function clientMaker(address: string): Promise<Connect | undefined> {
	let createConnection: typeof import("mysql2/promise").createConnection;
	try {
		({ createConnection } = await import("mysql2/promise"));
	} catch {
		return undefined;
	}
	const { hostname, port } = new URL(address);
	const place = {
		host: hostname.replace(/^\[(.*)\]$/, "$1"),
		port: port === "" ? 3306 : Number(port),
		noDelay: true,
		keepAlive: true,
		keepAliveInitialDelay: 10_000,
	};
	return async (purpose) => {
		const socket = connectTo(place);
		const connection = await createConnection({
			uri: address,
			stream: () => socket,
			// The client would change sql_mode for its session.
			flags: ["-IGNORE_SPACE"],
			charset: "utf8mb4",
			connectTimeout: 10_000,
			dateStrings: true,
			supportBigNumbers: true,
			bigNumberStrings: true,
			connectAttributes: { program_name: `lockkeeper ${purpose}` },
		});
		sockets.set(connection, socket);
		// A connection that breaks rejects what it runs; without a listener it would end the process.
		connection.on("error", () => undefined);
		return connection;
	};
}

/** Asks on a new connection whether the server still works for another one. */
async function lookAt(mark: string, connect: Connect): Promise<Look> {
	let other: Connection;
	try {
		other = await connect("look");
	} catch (error) {
		return mysqlFailure(error).kind === "connection" ? "silent" : "unknown";
	}
	const limit = setTimeout(() => {
		cutOff(other);
	}, answerLimit);
	const answer = await runOn(
		other,
		"SELECT COMMAND <> 'Sleep' FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK(?)",
		[sessionLock(mark)],
	);
	clearTimeout(limit);
	await endOf(other);
	if (!answer.ok) return answer.failure.kind === "connection" ? "silent" : "unknown";
	return answer.rows[0]?.[0] === "1" ? "works" : "idle";
}

async function sessionOn(connection: Connection, connect: Connect): Promise<RunSession> {
	const run = (sql: string, values: readonly Value[] = []): Promise<Answer> =>
		runOn(connection, sql, values);
	const own = await run("SELECT CONNECTION_ID()");
	const number = (own.ok ? own.rows[0]?.[0] : undefined) ?? "0";
	const mark = randomBytes(8).toString("hex");
	await run("SELECT GET_LOCK(?, 0)", [sessionLock(mark)]);
	const cut = (): void => {
		cutOff(connection);
	};
	return {
		id: `${number} ${mark}`,
		run: (sql, values) =>
			watchedAnswer(run(sql, values), {
				look: () => lookAt(mark, connect),
				heard: () => sockets.get(connection)?.bytesRead ?? 0,
				cut,
			}),
		async cancel() {
			const other = await connect("cancel");
			const holder = await runOn(other, "SELECT IS_USED_LOCK(?)", [sessionLock(mark)]);
			const thread = holder.ok ? holder.rows[0]?.[0] : undefined;
			if (typeof thread === "string") await runOn(other, `KILL QUERY ${Number(thread)}`, []);
			await endOf(other);
		},
		cut,
		close: () => endOf(connection),
	};
}

interface Server {
	readonly flavor: Flavor;
	readonly text: string;
	readonly version: number;
	readonly database: string;
}

async function identify(connection: Connection): Promise<Server | EngineProblem> {
	const answer = await runOn(connection, "SELECT VERSION(), DATABASE()", []);
	const [words = "", database] = (answer.ok ? answer.rows[0] : undefined) ?? [];
	const [text = "", major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(words ?? "") ?? [];
	if (text === "" || database === null || database === undefined) {
		return {
			code: text === "" ? "wrongServer" : "badTarget",
			message:
				text === "" ? "The server is neither MySQL nor MariaDB." : "The address names no database.",
			hint: "Write mysql://user@host:port/database.",
		};
	}
	return {
		flavor: /mariadb/i.test(words ?? "") ? "mariadb" : "mysql",
		text,
		version: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
		database,
	};
}

const seriesOf = (version: number): number => Math.floor(version / 100);

function problemOf(error: unknown, place: string): EngineProblem {
	const { kind, code } = mysqlFailure(error);
	return kind === "denied"
		? {
				code: "noConnection",
				message: `The server on ${place} does not let this user in (${code}).`,
				hint: "Check user and password in the address.",
			}
		: {
				code: "noConnection",
				message: `There is no answer from MySQL on ${place} (${code}).`,
				hint: "Check host and port in the address, and that the server runs.",
			};
}

/** Returns the engine for a MySQL or MariaDB server: mysql://user@host:port/database. */
export async function openMysql(address: string): Promise<RunEngine | EngineProblem> {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || url.hostname === "") {
		return {
			code: "badTarget",
			message: "This is not the address of a MySQL or MariaDB database.",
			hint: "Write mysql://user@host:port/database.",
		};
	}
	const place = `${url.hostname}:${url.port === "" ? "3306" : url.port}`;
	const connect = await clientMaker(address.replace(/^mariadb:/i, "mysql:"));
	if (!connect) {
		return {
			code: "engineMissing",
			message: "mysql2, the client of MySQL and MariaDB, is not installed.",
			hint: "npm install --save-dev mysql2",
		};
	}
	let first: Connection;
	try {
		first = await connect("run");
	} catch (error) {
		return problemOf(error, place);
	}
	const server = await identify(first);
	await endOf(first);
	if ("code" in server) return server;
	const { flavor, text, version, database } = server;
	return {
		dialect: flavor,
		name: `${flavor === "mariadb" ? "MariaDB" : "MySQL"} ${text} on ${place}/${database}`,
		version,
		// A series changes its ways with a later patch release only by doing more.
		suits: (planned) => seriesOf(planned) === seriesOf(version) && planned <= version,
		connections: "many",
		ways: mysqlWays(flavor, database),
		connect: refuseShared(async (purpose) => {
			try {
				return await sessionOn(await connect(purpose), connect);
			} catch (error) {
				return problemOf(error, place);
			}
		}),
		close: () => Promise.resolve(),
	};
}
