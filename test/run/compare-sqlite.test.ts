import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterAll, expect, onTestFinished, test } from "vitest";
import {
	compareDatabases,
	compareWithin,
	type ComparedDatabase,
	type DatabaseOptions,
} from "../../src/run/compare/compare-databases.ts";
import { openSqlite } from "../../src/run/engines/sqlite.ts";
import { directoryWith, lockkeeper } from "../cli/run.ts";
import { sessionOf } from "./backfill-context.ts";

const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-compare-"));

afterAll(() => {
	rmSync(directory, { recursive: true, force: true });
});

let count = 0;

function fileWith(sql: string): string {
	const file = path.join(directory, `shop${++count}.db`);
	const database = new sqlite.Database(file);
	database.exec(sql);
	database.close();
	return file;
}

async function databaseWith(sql: string): Promise<ComparedDatabase> {
	const engine = await openSqlite(fileWith(sql));
	if ("code" in engine) throw new Error(engine.message);
	onTestFinished(() => engine.close());
	return { engine, session: await sessionOf(engine) };
}

const options: DatabaseOptions = {
	statementTimeout: 60_000,
	most: 20,
	rechecks: 0,
	pause: () => Promise.resolve(),
};

async function compare(
	one: string,
	other: string,
	names: readonly (readonly [string, string])[] = [],
) {
	return compareDatabases(await databaseWith(one), await databaseWith(other), names, options);
}

const orders = `CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT NOT NULL, paid REAL);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
	INSERT INTO orders SELECT i, 'customer ' || i, i / 7.0 FROM n;`;

test("one row of 30,000 is found, and rows of one side only", async () => {
	const [equal] = await compare(orders, orders);
	expect(equal).toMatchObject({
		comparison: { here: 30_000, there: 30_000, equal: true },
		notes: [],
	});
	const changes = `UPDATE orders SET paid = paid + 0.000000000003 WHERE id = 14159;
		DELETE FROM orders WHERE id IN (1, 30000); INSERT INTO orders VALUES (0, '', NULL);`;
	const [result] = await compare(orders, orders + changes);
	expect(result?.comparison?.rows.map(({ key, is }) => `${key.join()} ${is}`).toSorted()).toEqual([
		"0 onlyThere",
		"1 onlyHere",
		"14159 different",
		"30000 onlyHere",
	]);
});

test.for([
	["NULL", "'~'", false],
	["1", "1.0", false],
	["1", "'1'", false],
	["'a'", "'a '", false],
	["'ab'", "x'6162'", false],
	["'a' || char(0) || 'b'", "'a' || char(0) || 'c'", false],
	["CAST(x'ff41' AS TEXT)", "CAST(x'fe41' AS TEXT)", false],
	["x''", "NULL", false],
	["0.1 + 0.2", "0.3", false],
	["-0.0", "0.0", true],
	["9007199254740993", "9007199254740992", false],
	["1e308 * 10", "1.7976931348623157e308", false],
] as const)("%s and %s", async ([one, other, equal]) => {
	const facts = (value: string): string =>
		`CREATE TABLE facts (id INTEGER PRIMARY KEY, fact, doubled AS (fact)); INSERT INTO facts (fact) VALUES (${value});`;
	expect((await compare(facts(one), facts(other)))[0]?.comparison?.equal).toBe(equal);
});

test("keys of several columns, of texts in other collations, of bytes, of all types in one column", async () => {
	const stock = (collation: string): string => `
		CREATE TABLE stock (shop TEXT COLLATE ${collation}, code, amount INT, PRIMARY KEY (shop, code));
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
		INSERT INTO stock SELECT CASE i % 3 WHEN 0 THEN 'Zoe' WHEN 1 THEN 'zoe' ELSE 'o''hara' END || (i / 300),
			CASE i % 4 WHEN 0 THEN i WHEN 1 THEN i + 0.1 WHEN 2 THEN 'c' || i ELSE CAST('c' || i AS BLOB) END, i FROM n;`;
	const changes = "UPDATE stock SET amount = -1 WHERE amount IN (17, 18, 19, 20, 5999);";
	const [result] = await compare(stock("NOCASE"), stock("BINARY") + changes);
	expect(result?.comparison?.rows.map(({ key, is }) => `${key.join()} ${is}`).toSorted()).toEqual([
		"Zoe0,c18 different",
		"o'hara0,17.1 different",
		"o'hara0,20 different",
		"o'hara19,X'6335393939' different",
		"zoe0,X'633139' different",
	]);
});

