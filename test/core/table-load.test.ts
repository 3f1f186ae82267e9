import { describe, expect, test } from "vitest";
import { noEffect, type Effect } from "../../src/core/effect.ts";
import { loadWords, showBytes, showRange } from "../../src/core/table-load.ts";

test("sizes are shown as the server shows them", () => {
	expect([0, 999, 8192, 1_500_000, 12_900_000_000].map(showBytes)).toEqual([
		"0 bytes",
		"999 bytes",
		"8 kB",
		"1.4 MB",
		"12 GB",
	]);
});

test("a range of times has one unit where it can", () => {
	expect(showRange(0.01, 0.4)).toBe("less than a second");
	expect(showRange(0.5, 4)).toBe("less than a second to 4 seconds");
	expect(showRange(12, 71)).toBe("10 to 70 seconds");
	expect(showRange(20, 240)).toBe("20 seconds to 4 minutes");
	expect(showRange(3000, 9000)).toBe("50 minutes to 3 hours");
});

const exclusive = {
	relation: "public.orders",
	mode: "AccessExclusiveLock",
	blocks: "readsAndWrites",
} as const;

function wordsFor(effect: Partial<Effect>, writesAnHour = 0): readonly string[] {
	return loadWords({ ...noEffect, ...effect }, "public.orders", {
		rows: 1_000_000,
		bytes: 2_000_000_000,
		indexBytes: 1_000_000_000,
		writesPerHour: { inserts: writesAnHour, updates: 0, deletes: 0 },
	});
}

describe("what an effect means for a table", () => {
	test("is nothing for a lock of a moment on a table without writes", () => {
		expect(wordsFor({ locks: [exclusive] })).toEqual([]);
	});

	test("says how many writes wait for the lock", () => {
		expect(wordsFor({ locks: [exclusive] }, 7200)).toEqual([
			"On average 2 writes a second wait meanwhile.",
		]);
		expect(wordsFor({ locks: [exclusive] }, 600)).toEqual([
			"On average 10 writes a minute wait meanwhile.",
		]);
		expect(wordsFor({ locks: [exclusive] }, 5)).toEqual([
			"On average 5 writes an hour wait meanwhile.",
		]);
		expect(wordsFor({ scans: ["public.orders"] }, 7200)).toHaveLength(1);
	});

	test("says how long a rewrite takes, with the indexes", () => {
		expect(wordsFor({ rewrites: ["public.orders"], scans: ["public.orders"] })).toEqual([
			"Writing 2.8 GB of table and indexes anew takes 20 seconds to 2 minutes at 30 to 200 MB a second.",
		]);
	});

	test("is about this table alone", () => {
		expect(wordsFor({ rewrites: ["public.invoices"] }, 7200)).toEqual([]);
	});

	test("is nothing where only rows are known, given by hand", () => {
		const effect = { ...noEffect, scans: ["public.orders"] };
		expect(loadWords(effect, "public.orders", { rows: 40_000_000 })).toEqual([]);
	});
});
