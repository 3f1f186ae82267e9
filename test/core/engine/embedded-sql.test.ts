import { expect, test } from "vitest";
import { lint, type LintResult } from "../../../src/core/engine/lint.ts";
import type { EmbeddedSql, Migration, Section } from "../../../src/core/migration.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../../src/generated/recipes.ts";
import { rules } from "../../../src/generated/rules.ts";

const released = `CREATE TABLE orders (id bigint PRIMARY KEY, note text);`;

function migration(id: string, order: number, section: Section): Migration {
	return {
		id,
		name: id,
		layout: "program",
		order,
		release: id,
		candidate: order > 0,
		up: [section],
		down: [],
		verify: [],
		placeholders: [],
	};
}

/** Lints a program after a release that made orders. */
async function lintProgram(
	text: string,
	embedded: readonly EmbeddedSql[],
	only?: string,
): Promise<LintResult> {
	const first: Section = {
		file: { path: "migrations/1_orders.sql", text: released },
		range: { start: 0, end: released.length },
		transaction: "all",
	};
	const program: Section = {
		file: { path: "migrations/2_index.ts", text },
		range: { start: 0, end: text.length },
		transaction: "all",
		embedded,
	};
	return lint({
		history: {
			migrations: [migration("1", 0, first), migration("2", 1, program)],
			dialect: await loadPostgres(),
			version: 17,
		},
		rules: rules
			.filter(({ id, preset }) => (only === undefined ? preset === "recommended" : id === only))
			.map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(),
		ruleIds: new Set(rules.map(({ id }) => id)),
	});
}

function literal(program: string, sql: string, holes: readonly string[] = []): EmbeddedSql {
	const start = program.indexOf(sql);
	return {
		kind: "sql",
		sql,
		range: { start, end: start + sql.length },
		verbatim: true,
		holes: holes.map((hole) => {
			const at = sql.indexOf(hole);
			return { start: at, end: at + hole.length };
		}),
	};
}

function made(program: string, call: string, sql: string): EmbeddedSql {
	const start = program.indexOf(call);
	return {
		kind: "sql",
		sql,
		range: { start, end: start + call.length },
		verbatim: false,
		holes: [],
	};
}

const index = "CREATE INDEX orders_note ON orders (note)";

test("a finding on a literal stands in the literal", async () => {
	const program = `export const up = (db) => {\n\tdb.query(\`\n\t\t${index};\n\t\`);\n};\n`;
	const { findings } = await lintProgram(
		program,
		[literal(program, `\n\t\t${index};\n\t`)],
		"require-concurrent-index",
	);
	expect(findings.map(({ file, start, end }) => ({ file, start, end }))).toEqual([
		{
			file: "migrations/2_index.ts",
			start: { line: 3, column: 3 },
			end: { line: 3, column: 3 + index.length },
		},
	]);
});

test("a finding on SQL that a call makes stands at the call, its recipe has the SQL", async () => {
	const program = `exports.up = (db) => {\n\tdb.createIndex("orders", ["note"]);\n};\n`;
	const call = `db.createIndex("orders", ["note"])`;
	const { findings } = await lintProgram(
		program,
		[made(program, call, index)],
		"require-concurrent-index",
	);
	expect(findings).toHaveLength(1);
	const [finding] = findings;
	expect(finding?.start).toEqual({ line: 2, column: 2 });
	expect(finding?.end).toEqual({ line: 2, column: 2 + call.length });
	expect(finding?.range.start).toBe(program.indexOf(call));
	expect(finding?.recipe?.steps[0]?.sql).toContain(
		"CREATE INDEX CONCURRENTLY orders_note ON orders",
	);
});

test("a recipe cuts its words out of the SQL that a call makes", async () => {
	const program = `exports.up = (db) => {\n\tdb.addConstraint();\n\tdb.addCheck();\n};\n`;
	const { findings } = await lintProgram(
		program,
		[
			made(program, "db.addConstraint()", "ALTER TABLE orders ADD COLUMN total numeric"),
			made(
				program,
				"db.addCheck()",
				"ALTER TABLE orders ALTER COLUMN note SET DEFAULT '', ADD CONSTRAINT note_short CHECK (length(note) < 100)",
			),
		],
		"require-not-valid-constraint",
	);
	expect(findings.map(({ start }) => start)).toEqual([{ line: 3, column: 2 }]);
	expect(findings[0]?.recipe?.steps[0]?.sql).toContain("CHECK (length(note) < 100) NOT VALID");
});

test.each([
	["a table", "ALTER TABLE ${table} ADD COLUMN total numeric", "${table}"],
	["a part of a name", "ALTER TABLE ${prefix}_orders ADD COLUMN total numeric", "${prefix}"],
	["a number", "ALTER SEQUENCE orders_id RESTART WITH ${next}", "${next}"],
	["a string", "COMMENT ON TABLE orders IS ${words}", "${words}"],
	["a part of a string", "COMMENT ON TABLE orders IS 'made by ${tool}'", "${tool}"],
	["a clause that may be empty", "CREATE TABLE ${ifNotExists} notes (id int)", "${ifNotExists}"],
	["a value", "DELETE FROM orders WHERE id < ${id}", "${id}"],
])("a hole can stand for %s", async (_, sql, hole) => {
	const program = `query(\`${sql}\`)`;
	const { counts } = await lintProgram(program, [literal(program, sql, [hole])]);
	expect(counts).toMatchObject({ statements: 1, unread: 0 });
});

test("a hole for a whole statement is counted as unread", async () => {
	const program = "query(`${sql}`)";
	const { counts, findings } = await lintProgram(
		program,
		[literal(program, "${sql}", ["${sql}"])],
		"syntax-error",
	);
	expect(counts).toMatchObject({ statements: 1, unread: 1 });
	expect(findings.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
		"warning: This statement was not judged: a placeholder stands for SQL that only the migration tool knows.",
	]);
});

test("calls that cannot be told are counted, and reported once a file", async () => {
	const program = "rename(orders); rename(notes);";
	const { counts, findings } = await lintProgram(
		program,
		["rename(orders)", "rename(notes)"].map((call) => ({
			kind: "unread",
			range: { start: program.indexOf(call), end: program.indexOf(call) + call.length },
			message: "rename is no method that is known here",
		})),
	);
	expect(counts).toMatchObject({ statements: 2, unread: 2 });
	expect(findings.map(({ rule, severity }) => ({ rule, severity }))).toEqual([
		{ rule: "syntax-error", severity: "info" },
	]);
});

test("a comment of the program before a call silences what the call makes", async () => {
	const comment = "// lockkeeper:ignore require-concurrent-index: orders is small";
	const program = `${comment}\ndb.createIndex();\n`;
	const range = { start: 0, end: comment.length };
	const call = made(program, "db.createIndex()", `SET lock_timeout = '2s'; ${index}`);
	const { findings } = await lintProgram(program, [
		{ ...call, comments: [{ text: comment.slice(2).trim(), range }] },
	]);
	expect(findings).toEqual([]);
});
