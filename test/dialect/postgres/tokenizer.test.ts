import { describe, expect, it } from "vitest";
import { identifierValue, tokenize } from "../../../src/dialect/postgres/tokenizer.ts";

function show(text: string): string[] {
	return tokenize(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
}

function kinds(text: string): string[] {
	return tokenize(text).map(({ kind }) => kind);
}

describe("tokenize", () => {
	it("cuts an ordinary statement into words, names, numbers and marks", () => {
		expect(show(`ALTER TABLE "Orders" ADD x numeric(5, .5) DEFAULT $1::text;`)).toEqual([
			"word ALTER",
			"word TABLE",
			'quotedIdentifier "Orders"',
			"word ADD",
			"word x",
			"word numeric",
			"punctuation (",
			"number 5",
			"punctuation ,",
			"number .5",
			"punctuation )",
			"word DEFAULT",
			"parameter $1",
			"punctuation ::",
			"word text",
			"punctuation ;",
		]);
	});

	it("keeps offsets of the whole text when it reads a part", () => {
		expect(tokenize("SELECT 1; SELECT 'a", { start: 10, end: 18 })).toEqual([
			{ kind: "word", start: 10, end: 16 },
			{ kind: "invalid", start: 17, end: 18 },
		]);
	});

	it.each([
		"'it''s'",
		String.raw`E'it\'s \\'`,
		String.raw`'c:\'`,
		String.raw`U&'d\0061'`,
		"b'10'",
		"X'1F'",
		"n'x'",
		"'a'\n'b'",
		"'a' -- why\r\n\t-- else\n 'b'",
		String.raw`e'a'` + "\n" + String.raw`'b\''`,
	])("reads %j as one string", (text) => {
		expect(show(text)).toEqual([`string ${text}`]);
	});

	it("does not join strings on one line", () => {
		expect(show("'a' 'b'")).toEqual(["string 'a'", "string 'b'"]);
	});

	it.each(["$$a;b$$", "$fn$ $$ $f$ $fn$", "$größe$x$größe$", "$$$1$$"])(
		"reads %j as one dollar quote",
		(text) => {
			expect(show(text)).toEqual([`dollarString ${text}`]);
		},
	);

	it("reads a dollar inside a name as part of the name", () => {
		expect(show("a$b$c$b$")).toEqual(["word a$b$c$b$"]);
	});

	it("takes $1 for a parameter even before a dollar", () => {
		expect(show("$1$")).toEqual(["parameter $1", "invalid $"]);
	});

	it("nests block comments", () => {
		expect(show("/* a /* b */ c */ x /**/")).toEqual([
			"blockComment /* a /* b */ c */",
			"word x",
			"blockComment /**/",
		]);
	});

	it.each(["\n", "\r", "\r\n"])("ends a line comment before %j", (newline) => {
		expect(show(`-- note${newline}x`)).toEqual(["lineComment -- note", "word x"]);
	});

	it("ends an operator before a comment", () => {
		expect(show("a+--b")).toEqual(["word a", "operator +", "lineComment --b"]);
		expect(show("a@>/*b*/c")).toEqual(["word a", "operator @>", "blockComment /*b*/", "word c"]);
	});

	it("leaves a sign to the number after an operator of the SQL standard", () => {
		expect(show("a=-1")).toEqual(["word a", "operator =", "operator -", "number 1"]);
		expect(show("a@-1")).toEqual(["word a", "operator @-", "number 1"]);
		expect(show("*+-+")).toEqual(["operator *", "operator +", "operator -", "operator +"]);
	});

	it.each(["->>", "#>>", "@>", "<=>", ":=", "=>", ".."])("reads %s as one operator", (text) => {
		expect(show(text)).toEqual([`operator ${text}`]);
	});

	it.each(["1_000", "0x1F", "0b_1", "0O17", "1e5", "1.5E-10", "1."])(
		"reads %s as one number",
		(text) => {
			expect(show(text)).toEqual([`number ${text}`]);
		},
	);

	it("does not take the dots of a range for decimals", () => {
		expect(show("1..10")).toEqual(["number 1", "operator ..", "number 10"]);
	});

	it.each(["'open", '"open', "$$open", "$a$ $b$", "/* /* */", String.raw`E'a\'`, "u&'a"])(
		"says where the never closed %j was opened",
		(text) => {
			expect(tokenize(`x ${text}`)).toEqual([
				{ kind: "word", start: 0, end: 1 },
				{ kind: "invalid", start: 2, end: text.length + 2 },
			]);
		},
	);

	it("finds a NUL, inside quotes and comments too", () => {
		expect(kinds("a\0b 'c\0' 'd' -- e\0\n$$\0$$ 'f'")).toEqual([
			"word",
			"invalid",
			"word",
			"invalid",
			"string",
			"invalid",
			"invalid",
			"string",
		]);
	});

	it("finds blanks that the server takes for letters", () => {
		expect(show("\uFEFFSELECT\u00A01")).toEqual([
			"invalid \uFEFF",
			"word SELECT",
			"invalid \u00A0",
			"number 1",
		]);
	});

	it("takes a psql command to the end of the line, or to a double backslash", () => {
		expect(show("\\set x 'a\\\\b' \\\\ SELECT 1 \\gset p_\nx")).toEqual([
			"metaCommand \\set x 'a\\\\b' \\\\",
			"word SELECT",
			"number 1",
			"metaCommand \\gset p_",
			"word x",
		]);
	});

	it("takes a backslash for an error where no psql runs the text", () => {
		const tokens = tokenize("\\i x", undefined, { psql: false });
		expect(tokens.map(({ kind }) => kind)).toEqual(["invalid", "word", "word"]);
	});
});

describe("identifierValue", () => {
	it.each([
		["Orders", "orders"],
		["GRÖSSE", "grÖsse"],
		['"a""B"', 'a"B'],
		[String.raw`U&"d\0061t\+000061\\"`, "data\\"],
	])("reads %s as the name %s", (text, name) => {
		expect(identifierValue(tokenize(text)[0]!, text)).toBe(name);
	});
});
