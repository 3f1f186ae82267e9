import { expect, test } from "vitest";
import { cutNamesOf } from "../../../src/dialect/postgres/cut-names.ts";
import { tokenize } from "../../../src/dialect/postgres/tokenizer.ts";

function cut(sql: string): readonly string[] {
	const { cutNames = [] } = cutNamesOf(sql, tokenize(sql));
	return cutNames.map(({ kept, bytes, range }) => {
		expect(sql.slice(range.start, range.end)).not.toBe(kept);
		return `${bytes}: ${kept}`;
	});
}

test("a name of 63 bytes is kept, one of 64 is cut", () => {
	expect(cut(`CREATE TABLE ${"o".repeat(63)} (id int)`)).toEqual([]);
	expect(cut(`CREATE TABLE ${"o".repeat(64)} (id int)`)).toEqual([`64: ${"o".repeat(63)}`]);
});

test("a letter is kept whole or not at all", () => {
	// 62 bytes, and a letter of two.
	expect(cut(`CREATE TABLE ${"o".repeat(62)}\u00e9 (id int)`)).toEqual([`64: ${"o".repeat(62)}`]);
	expect(cut(`CREATE TABLE "${"\u{1f4e6}".repeat(16)}" (id int)`)).toEqual([
		`64: ${"\u{1f4e6}".repeat(15)}`,
	]);
});

test("quotes are not counted, a doubled one is one", () => {
	expect(cut(`CREATE TABLE "${"o".repeat(61)}""p" (id int)`)).toEqual([]);
});

test("strings and comments are no names", () => {
	expect(cut(`SELECT '${"o".repeat(80)}' -- ${"o".repeat(80)}`)).toEqual([]);
});
