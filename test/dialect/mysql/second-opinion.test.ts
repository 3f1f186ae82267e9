import mysql from "node-sql-parser/build/mysql.js";
import { describe, expect, test } from "vitest";
import type { Operation } from "../../../src/core/operation.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";
import { rules } from "../../../src/generated/rules.ts";

const parser = new mysql.Parser();
const dialect = loadMysql("mysql");

/** Statements that change rows, as migrations have them. */
const own = `
UPDATE orders SET status = 'paid', paid_at = NOW() WHERE id BETWEEN 1 AND 1000 AND status = 'open';
UPDATE orders AS o SET o.total = o.total * 100 WHERE o.currency = 'EUR' ORDER BY o.id LIMIT 500;
UPDATE invoices SET note = CASE WHEN paid THEN 'paid' ELSE note END;
UPDATE customers SET email = LOWER(email), name = CONCAT(first_name, ' ', last_name);
UPDATE sessions SET expires_at = DATE_ADD(expires_at, INTERVAL 1 DAY) WHERE user_id IN (SELECT id FROM users WHERE staff = 1);
INSERT INTO customers (id, email) VALUES (1, 'ada@shop.example'), (2, 'it''s me'), (3, NULL);
INSERT INTO order_archive (id, total) SELECT id, total FROM orders WHERE placed_at < '2020-01-01';
INSERT IGNORE INTO roles (name) VALUES ('admin');
INSERT INTO counters (name, value) VALUES ('orders', 1) ON DUPLICATE KEY UPDATE value = value + 1;
REPLACE INTO settings (name, value) VALUES ('theme', 'dark');
INSERT INTO audit.entries (table_name, at) VALUES ('orders', CURRENT_TIMESTAMP);
DELETE FROM sessions WHERE expires_at < NOW() - INTERVAL 30 DAY LIMIT 1000;
DELETE FROM order_items WHERE order_id NOT IN (SELECT id FROM orders);
DELETE FROM carts;
`;

interface Written {
	readonly verb: string;
	/** schema.table, or the table alone. */
	readonly table: string;
	readonly columns: readonly string[];
}

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

function ours(operation: Operation): Written | undefined {
	switch (operation.kind) {
		case "insert":
		case "update":
		case "delete": {
			const { kind, table } = operation;
			const columns =
				operation.kind === "insert"
					? (operation.columns ?? [])
					: operation.kind === "update"
						? operation.set.map(({ column }) => column)
						: [];
			const name = table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
			return { verb: kind, table: name, columns: sorted(columns) };
		}
		default:
			return undefined;
	}
}

/** What the other parser says that the statement writes; undefined where it does not read it. */
function theirs(sql: string, verb: string): Written | undefined {
	let told: { tableList: string[]; columnList: string[] };
	try {
		told = parser.parse(sql, { database: "mysql" });
	} catch {
		return undefined;
	}
	const [table] = told.tableList.flatMap((entry) => {
		const [does, schema, name = ""] = entry.split("::");
		if (does !== verb) return [];
		return [schema === "null" ? name : `${schema ?? ""}.${name}`];
	});
	const columns = told.columnList.flatMap((entry) => {
		const [does, , name = ""] = entry.split("::");
		return does === verb && name !== "(.*)" ? [name] : [];
	});
	return table === undefined ? undefined : { verb, table, columns: sorted(columns) };
}

function compared(text: string): readonly { sql: string; ours: Written; theirs: Written }[] {
	const { statements } = dialect.read({ path: "change.sql", text }, { placeholders: [] });
	return statements.flatMap(({ range, parts }) => {
		const sql = text.slice(range.start, range.end);
		const [first] = parts.flatMap(({ operations }) => operations);
		const mine = parts.length === 1 && first ? ours(first) : undefined;
		const other = mine && theirs(sql, mine.verb);
		return mine && other ? [{ sql, ours: mine, theirs: other }] : [];
	});
}

describe("a second parser of MySQL says the same of what both read", () => {
	test("statements of ours", () => {
		const pairs = compared(own);
		expect(pairs.length).toBe(14);
		for (const { sql, ours: mine, theirs: other } of pairs) expect(mine, sql).toEqual(other);
	});

	test("examples of rules", () => {
		const examples = rules.flatMap((rule) =>
			rule.examples.flatMap(({ dialect: of, before = "", bad, good }) =>
				of === "mysql" || of === "mariadb" ? [before, bad, ...(good ? [good] : [])] : [],
			),
		);
		const pairs = examples.flatMap(compared);
		expect(pairs.length).toBeGreaterThanOrEqual(5);
		for (const { sql, ours: mine, theirs: other } of pairs) expect(mine, sql).toEqual(other);
	});
});
