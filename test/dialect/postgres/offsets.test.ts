import { describe, expect, test } from "vitest";
import { mapBytes, mapCodePoints } from "../../../src/dialect/postgres/offsets.ts";

const text = "a ü 😀 € end";

describe("byte offsets", () => {
	test.each(["a", "ü", "😀", "€", "end"])("the byte where %s starts is its place", (part) => {
		const index = text.indexOf(part);
		const byte = new TextEncoder().encode(text.slice(0, index)).length;
		expect(mapBytes(text)(byte)).toBe(index);
	});

	test("a byte inside a character belongs to its start", () => {
		expect(mapBytes("😀x")(3)).toBe(0);
		expect(mapBytes("😀x")(4)).toBe(2);
	});

	test("ASCII keeps its offsets", () => {
		expect(mapBytes("SELECT 1")(7)).toBe(7);
	});

	test.each(["SELECT 1", "ä", ""])("an offset outside of %j is its start or end", (any) => {
		expect(mapBytes(any)(-1)).toBe(0);
		expect(mapBytes(any)(100)).toBe(any.length);
	});

	test("a lone surrogate has the three bytes of the replacement character", () => {
		expect(mapBytes("\ud800x")(3)).toBe(1);
	});
});

describe("code point offsets", () => {
	test("a surrogate pair counts once", () => {
		// The position that libpg_query reports for the second FROM.
		expect(mapCodePoints("SELECT '😀' FROM FROM t")(16)).toBe(17);
	});
});
