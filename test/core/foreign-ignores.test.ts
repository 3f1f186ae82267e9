import { describe, expect, test } from "vitest";
import { parseForeignIgnore, type ForeignIgnore } from "../../src/core/foreign-ignores.ts";
import { commentedTools, type CommentedTool } from "../../src/core/tools.ts";
import { lintSql } from "../lint-sql.ts";

function parsed(text: string, among: readonly CommentedTool[] = commentedTools) {
	const file = { path: "001.sql", text: `SELECT 1;\n${text}\nDROP TABLE orders;\n` };
	const start = file.text.indexOf(text);
	const comment = {
		text: text.replace(/^(?:--|\/\*|#)|\*\/$/g, "").trim(),
		range: { start, end: start + text.length },
	};
	return parseForeignIgnore(comment, file, among);
}

describe("a comment for another linter", () => {
	test.for<readonly [string, ForeignIgnore]>([
		[
			"-- squawk-ignore ban-drop-table",
			{ tool: "squawk", scope: "statement", names: ["ban-drop-table"] },
		],
		[
			"/* squawk-ignore ban-drop-column, renaming-column,ban-drop-table */",
			{
				tool: "squawk",
				scope: "statement",
				names: ["ban-drop-column", "renaming-column", "ban-drop-table"],
			},
		],
		[
			"-- squawk-ignore ban-drop-table -- nobody reads it",
			{ tool: "squawk", scope: "statement", names: ["ban-drop-table"] },
		],
		["-- squawk-ignore", { tool: "squawk", scope: "statement", names: [] }],
		["-- squawk-ignore-file", { tool: "squawk", scope: "file", names: "all" }],
		[
			"-- squawk-ignore-file ban-drop-table, renaming-table",
			{ tool: "squawk", scope: "file", names: ["ban-drop-table", "renaming-table"] },
		],
		["-- eugene: ignore", { tool: "eugene", scope: "statement", names: "all" }],
		["-- eugene: ignore E5, E4", { tool: "eugene", scope: "statement", names: ["E5", "E4"] }],
		["-- pgfence-ignore", { tool: "pgfence", scope: "statement", names: "all" }],
		[
			"-- pgfence-ignore: drop-table, drop-column",
			{ tool: "pgfence", scope: "statement", names: ["drop-table", "drop-column"] },
		],
		[
			"-- pgfence: ignore drop-table",
			{ tool: "pgfence", scope: "statement", names: ["drop-table"] },
		],
		["-- atlas:nolint", { tool: "atlas", scope: "statement", names: "all" }],
		[
			"-- atlas:nolint destructive MF103",
			{ tool: "atlas", scope: "statement", names: ["destructive", "MF103"] },
		],
	])("%s", ([text, expected]) => {
		expect(parsed(text)).toEqual(expected);
	});

	test.for([
		"-- squawk is a linter",
		"-- eugene: explain",
		"-- pgfence-ignored",
		"-- atlas:txmode none",
	])("%s is none", (text) => {
		expect(parsed(text)).toBeUndefined();
	});

	test("counts only for the tools that the config names", () => {
		expect(parsed("-- squawk-ignore ban-drop-table", ["atlas"])).toBeUndefined();
	});
});

const before = {
	id: "0001",
	sql: "CREATE TABLE orders (id bigint PRIMARY KEY, note text, total int);\nCREATE TABLE invoices (id bigint PRIMARY KEY);",
};

async function found(sql: string, compatibility: readonly CommentedTool[] = commentedTools) {
	const { findings, counts } = await lintSql(
		[before, { id: "0002", sql: `SET lock_timeout = '2s';\n${sql}` }],
		{ compatibility },
	);
	return { rules: findings.map(({ rule }) => rule), ignored: counts.ignored };
}

describe("what another linter is told to leave out", () => {
	test("is left out by the alias and counted", async () => {
		const sql = "-- squawk-ignore ban-drop-table\nDROP TABLE orders;\nDROP TABLE invoices;";
		expect(await found(sql)).toEqual({ rules: ["no-drop-table"], ignored: 1 });
	});

	test("is told when the config does not name the tool", async () => {
		const sql = "-- squawk-ignore ban-drop-table\nDROP TABLE orders;";
		expect(await found(sql, ["eugene"])).toEqual({ rules: ["no-drop-table"], ignored: 0 });
	});

	test("may stand behind the statement on its line", async () => {
		const sql = "DROP TABLE orders; -- squawk-ignore ban-drop-table";
		expect(await found(sql)).toEqual({ rules: [], ignored: 1 });
	});

	test("may stand inside the statement", async () => {
		const sql =
			"ALTER TABLE orders\n\tDROP COLUMN total,\n\t-- squawk-ignore ban-drop-column\n\tDROP COLUMN note;";
		expect(await found(sql)).toEqual({ rules: [], ignored: 2 });
	});

	test("may be for the whole file", async () => {
		const sql = "DROP TABLE orders;\nDROP TABLE invoices;\n-- squawk-ignore-file ban-drop-table\n";
		expect(await found(sql)).toEqual({ rules: [], ignored: 2 });
	});

	test("may be an analyzer of Atlas, or anything", async () => {
		expect(await found("-- atlas:nolint destructive\nDROP TABLE orders;")).toMatchObject({
			rules: [],
		});
		expect(await found("-- atlas:nolint\nDROP TABLE orders;\nDROP TABLE invoices;")).toEqual({
			rules: ["no-drop-table"],
			ignored: 1,
		});
	});

	test("is for the whole file in Atlas when a blank line ends the header", async () => {
		const sql = "-- Drop both\n-- atlas:nolint DS102\n\nDROP TABLE orders;\nDROP TABLE invoices;";
		const { findings } = await lintSql([before, { id: "0002", sql }], {
			compatibility: ["atlas"],
			only: ["no-drop-table"],
		});
		expect(findings).toEqual([]);
	});

	test("with a name that is unknown here changes nothing and is not called unused", async () => {
		const sql =
			"-- squawk-ignore no-such-thing\nDROP TABLE orders;\n-- eugene: ignore E99\nSELECT 1;";
		expect(await found(sql)).toEqual({ rules: ["no-drop-table"], ignored: 0 });
	});

	test("by the old name of a rule that was split", async () => {
		const { findings } = await lintSql(
			[
				before,
				{
					id: "0002",
					sql: "-- squawk-ignore require-timeout-settings\nALTER TABLE orders ADD COLUMN state text;",
				},
			],
			{ compatibility: ["squawk"] },
		);
		expect(findings).toEqual([]);
	});

	test("counts beside our own directives", async () => {
		const sql = [
			"-- lockkeeper:ignore no-drop-table: archived",
			"DROP TABLE orders;",
			"-- pgfence-ignore: drop-table",
			"DROP TABLE invoices;",
		].join("\n");
		expect(await found(sql)).toEqual({ rules: [], ignored: 2 });
	});
});
