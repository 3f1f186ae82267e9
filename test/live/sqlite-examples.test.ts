import sqlite from "node-sqlite3-wasm";
import { describe, expect, test } from "vitest";
import type { Example } from "../../src/core/rule.ts";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import { dialectOf } from "../../src/judged-example.ts";
import { rules } from "../../src/generated/rules.ts";

/** Examples that SQLite refuses on purpose, and why. */
const refused: Readonly<Record<string, string>> = {
	"no-add-required-column bad": "the rows that are there have no value",
	"no-refused-statement bad": "the rule is about the refusal",
	"require-outside-transaction bad": "the rule is about the refusal",
	"require-balanced-transaction bad": "the rule is about the refusal",
	"syntax-error bad": "the rule is about the refusal",
};

const dialect = loadSqlite();

function statementsOf(text: string): readonly string[] {
	const { statements } = dialect.read({ path: "example.sql", text }, { placeholders: [] });
	return statements.map(({ range }) => text.slice(range.start, range.end));
}

/** The name in a row of the schema. */
function nameOf({ name }: Readonly<Record<string, unknown>>): string {
	return typeof name === "string" ? name : "";
}

/** A row in each table: what is refused only where there are rows shows. */
function fill(database: InstanceType<typeof sqlite.Database>): void {
	const tables = database.all("SELECT name FROM sqlite_schema WHERE type = 'table'");
	for (const name of tables.map(nameOf)) {
		const columns = database.all(`PRAGMA table_info("${name}")`);
		const names = columns.map((column) => `"${nameOf(column)}"`);
		const values = columns.map(() => "1");
		database.exec(`INSERT INTO "${name}" (${names.join(", ")}) VALUES (${values.join(", ")})`);
	}
}

/** Returns what SQLite says no to. */
function refusalOf({ before = "", transaction }: Example, sql: string): string | undefined {
	const database = new sqlite.Database(":memory:");
	try {
		for (const statement of statementsOf(before)) database.exec(statement);
		fill(database);
		const wrapped = transaction === "file" && !sql.includes("lockkeeper:transaction none");
		if (wrapped) database.exec("BEGIN");
		for (const statement of statementsOf(sql)) database.exec(statement);
		if (wrapped) database.exec("COMMIT");
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		database.close();
	}
}

for (const rule of rules) {
	const examples = rule.examples.filter((example) => dialectOf(rule, example) === "sqlite");
	if (examples.length === 0) continue;
	describe(rule.id, () => {
		for (const [at, example] of examples.entries()) {
			test.each(["bad", "good"] as const)(
				`the %s example ${at + 1} does what is said on SQLite`,
				(which) => {
					const refusal = refusalOf(example, example[which]);
					const known = refused[`${rule.id} ${which}`];
					if (known === undefined) expect(refusal).toBeUndefined();
					else expect(refusal).toBeDefined();
				},
			);
		}
	});
}
