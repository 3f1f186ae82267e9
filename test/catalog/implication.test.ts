import { describe, expect, test } from "vitest";
import { implies } from "../../src/catalog/implication.ts";
import type { Expression } from "../../src/core/expression.ts";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";

const dialect = loadSqlite();

/** The expression of a CHECK as the reader gives it. */
function check(sql: string): Expression {
	const text = `CREATE TABLE orders (status TEXT, total INTEGER, CHECK (${sql}))`;
	const { statements } = dialect.read({ path: "orders.sql", text }, { placeholders: [] });
	for (const part of statements.flatMap(({ parts }) => parts)) {
		for (const operation of part.operations) {
			if (operation.kind !== "createTable") continue;
			const found = operation.constraints.find(({ type }) => type === "check");
			if (found?.type === "check") return found.expression;
		}
	}
	throw new Error(`no CHECK in ${text}`);
}

describe("a row that passes the first CHECK passes the second", () => {
	test.each([
		["total > 0", "total > 0"],
		["total > 0", "total >= 0"],
		["total > 10", "total > 0"],
		["total BETWEEN 1 AND 5", "total >= 1"],
		["0 < total", "total > 0"],
		["status IN ('open', 'paid')", "status IN ('open', 'paid', 'sent')"],
		["status = 'open'", "status IN ('open', 'paid')"],
		["total > 0 AND status = 'open'", "total > 0"],
		["total > 0", "total > 0 OR status IS NULL"],
		["total > 5 AND status = 'open'", "total > 0 AND status IN ('open', 'paid')"],
	])("%s, %s", (given, wanted) => {
		expect(implies(check(given), check(wanted))).toBe(true);
	});
});

describe("a row that passes the first CHECK may break the second", () => {
	test.each([
		["total >= 0", "total > 0"],
		["total > 0", "total > 10"],
		["total > 0", "total < 10"],
		["total > 0", "total BETWEEN 0 AND 5"],
		["status IN ('open', 'paid')", "status IN ('open')"],
		["status NOT IN ('open')", "status IN ('open')"],
		["total > 0 OR status = 'open'", "total > 0"],
		["total > 0", "total > 0 AND status = 'open'"],
		["length(status) < 10", "length(status) < 5"],
	])("%s, %s", (given, wanted) => {
		expect(implies(check(given), check(wanted))).toBe(false);
	});
});
