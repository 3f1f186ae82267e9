import { ask } from "../ask.ts";
import type { RunSession } from "../engine.ts";
import type { Between, CompareSql, KeyText } from "./compare-dialect.ts";

/** One side of a comparison. */
export interface Side {
	readonly session: RunSession;
	readonly sql: CompareSql;
}

/** A row that is not the same on both sides. */
export interface RowDifference {
	readonly key: KeyText;
	readonly is: "onlyHere" | "onlyThere" | "different";
}

export interface TableComparison {
	/** Rows of each side. */
	readonly here: number;
	readonly there: number;
	readonly equal: boolean;
	readonly rows: readonly RowDifference[];
	/** There are more rows that differ than are named. */
	readonly more: boolean;
	/** How often the rows that differed were read again, later. */
	readonly rechecks: number;
	/** Rows that differed at first and no longer did: writes were under way. */
	readonly settled: number;
}

export interface CompareOptions {
	readonly hasKey: boolean;
	/** How many rows are named. */
	readonly most: number;
	/** How often rows that differ are read again before they count. */
	readonly rechecks: number;
	readonly pause: (milliseconds: number) => Promise<void>;
}

interface Sums {
	readonly count: number;
	readonly first: bigint;
	readonly second: bigint;
}

/** Into so many parts a range is cut that differs. */
const parts = 16;
/** So few rows are read one by one. */
const fewRows = 2048;
/** Between two readings of rows that differ. */
const settleMilliseconds = 1000;

/** Halves of a hash are signed here and unsigned elsewhere: modulo 2^64 both are the same. */
const modulo = (text: string | null | undefined): bigint => BigInt.asUintN(64, BigInt(text ?? "0"));

async function sumsOf({ session, sql }: Side, range: Between): Promise<Sums> {
	const [row] = await ask(session, sql.sums(range));
	return { count: Number(row?.[0]), first: modulo(row?.[1]), second: modulo(row?.[2]) };
}

const same = (a: Sums, b: Sums): boolean =>
	a.count === b.count && a.first === b.first && a.second === b.second;

type Hashes = ReadonlyMap<string, string>;

const hashesIn = (rows: readonly (readonly (string | null)[])[]): Hashes =>
	new Map(rows.map((row) => [JSON.stringify(row.slice(0, -1)), row.at(-1) ?? ""]));

const keyIn = (text: string): KeyText => {
	const values: unknown = JSON.parse(text);
	return Array.isArray(values) ? values.map(String) : [];
};

function differencesOf(here: Hashes, there: Hashes): readonly RowDifference[] {
	const found: RowDifference[] = [];
	for (const [key, hash] of here) {
		const other = there.get(key);
		if (other === undefined) found.push({ key: keyIn(key), is: "onlyHere" });
		else if (other !== hash) found.push({ key: keyIn(key), is: "different" });
	}
	for (const key of there.keys()) {
		if (!here.has(key)) found.push({ key: keyIn(key), is: "onlyThere" });
	}
	return found;
}

class Search {
	readonly #here: Side;
	readonly #there: Side;
	readonly #most: number;
	readonly found: RowDifference[] = [];
	more = false;

	constructor(here: Side, there: Side, most: number) {
		this.#here = here;
		this.#there = there;
		this.#most = most;
	}

	/** Cuts a range that differs until few rows are left, and reads those. */
	async narrow(range: Between, here: Sums, there: Sums): Promise<void> {
		if (this.found.length >= this.#most) {
			this.more = true;
			return;
		}
		const rows = Math.max(here.count, there.count);
		const cuts = rows > fewRows ? await this.#cuts(range, here, there) : [];
		if (cuts.length === 0) {
			this.#keep(await this.#read(range));
			return;
		}
		let after = range.after;
		for (const upTo of [...cuts, range.upTo]) {
			const piece = { after, upTo };
			after = upTo;
			const [one, other] = await Promise.all([
				sumsOf(this.#here, piece),
				sumsOf(this.#there, piece),
			]);
			if (!same(one, other)) await this.narrow(piece, one, other);
		}
	}

	async #cuts(range: Between, here: Sums, there: Sums): Promise<readonly KeyText[]> {
		const side = here.count >= there.count ? this.#here : this.#there;
		const step = Math.ceil(Math.max(here.count, there.count) / parts);
		const rows = await ask(side.session, side.sql.cuts(range, step));
		return rows.map((row) => row.map((value) => value ?? ""));
	}

	async #read(range: Between): Promise<readonly RowDifference[]> {
		const [here, there] = await Promise.all(
			[this.#here, this.#there].map(async ({ session, sql }) =>
				hashesIn(await ask(session, sql.rows(range))),
			),
		);
		return differencesOf(here ?? new Map(), there ?? new Map());
	}

	#keep(found: readonly RowDifference[]): void {
		const room = this.#most - this.found.length;
		this.found.push(...found.slice(0, room));
		if (found.length > room) this.more = true;
	}
}

async function atOneMoment<Result>(
	sides: readonly Side[],
	body: () => Promise<Result>,
): Promise<Result> {
	try {
		for (const { session, sql } of sides) {
			for (const statement of sql.begin) await ask(session, statement);
		}
		return await body();
	} finally {
		for (const { session } of sides) await session.run("ROLLBACK");
	}
}

/** Which of the rows still differ, read anew on both sides. */
async function stillDiffering(
	here: Side,
	there: Side,
	rows: readonly RowDifference[],
): Promise<readonly RowDifference[]> {
	return atOneMoment([here, there], async () => {
		const keys = rows.map(({ key }) => key);
		const [one, other] = await Promise.all(
			[here, there].map(async ({ session, sql }) => hashesIn(await ask(session, sql.rowsAt(keys)))),
		);
		return differencesOf(one ?? new Map(), other ?? new Map());
	});
}

/**
 * Compares a table on two servers: the number of rows and 128 bits of sums over the hashes of all rows, and where
 * those differ the rows by their key. Each side is read at one moment of its own. Under writes the moments are not
 * the same: rows that differ are read again later, and count when they differ each time.
 */
export async function compareTables(
	here: Side,
	there: Side,
	{ hasKey, most, rechecks, pause }: CompareOptions,
): Promise<TableComparison> {
	const search = new Search(here, there, most);
	const [one, other] = await atOneMoment([here, there], async () => {
		const sums = await Promise.all([sumsOf(here, {}), sumsOf(there, {})]);
		if (!same(...sums) && hasKey) await search.narrow({}, ...sums);
		return sums;
	});
	const counts = { here: one.count, there: other.count };
	if (same(one, other) || !hasKey) {
		return { ...counts, equal: same(one, other), rows: [], more: false, rechecks: 0, settled: 0 };
	}
	let rows: readonly RowDifference[] = search.found;
	let done = 0;
	while (done < rechecks && rows.length > 0) {
		await pause(settleMilliseconds);
		rows = await stillDiffering(here, there, rows);
		done++;
	}
	const settled = search.found.length - rows.length;
	// Sums that differ while no row does would be a mistake of ours: then nothing is called equal.
	const equal = settled > 0 && rows.length === 0 && !search.more;
	return { ...counts, equal, rows, more: search.more, rechecks: done, settled };
}
