import { Refused } from "../../run/ask.ts";
import type { EngineProblem, RunEngine, RunSession } from "../../run/engine.ts";
import { openEngine } from "../../run/engines/index.ts";
import { exitCodes, fail } from "../output.ts";

/** A database that is open for questions. */
export interface OpenDatabase {
	readonly engine: RunEngine;
	readonly session: RunSession;
	close(): Promise<void>;
}

/** What names a database; the environment does where both are left out. */
interface DatabaseWish {
	readonly url: string | undefined;
	readonly data?: string | undefined;
}

/** Opens the database that is named, with one session; returns why it cannot be. */
export async function openDatabase(
	{ url, data }: DatabaseWish,
	purpose: string,
): Promise<OpenDatabase | EngineProblem> {
	const engine = await openEngine({ url, data, cwd: process.cwd(), environment: process.env });
	if ("code" in engine) return engine;
	const session = await engine.connect(purpose);
	if ("code" in session) {
		await engine.close();
		return session;
	}
	return {
		engine,
		session,
		async close() {
			await session.close();
			await engine.close();
		},
	};
}

/** Opens the database of a command line for the time of the work, and says what stands in the way of it. */
export async function onDatabase(
	wish: DatabaseWish,
	purpose: string,
	work: (database: OpenDatabase) => Promise<void>,
): Promise<void> {
	const database = await openDatabase(wish, purpose);
	if ("code" in database) {
		fail(database);
		// The request was right, and will do when the other has ended.
		if (database.code === "inUse") process.exitCode = exitCodes.findings;
		return;
	}
	try {
		await work(database);
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		fail({
			message: `The server refused a question: ${error.message}.`,
			hint: "Check the rights of the user, and whether the server is up.",
		});
	} finally {
		await database.close();
	}
}
