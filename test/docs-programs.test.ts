import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { layouts } from "../src/project/layouts/index.ts";
import { lineAt, findingLines, type Repository } from "./project/embedded/pairs.ts";

const page = readFileSync(new URL("../docs/programs.md", import.meta.url), "utf8");

/** A release before the example, in the tool of the example. */
const before: Readonly<Record<string, Repository>> = {
	js: {
		"package.json": `{ "dependencies": { "knex": "3", "pg": "8" } }`,
		"migrations/20240101000000_orders.js": `exports.up = (knex) => knex.raw("CREATE TABLE orders (id int PRIMARY KEY, note text)");`,
	},
	ruby: {
		"db/migrate/20240101000000_create_orders.rb": `class CreateOrders < ActiveRecord::Migration[7.1]
  def change
    create_table(:orders) { |t| t.text :note }
  end
end
`,
	},
	python: {
		"alembic.ini": "",
		"versions/1_orders.py": `revision = "1"
down_revision = None

def upgrade():
    op.execute("CREATE TABLE orders (id int PRIMARY KEY, note text)")
`,
	},
};

const examples = [...page.matchAll(/```(\w+)\n((?:\/\/|#) (\S+)\n[^]*?)```/g)].map(
	([, language = "", text = "", file = ""]) => ({ language, text, file }),
);

test("every example of docs/programs.md is found", () => {
	expect(examples.map(({ file }) => file)).toHaveLength(5);
});

test.each(examples)("docs/programs.md: $file", async ({ language, text, file }) => {
	const repository = { ...before[language], [file]: text };
	const expected = [...text.matchAll(/ (?:\/\/|#) finds: (\S+)/g)].map(
		({ index, 1: rule }) => `${lineAt(text, index)}: ${rule ?? ""}`,
	);
	expect(await findingLines(repository, file)).toEqual(expected);
});

test("the table of docs/programs.md lists tools that are known", () => {
	const names = new Set(layouts.map(({ name }) => name));
	const rows = [...page.matchAll(/^\| (?!tool|---)([^|]+?) \|/gm)].map(([, name = ""]) =>
		name.trim(),
	);
	expect(rows).toHaveLength(11);
	for (const row of rows) expect(names).toContain(row);
});
