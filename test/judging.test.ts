import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Config } from "../src/core/config.ts";
import { resultCache, type ResultCache } from "../src/project/result-cache.ts";
import { lintRepository } from "../src/repository.ts";
import { directoryWith } from "./cli/run.ts";

const nouns = ["orders", "invoices", "sessions"];

/** Migration number `at` of a shop, in one of several wordings. */
function migrationAt(at: number, wording = 0): string {
	const table = `${nouns[at % 3] ?? ""}_${Math.floor(at / 12)}`;
	const made = `CREATE TABLE IF NOT EXISTS ${table} (id bigint PRIMARY KEY, total numeric, state text);\n`;
	const changes = [
		`ALTER TABLE ${table} ADD COLUMN field_${at} text DEFAULT 'none';\nCREATE INDEX ON ${table} (field_${at});`,
		`ALTER TABLE ${table} ADD CONSTRAINT check_${at} CHECK (total > ${at}) NOT VALID;`,
		`-- lockkeeper:ignore no-drop-column: nobody reads it\nALTER TABLE ${table} DROP COLUMN IF EXISTS state;`,
		`CREATE OR REPLACE VIEW ${table}_open AS SELECT * FROM ${table} WHERE total IS NULL;`,
		`ALTER TABLE ${table} RENAME COLUMN total TO amount_${at};\n-- lockkeeper:ignore no-drop-table: not here\nSELECT 1;`,
		`UPDATE ${table} SET state = 'paid';`,
	];
	return made + (changes[(at + wording) % changes.length] ?? "");
}

function nameAt(at: number): string {
	return `migrations/${String(at).padStart(4, "0")}_change.sql`;
}

const count = 20;

function shopHistory(): Record<string, string> {
	return Object.fromEntries(
		Array.from({ length: count }, (_, at) => [nameAt(at), migrationAt(at)]),
	);
}

/** The cache of a directory, which notes after how many migrations each history began. */
function watchedCache(directory: string, begins: number[]): ResultCache {
	const cache = resultCache(directory, "1.0.0");
	return {
		open(cause, migrations) {
			const stored = cache.open(cause, migrations);
			return {
				...stored,
				latestPast(isUsable) {
					const found = stored.latestPast(isUsable);
					begins.push(found?.past.migrations ?? 0);
					return found;
				},
			};
		},
	};
}

/** Lints with the cache and returns after how many migrations it began; without one it says the same. */
async function beginOf(
	cwd: string,
	directory: string,
	config: Config = { preset: "all" },
): Promise<number | "nothing changed"> {
	const begins: number[] = [];
	const cached = await lintRepository(cwd, [], config, { cache: watchedCache(directory, begins) });
	expect(cached).toEqual(await lintRepository(cwd, [], config));
	return begins[0] ?? "nothing changed";
}

test("what follows a change is judged again, what stands before it is not", async () => {
	const cwd = directoryWith(shopHistory());
	const cache = directoryWith({});
	const change = (at: number, wording: number): void => {
		writeFileSync(path.join(cwd, nameAt(at)), migrationAt(at, wording));
	};
	expect(await beginOf(cwd, cache)).toBe(0);
	expect(await beginOf(cwd, cache)).toBe("nothing changed");
	change(19, 1);
	expect(await beginOf(cwd, cache)).toBe(19);
	change(20, 0);
	expect(await beginOf(cwd, cache)).toBe(19);
	change(21, 0);
	expect(await beginOf(cwd, cache)).toBe(20);
	change(18, 2);
	expect(await beginOf(cwd, cache)).toBe(16);
	rmSync(path.join(cwd, nameAt(17)));
	expect(await beginOf(cwd, cache)).toBe(16);
	writeFileSync(path.join(cwd, "migrations/0007a_more.sql"), migrationAt(7, 3));
	expect(await beginOf(cwd, cache)).toBe(0);
	expect(await beginOf(cwd, cache, { preset: "strict" })).toBe(0);
});

test("a past that is damaged is not used", async () => {
	const cwd = directoryWith(shopHistory());
	const cache = directoryWith({});
	await beginOf(cwd, cache);
	for (const name of readdirSync(cache).filter((one) => one.startsWith("19-"))) {
		writeFileSync(path.join(cache, name), "damaged");
	}
	writeFileSync(path.join(cwd, nameAt(19)), migrationAt(19, 1));
	expect(await beginOf(cwd, cache)).toBe(16);
});

test("the pasts of a growing history do not pile up", async () => {
	const cwd = directoryWith(shopHistory());
	const cache = directoryWith({});
	for (let at = count; at < count + 20; at++) {
		writeFileSync(path.join(cwd, nameAt(at)), migrationAt(at));
		await lintRepository(cwd, [], {}, { cache: resultCache(cache, "1.0.0") });
	}
	const pasts = readdirSync(cache).filter((name) => name.endsWith(".past"));
	expect(pasts).toHaveLength(16);
	expect(pasts.map((name) => Number.parseInt(name, 10))).toContain(32);
});
