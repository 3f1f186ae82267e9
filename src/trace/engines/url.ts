import { failureOf, type EngineProblem, type Session, type TraceEngine } from "../engine.ts";
import { connect, engineAt } from "./connection.ts";

/** The comment that marks a database as one that nobody needs. */
export const scratchMark = "lockkeeper:scratch";

async function objectCount(session: Session): Promise<number> {
	const [row] = await session.query(`
		SELECT ((SELECT count(*) FROM pg_catalog.pg_class c
			JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
			AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
				WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
			+ (SELECT count(*) FROM pg_catalog.pg_namespace
				WHERE nspname NOT IN ('public', 'information_schema') AND nspname !~ '^pg_'))::text`);
	return Number(row?.[0] ?? 0);
}

async function markAndName(session: Session): Promise<readonly [comment: string, name: string]> {
	const [row] = await session.query(`
		SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_database'), ''), datname::text
		FROM pg_catalog.pg_database WHERE datname = current_database()`);
	return [row?.[0] ?? "", row?.[1] ?? ""];
}

async function refusal(session: Session, isScratch: boolean): Promise<EngineProblem | undefined> {
	const [comment, name] = await markAndName(session);
	if (!isScratch && !comment.includes(scratchMark)) {
		return {
			code: "notScratch",
			message: `The database "${name}" is not marked as one that trace may fill and change.`,
			hint: `COMMENT ON DATABASE "${name}" IS '${scratchMark}' marks it, or say --scratch.`,
		};
	}
	const objects = await objectCount(session);
	if (objects === 0) return undefined;
	return {
		code: "notEmpty",
		message: `The database "${name}" is not empty: it has ${objects} tables, views, indexes, sequences or schemas.`,
		hint: "Trace replays the whole history, so it needs an empty database: create a new one.",
	};
}

/**
 * Uses a database that the user names. It must be empty and marked as scratch, by a comment on the
 * database or by the command line. What the trace makes in it stays there.
 */
export async function useDatabase(
	address: string,
	isScratch: boolean,
): Promise<TraceEngine | EngineProblem> {
	let session: Session;
	try {
		session = await connect(address);
	} catch (error) {
		return {
			code: "noConnection",
			message: `No connection to the scratch database: ${failureOf(error).message}.`,
			hint: "Check --url: postgres://user@host:port/database.",
		};
	}
	try {
		const refused = await refusal(session, isScratch);
		if (refused) return refused;
	} finally {
		await session.close();
	}
	return engineAt(address, {
		throwAway: false,
		named: (version) => `PostgreSQL ${version}`,
		close: () => Promise.resolve(),
	});
}