test("rows that are there twice are counted; a key with NULL in it is none", async () => {
	const log = (lines: string): string =>
		`CREATE TABLE log (id TEXT PRIMARY KEY, line TEXT); INSERT INTO log VALUES ${lines};`;
	const twice = "(NULL, 'a'), (NULL, 'a'), (NULL, 'b')";
	expect((await compare(log(twice), log(twice)))[0]?.comparison?.equal).toBe(true);
	expect(
		(await compare(log(twice), log("(NULL, 'a'), (NULL, 'b'), (NULL, 'b')")))[0],
	).toMatchObject({
		comparison: { here: 3, there: 3, equal: false, rows: [] },
		notes: ["the rows cannot be named: both sides need the same key"],
	});
});

test("a table or column of one side only is told", async () => {
	const one = `CREATE TABLE "odd name" (id INTEGER PRIMARY KEY, note TEXT); CREATE TABLE lockkeeper_lease (id);`;
	const other = `CREATE TABLE "odd name" (id INTEGER PRIMARY KEY); CREATE TABLE returns (id);`;
	expect(
		(await compare(one, other)).map(({ table, notes, problem }) => [table, ...notes, problem]),
	).toEqual([
		["odd name", "column note is only here", undefined],
		["returns", "the first database does not have it"],
	]);
});

test("two tables of one file are compared", async () => {
	const names = "(id INTEGER PRIMARY KEY, name TEXT)";
	const database = await databaseWith(
		`CREATE TABLE orders ${names}; CREATE TABLE orders_new ${names};
		INSERT INTO orders VALUES (76, 'Ada'), (77, 'Grace'); INSERT INTO orders_new VALUES (76, 'Ada')`,
	);
	expect(await compareWithin(database, ["orders", "orders_new"], options)).toMatchObject({
		comparison: { here: 2, there: 1, rows: [{ key: ["77"], is: "onlyHere" }] },
	});
});

test("a table of two thousand columns is compared", async () => {
	const names = Array.from({ length: 1999 }, (_, at) => `c${at}`).join(", ");
	const wide = `CREATE TABLE wide (id INTEGER PRIMARY KEY, ${names}); INSERT INTO wide (id) VALUES (1);`;
	const [result] = await compare(wide, `${wide} UPDATE wide SET c1998 = 1`);
	expect(result?.comparison?.rows).toEqual([{ key: ["1"], is: "different" }]);
});

test("the command line compares two files ", async () => {
	const small =
		"CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO orders VALUES (1, 'Ada'), (2, 'Grace');";
	const [one, other] = [
		fileWith(small),
		fileWith(`${small} UPDATE orders SET name = 'grace' WHERE id = 2`),
	];
	const verify = ["verify", "--url", `sqlite:${one}`, "--against"];
	expect((await lockkeeper([...verify, `sqlite:${fileWith(small)}`])).code).toBe(0);
	const { code, stdout } = await lockkeeper([
		...verify,
		`sqlite:${other}`,
		"orders",
		"--recheck",
		"0",
	]);
	expect(stdout).toMatchInlineSnapshot(`
		"different  orders: 2 rows
		           id = 2: different

		0 of 1 table equal.
		"
	`);
	expect(code).toBe(1);
});

test("verification queries of migrations are asked of a file", async () => {
	const cwd = directoryWith({
		"lockkeeper.config.json": JSON.stringify({ projects: [{ root: "db", dialect: "sqlite" }] }),
		"db/0001_orders.sql": `-- lockkeeper:verify all_named
-- SELECT count(*) = 0 FROM orders WHERE name IS NULL;
UPDATE orders SET name = '' WHERE name IS NULL;
-- lockkeeper:verify all_there
SELECT count(*) = 3 FROM orders;
`,
	});
	const file = fileWith(
		"CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO orders VALUES (1, 'Ada');",
	);
	const { code, stdout } = await lockkeeper(["verify", "--url", `sqlite:${file}`], { cwd });
	expect(stdout).toMatch(/passed.*all_named[^]*failed.*all_there[^]*1 of 2 queries passed/);
	expect(code).toBe(1);
});
