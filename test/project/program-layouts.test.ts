import { describe, expect, test } from "vitest";
import { lint } from "../../src/core/engine/lint.ts";
import type { Finding } from "../../src/core/finding.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../src/generated/recipes.ts";
import { rules } from "../../src/generated/rules.ts";
import { readProgram } from "../../src/project/embedded/javascript/read.ts";
import type { Vocabulary } from "../../src/project/embedded/javascript/tool.ts";
import { dbMigrateVocabulary } from "../../src/project/embedded/javascript/tools/db-migrate.ts";
import { knexVocabulary } from "../../src/project/embedded/javascript/tools/knex.ts";
import { kyselyVocabulary } from "../../src/project/embedded/javascript/tools/kysely.ts";
import { nodePgMigrateVocabulary } from "../../src/project/embedded/javascript/tools/node-pg-migrate.ts";
import { sequelizeVocabulary } from "../../src/project/embedded/javascript/tools/sequelize.ts";
import { typeormVocabulary } from "../../src/project/embedded/javascript/tools/typeorm.ts";
import { loadTypeScript } from "../../src/project/embedded/javascript/typescript.ts";
import { diskFiles } from "../../src/project/files.ts";
import { fixtureDirectory, ids, onlyProject } from "./fixture.ts";

const classes = (project: Awaited<ReturnType<typeof onlyProject>>): unknown =>
	project.migrations.map(({ up }) => up.map(({ transaction }) => transaction));

describe("programs of migration tools are found by themselves", () => {
	test.each([
		["knex", ["20240101000000_orders.js", "20240201000000_orders_note.js"], [["all"], ["none"]]],
		["typeorm", ["Orders1700000000000", "Index1705000000000"], [["all"], ["none"]]],
		[
			"sequelize",
			["20240101000000-orders.js", "20240201000000-orders-state.js"],
			[["none"], ["file"]],
		],
		["kysely", ["2024-01-01-orders"], [["all"]]],
		["db-migrate", ["/20240101000000-orders"], [["file"]]],
		["mikro-orm", ["Migration20240101000000", "Migration20240201000000_note"], [["all"], ["none"]]],
	])("%s: order and transactions", async (layout, expected, transactions) => {
		const project = await onlyProject(fixtureDirectory(layout));
		expect(project.layout.id).toBe(layout);
		expect(project.problems).toEqual([]);
		expect(ids(project)).toEqual(expected);
		expect(classes(project)).toEqual(transactions);
	});

	test("node-pg-migrate: programs beside SQL files", async () => {
		const project = await onlyProject(fixtureDirectory("node-pg-migrate-programs"));
		expect(project.layout.id).toBe("node-pg-migrate");
		expect(ids(project)).toEqual(["1700000000000_orders", "1710000000000_orders-note"]);
		expect(classes(project)).toEqual([["all"], ["none"]]);
	});

	test("db-migrate: a program that sends a file has the file's SQL", async () => {
		const project = await onlyProject(fixtureDirectory("db-migrate"));
		expect(project.migrations[0]!.up[0]!.file.path).toBe(
			"migrations/sqls/20240101000000-orders-up.sql",
		);
	});
});

/** What the rules find in a program after a release that made orders and customers. */
async function findingsOf(text: string, vocabulary: Vocabulary): Promise<readonly Finding[]> {
	await loadTypeScript();
	const released =
		"CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text);";
	const common = { layout: "program", down: [], verify: [], placeholders: [] };
	const file = { path: "migrations/1_orders.sql", text: released };
	const program = readProgram(
		{ path: "migrations/2_change.ts", text },
		diskFiles(fixtureDirectory("knex")),
		vocabulary,
	);
	const { findings } = lint({
		history: {
			migrations: [
				{
					...common,
					id: "1",
					name: "1",
					order: 0,
					release: "1",
					candidate: false,
					up: [{ file, range: { start: 0, end: released.length }, transaction: "all" }],
				},
				{
					...common,
					id: "2",
					name: "2",
					order: 1,
					release: "2",
					candidate: true,
					up: program.sectionsOf("up", "all"),
				},
			],
			dialect: await loadPostgres(),
			version: 17,
		},
		rules: rules.filter(({ preset }) => preset === "recommended").map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(),
		ruleIds: new Set(rules.map(({ id }) => id)),
	});
	return findings;
}

