import type { ProjectProblem } from "../core/migration.ts";
import type { AskedDatabase } from "./applied/read-applied.ts";
import { askPostgres } from "./live.ts";

/** How long a locked table is waited for, and an answer, in milliseconds. */
const limits = { lockTimeout: 2_000, statementTimeout: 60_000 };

const unreadable = ({ message, hint }: Pick<ProjectProblem, "message" | "hint">) =>
	({ code: "databaseUnreadable", severity: "error", message, hint }) as const;

/** Asks a MySQL or MariaDB server or a SQLite file through the runner's own connection. */
async function askOther<Answer>(
	url: string,
	ask: (database: AskedDatabase) => Promise<Answer>,
): Promise<Answer | ProjectProblem> {
	const [{ openEngine }, { ask: askServer, Refused }] = await Promise.all([
		import("../run/engines/index.ts"),
		import("../run/ask.ts"),
	]);
	const engine = await openEngine({ url, cwd: process.cwd(), environment: {} });
	if ("code" in engine) return unreadable(engine);
	const session = await engine.connect("stats");
	if ("code" in session) {
		await engine.close();
		return unreadable(session);
	}
	try {
		const before = [...engine.ways.limits(limits, "session"), ...engine.ways.beginReadOnly];
		for (const sql of before) await askServer(session, sql);
		return await ask({ dialect: engine.dialect, query: (sql) => askServer(session, sql) });
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		const { message, code } = error.failure;
		return unreadable({
			message: `${engine.name} could not be read: ${message} (${code}).`,
			hint: "Check that the user may read the tables.",
		});
	} finally {
		await session.run("ROLLBACK");
		await session.close();
		await engine.close();
	}
}

/**
 * Asks a live database of any kind in one read-only transaction and closes the connection; a problem when it cannot
 * be reached or refuses a question. A locked table is waited for 2 seconds, an answer 60.
 */
export async function askLive<Answer>(
	url: string,
	ask: (database: AskedDatabase) => Promise<Answer>,
): Promise<Answer | ProjectProblem> {
	if (/^(?:mysql|mariadb|sqlite3?|file):/i.test(url)) return askOther(url, ask);
	return askPostgres(url, (session) =>
		ask({ dialect: "postgres", query: (sql) => session.query(sql) }),
	);
}
