import { describe, expect, it } from "vitest";
import { pieces, read } from "./statements.ts";

describe("statements of MySQL are cut", () => {
	it("at semicolons, but not in strings, names and comments", () => {
		const text = "SELECT 'a;b', \"c;d\", `e;f` -- g;h\n, 1 # i;j\n;\nSELECT 2 /* ; */;";
		expect(pieces("mysql", text)).toEqual(["SELECT 'a;b', \"c;d\", `e;f` -- g;h\n, 1", "SELECT 2"]);
	});

	it("with a backslash that hides a quote", () => {
		expect(pieces("mysql", String.raw`SELECT 'it\'s; one'; SELECT 'a\\'; SELECT 3`)).toEqual([
			String.raw`SELECT 'it\'s; one'`,
			String.raw`SELECT 'a\\'`,
			"SELECT 3",
		]);
	});

	it("where two dashes without a blank are two minus signs", () => {
		expect(pieces("mysql", "SELECT 5--3; SELECT 1 --; SELECT 2\n;")).toEqual([
			"SELECT 5--3",
			"! SELECT 1 --",
			"SELECT 2",
		]);
		expect(pieces("sqlite", "SELECT 5--3; SELECT 1\n;")).toEqual(["SELECT 5"]);
	});

	it("by another delimiter, which may touch a word", () => {
		const text =
			"DELIMITER $$\nCREATE PROCEDURE close_orders()\nBEGIN\n UPDATE orders SET open = 0;\nEND$$\ndelimiter ;\nCALL close_orders();";
		expect(pieces("mysql", text)).toEqual([
			"DELIMITER $$",
			"CREATE PROCEDURE close_orders()\nBEGIN\n UPDATE orders SET open = 0;\nEND",
			"delimiter ;",
			"CALL close_orders()",
		]);
	});

	it("in several statements between two delimiters", () => {
		const text =
			"DELIMITER //\nDROP TRIGGER IF EXISTS orders_total;\nCREATE TRIGGER orders_total BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = 0;\n//\n";
		expect(pieces("mysql", text).slice(1)).toEqual([
			"DROP TRIGGER IF EXISTS orders_total",
			"CREATE TRIGGER orders_total BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = 0;",
		]);
	});

	it.each([
		"BEGIN IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT 3; END IF; END",
		"BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; END",
		"BEGIN SELECT CASE WHEN a THEN IF(b, 1, 2) ELSE IF(c, 3, 4) END; END",
		"BEGIN steps: LOOP LEAVE steps; END LOOP steps; END",
		"BEGIN WHILE a DO SET a = a - 1; END WHILE; REPEAT SET a = 1; UNTIL a END REPEAT; END",
		"BEGIN DROP TABLE IF EXISTS old_orders; CREATE TABLE IF NOT EXISTS orders (id INT); END",
		"BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN SET done = 1; END; SELECT 1; END",
		"UPDATE orders SET status = CASE WHEN paid THEN 'paid' ELSE 'open' END",
		"IF a THEN UPDATE orders SET open = 0; END IF",
	])("after the body %s", (body) => {
		const procedure = `CREATE PROCEDURE tidy() ${body}`;
		expect(pieces("mysql", `${procedure};\nSELECT 1;`)).toEqual([procedure, "SELECT 1"]);
	});

	it("with versioned comments as code", () => {
		const text = "/*!40101 SET NAMES utf8 */;\nCREATE TABLE orders (id INT /*!80023 INVISIBLE */);";
		expect(pieces("mysql", text)).toHaveLength(2);
		expect(pieces("mysql", text).filter((piece) => piece.startsWith("!"))).toEqual([]);
		expect(read("mysql", "SELECT /*M! 2, */ 1;")[0]?.comments).toHaveLength(1);
		expect(read("mariadb", "SELECT /*M! 2, */ 1;")[0]?.comments).toHaveLength(0);
		expect(pieces("mariadb", "/*!999999\\- enable the sandbox mode */ \nSELECT 1;")).toEqual([
			"SELECT 1",
		]);
	});

	it("with double quotes for names after SET sql_mode", () => {
		const text = `SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE "orders" ("id" INT);`;
		expect(pieces("mysql", text)).toHaveLength(2);
	});
});

describe("statements of SQLite are cut", () => {
	it("after the body of a trigger", () => {
		const trigger =
			"CREATE TRIGGER orders_log AFTER UPDATE ON orders WHEN CASE new.paid WHEN 1 THEN 1 END BEGIN INSERT INTO log VALUES (1); DELETE FROM carts; END";
		expect(pieces("sqlite", `${trigger};\nSELECT 1;`)).toEqual([trigger, "SELECT 1"]);
	});

	it("with every kind of quote", () => {
		const text = "SELECT [a;b], \"c;d\", `e;f`, 'g;h\\'; SELECT 2";
		expect(pieces("sqlite", text)).toEqual(["SELECT [a;b], \"c;d\", `e;f`, 'g;h\\'", "SELECT 2"]);
	});

	it("and a comment that is never closed ends with the text", () => {
		expect(pieces("sqlite", "SELECT 1; /* the rest")).toEqual(["SELECT 1"]);
	});
});

describe("what cannot be read", () => {
	it.each([
		["mysql", "CREATE TABEL orders (id INT)", "TABEL"],
		["mysql", "DROP INDEX orders_paid", undefined],
		["mysql", "ALTER TABLE orders ADD COLUMN total INT,", undefined],
		["mysql", "SELECT 'open", "'open"],
		["sqlite", "ALTER TABLE orders MODIFY total INT", "MODIFY"],
		["sqlite", "CREATE TABLE orders (id INTEGER,)", ")"],
		["sqlite", "SELEC 1", "SELEC"],
		["sqlite", "SELECT * FORM orders", "FORM"],
		["sqlite", "UPDATE orders SET WHERE id = 1", "WHERE"],
	] as const)("in %s: %s", (dialect, text, at) => {
		const [statement] = read(dialect, text);
		expect(statement?.unread?.reason).toBe("syntax");
		expect(statement?.parts).toEqual([]);
		const place = statement?.unread?.at;
		if (at !== undefined) expect(place && text.slice(place.start, place.end)).toBe(at);
	});

	it("is one statement, and the next is read", () => {
		expect(pieces("mysql", "ALTER TABEL a; DROP TABLE b;")).toEqual([
			"! ALTER TABEL a",
			"DROP TABLE b",
		]);
	});

	it("is too deep, not too long", () => {
		const deep = `SELECT ${"(".repeat(40_000)}1${")".repeat(40_000)}`;
		expect(read("mysql", deep)[0]?.unread?.reason).toBe("tooComplex");
		const long = `SELECT 1${" + 1".repeat(10_000)}`;
		expect(read("sqlite", long)[0]?.unread).toBeUndefined();
	});
});

describe("an INSERT of many rows", () => {
	it("is read from its first rows and its end", () => {
		const rows = Array.from({ length: 30_000 }, (_, at) => `(${at}, 'note; ${at}')`).join(",\n");
		const text = `INSERT INTO notes (id, body) VALUES ${rows} ON DUPLICATE KEY UPDATE body = VALUES(body);`;
		const [statement] = read("mysql", text);
		expect(statement?.parts[0]?.operations[0]).toMatchObject({
			kind: "insert",
			table: { name: "notes" },
			columns: ["id", "body"],
			onConflict: { action: "update" },
		});
	});
});
