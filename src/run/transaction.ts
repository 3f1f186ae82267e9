import type { Limits, RunSession, ServerWays } from "./engine.ts";

/** What a transaction of ours is opened with. */
export interface Opening {
	readonly limits: Limits;
	/** What the migration sets for its session. */
	readonly settings: readonly string[];
	/** Under which the server shows it. */
	readonly name?: string;
}

/** Returns the statements that open a transaction, with all that is in force in it. */
export function openingOf(
	ways: ServerWays,
	{ limits, settings, name }: Opening,
): readonly string[] {
	const before = ways.setsBeforeTransaction ? settings : [];
	const inside = ways.setsBeforeTransaction
		? []
		: settings.map((setting) => ways.settingInTransaction(setting));
	return [
		...before,
		ways.begin,
		...ways.limits(limits, "transaction"),
		...(name === undefined ? [] : ways.named(name, "transaction")),
		...inside,
	];
}

/** Takes back what was set before a transaction and did not end with it. */
export async function resetAfter(
	{ setsBeforeTransaction, reset }: ServerWays,
	session: RunSession,
): Promise<void> {
	if (!setsBeforeTransaction) return;
	for (const sql of reset) await session.run(sql);
}
