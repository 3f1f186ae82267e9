import type { Node } from "@pgsql/types";
import { parseSync } from "libpg-query";
import { expect, test } from "vitest";
import { routineSource } from "../../../../src/dialect/postgres/lower/routine.ts";
import "./lowering.ts";

function statementOf(sql: string): Node {
	return parseSync(sql).stmts![0]!.stmt!;
}

test("a body in quotes comes unescaped, with its language and where it stands", () => {
	const sql = "CREATE FUNCTION note() RETURNS text LANGUAGE SQL AS 'SELECT ''x'''";
	expect(routineSource(statementOf(sql))).toEqual({
		kind: "text",
		language: "sql",
		text: "SELECT 'x'",
		location: sql.indexOf("AS 'SELECT"),
	});
});

test("DO is PL/pgSQL unless it says otherwise", () => {
	expect(routineSource(statementOf("DO $$ BEGIN END $$"))).toEqual({
		kind: "text",
		language: "plpgsql",
		text: " BEGIN END ",
		location: 3,
	});
	expect(routineSource(statementOf("DO 'x' LANGUAGE plperl"))).toMatchObject({
		language: "plperl",
	});
});

test("BEGIN ATOMIC and RETURN give the statements of the same tree", () => {
	const kinds = (sql: string) => {
		const body = routineSource(statementOf(sql));
		return body?.kind === "sqlBody" ? body.statements.flatMap((node) => Object.keys(node)) : [];
	};
	expect(
		kinds("CREATE PROCEDURE tidy() BEGIN ATOMIC DELETE FROM logs; UPDATE orders SET a = 1; END"),
	).toEqual(["DeleteStmt", "UpdateStmt"]);
	expect(kinds("CREATE FUNCTION one() RETURNS int RETURN 1")).toEqual(["ReturnStmt"]);
});

test("other statements have no body", () => {
	expect(routineSource(statementOf("SELECT 1"))).toBeUndefined();
});
