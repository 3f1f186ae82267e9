import { expect, test } from "vitest";
import { loadStrictSqlite } from "../../../src/dialect/sqlite/dialect.ts";

/** What is said of each statement: the place that is wrong and why, or the kinds of its operations. */
async function told(text: string, version?: number): Promise<readonly string[]> {
	const dialect = await loadStrictSqlite(version);
	return dialect
		.read({ path: "change.sql", text }, { placeholders: [] })
		.statements.map(({ unread, parts }) =>
			unread
				? `${unread.reason} <${text.slice(unread.at.start, unread.at.end)}> ${unread.message}`
				: parts.flatMap(({ operations }) => operations.map(({ kind }) => kind)).join(" "),
		);
}

test("what SQLite's own grammar rejects is broken, with its place", async () => {
	expect(
		await told(`DROP TABLE nothing;
CREATE TABLE order (id integer);
ALTER TABLE orders ADD COLUMN note text,;
INSERT INTO orders (note) VALUES ('Grüße 🙂', , 2);
DROP TABLE orders;
`),
	).toEqual([
		'syntax <nothing> syntax error at or near "nothing"',
		'syntax <order> syntax error at or near "order"',
		'syntax <,> syntax error at or near ","',
		'syntax <,> syntax error at or near ","',
		"dropTable",
	]);
});

test("a quote that is never closed is told as such", async () => {
	expect(await told("DELETE FROM orders WHERE note = 'paid;\n")).toEqual([
		"syntax <'paid;> a quote or comment is never closed",
	]);
});

test("words of a newer SQLite are broken in an old one only", async () => {
	const returning = "DELETE FROM orders RETURNING id;";
	expect(await told(returning, 3_045_000)).toEqual(["delete"]);
	expect(await told(returning, 3_031_000)).toEqual([
		'syntax <RETURNING> syntax error at or near "RETURNING"',
	]);
	// Since when SQLite has these is told by what they do.
	expect(await told("ALTER TABLE orders DROP COLUMN note;", 3_031_000)).toEqual(["dropColumn"]);
	expect(await told("ALTER TABLE orders ALTER COLUMN note SET NOT NULL;")).toEqual(["setNotNull"]);
});

test("a long INSERT and a deep expression do no harm to what follows", async () => {
	const rows = Array.from({ length: 20_000 }, (_, id) => `(${id}, 'note ${id}')`).join(", ");
	const deep = `SELECT ${"(".repeat(5_000)}1${")".repeat(5_000)};`;
	const found = await told(`INSERT INTO orders VALUES ${rows};\n${deep}\nDROP TABLE nothing;`);
	expect(found[0]).toBe("insert");
	expect(found).toHaveLength(3);
	expect(found[1]).not.toBe("");
});
