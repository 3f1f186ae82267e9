import type { ProjectProblem } from "../core/migration.ts";
import { openConnection } from "../trace/engines/connection.ts";
import { failureOf, type Session } from "../trace/engine.ts";

/**
 * No question of ours may change a database that has users, or hold it up. Everything ends with the
 * transaction: behind a pooler the connection goes to somebody else afterwards.
 */
const careful = [
	"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
	"SET LOCAL statement_timeout = '60s'",
	"SET LOCAL lock_timeout = '2s'",
	"SET LOCAL idle_in_transaction_session_timeout = '30s'",
];

/** What people are told about an address: never its password. */
export interface Server {
	readonly host: string;
	readonly port: string;
	readonly database: string;
	readonly user: string;
}

/** Returns the parts of an address that people may see; undefined when it is none of PostgreSQL. */
export function serverOf(url: string): Server | undefined {
	if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
	const { hostname, port, pathname, username } = new URL(url);
	return {
		host: hostname === "" ? "localhost" : hostname,
		port: port === "" ? "5432" : port,
		database: decodeURIComponent(pathname.slice(1)),
		user: decodeURIComponent(username),
	};
}

interface Explanation {
	readonly message: string;
	readonly hint: string;
}

/** Says why the server could not be asked, by the codes of Node and of the server. */
function explain(code: string, message: string, server: Server): Explanation {
	const { host, port, database, user } = server;
	switch (code) {
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return { message: `The host ${host} is not known.`, hint: "Check the host of the address." };
		case "ECONNREFUSED":
			return {
				message: `Nothing answers on ${host}:${port}.`,
				hint: "Check host and port of the address, and whether the server runs.",
			};
		case "28P01":
		case "28000":
			return {
				message: `The server does not let ${user || "this user"} in: ${message}.`,
				hint: "Check user and password; the environment variable PGPASSWORD may hold the password.",
			};
		case "3D000":
			return {
				message: `The server has no database "${database}".`,
				hint: "Check the end of the address.",
			};
		case "42501":
			return {
				message: `${user || "This user"} may not read this: ${message}.`,
				hint: "Sizes and counters need CONNECT on the database, a tool's history SELECT on its table.",
			};
		case "55P03":
			return {
				message: "A table is locked, and cannot be asked about while it is.",
				hint: "Try again when the schema change that runs there has ended.",
			};
		default:
			return explainClosed(code, message, server) ?? explainByMessage(message, server);
	}
}

/** A server that is there and lets nobody in. */
function explainClosed(
	code: string,
	message: string,
	{ host, port }: Server,
): Explanation | undefined {
	switch (code) {
		case "53300":
			return {
				message: `The server on ${host}:${port} has no connection left: ${message}.`,
				hint: "Try again when others have ended theirs, or raise max_connections.",
			};
		case "53100":
			return {
				message: `The server on ${host}:${port} has no room left on its disk: ${message}.`,
				hint: "Make some, and try again.",
			};
		case "57P01":
		case "57P02":
		case "57P03":
			return {
				message: `The server on ${host}:${port} lets nobody in at the moment: ${message}.`,
				hint: "It starts, shuts down or was told to end the connection. Try again when it is up.",
			};
		default:
			return undefined;
	}
}

/** What has no code of its own: the client's words, and those of poolers. */
function explainByMessage(message: string, { host, port, user }: Server): Explanation {
	if (message.includes("password must be a string")) {
		return {
			message: `The server asks for a password of ${user || "the user"}.`,
			hint: "Set the environment variable PGPASSWORD.",
		};
	}
	if (/timeout expired|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(message)) {
		return {
			message: `${host}:${port} does not answer.`,
			hint: "Check host and port of the address, and whether a firewall stands between.",
		};
	}
	if (message.includes("statement pooling")) {
		return {
			message: `${host}:${port} is a pooler that allows no transactions: ${message}.`,
			hint: "Name the server itself, or a pool in transaction or session mode.",
		};
	}
	return {
		message: `${host}:${port} could not be read: ${message}.`,
		hint: "Check the address: postgres://user@host:port/name.",
	};
}

/** Says why a connection or a question failed, without the password. */
export function explainFailure(error: unknown, server: Server): Explanation {
	const { code, message } = failureOf(error);
	// Node's own code for the network, where the server did not answer.
	const own = error instanceof Error && "code" in error ? error.code : undefined;
	return explain(typeof own === "string" ? own : code, message, server);
}

/**
 * Asks a live PostgreSQL in one read-only transaction and closes the connection; a problem when it cannot
 * be reached or refuses a question. A locked table is waited for 2 seconds, an answer 60.
 */
export async function askPostgres<Answer>(
	url: string,
	ask: (session: Pick<Session, "query">) => Promise<Answer>,
): Promise<Answer | ProjectProblem> {
	const server = serverOf(url);
	if (!server) {
		return {
			code: "databaseUnreadable",
			severity: "error",
			message: "This is not the address of a PostgreSQL database.",
			hint: "Write postgres://user@host:port/name.",
		};
	}
	let session: Session | undefined;
	try {
		session = await openConnection(url, "lockkeeper");
		for (const sql of careful) await session.query(sql);
		return await ask(session);
	} catch (error) {
		return { code: "databaseUnreadable", severity: "error", ...explainFailure(error, server) };
	} finally {
		await session?.close();
	}
}
