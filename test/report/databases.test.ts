import { expect, test } from "vitest";
import { plainPalette, type LintReport } from "../../src/report/report.ts";
import concise from "../../src/report/formats/concise.ts";
import json, { type JsonReport } from "../../src/report/formats/json.ts";
import sarif from "../../src/report/formats/sarif.ts";
import text from "../../src/report/formats/text.ts";
import { lintRepository } from "../../src/repository.ts";
import { fixtureDirectory } from "../project/fixture.ts";

const screen = { palette: plainPalette, width: 100 };

async function reportOn(...paths: readonly string[]): Promise<LintReport> {
	const report = await lintRepository(fixtureDirectory("several-databases"), paths, { code: [] });
	if ("code" in report) throw new Error(report.message);
	return report;
}

test("a finding says which database it is about when there are several", async () => {
	const report = await reportOn();
	expect(concise.render(report, screen)).toMatchInlineSnapshot(`
		"migrations/mysql/002_totals.sql:2:1: error no-blocking-alter: MySQL: Every write to orders waits while all of its rows are copied into a new table: the type changes, so every row is copied.
		migrations/mysql/002_totals.sql:3:1: error no-drop-column: MySQL: Statements of running code that name orders.note fail once it is dropped, and its values are lost.
		migrations/postgres/002_totals.sql:2:1: error no-type-change-rewrite: PostgreSQL: Changing the type of total writes every row of orders anew while all its reads and writes wait: int4 and int8 are stored differently.
		migrations/postgres/002_totals.sql:3:1: error no-drop-column: PostgreSQL: Statements of running code that name orders.note fail once it is dropped, and its values are lost.
		migrations/sqlite/002_totals.sql:2:1: error no-drop-column: SQLite: Statements of running code that name orders.note fail once it is dropped, and its values are lost.
		"
	`);
	const told = JSON.parse(json.render(report, screen)) as JsonReport;
	expect(told.findings.map(({ dialect }) => dialect)).toEqual([
		"mysql",
		"mysql",
		"postgres",
		"postgres",
		"sqlite",
	]);
	expect(text.render(report, screen)).toContain("SQLite: ");
	expect(sarif.render(report, screen)).toContain("MySQL: ");
});

test("a finding does not name the database where there is only one", async () => {
	const report = await reportOn("migrations/mysql");
	expect(report.findings.length).toBeGreaterThan(0);
	expect(concise.render(report, screen)).not.toContain("MySQL: ");
	expect(report.findings.every(({ dialect }) => dialect === undefined)).toBe(true);
});
