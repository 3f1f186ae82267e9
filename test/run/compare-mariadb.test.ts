import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../src/run/ask.ts";
import {
	compareDatabases,
	compareWithin,
	type ComparedDatabase,
	type DatabaseOptions,
} from "../../src/run/compare/compare-databases.ts";
import { openMysql } from "../../src/run/engines/mysql.ts";
import { findMariadb, startMariadb, type MariadbServer } from "../live/mariadb-server.ts";
import { sessionOf } from "./backfill-context.ts";

let server: MariadbServer | undefined;
let here: ComparedDatabase;
let there: ComparedDatabase;

async function databaseAt(url: string): Promise<ComparedDatabase> {
	const engine = await openMysql(url);
	if ("code" in engine) throw new Error(engine.message);
	return { engine, session: await sessionOf(engine) };
}

beforeAll(async () => {
	server = await startMariadb();
	if (!server) return;
	here = await databaseAt(server.url);
	await ask(here.session, "CREATE DATABASE copy");
	there = await databaseAt(server.url.replace(/\/app$/, "/copy"));
}, 60_000);

afterAll(async () => {
	if (!server) return;
	await here.session.close();
	await there.session.close();
	await server.close();
});

const both = async (...statements: readonly string[]): Promise<void> => {
	for (const sql of statements) {
		await ask(here.session, sql);
		await ask(there.session, sql);
	}
};

const options: DatabaseOptions = {
	statementTimeout: 60_000,
	most: 20,
	rechecks: 0,
	pause: () => Promise.resolve(),
};

async function compare(table: string) {
	const [result] = await compareDatabases(here, there, [[table, table]], options);
	return result;
}

const found = async (table: string) =>
	(await compare(table))?.comparison?.rows.map(({ key, is }) => `${key.join()} ${is}`).toSorted();

