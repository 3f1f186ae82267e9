import type { ProjectProblem } from "../core/migration.ts";
import { connect } from "../trace/engines/connection.ts";
import { failureOf, type Session } from "../trace/engine.ts";

/** No question of ours may hold up a database that has users. */
const careful = `
	SET default_transaction_read_only = on;
	SET statement_timeout = '10s';
	SET lock_timeout = '2s';
	SET idle_in_transaction_session_timeout = '30s'`;

/** The address without what must not be shown. */
function shownAddress(url: string): string {
	if (!URL.canParse(url)) return "the database";
	const { hostname, port, pathname } = new URL(url);
	return `${hostname || "localhost"}:${port || "5432"}${pathname}`;
}

/** Returns why a database could not be asked. */
export function liveProblem(url: string, error: unknown): ProjectProblem {
	const { message } = failureOf(error);
	return {
		code: "databaseUnreadable",
		severity: "error",
		message: `${shownAddress(url)} could not be read: ${message}`,
		hint: "Check the address: postgres://user@host:port/name; PGPASSWORD may hold the password.",
	};
}

/** Opens a connection that can change nothing and gives up soon; what it waits for is in `careful`. */
export async function openReadOnly(url: string): Promise<Session> {
	const session = await connect(url);
	await session.query(careful);
	return session;
}

/**
 * Asks a live database and closes the connection; a problem when it cannot be reached or refuses a
 * question.
 */
export async function askLive<Answer>(
	url: string,
	ask: (session: Pick<Session, "query">) => Promise<Answer>,
): Promise<Answer | ProjectProblem> {
	if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
		return {
			code: "databaseUnreadable",
			severity: "error",
			message: "this is not the address of a PostgreSQL database",
			hint: "Write postgres://user@host:port/name.",
		};
	}
	let session: Session | undefined;
	try {
		session = await openReadOnly(url);
		return await ask(session);
	} catch (error) {
		return liveProblem(url, error);
	} finally {
		await session?.close();
	}
}
