import type { Dialect } from "../../../src/core/dialect.ts";
import type { RowBatches } from "../../../src/core/finding.ts";
import { lintSql } from "../../lint-sql.ts";

/** Numbers from 0 to 1, the same ones for the same seed. */
export function randomOf(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/** What each dialect has of its own. */
export interface Words {
	readonly differs: (left: string, right: string) => string;
	/** A value that is another one each time, and a number in the same way. */
	readonly random: string;
	readonly isTrue: string;
}

const texts = ["'open'", "'paid'", "'Paid'", "'void'", "''", "NULL"];
const numbers = ["0", "1", "2", "3", "-1", "NULL"];

/** Returns UPDATE and DELETE statements on orders (id, status, note, total, quantity, paid), whatever they do. */
export function* randomChanges(seed: number, words: Words): Generator<string> {
	const random = randomOf(seed);
	const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
	const number = (): string =>
		pick([
			...numbers,
			...numbers,
			"total",
			"quantity",
			"quantity + 1",
			"total * 2",
			"abs(quantity)",
			"coalesce(total, 5)",
		]);
	const text = (): string =>
		pick([...texts, ...texts, "status", "note", "lower(note)", "upper(status)", words.random]);
	const assignment = (): string =>
		pick([
			`status = ${text()}`,
			`note = ${text()}`,
			`total = ${number()}`,
			`quantity = ${number()}`,
			`paid = ${words.isTrue}`,
		]);
	const condition = (depth: number): string => {
		if (depth > 0 && random() < 0.4) {
			const [left, right] = [condition(depth - 1), condition(depth - 1)];
			return pick([`(${left} AND ${right})`, `(${left} OR ${right})`, `NOT (${left})`]);
		}
		const sign = pick(["=", "<>", "<", ">=", ">"]);
		return pick([
			`total ${sign} ${pick(numbers)}`,
			`quantity ${sign} ${pick(numbers)}`,
			`${pick(numbers)} ${sign} quantity`,
			`status ${pick(["=", "<>"])} ${pick(texts)}`,
			`note ${sign} ${pick(texts)}`,
			`status IN (${pick(texts)}, ${pick(texts)})`,
			`status NOT IN (${pick(texts)}, ${pick(texts)})`,
			`total BETWEEN ${pick(numbers)} AND ${pick(numbers)}`,
			`total NOT BETWEEN ${pick(numbers)} AND ${pick(numbers)}`,
			`${pick(["status", "note", "total"])} IS ${pick(["", "NOT "])}NULL`,
			words.differs("status", pick(texts)),
			words.differs("total", pick(numbers)),
			`${pick(["", "NOT "])}paid`,
			"total = quantity",
			"status LIKE 'p%'",
			"lower(status) = 'paid'",
		]);
	};
	for (;;) {
		const where = random() < 0.85 ? ` WHERE ${condition(2)}` : "";
		if (random() < 0.15) yield `DELETE FROM orders${where}`;
		const columns = new Map(
			Array.from({ length: random() < 0.35 ? 2 : 1 }, () => {
				const made = assignment();
				return [made.split(" ")[0] ?? "", made] as const;
			}),
		);
		yield `UPDATE orders SET ${[...columns.values()].join(", ")}${where}`;
	}
}

/** A statement in batches, as the recipe writes it for people and as the runner gets it. */
export interface Batched {
	readonly sql: string;
	readonly rows: RowBatches;
}

/** Returns how a statement is made in batches; undefined where it stays whole. */
export async function batchedBy(
	schema: string,
	sql: string,
	dialect: Dialect,
): Promise<Batched | undefined> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: schema },
			{ id: "0002_change", sql: `${sql};` },
		],
		{ only: ["require-batched-change"], dialect },
	);
	const step = findings[0]?.recipe?.steps[0];
	return step?.sql === undefined || !step.rows ? undefined : { sql: step.sql, rows: step.rows };
}
