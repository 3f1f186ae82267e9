import { describe, expect, test } from "vitest";
import { findingsOf, sentBy, type Repository } from "./pairs.ts";

const knex = (body: string): Repository => ({
	"package.json": `{ "dependencies": { "knex": "3", "pg": "8" } }`,
	"migrations/20240101000000_orders.js": `exports.up = async (knex) => {
	await knex.raw("CREATE TABLE customers (id int PRIMARY KEY)");
	await knex.raw("CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text)");
};`,
	"migrations/20240201000000_change.js": `exports.config = { transaction: false };
exports.up = async (knex) => {
	await knex.raw("SET lock_timeout = '2s'");
${body}
};`,
});

const rails = (body: string): Repository => ({
	"db/migrate/20240101000000_create_orders.rb": `class CreateOrders < ActiveRecord::Migration[7.1]
  def change
    create_table(:orders) { |t| t.text :note }
  end
end
`,
	"db/migrate/20240201000000_change.rb": `class Change < ActiveRecord::Migration[7.1]
  def up
    execute "SET lock_timeout = '2s'"
${body}
  end
end
`,
});

const alembic = (body: string): Repository => ({
	"alembic.ini": "",
	"versions/1_orders.py": `from alembic import op
revision = "1"
down_revision = None

def upgrade():
    op.execute("CREATE TABLE orders (id int PRIMARY KEY, note text)")
`,
	"versions/2_change.py": `from alembic import op
revision = "2"
down_revision = "1"

def upgrade():
    op.execute("SET lock_timeout = '2s'")
${body}
`,
});

const key = (name: string): string =>
	`await knex.raw("ALTER TABLE orders ADD CONSTRAINT ${name} FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID");
await knex.raw("ALTER TABLE orders VALIDATE CONSTRAINT ${name}");`;

describe("of the sides of a branch one runs", () => {
	test("both sides of an if may make the same key", async () => {
		const sides = `if (await isOld()) { ${key("orders_customer")} } else { ${key("orders_customer_fkey")} }`;
		expect(await findingsOf(knex(sides))).toEqual([]);
		const both = `${key("orders_customer")} ${key("orders_customer_fkey")}`;
		expect(await findingsOf(knex(both))).toContain("no-duplicate-foreign-key");
	});

	test("what follows a side that returns is the other side", async () => {
		const early = `if (await isOld()) { ${key("orders_customer")} return; } ${key("orders_customer_fkey")}`;
		expect(await findingsOf(knex(early))).toEqual([]);
	});

	test("a round of a loop that may return is followed by no other", async () => {
		const loop = `for (const name of ["orders_customer", "orders_customer_fkey"]) {
	try { ${key("${name}").replaceAll('"', "`")} return; } catch (error) { last = error; }
}
throw last;`;
		expect(await findingsOf(knex(loop))).toEqual([]);
	});

	test("what catches an error runs in place of what failed", async () => {
		const tried = `try { ${key("orders_customer")} } catch { ${key("orders_customer_fkey")} }`;
		expect(await findingsOf(knex(tried))).toEqual([]);
	});

	test("the rounds of a callback that returns a promise all run", async () => {
		const loop = `await Promise.all(["carts", "items"].map(async (name) => { return knex.raw(\`CREATE TABLE \${name} (id int)\`); }));
await knex.raw("CREATE INDEX carts_id ON carts (id)");
await knex.raw("CREATE INDEX items_id ON items (id)");`;
		expect(await findingsOf(knex(loop))).toEqual([]);
	});

	test("after the branch the history goes on from its first side", async () => {
		const after = `if (await isOld()) { await knex.raw("CREATE TABLE carts (id int PRIMARY KEY, note text)"); } else { await report(); }
await knex.raw("CREATE INDEX carts_note ON carts (note)");`;
		expect(await findingsOf(knex(after))).toEqual([]);
	});

	test("a side is judged for itself: what the other side made is released there", async () => {
		const index = `await knex.raw("CREATE INDEX orders_note ON orders (note)");`;
		expect(await findingsOf(knex(`if (await isOld()) { ${index} }`))).toEqual([
			"require-concurrent-index",
		]);
	});
});

describe("Ruby", () => {
	const index = (name: string): string => `execute "CREATE INDEX ${name} ON orders (note)"`;

	test.each([
		["unless", `${index("a")} unless index_exists?(:orders, :note)`, 1],
		["return if", `return if index_exists?(:orders, :note)\n    ${index("a")}`, 1],
		[
			"case",
			`case kind\n    when 1\n      ${index("a")}\n    else\n      ${index("b")}\n    end`,
			2,
		],
		[
			"rescue",
			`begin\n      ${index("a")}\n    rescue StandardError\n      ${index("b")}\n    end`,
			2,
		],
		["raise", `raise "no" if old?\n    ${index("a")}`, 1],
	])("%s", async (_, body, count) => {
		const found = await findingsOf(rails(`    ${body}`));
		expect(found).toEqual(Array.from({ length: count }, () => "require-concurrent-index"));
	});

	test("next leaves a round only", async () => {
		const body = `    [:carts, :items].each do |name|
      next if name == :old
      execute "CREATE TABLE #{name} (id int)"
    end
    add_index :carts, :id
    add_index :items, :id`;
		expect(await findingsOf(rails(body))).toEqual([]);
	});

	test("nothing after a bare return is sent", async () => {
		const sent = await sentBy(rails(`    return\n    ${index("a")}`));
		expect(sent["20240201000000"]).toEqual(["file", "SET lock_timeout = '2s'"]);
	});
});

describe("Python", () => {
	const index = (name: string): string => `op.execute("CREATE INDEX ${name} ON orders (note)")`;

	test.each([
		["else", `if old():\n        ${index("a")}\n    else:\n        ${index("b")}`, 2],
		["elif", `if old():\n        ${index("a")}\n    elif new():\n        ${index("b")}`, 2],
		["return", `if old():\n        ${index("a")}\n        return\n    ${index("b")}`, 2],
		["except", `try:\n        ${index("a")}\n    except Exception:\n        ${index("b")}`, 2],
		["raise", `if old():\n        raise Exception("no")\n    ${index("a")}`, 1],
	])("%s", async (_, body, count) => {
		const found = await findingsOf(alembic(`    ${body}`));
		expect(found).toEqual(Array.from({ length: count }, () => "require-concurrent-index"));
	});

	test("continue leaves a round only", async () => {
		const body = `    for name in ["carts", "items"]:
        if name == "old":
            continue
        op.execute(f"CREATE TABLE {name} (id int)")
    op.create_index("carts_id", "carts", ["id"])
    op.create_index("items_id", "items", ["id"])`;
		expect(await findingsOf(alembic(body))).toEqual([]);
	});
});
