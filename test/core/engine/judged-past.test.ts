import { deserialize, serialize } from "node:v8";
import { expect, test } from "vitest";
import {
	endsOfReleases,
	judgeAfter,
	type JudgedPast,
} from "../../../src/core/engine/judged-past.ts";
import type { LintInput, LintResult } from "../../../src/core/engine/lint.ts";
import type { DialectId } from "../../../src/core/dialect.ts";
import type { Migration } from "../../../src/core/migration.ts";
import { defaultServerVersions } from "../../../src/core/server-version.ts";
import { loadDialect } from "../../../src/dialect/load.ts";
import { recipes } from "../../../src/generated/recipes.ts";
import { rules } from "../../../src/generated/rules.ts";

function migrationOf(sql: string, order: number, release = `${order}`): Migration {
	const path = `migrations/${order}_change.sql`;
	return {
		id: `${order}`,
		name: "change",
		layout: "plain",
		order,
		release,
		candidate: true,
		up: [{ file: { path, text: sql }, range: { start: 0, end: sql.length }, transaction: "file" }],
		down: [],
		verify: [],
		placeholders: [],
	};
}

async function inputOf(id: DialectId, migrations: readonly Migration[]): Promise<LintInput> {
	const dialect = await loadDialect(id);
	return {
		history: { migrations, dialect, version: defaultServerVersions[id] },
		rules: rules.filter((rule) => rule.dialects.includes(id)).map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map([["orders", 40_000_000]]),
	};
}

/** The examples of all rules, one migration after the other: most kinds of objects and findings are among them. */
function examplesOf(id: DialectId): readonly string[] {
	return rules.flatMap(({ dialects, examples }) =>
		examples
			.filter(({ dialect = dialects[0] }) => dialect === id)
			.flatMap(({ before = "", bad, good }) => [before, bad, good]),
	);
}

/** Judges a history, and again from each of some pasts as it comes back from a file: all say the same. */
function judgeFromPasts(input: LintInput, ends: readonly number[]): LintResult {
	const pasts: JudgedPast[] = [];
	const keep = (past: JudgedPast): void => {
		pasts.push(deserialize(serialize(past)) as JudgedPast);
	};
	const whole = judgeAfter(input, undefined, new Set(ends), keep);
	expect(pasts.map(({ migrations }) => migrations)).toEqual(ends);
	for (const past of pasts) expect(judgeAfter(input, past, new Set(), keep)).toEqual(whole);
	return whole;
}

test.for(["postgres", "mysql", "sqlite"] as const)(
	"a history of %s is judged alike from any of its pasts",
	{ timeout: 120_000 },
	async (id) => {
		const migrations = examplesOf(id).map((sql, order) => migrationOf(sql, order));
		const input = await inputOf(id, migrations);
		const most = migrations.length - 3;
		const { findings } = judgeFromPasts(input, [Math.floor(most * 0.7), most]);
		expect(findings.length).toBeGreaterThan(20);
	},
);

test("what a release leaves open is settled from its past too", async () => {
	const notValid =
		"ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;";
	const create = "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);";
	const validate = "ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;";
	const ofValidation = async (last: string): Promise<number> => {
		const history = [create, notValid, last].map((sql, order) => migrationOf(sql, order));
		const input = await inputOf("postgres", history);
		const { findings } = judgeFromPasts(input, [2]);
		return findings.filter(({ rule }) => rule === "require-validated-constraint").length;
	};
	expect(await ofValidation(validate)).toBe(0);
	expect(await ofValidation("COMMENT ON TABLE orders IS 'what was bought';")).toBe(1);
});

test("an ignore that nothing needed is told from a past as well", async () => {
	const ignored = "-- lockkeeper:ignore no-drop-table: nobody reads it\nSELECT 1;";
	const history = [ignored, "SELECT 2;"].map((sql, order) => migrationOf(sql, order));
	const { findings } = judgeFromPasts(await inputOf("postgres", history), [1]);
	expect(findings.map(({ rule }) => rule)).toContain("unused-ignore");
});

test("a past ends where nothing of its releases follows", () => {
	const releases = ["a", "b", "b", "c", "d", "c", "e"];
	const migrations = releases.map((release, order) => migrationOf("", order, release));
	expect(endsOfReleases(migrations)).toEqual([1, 3, 6, 7]);
});
