import { beforeAll, expect, test } from "vitest";
import type { Dialect } from "../../../src/core/dialect.ts";
import { lint, type LintInput } from "../../../src/core/engine/lint.ts";
import { PastBook } from "../../../src/core/engine/past.ts";
import { openSession, type SessionInput } from "../../../src/core/engine/session.ts";
import type { Migration } from "../../../src/core/migration.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../../src/generated/recipes.ts";
import { rules } from "../../../src/generated/rules.ts";

let postgres: Dialect;
beforeAll(async () => {
	postgres = await loadPostgres();
});

function pathOf(order: number): string {
	return `migrations/${String(order).padStart(4, "0")}_orders.sql`;
}

function migration(order: number, text: string, candidate: boolean): Migration {
	const id = String(order).padStart(4, "0");
	const range = { start: 0, end: text.length };
	const file = { path: pathOf(order), text };
	return {
		...{ id, name: id, layout: "plain", order, release: id, candidate, down: [], verify: [] },
		...{ up: [{ file, range, transaction: "file" }], placeholders: ["dollarBrace"] },
	};
}

/** A history of so many migrations; the last one drops what the first has made. */
function textsOf(count: number): readonly string[] {
	return Array.from({ length: count }, (_, order) => {
		if (order === 0)
			return "CREATE TABLE ${schema}.orders (id bigint PRIMARY KEY, total numeric);\n";
		if (order === count - 1) return "ALTER TABLE ${schema}.orders DROP COLUMN total;\n";
		return `ALTER TABLE \${schema}.orders ADD COLUMN note_${order} text;\n`;
	});
}

/** The last migration is open; `read` is told which files are read. */
function inputOf(texts: readonly string[], read: (path: string) => void): LintInput {
	const last = texts.length - 1;
	return {
		history: {
			migrations: texts.map((text, order) => migration(order, text, order === last)),
			dialect: {
				...postgres,
				read: (file, options) => {
					read(file.path);
					return postgres.read(file, options);
				},
			},
			version: 16,
		},
		rules: rules.map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(),
	};
}

/** Judges the last of the texts, with what is known from before. */
function judge(
	texts: readonly string[],
	pasts: PastBook,
): { readonly findings: readonly unknown[]; readonly read: ReadonlySet<string> } {
	const read = new Set<string>();
	const input: SessionInput = {
		...inputOf(texts, (path) => read.add(path)),
		path: pathOf(texts.length - 1),
		pasts,
	};
	const { findings } = openSession(input).proceed(() => false);
	const fresh = lint(inputOf(texts, () => undefined)).findings;
	expect(findings).toEqual(fresh.filter(({ file }) => file === input.path));
	return { findings, read };
}

test("a second file of a history is judged on what the first has replayed", () => {
	const pasts = new PastBook();
	expect(judge(textsOf(250), pasts).read.size).toBe(250);
	const { findings, read } = judge(textsOf(250), pasts);
	expect([...read]).toEqual([pathOf(249)]);
	expect(findings).not.toEqual([]);
});

test("an earlier file of the history is replayed from the last past before it", () => {
	const pasts = new PastBook();
	judge(textsOf(250), pasts);
	const { read } = judge([...textsOf(250).slice(0, 220), "DROP TABLE ${schema}.orders;\n"], pasts);
	expect([...read]).toEqual(Array.from({ length: 21 }, (_, at) => pathOf(200 + at)));
});

test("what was replayed of another text does not count", () => {
	const pasts = new PastBook();
	const texts = [...textsOf(250)];
	judge(texts, pasts);
	texts[150] = "ALTER TABLE ${schema}.orders DROP COLUMN note_7;\n";
	const { read } = judge(texts, pasts);
	expect(read.size).toBe(150);
	expect(read.has(pathOf(99))).toBe(false);
});
