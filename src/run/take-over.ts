import { hostname } from "node:os";
import { ask, tellServer } from "./ask.ts";
import type { RunEngine, RunSession } from "./engine.ts";

/** Who takes what. */
interface Taker {
	readonly resource: string;
	readonly operator: string;
	readonly planHash: string;
}

/** Enters us as the holder, with a token above all before. */
export async function takeOver(
	{ ways }: RunEngine,
	session: RunSession,
	{ operator, planHash, resource }: Taker,
): Promise<number> {
	const lease = ways.book("lease");
	const beat = ways.book("heartbeat");
	await tellServer(session, ways.begin);
	try {
		const own = [operator, hostname(), process.pid, session.id, planHash] as const;
		const changed = await tellServer(
			session,
			`UPDATE ${lease} SET token = token + 1, holder = ?, host = ?, process = ?, session = ?, plan_hash = ?, acquired_at = ${ways.now}, released_at = NULL WHERE resource = ?`,
			[...own, resource],
		);
		if (changed === 0) {
			await tellServer(
				session,
				`INSERT INTO ${lease} (holder, host, process, session, plan_hash, resource, token, acquired_at) VALUES (?, ?, ?, ?, ?, ?, 1, ${ways.now})`,
				[...own, resource],
			);
			await tellServer(
				session,
				`INSERT INTO ${beat} (resource, token, beat_at) VALUES (?, 1, ${ways.now})`,
				[resource],
			);
		}
		const [row] = await ask(session, `SELECT token FROM ${lease} WHERE resource = ?`, [resource]);
		const token = Number(row?.[0]);
		await tellServer(
			session,
			`UPDATE ${beat} SET token = ?, beat_at = ${ways.now} WHERE resource = ?`,
			[token, resource],
		);
		await tellServer(session, "COMMIT");
		return token;
	} catch (error) {
		await session.run("ROLLBACK");
		throw error;
	}
}
