import { defineRule } from "#core";

export default defineRule({
	id: "syntax-error",
	summary: "Require statements that the server can read.",
	why: `The deploy stops at a statement that the server cannot read, with everything before it done and
everything after it not. For PostgreSQL lockkeeper reads with the grammar of version 18 itself, so what it cannot
read the server refuses too. What such a statement would do to the schema is not known, so the verdicts
on the statements after it are less certain.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Correct the statement; psql with \\set ON_ERROR_STOP on an empty database shows the same error.",
	messages: {
		syntax: "The server cannot read this statement: {problem}.",
		tooComplex: "This statement was not judged: {problem}.",
		encoding: "The text is damaged here: {problem}.",
		unsupported: "This statement was not judged: {problem}.",
		template: "This statement was not judged: {problem}.",
		program: "What this call does was not judged: {problem}.",
		bug: "This statement was not judged: {problem}.",
	},
	examples: [
		{
			bad: `CREATE TABEL orders (id bigint PRIMARY KEY);`,
			good: `CREATE TABLE orders (id bigint PRIMARY KEY);`,
		},
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders DROP IF EXISTS COLUMN note;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders DROP COLUMN IF EXISTS note;`,
		},
		{
			dialect: "sqlite",
			bad: `CREATE TABEL orders (id INTEGER PRIMARY KEY);`,
			good: `CREATE TABLE orders (id INTEGER PRIMARY KEY);`,
		},
	],
	on: {
		unread(statement, context) {
			const { unread } = statement;
			if (!unread) return;
			context.report({
				message: unread.reason,
				data: { problem: unread.message },
				at: unread.at,
				// Only the portable parser says so; the server may well read it.
				...(context.dialect !== "postgres" && {
					help: "Run it on a database of that version: what it refuses there is to be corrected.",
				}),
				...(unread.reason === "unsupported" && {
					severity: "warning",
					help:
						context.dialect !== "postgres"
							? "Judge it by hand; the server may well read it."
							: "Lint it where WebAssembly runs, so that PostgreSQL's own grammar reads it.",
				}),
				// A file made of such placeholders says it once; the summary counts every statement.
				...(unread.reason === "template" && {
					once: statement.file.path,
					severity: "warning",
					help: "Judge it by hand, or lint the SQL that the migration tool makes of it.",
				}),
				...(unread.reason === "program" && {
					once: statement.file.path,
					severity: "info",
					help: "Judge it by hand; the statements after it are judged without it.",
				}),
				...(unread.reason === "bug" && {
					severity: "warning",
					help: "Judge it by hand; the statements after it are judged without it.",
				}),
				...(unread.hint !== undefined && { help: unread.hint }),
			});
		},
	},
});
