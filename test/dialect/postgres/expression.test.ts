import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../src/dialect/postgres/parser.ts";
import { cut, expressionOf, operationsIn, read, renderQuery, renderType } from "./rendering.ts";

beforeAll(loadParser);

function typeOf(type: string): string {
	const [operation] = operationsIn(`CREATE TABLE orders (total ${type})`);
	if (operation?.kind !== "createTable") throw new Error(`not read: ${type}`);
	const written = operation.columns[0]?.type;
	return written ? renderType(written) : "no type";
}

describe("types", () => {
	it.each([
		["int", "int4"],
		["integer", "int4"],
		["pg_catalog.int4", "int4"],
		["bigint", "int8"],
		["smallint", "int2"],
		["boolean", "bool"],
		["real", "float4"],
		["float(10)", "float4"],
		["double precision", "float8"],
		["decimal", "numeric"],
		["numeric(10,2)", "numeric(10,2)"],
		["numeric(3,-2)", "numeric(3,-2)"],
		["varchar", "varchar"],
		["character varying(20)", "varchar(20)"],
		["char", "bpchar(1)"],
		["character(3)", "bpchar(3)"],
		['"char"', "char"],
		["bit", "bit(1)"],
		["bit varying(5)", "varbit(5)"],
		["timestamp", "timestamp"],
		["timestamp(3) with time zone", "timestamptz(3)"],
		["time without time zone", "time"],
		["interval", "interval"],
		["interval(3)", "interval(3)"],
		["interval year to month", "interval(year to month)"],
		["interval day to second(3)", "interval(day to second,3)"],
		["interval hour", "interval(hour)"],
		["serial", "serial"],
		["bigserial", "bigserial"],
		["text[]", "text[]"],
		["int[3][3]", "int4[][]"],
		["int ARRAY", "int4[]"],
		["billing.invoice_state", "billing.invoice_state"],
		["geometry(Point, 4326)", "geometry(point,4326)"],
	])("%s is %s", (written, name) => {
		expect(typeOf(written)).toBe(name);
	});

	it("a type of a column keeps its %TYPE", () => {
		const [operation] = operationsIn(
			"CREATE FUNCTION total(orders.id%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 1'",
		);
		expect(operation).toMatchObject({ argumentTypes: [{ name: "orders.id%TYPE" }] });
	});
});

describe("expressions", () => {
	it.each([
		[
			"1, 0, -1, 1.5e3, '', 'it''s', true, false, NULL, B'101'",
			"1, 0, -1, 1.5e3, '', 'it's', true, false, null, b101",
		],
		["$1, o.id, o.*", "$1, o.id, o.*"],
		["now(), pg_catalog.now(), billing.total(1)", "now(), now(), billing.total(1)"],
		["current_timestamp(3), CURRENT_USER", "current_timestamp(), current_user()"],
		[
			"count(*), sum(DISTINCT x), sum(x) FILTER (WHERE y), rank() OVER (PARTITION BY z)",
			"count!(), sum!(x), sum!(x, y), rank!(z)",
		],
		["make_interval(days => 3)", "make_interval(3)"],
		["x::varchar(20), CAST(y AS int[])", "(cast x varchar(20)), (cast y int4[])"],
		["INTERVAL '1' DAY", "(cast '1' interval(day))"],
		['x COLLATE "C"', "(collate x C)"],
		["a || b || c || d", "(|| a b c d)"],
		["a - b - c", "(- (- a b) c)"],
		["a + b * c + -d", "(+ a (* b c) (- d))"],
		["data->'a'->>'b'", "(->> (-> data 'a') 'b')"],
		["x LIKE 'a%', x NOT ILIKE 'b'", "(~~ x 'a%'), (!~~* x 'b')"],
		["a OPERATOR(pg_catalog.+) b", "(+ a b)"],
		["a AND b AND NOT c OR d", "(or (and a b (not c)) d)"],
		[
			"a IS NULL, b IS NOT NULL, c IS TRUE, d IS NOT UNKNOWN",
			"(isNull a), (isNotNull b), <is true c>, <is not unknown d>",
		],
		["a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b", "(distinct a b), (notDistinct a b)"],
		["a IN (1, 2), a NOT IN ('x')", "(in a 1 2), (notIn a 'x')"],
		["a = ANY (ARRAY['x', 'y']), a <> ALL (ARRAY[1])", "(in a 'x' 'y'), (notIn a 1)"],
		["a = ANY (tags), a < ALL (ARRAY[1])", "<= any a tags>, << all a <array 1>>"],
		["a BETWEEN 1 AND 2, a NOT BETWEEN 1 AND 2", "(between a 1 2), (notBetween a 1 2)"],
		["EXISTS (SELECT 1), (SELECT 2), ARRAY(SELECT 3)", "(exists {1}), (scalar {2}), (array {3})"],
		[
			"a IN (SELECT id FROM orders), a > ALL (SELECT 1)",
			"(any= a {id; from orders}), (all> a {1})",
		],
		["CASE a WHEN 1 THEN b ELSE c END", "<case a 1 b c>"],
		[
			"coalesce(a, f(b)), nullif(a, b), greatest(a, 1)",
			"<coalesce a f(b)>, <nullif a b>, <greatest or least a 1>",
		],
		["ROW(a, b), (a).b, tags[1]", "<row a b>, <field a>, <subscript tags 1>"],
		["json_object('a' VALUE f(x))", "<JsonObjectConstructor <JsonKeyValue 'a' f(x)>>"],
	])("%s", (written, tree) => {
		expect(expressionOf(written)).toBe(tree);
	});

	it("a chain of 3,000 concatenations is one flat node", () => {
		const [operation] = operationsIn(`SELECT ${Array(3000).fill("sku").join(" || ")}`);
		expect(operation).toMatchObject({ query: { targets: [{ expression: { operator: "||" } }] } });
	});

	it("2,000 UNIONs and 1,000 joins are read without a deep stack", () => {
		const unions = Array(2000).fill("SELECT 1").join(" UNION ALL ");
		const [operation] = operationsIn(unions);
		expect(operation?.kind === "select" && operation.query.combined.length).toBe(2000);
		const joins = `SELECT 1 FROM orders ${"JOIN orders USING (id) ".repeat(1000)}`;
		expect(read(joins).statements[0]?.unread).toBeUndefined();
	});
});

