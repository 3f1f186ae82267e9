import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/core/finding.ts";
import { concise } from "../../src/report/formats/concise.ts";
import { codeFrame } from "../../src/report/frame.ts";
import { plainPalette, type LintReport } from "../../src/report/report.ts";
import { text } from "../../src/report/formats/text.ts";
import { wrap } from "../../src/report/wrap.ts";

function frameOf(sql: string, marked: string): string {
	const start = sql.indexOf(marked);
	const file = { path: "001.sql", text: sql };
	return codeFrame(file, { start, end: start + marked.length }, plainPalette).join("\n");
}

describe("a code frame", () => {
	test("underlines the place under tabs and wide characters", () => {
		expect(frameOf("-- a\n\tSELECT '船', name;", "name")).toMatchInlineSnapshot(`
			"2 |  SELECT '船', name;
			  |               ~~~~"
		`);
	});

	test("shows the first lines of a long statement", () => {
		const sql = "SELECT\n1,\n2,\n3,\n4,\n5;";
		expect(frameOf(sql, sql)).toContain("... 3 more lines");
	});

	test("cuts a long line around the place", () => {
		const sql = `SELECT ${"'a', ".repeat(100)}name${", 'b'".repeat(100)};`;
		const [line = "", underline = ""] = frameOf(sql, "name").split("\n");
		expect(line.length).toBeLessThan(120);
		expect(line.slice(underline.indexOf("~"), underline.lastIndexOf("~") + 1)).toBe("name");
	});

	test("marks one column at the end of a text", () => {
		expect(frameOf("SELECT", "")).toContain("~");
	});
});

test("lines are cut at blanks, long words stay whole", () => {
	expect(wrap("every write to orders waits", 12)).toEqual(["every write", "to orders", "waits"]);
	expect(wrap("orders_customer_id_fkey", 5)).toEqual(["orders_customer_id_fkey"]);
});

const finding: Finding = {
	rule: "no-drop-table",
	category: "data-loss",
	severity: "error",
	file: "001.sql",
	range: { start: 0, end: 17 },
	start: { line: 1, column: 1 },
	end: { line: 1, column: 18 },
	message: "Queries of running code on orders fail once it is dropped.",
	because: [],
	help: "Drop it in a later release.",
	fixes: [],
	related: [],
	migration: "001",
};

function reportOf(change: Partial<LintReport>): LintReport {
	return {
		projects: [{ root: "migrations", layout: "plain", dialect: "postgres" }],
		findings: [],
		problems: [],
		counts: {
			migrations: 1,
			statements: 1,
			unread: 0,
			ignored: 0,
			history: { migrations: 0, statements: 0, unread: 0 },
		},
		files: new Map([["001.sql", { path: "001.sql", text: "DROP TABLE orders;" }]]),
		...change,
	};
}

describe("the summary", () => {
	const summary = (change: Partial<LintReport>): string =>
		text(reportOf(change), plainPalette, 100).trimEnd().split("\n").slice(-2).join("\n");

	test("says that nothing was found", () => {
		expect(summary({})).toBe("1 migration, 1 statement: nothing found.");
	});

	test("counts by severity, and what was replayed before", () => {
		const history = { migrations: 2, statements: 9, unread: 0 };
		const counts = { migrations: 1, statements: 1, unread: 0, ignored: 0, history };
		const findings = [finding, { ...finding, severity: "info" as const }];
		expect(summary({ findings, counts })).toContain(
			"1 migration, 1 statement, after 2 earlier ones: 1 error, 1 note.",
		);
	});

	test("says how many findings were left out, and where that is written", () => {
		const counts = { ...reportOf({}).counts, ignored: 2 };
		const stale = { version: 1, findings: {} } as const;
		const baseline = {
			file: "lockkeeper.baseline.json",
			leftOut: Array.from({ length: 41 }, () => finding),
			stale,
		};
		expect(summary({ counts, baseline })).toBe(
			"1 migration, 1 statement: nothing found; left out: 2 ignored by comments, 41 in lockkeeper.baseline.json.",
		);
	});

	test("says what was not read", () => {
		const counts = { ...reportOf({}).counts, unread: 2 };
		expect(summary({ counts })).toContain("2 statements could not be read and were not judged.");
		const notRead = "these are migrations for mysql.";
		const project = { root: "db", layout: "plain", dialect: "mysql" as const, notRead };
		expect(summary({ projects: [project] })).toContain("db: these are migrations for mysql.");
	});

	test("never says that nothing was found where something could not be read", () => {
		const problem = {
			code: "binaryFile" as const,
			severity: "error" as const,
			file: "001.sql",
			message: "001.sql holds a NUL byte",
			hint: "Remove it.",
		};
		expect(summary({ problems: [problem] })).toContain("1 migration, 1 statement: 1 problem.");
		expect(concise(reportOf({ problems: [problem], findings: [finding] }))).toBe(
			"001.sql: error binaryFile: 001.sql holds a NUL byte\n" +
				"001.sql:1:1: error no-drop-table: Queries of running code on orders fail once it is dropped.\n",
		);
	});
});

test("a recipe's SQL is printed for the first findings of a rule only", () => {
	const recipe = {
		id: "drop-later",
		summary: "Drop it later.",
		steps: [{ title: "Drop it", sql: "DROP TABLE orders;", transaction: "own" as const }],
	};
	const findings = [1, 2, 3].map(() => ({ ...finding, recipe }));
	const shown = text(reportOf({ findings }), plainPalette, 100);
	expect(shown.match(/-- 1\. Drop it; in a transaction of its own/g)).toHaveLength(2);
});