describe.skipIf(!findMariadb())("two databases of MariaDB", () => {
	test("one row of 30,000 is found, and rows of one side only", async () => {
		await both(
			"CREATE TABLE orders (id bigint unsigned PRIMARY KEY, name varchar(50) NOT NULL, paid datetime(3)) CHARACTER SET utf8mb4",
			"INSERT INTO orders SELECT seq, CONCAT('customer ', seq), '2026-01-01' + INTERVAL seq MINUTE FROM seq_1_to_30000",
		);
		expect(await compare("orders")).toMatchObject({
			table: "orders",
			comparison: { here: 30_000, there: 30_000, equal: true },
			notes: [],
		});
		await ask(there.session, "UPDATE orders SET name = 'Customer 14159' WHERE id = 14159");
		expect(await found("orders")).toEqual(["14159 different"]);
		await ask(there.session, "DELETE FROM orders WHERE id IN (1, 30000)");
		await ask(
			there.session,
			"INSERT INTO orders VALUES (0, '', NULL), (18446744073709551615, '', NULL)",
		);
		expect(await found("orders")).toEqual([
			"0 onlyThere",
			"1 onlyHere",
			"14159 different",
			"18446744073709551615 onlyThere",
			"30000 onlyHere",
		]);
		await both("DROP TABLE orders");
	});

	test.for([
		["varchar(9)", "NULL", "'~'", false],
		["varchar(9)", "'a'", "'A'", false],
		["varchar(9)", "'a'", "'a '", false],
		["char(9)", "'a'", "'a  '", true],
		["text", "'x'", "NULL", false],
		["decimal(10,3)", "1.500", "1.501", false],
		["decimal(10,0)", "100", "1", false],
		["float", "0.1", "0.10000001", false],
		["float", "16777216", "16777217", true],
		["double", "0.1e0 + 0.2e0", "0.3e0", false],
		["double", "1.7976931348623155e308", "1.7976931348623157e308", false],
		["double", "-0e0", "0e0", true],
		["bit(12)", "b'1'", "b'100000001'", false],
		["blob", "x'00'", "x'0000'", false],
		["binary(2)", "x'ff'", "x'ff00'", true],
		["datetime(6)", "'2026-01-01 00:00:00.000001'", "'2026-01-01'", false],
		["time(2)", "'-00:00:01'", "'00:00:01'", false],
		["enum('a','b')", "'a'", "'b'", false],
		["set('a','b')", "'a,b'", "'b,a'", true],
		["json", `'{"a":1}'`, `'{"a": 1}'`, false],
		[
			"uuid",
			"'123e4567-e89b-12d3-a456-426655440000'",
			"'123E4567-E89B-12D3-A456-426655440000'",
			true,
		],
		["point", "POINT(1, 2)", "POINT(1, 3)", false],
		["bigint", "9007199254740993", "9007199254740992", false],
	] as const)("%s: %s and %s", async ([type, one, other, equal]) => {
		await both(
			"DROP TABLE IF EXISTS facts",
			`CREATE TABLE facts (id int PRIMARY KEY, fact ${type})`,
		);
		await ask(here.session, `INSERT INTO facts VALUES (1, ${one})`);
		await ask(there.session, `INSERT INTO facts VALUES (1, ${other})`);
		expect((await compare("facts"))?.comparison?.equal).toBe(equal);
	});

	test("the same values are equal in other types, character sets and time zones", async () => {
		await ask(
			here.session,
			"CREATE TABLE prices (id int PRIMARY KEY, name varchar(20) CHARACTER SET latin1, price decimal(10,2), at datetime, seen timestamp NULL, doubled decimal(10,2) AS (price * 2))",
		);
		await ask(
			there.session,
			"CREATE TABLE prices (id bigint PRIMARY KEY, name text CHARACTER SET utf8mb4, price decimal(12,4), at datetime(6), seen timestamp(3) NULL, doubled decimal(12,4) AS (price * 2) STORED)",
		);
		await ask(there.session, "SET time_zone = '+09:00'");
		const row =
			"INSERT INTO prices (id, name, price, at, seen) VALUES (1, 'Zoë', 1.50, '2026-07-01 12:00:00',";
		await ask(here.session, `${row} FROM_UNIXTIME(1782900000))`);
		await ask(there.session, `${row} FROM_UNIXTIME(1782900000))`);
		expect(await compare("prices")).toMatchObject({ comparison: { equal: true }, notes: [] });
	});

	test("keys of several columns, of texts in other collations, of bytes", async () => {
		const rows =
			"INSERT INTO stock SELECT CONCAT(ELT(1 + seq % 4, 'Zoe', 'zoë', 'o''hara', 'back\\\\slash'), seq DIV 400), UNHEX(LPAD(HEX(seq), 8, '0')), ELT(1 + seq % 2, 'big', 'all'), seq FROM seq_1_to_6000";
		const table = (collation: string): string =>
			`CREATE TABLE stock (shop varchar(40) COLLATE ${collation}, code binary(4), size enum('big','all'), amount int, PRIMARY KEY (shop, size, code)) CHARACTER SET utf8mb4`;
		await ask(here.session, table("utf8mb4_general_ci"));
		await ask(there.session, table("utf8mb4_bin"));
		await both(rows);
		await ask(there.session, "UPDATE stock SET amount = -1 WHERE code = UNHEX('00000102')");
		await ask(there.session, "DELETE FROM stock WHERE code = UNHEX('00001001')");
		const differences = await found("stock");
		expect(differences).toHaveLength(2);
		expect(differences?.join(" ")).toMatch(/00000102 different.*00001001 onlyHere/);
	});

	test("rows that are there twice are counted", async () => {
		await both("CREATE TABLE log (line text)", "INSERT INTO log VALUES ('a'), ('a'), ('b')");
		expect((await compare("log"))?.comparison).toMatchObject({ equal: true });
		await ask(there.session, "DELETE FROM log WHERE line = 'a' LIMIT 1");
		await ask(there.session, "INSERT INTO log VALUES ('b')");
		expect(await compare("log")).toMatchObject({
			comparison: { here: 3, there: 3, equal: false, rows: [] },
			notes: ["the rows cannot be named: both sides need the same key"],
		});
	});

	test("a table or column of one side only is told, books and views are left out", async () => {
		await both("CREATE TABLE lockkeeper_lease (id int)", "CREATE VIEW open_orders AS SELECT 1");
		await ask(here.session, "CREATE TABLE `odd ``name` (id int PRIMARY KEY, note text)");
		await ask(there.session, "CREATE TABLE `odd ``name` (id int PRIMARY KEY)");
		await ask(there.session, "CREATE TABLE returns (id int)");
		const all = await compareDatabases(here, there, [], options);
		const told = all.filter(({ notes, problem }) => notes.length > 0 || problem !== undefined);
		expect(all.map(({ table }) => table)).not.toContain("lockkeeper_lease");
		expect(all.map(({ table }) => table)).not.toContain("open_orders");
		expect(told.map(({ table, notes, problem }) => [table, ...notes, problem])).toEqual([
			["log", "the rows cannot be named: both sides need the same key", undefined],
			["odd `name", "column note is only here", undefined],
			["returns", "the first database does not have it"],
		]);
	});

	test("two tables of one database are compared at one moment", async () => {
		await ask(here.session, "CREATE TABLE orders_new LIKE stock");
		await ask(here.session, "INSERT INTO orders_new SELECT * FROM stock WHERE amount <> 77");
		expect(await compareWithin(here, ["stock", "orders_new"], options)).toMatchObject({
			table: "stock = orders_new",
			comparison: { here: 6000, there: 5999, rows: [{ key: ["zoë0", "all", "0000004D"] }] },
		});
		expect(await compareWithin(here, ["stock", "nothing"], options)).toMatchObject({
			problem: "nothing is not there",
		});
	});
});
