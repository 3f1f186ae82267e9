import { describe, expect, test } from "vitest";
import type { Operation, OperationOf } from "../../../../src/core/operation.ts";
import type { Range } from "../../../../src/core/source.ts";
import { lower } from "./lowering.ts";

const before = "-- Größe 😀 der Aufträge\nSELECT 'ß';\n";

function textsOf(sql: string): string[] {
	const file = before + sql;
	return lower(sql, before).map(({ range }) => file.slice(range.start, range.end));
}

function only<Kind extends Operation["kind"]>(sql: string, kind: Kind): OperationOf<Kind> {
	const operation = lower(sql, before).find(
		(candidate): candidate is OperationOf<Kind> => candidate.kind === kind,
	);
	return operation!;
}

function textAt(sql: string, range: Range | undefined): string {
	return (before + sql).slice(range!.start, range!.end);
}

describe("actions of one ALTER TABLE", () => {
	test("each has its own place, whatever stands before it", () => {
		const sql = `ALTER TABLE shop."Aufträge 😀"
	ADD COLUMN "größe" numeric(10, 2) DEFAULT round(1.5, 1), -- eins, zwei
	/* drei, vier */ DROP COLUMN "maß",
	ADD CONSTRAINT "prüfung" CHECK ("größe" IN (1, 2) AND art = ANY (ARRAY['ä,', 'b'])),
	ALTER COLUMN art SET DEFAULT 'x, y'`;
		expect(textsOf(sql)).toEqual([
			'ADD COLUMN "größe" numeric(10, 2) DEFAULT round(1.5, 1)',
			'DROP COLUMN "maß"',
			`ADD CONSTRAINT "prüfung" CHECK ("größe" IN (1, 2) AND art = ANY (ARRAY['ä,', 'b']))`,
			"ALTER COLUMN art SET DEFAULT 'x, y'",
		]);
	});

	test.each(["ALTER TABLE ONLY (orders)", "ALTER TABLE orders *", "ALTER TABLE a.shop.orders"])(
		"the first begins after the name: %s",
		(start) => {
			expect(textsOf(`${start} DROP COLUMN a, DROP COLUMN b`)).toEqual([
				"DROP COLUMN a",
				"DROP COLUMN b",
			]);
		},
	);

	test("a single action is the whole statement", () => {
		expect(textsOf("ALTER TABLE orders DROP COLUMN a")).toEqual([
			"ALTER TABLE orders DROP COLUMN a",
		]);
	});
});

describe("places of parts", () => {
	test("a column ends at the comma of its depth, a constraint where the next one starts", () => {
		const sql = `CREATE TABLE "Maße" (
	"größe" numeric(10, 2) CONSTRAINT plus CHECK ("größe" > 0) NOT NULL DEFERRABLE DEFAULT 0, -- ü
	b int,
	PRIMARY KEY (b)
)`;
		const { columns, constraints, table } = only(sql, "createTable");
		expect(textAt(sql, table.range)).toBe('"Maße"');
		expect(columns.map(({ range }) => textAt(sql, range))).toEqual([
			'"größe" numeric(10, 2) CONSTRAINT plus CHECK ("größe" > 0) NOT NULL DEFERRABLE DEFAULT 0',
			"b int",
		]);
		expect(columns[0]!.constraints.map(({ range }) => textAt(sql, range))).toEqual([
			'CONSTRAINT plus CHECK ("größe" > 0)',
			"NOT NULL DEFERRABLE",
		]);
		expect(constraints.map(({ range }) => textAt(sql, range))).toEqual(["PRIMARY KEY (b)"]);
	});

	test("a name is found as it is written", () => {
		const sql = 'DROP TABLE IF EXISTS Shop . ORDERS, "Größe"."Maß ""1""", sessions';
		expect(textsOf(sql)).toEqual(["Shop . ORDERS", '"Größe"."Maß ""1"""', "sessions"]);
	});

	test("a name in a comment or string is not the name", () => {
		const sql = "COMMENT /* orders */ ON TABLE orders IS 'orders'";
		const { name } = only(sql, "comment");
		expect(name.range!.start).toBe(before.length + sql.indexOf("orders IS"));
	});

	test("a name that the server cuts at 63 bytes is found", () => {
		const long = "invoices_that_were_sent_to_customers_before_the_end_of_the_last_financial_year";
		const sql = `DROP INDEX ${long}, other`;
		expect(only(sql, "dropIndex").index.name).toHaveLength(63);
		expect(textsOf(sql)).toEqual([long, "other"]);
	});

	test("functions of the same name are told apart by their place", () => {
		const sql = "DROP FUNCTION total(int), total(text)";
		const file = before + sql;
		expect(lower(sql, before).map(({ range }) => range.start)).toEqual([
			file.indexOf("total(int)"),
			file.indexOf("total(text)"),
		]);
	});
});
