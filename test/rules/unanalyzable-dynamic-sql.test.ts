import { expect, test } from "vitest";
import { loadDialect } from "../../src/dialect/load.ts";
import { lintSql } from "../lint-sql.ts";

function guardOf(column: string): string {
	return `SET @statement = (SELECT IF(
	(SELECT COUNT(*) FROM information_schema.columns WHERE column_name = '${column}') > 0,
	'SELECT 1',
	'ALTER TABLE orders ADD COLUMN ${column} int'
));
PREPARE guard FROM @statement;
EXECUTE guard;
`;
}

test.each(["mysql", "mariadb"] as const)("%s: guards are one finding a file", async (id) => {
	const { findings } = await lintSql(
		[
			{ id: "0001_columns", sql: guardOf("currency") + guardOf("discount"), release: "1.1" },
			{ id: "0002_more", sql: guardOf("note") + guardOf("channel"), release: "1.1" },
		],
		{ only: ["unanalyzable-dynamic-sql"], dialect: await loadDialect(id) },
	);
	expect(findings.map(({ file, start }) => `${file}:${start.line}`)).toEqual([
		"migrations/0001_columns.sql:7",
		"migrations/0002_more.sql:7",
	]);
});
