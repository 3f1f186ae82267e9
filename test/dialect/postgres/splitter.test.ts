import { readFileSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModule, parseSync } from "libpg-query";
import { split } from "../../../src/dialect/postgres/splitter.ts";

const folder = new URL("../../../fixtures/sql/", import.meta.url);

function read(name: string): string {
	return readFileSync(new URL(name, folder), "utf8");
}

function show(text: string): string[] {
	return split(text).map(
		({ kind, start, end, terminated }) =>
			`${kind}${terminated ? "" : " (open)"}: ${text.slice(start, end)}`,
	);
}

describe("split", () => {
	it("leaves out semicolons, blanks, comments and empty statements", () => {
		expect(show(";; -- a\nSELECT 1 /* b */ ;\n;SELECT /* c */ 2 -- d\n")).toEqual([
			"sql: SELECT 1",
			"sql (open): SELECT /* c */ 2",
		]);
	});

	it("gives each piece the comments since the piece before", () => {
		const text = "-- a\nSELECT 1 -- b\n; -- c\n/* d */ SELECT /* e */ 2; -- f";
		const comments = split(text).map(({ leadingComments }) =>
			leadingComments.map(({ start, end }) => text.slice(start, end)),
		);
		expect(comments).toEqual([["-- a"], ["-- b", "-- c", "/* d */"]]);
	});

	it("keeps the tokens inside, without the semicolon", () => {
		const text = "SELECT 1; SELECT /* e */ 2;";
		const tokens = split(text)[1]!.tokens.map(({ start, end }) => text.slice(start, end));
		expect(tokens).toEqual(["SELECT", "/* e */", "2"]);
	});

	it("reads only the given part", () => {
		const text = "SELECT 1; SELECT 2; SELECT 3;";
		const [only, none] = split(text, { range: { start: 10, end: 18 } });
		expect(only).toMatchObject({ start: 10, end: 18, terminated: false });
		expect(none).toBeUndefined();
	});

	it("keeps the semicolons of rules and SQL bodies inside their statement", () => {
		const starts = show(read("nested-statements.sql")).map((piece) => piece.slice(0, 25));
		expect(starts).toEqual([
			"sql: CREATE RULE archive_",
			"sql: CREATE OR REPLACE FU",
			"sql: CREATE PROCEDURE tou",
			"sql: BEGIN",
			"sql: UPDATE orders SET st",
			"sql: END",
			"sql: BEGIN TRANSACTION",
			"sql: COMMIT",
		]);
	});

	it("ends a statement at its semicolon when a parenthesis is missing", () => {
		expect(show("CREATE TABLE orders (id int; SELECT 1;")).toEqual([
			"sql: CREATE TABLE orders (id int",
			"sql: SELECT 1",
		]);
	});

	it("runs to the end when a quote is never closed, with the place of the quote", () => {
		const text = "SELECT 1; UPDATE orders SET note = 'oops; SELECT 2;\n";
		const piece = split(text)[1]!;
		expect(piece).toMatchObject({ end: text.length, terminated: false });
		expect(piece.tokens.at(-1)).toEqual({ kind: "invalid", start: 35, end: text.length });
	});

	it("does not read the data of a dump", () => {
		expect(show(read("dump.sql"))).toEqual([
			"metaCommand: \\restrict k3y",
			"sql: SET statement_timeout = 0",
			"sql: CREATE TABLE public.invoices (id bigint, note text)",
			"sql: COPY public.invoices (id, note) FROM stdin",
			"copyData: 1\tit's; due\n2\t$$ /* -- \"\n3\ta\\.b",
			"sql: COPY public.empty_table (id) FROM stdin",
			"copyData: ",
			"sql: SELECT pg_catalog.setval('public.invoices_id_seq', 3, true)",
			"metaCommand: \\unrestrict k3y",
		]);
	});

	it("follows a psql script", () => {
		expect(show(read("psql-script.sql"))).toEqual([
			"metaCommand: \\set ON_ERROR_STOP on",
			"metaCommand: \\if :{?fresh}",
			"metaCommand: \\i schema.sql",
			"metaCommand: \\endif",
			"sql: SELECT format('ANALYZE %I', relname) FROM pg_class WHERE relkind = 'r'",
			"metaCommand: \\gexec",
			"metaCommand: \\x \\\\",
			"sql: SELECT 1 AS one",
			"sql: SELECT 2",
			"sql: SELECT 3",
			"metaCommand: \\copy invoices from stdin with (format csv)",
			'copyData: 1,"a;b"',
			"sql: COPY orders FROM STDIN WITH (FORMAT csv)",
			"copyData (open): 1,'\n",
		]);
	});

	it("ends COPY data at a line of its own also with Windows line ends", () => {
		expect(show("COPY orders FROM stdin; -- load\r\n1\r\n\\.\r\nSELECT 1;")).toEqual([
			"sql: COPY orders FROM stdin",
			"copyData: 1",
			"sql: SELECT 1",
		]);
	});

	it("expects no data after COPY TO, COPY FROM a file, or at the end", () => {
		expect(
			show("COPY orders TO stdout;\nCOPY orders FROM '/tmp/x';\nCOPY orders FROM stdin;\n"),
		).toHaveLength(3);
	});

	it("leaves a backslash inside its statement where no psql runs the text", () => {
		const pieces = split("\\i schema.sql\nSELECT 1;", { psql: false });
		expect(pieces).toMatchObject([{ kind: "sql", start: 0, end: 22, terminated: true }]);
	});
});

describe("the boundaries of the server's own grammar", () => {
	beforeAll(loadModule);

	/** The server knows neither psql commands nor a byte order mark: both are blanked. */
	function serverText(text: string): string | undefined {
		if (/^\\/m.test(text)) return undefined;
		return text.replace("\uFEFF", " ");
	}

	const names = readdirSync(folder).filter(
		(name) => name.endsWith(".sql") && serverText(read(name)) !== undefined,
	);

	it.each(names)("%s is cut where the server cuts it", (name) => {
		const text = serverText(read(name)) ?? "";
		const bytes = new TextEncoder().encode(text);
		const cut = (start: number, length: number | undefined): string =>
			new TextDecoder().decode(bytes.subarray(start, length ? start + length : undefined));
		const expected = (parseSync(text).stmts ?? []).map((statement) =>
			cut(statement.stmt_location ?? 0, statement.stmt_len),
		);
		const pieces = split(text);
		expect(pieces).toHaveLength(expected.length);
		for (const [index, piece] of pieces.entries()) {
			const statement = text.slice(piece.start, piece.end);
			const server = expected[index]!;
			expect(server.slice(0, statement.length)).toBe(statement);
			// The server counts blanks and comments before the semicolon in.
			expect(split(server.slice(statement.length))).toEqual([]);
		}
	});
});
