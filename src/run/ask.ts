import type { Row, RunFailure, RunSession, Value } from "./engine.ts";

/** A question of ours that the server did not answer. It is caught where a step or a command ends. */
export class Refused extends Error {
	readonly failure: RunFailure;

	constructor(failure: RunFailure) {
		super(failure.message);
		this.failure = failure;
	}
}

/** Returns the rows of a question of ours; throws `Refused` when there is no answer. */
export async function ask(
	session: RunSession,
	sql: string,
	values: readonly Value[] = [],
): Promise<readonly Row[]> {
	const answer = await session.run(sql, values);
	if (!answer.ok) throw new Refused(answer.failure);
	return answer.rows;
}

/** Runs a statement of ours and returns how many rows it changed; throws `Refused`. */
export async function tellServer(
	session: RunSession,
	sql: string,
	values: readonly Value[] = [],
): Promise<number> {
	const answer = await session.run(sql, values);
	if (!answer.ok) throw new Refused(answer.failure);
	return answer.changed;
}

/** Returns whether the one row of a query has true in its first column, in the spelling of any server. */
export function isTrue(rows: readonly Row[]): boolean {
	const [row] = rows;
	const value = row?.[0]?.toLowerCase();
	return rows.length === 1 && (value === "t" || value === "true" || value === "1");
}
