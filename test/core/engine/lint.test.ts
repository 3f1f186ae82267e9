import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/core/finding.ts";
import type { TransactionClass } from "../../../src/core/migration.ts";
import { lintSql, type LintSqlOptions, type SqlMigration } from "../../lint-sql.ts";

const orders: SqlMigration = {
	id: "001_orders",
	sql: "CREATE TABLE orders (id bigint PRIMARY KEY, note text, status text);",
};

async function findings(
	change: string | SqlMigration,
	options: LintSqlOptions = {},
): Promise<readonly Finding[]> {
	const migration = typeof change === "string" ? { id: "002_change", sql: change } : change;
	return (await lintSql([orders, migration], options)).findings;
}

const placed = (all: readonly Finding[]): string[] =>
	all.map(({ rule, start }) => `${start.line} ${rule}`);

describe("transactions", () => {
	const concurrently = "CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);";
	const inTransaction = { only: ["require-outside-transaction"] };

	test.for<[TransactionClass, string, boolean]>([
		["none", concurrently, false],
		["none", `BEGIN;\n${concurrently}\nCOMMIT;`, true],
		["none", `BEGIN;\nSELECT 1;\nCOMMIT;\n${concurrently}`, false],
		["file", concurrently, true],
		["file", `COMMIT;\n${concurrently}`, false],
		["all", concurrently, true],
		["all", `COMMIT;\n${concurrently}`, false],
		["implicit", concurrently, false],
		["implicit", `SELECT 1;\n${concurrently}`, true],
		["none", `BEGIN;\nCOMMIT AND CHAIN;\n${concurrently}`, true],
	])("of class %s: %j", async ([transaction, sql, isInside]) => {
		const found = await findings({ id: "002_change", sql, transaction }, inTransaction);
		expect(found.length > 0).toBe(isInside);
	});

	test("a transaction of the whole release reaches over its files", async () => {
		const { findings: found } = await lintSql(
			[
				orders,
				{ id: "002_lock", sql: "LOCK TABLE orders;", release: "2", transaction: "all" },
				{ id: "003_fill", sql: "UPDATE orders SET note = '';", release: "2", transaction: "all" },
			],
			{ only: ["require-batched-change"] },
		);
		expect(found.map(({ related }) => related.map(({ file }) => file))).toEqual([
			["migrations/002_lock.sql"],
		]);
	});

	test("a directive overrides what the layout says", async () => {
		const sql = `-- lockkeeper:transaction none\n${concurrently}`;
		expect(await findings({ id: "002_change", sql, transaction: "file" }, inTransaction)).toEqual(
			[],
		);
	});
});

describe("settings", () => {
	const lock = "ALTER TABLE orders ADD COLUMN placed_at timestamptz;";
	const only = { only: ["require-lock-timeout"] };

	test.for([
		[`SET lock_timeout = '2s';\n${lock}`, 0],
		[`SET lock_timeout = 0;\n${lock}`, 1],
		[`SET lock_timeout = '2s';\nRESET lock_timeout;\n${lock}`, 1],
		[`BEGIN;\nSET LOCAL lock_timeout = '2s';\n${lock}\nCOMMIT;`, 0],
		[`BEGIN;\nSET LOCAL lock_timeout = '2s';\nCOMMIT;\n${lock}`, 1],
		[`BEGIN;\nSET lock_timeout = '2s';\nROLLBACK;\n${lock}`, 1],
		[`BEGIN;\nSET lock_timeout = '2s';\nCOMMIT;\n${lock}`, 0],
	] as const)("%j", async ([sql, count]) => {
		expect(await findings(sql, only)).toHaveLength(count);
	});

	test("a search path lasts to the end of its migration, not into the next one", async () => {
		const archive = "CREATE SCHEMA archive;\nSET search_path = archive;";
		const { findings: found } = await lintSql(
			[orders, { id: "002_archive", sql: archive }, { id: "003_change", sql: lock }],
			only,
		);
		expect(found.map(({ because }) => because)).toEqual([["orders exists since 001_orders."]]);
	});
});

