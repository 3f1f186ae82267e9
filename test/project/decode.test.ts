import { describe, expect, test } from "vitest";
import { decode } from "../../src/project/decode.ts";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("decode", () => {
	test("a byte order mark stays, so that offsets are those of the file", () => {
		const decoded = decode(bytes(0xef, 0xbb, 0xbf, 0x53));
		expect(decoded).toEqual({ text: "\uFEFFS" });
	});

	test("Latin-1 names the first byte that is no UTF-8 and its line", () => {
		const decoded = decode(new Uint8Array([...utf8("-- invoices\n-- caf"), 0xe9, 0x0a]));
		expect(decoded).toMatchObject({ code: "invalidEncoding", byte: 18 });
		expect(decoded).toHaveProperty("message", "is not UTF-8: wrong byte 0xe9 at byte 18 (line 2)");
	});

	test.each([
		["a character cut at the end", [0x41, 0xc3], 1],
		["two lead bytes", [0x41, 0xcc, 0xcc], 1],
		["a surrogate", [0xed, 0xa0, 0x80], 0],
		["0xff", [0x41, 0x42, 0xff], 2],
		["a wrong byte after four-byte characters", [0xf0, 0x9f, 0x8e, 0x89, 0xfe], 4],
	])("%s is found at its first byte", (_, values, byte) => {
		expect(decode(bytes(...values))).toMatchObject({ code: "invalidEncoding", byte });
	});

	test.each([
		["with a mark", [0xff, 0xfe, 0x53, 0x00]],
		["without a mark", [0x53, 0x00, 0x45, 0x00]],
		["big endian", [0x00, 0x53, 0x00, 0x45]],
	])("UTF-16 %s is named as such", (_, values) => {
		const decoded = decode(bytes(...values));
		expect(decoded).toMatchObject({ code: "invalidEncoding" });
		expect(decoded).toHaveProperty("message", expect.stringContaining("UTF-16"));
	});

	test("a NUL byte makes a binary file", () => {
		const decoded = decode(new Uint8Array([...utf8("SELECT 1;"), 0, 1]));
		expect(decoded).toMatchObject({ code: "binaryFile", byte: 9 });
	});

	test("an empty file is an empty text", () => {
		expect(decode(bytes())).toEqual({ text: "" });
	});
});
