import type { RunContext } from "../context.ts";
import type { Answer, RunSession } from "../engine.ts";
import type { KeyValues } from "./batch-sql.ts";

/** How far a range of keys is done, as the books have it. */
export interface RangeState {
	/** From 0. A later pass looks for rows that came or changed behind the first one. */
	readonly pass: number;
	readonly range: number;
	readonly lo: KeyValues | undefined;
	/** Up to and with this key all is done. */
	readonly position: KeyValues | undefined;
	readonly hi: KeyValues | undefined;
	readonly rowsDone: number;
	readonly batchSize: number;
	readonly attempts: number;
	readonly done: boolean;
}

/** The books number ranges through all passes. */
const rangesPerPass = 1000;

const columns = "range_id, lo, position, hi, rows_done, batch_size, attempts, state";

const idOf = ({ pass, range }: Pick<RangeState, "pass" | "range">): number =>
	pass * rangesPerPass + range;

const written = (key: KeyValues | undefined): string | null =>
	key === undefined ? null : JSON.stringify(key);

function keyIn(text: string | null | undefined): KeyValues | undefined {
	if (text === null || text === undefined) return undefined;
	const values: unknown = JSON.parse(text);
	return Array.isArray(values) ? values.map(String) : undefined;
}

/** Returns what the books have of a step's ranges, pass by pass. */
export async function readRanges(
	{ engine, planHash, session }: RunContext,
	step: string,
): Promise<readonly RangeState[] | Extract<Answer, { readonly ok: false }>> {
	const book = engine.ways.book("backfill");
	const answer = await session.run(
		`SELECT ${columns} FROM ${book} WHERE plan_hash = ? AND step_id = ? ORDER BY range_id`,
		[planHash, step],
	);
	if (!answer.ok) return answer;
	return answer.rows.map(([id, lo, position, hi, rowsDone, batchSize, attempts, state]) => ({
		pass: Math.floor(Number(id) / rangesPerPass),
		range: Number(id) % rangesPerPass,
		lo: keyIn(lo),
		position: keyIn(position),
		hi: keyIn(hi),
		rowsDone: Number(rowsDone),
		batchSize: Number(batchSize),
		attempts: Number(attempts),
		done: state === "done",
	}));
}

/** Writes the ranges of a new pass: all of them or none. */
export async function writeRanges(
	{ engine, planHash, session, fence }: RunContext,
	step: string,
	ranges: readonly RangeState[],
): Promise<Answer | "lost"> {
	const rows = ranges.map(() => "(?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 'open')").join(", ");
	const values = ranges.flatMap(({ pass, range, lo, position, hi, batchSize }) => [
		planHash,
		step,
		idOf({ pass, range }),
		written(lo),
		written(position),
		written(hi),
		batchSize,
	]);
	const begun = await session.run(engine.ways.begin);
	if (!begun.ok) return begun;
	if ((await fence()) === "lost") return "lost";
	const answer = await session.run(
		`INSERT INTO ${engine.ways.book("backfill")} (plan_hash, step_id, range_id, lo, position, hi, rows_done, batch_size, last_ms, attempts, state) VALUES ${rows}`,
		values,
	);
	if (answer.ok) return session.run("COMMIT");
	await session.run("ROLLBACK");
	return answer;
}

/** Writes how far a range is, in the transaction of the batch. */
export function writePosition(
	{ engine, planHash }: RunContext,
	session: RunSession,
	step: string,
	state: RangeState,
	milliseconds: number,
): Promise<Answer> {
	const { position, rowsDone, batchSize, attempts, done } = state;
	return session.run(
		`UPDATE ${engine.ways.book("backfill")} SET position = ?, rows_done = ?, batch_size = ?, last_ms = ?, attempts = ?, state = ? WHERE plan_hash = ? AND step_id = ? AND range_id = ?`,
		[
			written(position),
			rowsDone,
			batchSize,
			Math.round(milliseconds),
			attempts,
			done ? "done" : "open",
			planHash,
			step,
			idOf(state),
		],
	);
}
