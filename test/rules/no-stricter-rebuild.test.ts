import { describe, expect, test } from "vitest";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import { lintSql } from "../lint-sql.ts";

const dialect = loadSqlite();

const strict = [
	"no-add-required-column",
	"no-new-restriction",
	"no-required-without-default",
	"no-stricter-rebuild",
];

/** What is said of a table that was `before` and is made anew with the columns of `now`. */
async function messages(
	before: string,
	now: string,
	copy: string,
	around: { first?: string; last?: string } = {},
): Promise<readonly string[]> {
	const sql = `${around.first ?? ""}
CREATE TABLE orders_new (${now});
INSERT INTO orders_new ${copy} FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
${around.last ?? ""}`;
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: `CREATE TABLE orders (${before});\n` },
			{ id: "0002_rebuild", sql, transaction: "file" },
		],
		{ dialect, only: strict, preset: "strict" },
	);
	return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

describe("a table that is made anew", () => {
	test("a column that becomes NOT NULL stops the copy where it is NULL", async () => {
		expect(
			await messages(
				"id INTEGER PRIMARY KEY, total INTEGER",
				"id INTEGER PRIMARY KEY, total INTEGER NOT NULL",
				"SELECT id, total",
			),
		).toEqual([
			"no-stricter-rebuild: orders is made anew, and the copy fails where a row has no total; so do statements of running code that write one.",
		]);
	});

	test("a copy that fills it leaves what running code writes", async () => {
		expect(
			await messages(
				"id INTEGER PRIMARY KEY, total INTEGER",
				"id INTEGER PRIMARY KEY, total INTEGER NOT NULL",
				"SELECT id, coalesce(total, 0)",
			),
		).toEqual([
			"no-new-restriction: Writes of running code to orders.total that leave it empty fail from now on.",
		]);
	});

	test("an UPDATE before the copy fills it as well", async () => {
		const found = await messages(
			"id INTEGER PRIMARY KEY, total INTEGER",
			"id INTEGER PRIMARY KEY, total INTEGER NOT NULL",
			"SELECT id, total",
			{ first: "UPDATE orders SET total = 0 WHERE total IS NULL;" },
		);
		expect(found.map((one) => one.split(":")[0])).toEqual(["no-new-restriction"]);
	});

	test("a new required column that the copy leaves out fails with the first row", async () => {
		expect(
			await messages(
				"id INTEGER PRIMARY KEY",
				"id INTEGER PRIMARY KEY, currency TEXT NOT NULL",
				"(id) SELECT id",
			),
		).toEqual([
			"no-add-required-column: Adding orders.currency fails if orders has a row, and INSERTs of running code leave it out: it is NOT NULL and has no default.",
		]);
	});

	test("a new required column that the copy fills is left out by running code", async () => {
		expect(
			await messages(
				"id INTEGER PRIMARY KEY",
				"id INTEGER PRIMARY KEY, currency TEXT NOT NULL",
				"SELECT id, 'EUR'",
			),
		).toEqual([
			"no-required-without-default: INSERTs of running code do not know orders.currency, which this release adds, and fail: it becomes NOT NULL without a default.",
		]);
	});

	test("a required column that loses its default", async () => {
		expect(
			await messages(
				"id INTEGER PRIMARY KEY, total INTEGER NOT NULL DEFAULT 0",
				"id INTEGER PRIMARY KEY, total INTEGER NOT NULL",
				"SELECT id, total",
			),
		).toEqual([
			"no-required-without-default: INSERTs of running code that leave out orders.total fail: it is NOT NULL and loses its default.",
		]);
	});

	test("a CHECK that is narrower, UNIQUE and STRICT in one finding", async () => {
		expect(
			await messages(
				"id INTEGER PRIMARY KEY, total INTEGER CHECK (total >= 0), number TEXT",
				"id INTEGER PRIMARY KEY, total INTEGER CHECK (total > 0), number TEXT UNIQUE",
				"SELECT id, total, number",
			),
		).toEqual([
			"no-stricter-rebuild: orders is made anew, and the copy fails where a row breaks the CHECK of total or has the number of another; so do statements of running code that write one.",
		]);
	});

	test.each([
		["a wider CHECK", "total INTEGER CHECK (total > 0)", "total INTEGER CHECK (total >= 0)"],
		["a CHECK that goes", "total INTEGER CHECK (total > 0)", "total INTEGER"],
		["NOT NULL that goes", "total INTEGER NOT NULL", "total INTEGER"],
		["another type", "total INTEGER", "total TEXT"],
		["a default", "total INTEGER", "total INTEGER DEFAULT 0"],
		["UNIQUE that stays", "total INTEGER UNIQUE", "total INTEGER, UNIQUE (total)"],
	])("%s is no stricter", async (_name, before, now) => {
		const found = await messages(
			`id INTEGER NOT NULL PRIMARY KEY, ${before}`,
			`id INTEGER NOT NULL PRIMARY KEY, ${now}`,
			"SELECT id, total",
		);
		expect(found).toEqual([]);
	});

	test("a unique index that is made again is none that is new", async () => {
		const index = "CREATE UNIQUE INDEX orders_number ON orders (number);";
		const { findings } = await lintSql(
			[
				{ id: "0001", sql: `CREATE TABLE orders (id INTEGER PRIMARY KEY, number TEXT); ${index}` },
				{
					id: "0002",
					sql: `CREATE TABLE orders_new (id INTEGER PRIMARY KEY, number TEXT, note TEXT);
INSERT INTO orders_new (id, number) SELECT id, number FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
${index}`,
				},
			],
			{ dialect, only: strict, preset: "strict" },
		);
		expect(findings).toEqual([]);
	});
});
