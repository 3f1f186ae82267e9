import { expect, test } from "vitest";
import { createCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";

test("REFERENCES at a column is a foreign key for MySQL from 9.0 on and for MariaDB", () => {
	const sql =
		"CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY);\nCREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint REFERENCES customers (id));";
	const keys = (id: "mysql" | "mariadb", version: number): number => {
		const catalog = createCatalog({ dialect: id, version });
		for (const { parts } of loadMysql(id).read({ path: "1.sql", text: sql }, { placeholders: [] })
			.statements) {
			for (const operation of parts.flatMap(({ operations }) => operations)) {
				const { range } = operation;
				replay(catalog, operation, { migration: "1", release: "1", file: "1.sql", range }, [
					operation,
				]);
			}
		}
		return catalog
			.table({ name: "orders" })!
			.constraints.filter(({ type }) => type === "foreignKey").length;
	};
	expect([keys("mysql", 80_400), keys("mysql", 90_000), keys("mariadb", 101_100)]).toEqual([
		0, 1, 1,
	]);
});

/** What is said of each statement: why it cannot be read, or the kinds of its operations. */
function told(text: string): readonly string[] {
	return loadMysql("mariadb")
		.read({ path: "change.sql", text }, { placeholders: [] })
		.statements.map(
			({ unread, parts }) =>
				unread?.message ??
				parts.flatMap(({ operations }) => operations.map(({ kind }) => kind)).join(" "),
		);
}

test("a reserved word names nothing without quotes", () => {
	expect(told("UPDATE UPDATE SET a = 1;")[0]).toContain("a name is missing");
	expect(told("ALTER TABLE orders DROP COLUMN;")[0]).toContain("a name is missing");
	expect(told("DELETE FROM orders WHERE IN (1, 2);")[0]).toContain("syntax error");
	expect(told("DROP TABLE lines;")[0]).toContain("a name is missing");
	expect(told("DROP TABLE `lines`; DROP TABLE shop.lines;")).toEqual(["dropTable", "dropTable"]);
	expect(
		told("SELECT LEFT(note, 3), IF(a, 1, 2), REPLACE(a, 'b', 'c'), MOD(a, 2) FROM orders;"),
	).toEqual(["select"]);
});

test("what stands in a statement without being an operation is read all the same", () => {
	const partitions = (list: string): string =>
		`CREATE TABLE logs (id int) PARTITION BY RANGE (id) (${list});`;
	expect(
		told(partitions("PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB COMMENT = 'old'")),
	).toEqual(["createTable"]);
	expect(told(partitions("PARTITION p0 VALUES LESS (THAN 10)"))[0]).toContain("syntax error");
	expect(told("GRANT SELECT ON shop.* TO app WITH GRANT;")[0]).toContain("syntax error");
	expect(
		told("CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01' DO DELETE FROM orders;"),
	).toEqual(["createObject"]);
	expect(told("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DELETE FROM orders;")[0]).toContain(
		"DO is missing",
	);
	expect(told("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM FROM orders;")).toEqual([
		"createObject unanalyzable",
	]);
	expect(told("EXECUTE EXECUTE change;")[0]).toContain("syntax error");
	expect(told("OPTIMIZE orders;")[0]).toContain("syntax error");
});

test("BEGIN NOT ATOMIC runs its statements at once", () => {
	const block =
		"BEGIN NOT ATOMIC\n  IF 1 THEN ALTER TABLE orders ADD COLUMN paid int; END IF;\nEND;\nDROP TABLE refunds;\n";
	expect(told(block)).toEqual(["doBlock addColumn", "dropTable"]);
});