describe("ignores", () => {
	const drop = "SET lock_timeout = '2s';\n";

	test("cover the next statement and nothing after it", async () => {
		const found = await findings(
			`${drop}-- lockkeeper:ignore no-drop-column: nobody reads it\nALTER TABLE orders DROP COLUMN note;\nALTER TABLE orders DROP COLUMN status;`,
		);
		expect(placed(found)).toEqual(["4 no-drop-column"]);
	});

	test("cover a file", async () => {
		const found = await findings(
			`-- lockkeeper:ignore-file no-drop-column: nobody reads them\n${drop}ALTER TABLE orders DROP COLUMN note;\nALTER TABLE orders DROP COLUMN status;`,
		);
		expect(placed(found)).toEqual([]);
	});

	test.for([
		["-- lockkeeper:ignore no-drop-table: was here once", "unused-ignore"],
		["-- lockkeeper:ignore no-drop-tabel: spelt wrong", "unknown-directive"],
		["-- lockkeeper:ignore no-drop-table", "unknown-directive"],
		["-- lockkeeper:ignor no-drop-table: typo", "unknown-directive"],
	] as const)("%j is a finding", async ([comment, rule]) => {
		expect(placed(await findings(`${comment}\nSELECT 1;`))).toEqual([`1 ${rule}`]);
	});

	test("of a rule that is off are not unused", async () => {
		const sql = "-- lockkeeper:ignore no-drop-table: was here once\nSELECT 1;";
		expect(await findings(sql, { only: ["unused-ignore", "unknown-directive"] })).toEqual([]);
	});
});

describe("contract evidence", () => {
	const drop = (since: string): string =>
		`-- lockkeeper:contract orders.note since=${since}\nALTER TABLE orders DROP COLUMN note;`;
	const only = { only: ["no-drop-column"] };

	test("of an earlier release is accepted", async () => {
		expect(await findings(drop("001_orders"), only)).toEqual([]);
	});

	test("of an unknown revision, or of the same release, is not", async () => {
		expect(await findings(drop("000_nothing"), only)).toHaveLength(1);
		expect(await findings(drop("002_change"), only)).toHaveLength(1);
	});
});

describe("verification queries", () => {
	const change = "UPDATE orders SET note = '' WHERE note IS NULL;";
	const query = "SELECT count(*) = 0 FROM orders WHERE note IS NULL;";
	const only = { only: ["require-verification-query"] };

	test("stand in a comment, follow as a statement, or stand beside the migration", async () => {
		expect(await findings(change, only)).toHaveLength(1);
		const commented = `${change}\n-- lockkeeper:verify notes\n-- ${query}`;
		const following = `${change}\n-- lockkeeper:verify notes\n${query}`;
		expect(await findings(commented, only)).toEqual([]);
		expect(await findings(following, only)).toEqual([]);
		expect(await findings({ id: "002_change", sql: change, verify: query }, only)).toEqual([]);
	});

	test("a query that is not announced proves nothing", async () => {
		expect(await findings(`${change}\n${query}`, only)).toHaveLength(1);
	});
});

describe("bodies that run", () => {
	const fill = `CREATE FUNCTION fill_notes() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE orders SET note = '';
END $$;`;
	const only = { only: ["require-batched-change"] };

	test("a function counts where it is called, not where it is made", async () => {
		expect(await findings(fill, only)).toEqual([]);
		expect(placed(await findings(`${fill}\nSELECT fill_notes();`, only))).toEqual([
			"5 require-batched-change",
		]);
	});

	test("a DO block counts where it stands", async () => {
		const sql = "DO $$ BEGIN\n\tUPDATE orders SET note = '';\nEND $$;";
		expect(placed(await findings(sql, only))).toEqual(["2 require-batched-change"]);
	});

	test("a function that calls itself ends", async () => {
		const sql = `CREATE FUNCTION again() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE orders SET note = '';
	PERFORM again();
END $$;
SELECT again();`;
		expect(placed(await findings(sql, only))).toEqual(["6 require-batched-change"]);
	});

	test("a trigger's function runs with the statement that fires it", async () => {
		const sql = `CREATE TABLE audit (order_id bigint);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE orders SET note = '';
	RETURN NEW;
END $$;
CREATE TRIGGER mark AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION mark();
INSERT INTO audit VALUES (1);`;
		expect(placed(await findings(sql, only))).toEqual(["8 require-batched-change"]);
	});
});

describe("releases", () => {
	test("what is made in the same release has no users", async () => {
		const drop = { id: "002_drop", sql: "DROP TABLE orders;" };
		const judged = async (release: string): Promise<string[]> =>
			placed(
				(
					await lintSql([
						{ ...orders, release: "1" },
						{ ...drop, release },
					])
				).findings,
			);
		expect(await judged("1")).toEqual([]);
		expect(await judged("2")).toEqual(["1 no-drop-table", "1 require-lock-timeout"]);
	});

	test("only candidates are judged; all are counted", async () => {
		const result = await lintSql([
			{ id: "001_drop", sql: "DROP TABLE orders;\nSELEC 1;" },
			{ id: "002_select", sql: "SELECT 1;" },
		]);
		expect(result.findings).toEqual([]);
		expect(result.counts).toEqual({
			migrations: 1,
			statements: 1,
			unread: 0,
			ignored: 0,
			history: { migrations: 1, statements: 2, unread: 1 },
		});
	});
});