const words = (findings: readonly Finding[]): readonly string[] =>
	findings.map(({ rule, message }) => `${rule}: ${message}`).sort();

describe("a builder's call and the same SQL have the same findings", () => {
	const index = "CREATE INDEX orders_note_index ON orders (note)";
	const drop = "ALTER TABLE orders DROP COLUMN note";
	const key =
		"ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id)";
	const required = "ALTER TABLE orders ADD COLUMN state varchar(255) NOT NULL";
	const raw = (sql: string): string =>
		`exports.up = async (knex) => { await knex.raw(\`${sql}\`); };`;
	const body = (call: string): string => `exports.up = async (x) => { await ${call}; };`;
	const cases: readonly [string, string, Vocabulary, string][] = [
		[
			"Knex index",
			`x.schema.table("orders", (t) => { t.index("note", "orders_note_index"); })`,
			knexVocabulary,
			index,
		],
		[
			"Knex column",
			`x.schema.table("orders", (t) => { t.dropColumn("note"); })`,
			knexVocabulary,
			drop,
		],
		[
			"Knex key",
			`x.schema.table("orders", (t) => { t.foreign("customer_id", "orders_customer").references("id").inTable("customers"); })`,
			knexVocabulary,
			key,
		],
		[
			"Knex required",
			`x.schema.table("orders", (t) => { t.string("state").notNullable(); })`,
			knexVocabulary,
			required,
		],
		["node-pg-migrate index", `pgm.createIndex("orders", "note")`, nodePgMigrateVocabulary, index],
		[
			"node-pg-migrate column",
			`pgm.dropColumns("orders", ["note"])`,
			nodePgMigrateVocabulary,
			drop,
		],
		[
			"node-pg-migrate required",
			`pgm.addColumn("orders", { state: { type: "varchar(255)", notNull: true } })`,
			nodePgMigrateVocabulary,
			required,
		],
		[
			"Sequelize index",
			`queryInterface.addIndex("orders", ["note"], { name: "orders_note_index" })`,
			sequelizeVocabulary,
			index,
		],
		[
			"Sequelize column",
			`queryInterface.removeColumn("orders", "note")`,
			sequelizeVocabulary,
			drop,
		],
		[
			"Sequelize key",
			`queryInterface.addConstraint("orders", { fields: ["customer_id"], type: "foreign key", name: "orders_customer", references: { table: "customers", field: "id" } })`,
			sequelizeVocabulary,
			key,
		],
		[
			"TypeORM index",
			`queryRunner.createIndex("orders", new TableIndex({ name: "orders_note_index", columnNames: ["note"] }))`,
			typeormVocabulary,
			index,
		],
		["TypeORM column", `queryRunner.dropColumn("orders", "note")`, typeormVocabulary, drop],
		[
			"TypeORM key",
			`queryRunner.createForeignKey("orders", new TableForeignKey({ name: "orders_customer", columnNames: ["customer_id"], referencedTableName: "customers", referencedColumnNames: ["id"] }))`,
			typeormVocabulary,
			key,
		],
		[
			"Kysely index",
			`x.schema.createIndex("orders_note_index").on("orders").column("note").execute()`,
			kyselyVocabulary,
			index,
		],
		[
			"Kysely required",
			`x.schema.alterTable("orders").addColumn("state", "varchar(255)", (c) => c.notNull()).execute()`,
			kyselyVocabulary,
			required,
		],
		["db-migrate column", `db.removeColumn("orders", "note")`, dbMigrateVocabulary, drop],
	];
	test.each(cases)("%s", async (_, call, vocabulary, sql) => {
		const built = await findingsOf(body(call), vocabulary);
		const written = await findingsOf(raw(sql), knexVocabulary);
		expect(written.length).toBeGreaterThan(0);
		expect(words(built)).toEqual(words(written));
		for (const { start } of built) expect(start.line).toBe(1);
	});
});