describe("queries", () => {
	function queryOf(text: string): string {
		const [operation] = operationsIn(text);
		return operation?.kind === "select" ? renderQuery(operation.query) : "no query";
	}

	it.each([
		[
			"SELECT id AS key FROM shop.orders o WHERE o.paid LIMIT 10",
			"{id as key; from shop.orders o; where o.paid; limit 10}",
		],
		[
			"SELECT 1 FROM a LEFT JOIN b ON a.x = b.x, c CROSS JOIN d",
			"{1; from (left a b on (= a.x b.x)) (cross c d)}",
		],
		[
			"SELECT 1 FROM a JOIN b USING (x) NATURAL JOIN c",
			"{1; from (inner (inner a b on <using x>) c on <natural>)}",
		],
		[
			"SELECT x FROM generate_series(1, 9) x, LATERAL (SELECT 1) y",
			"{x; from generate_series(1, 9) x {1} y}",
		],
		["SELECT 1 FROM orders TABLESAMPLE system (10)", "{1; from orders}"],
		[
			"SELECT a FROM t GROUP BY a HAVING count(*) > 1",
			"{a; from t; grouped; having (> count!() 1)}",
		],
		["VALUES (1, 2), (3, 4)", "{row 1 2; row 3 4}"],
		["(SELECT 1 LIMIT 1) UNION SELECT 2 LIMIT 3", "{{1; limit 1}; {2}; limit 3}"],
		[
			"SELECT 1 FROM orders FOR SHARE OF orders FOR UPDATE SKIP LOCKED",
			"{1; from orders; for update}",
		],
		["WITH old AS (SELECT 1) SELECT * FROM old", "{with old; *; from old}"],
	])("%s", (written, tree) => {
		expect(queryOf(written)).toBe(tree);
	});
});

describe("statements that change data", () => {
	it("INSERT names its columns, rows and what happens on conflict", () => {
		const [operation] = operationsIn(
			"INSERT INTO shop.orders AS o (id, total) VALUES (1, DEFAULT) ON CONFLICT (id) DO UPDATE SET total = 0 WHERE o.open",
		);
		expect(operation).toMatchObject({
			kind: "insert",
			table: { schema: "shop", name: "orders" },
			columns: ["id", "total"],
			source: { kind: "values", rows: [[{ value: "1" }, { what: "default" }]] },
			onConflict: { action: "update", columns: ["id"], where: { path: ["o", "open"] } },
		});
	});

	it("UPDATE with a row on the right gives each column its part", () => {
		const [operation] = operationsIn(
			"UPDATE orders o SET (a, b) = (1, 2), c = d FROM x WHERE o.id = x.id",
		);
		expect(operation).toMatchObject({
			kind: "update",
			alias: "o",
			set: [
				{ column: "a", value: { value: "1" } },
				{ column: "b", value: { value: "2" } },
				{ column: "c", value: { path: ["d"] } },
			],
			from: [{ name: { name: "x" } }],
		});
	});

	it("a WITH entry that deletes is an operation of its own, before the one it feeds", () => {
		const text =
			"WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO archive SELECT * FROM gone";
		const operations = operationsIn(text);
		expect(operations.map(({ kind, range }) => [kind, cut(text, range)])).toEqual([
			["delete", "gone"],
			["insert", text],
		]);
		expect(operations[1]).toMatchObject({
			ctes: [{ name: "gone", operation: { kind: "delete" } }],
		});
	});

	it("MERGE says what it may do", () => {
		const [operation] = operationsIn(
			"MERGE INTO stock s USING delivery d ON s.id = d.id WHEN MATCHED AND d.n = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET n = d.n WHEN NOT MATCHED THEN INSERT VALUES (d.id) WHEN NOT MATCHED BY SOURCE THEN DO NOTHING",
		);
		expect(operation).toMatchObject({
			kind: "merge",
			actions: ["delete", "update", "insert", "nothing"],
		});
	});

	it("COPY knows its direction", () => {
		expect(operationsIn("COPY orders (id) TO STDOUT")).toMatchObject([
			{ direction: "to", table: { name: "orders" } },
		]);
		expect(operationsIn("COPY (SELECT 1) TO STDOUT")).toMatchObject([{ query: { targets: [{}] } }]);
		expect(operationsIn("COPY orders FROM '/tmp/orders'")).toMatchObject([{ direction: "from" }]);
	});
});
