import { describe, expect, test } from "vitest";
import type { Migration, Project, Section } from "../../src/core/migration.ts";
import { discover, fixtureDirectory, migration, onlyProject, textOf } from "./fixture.ts";

/** What is expected of a fixture repository: one line a migration, one a problem. */
interface Expectation {
	readonly layout: string;
	readonly root: string;
	readonly why: string;
	readonly dialectWhy: string;
	/** "revision: classes of the sections up / down", then what else there is to say. */
	readonly migrations: readonly string[];
	/** "code file" */
	readonly problems?: readonly string[];
}

const classes = (sections: readonly Section[]): string =>
	sections.map(({ transaction }) => transaction).join("+") || "-";

function shown(migration: Migration): string {
	const { id, up, down, verify, repeatable, baseline, programFile } = migration;
	return [
		`${id}: ${classes(up)} / ${classes(down)}`,
		...(verify.length > 0 ? ["verified"] : []),
		...(repeatable ? ["repeatable"] : []),
		...(baseline ? ["baseline"] : []),
		...(programFile === undefined ? [] : [`program ${programFile.split("/").at(-1)}`]),
	].join(", ");
}

const problemsOf = (project: Project): string[] =>
	project.problems.map(({ code, file }) => `${code} ${file ?? ""}`);

const expectations: readonly Expectation[] = [
	{
		layout: "diesel",
		root: "migrations",
		why: "the folder 00000000000000_diesel_initial_setup",
		dialectWhy: "dollar quotes",
		migrations: [
			"00000000000000: file / file",
			"20240105093000: file / file",
			"20240212110000: file / file",
			"20240301080000: implicit / implicit",
			"20240302080000: implicit / -",
		],
	},
	{
		layout: "sqlx",
		root: "migrations",
		why: "sqlx in Cargo.toml above files like 10_invoices.sql",
		dialectWhy: `sqlx's feature "postgres" in Cargo.toml`,
		migrations: ["9: file / -", "10: file / -", "11: implicit / -", "12: file / -"],
		problems: [
			"badFileName migrations/old_report.sql",
			"badMarker migrations/12_sessions_index.sql",
		],
	},
	{
		layout: "refinery",
		root: "migrations",
		why: "refinery in Cargo.toml above files like U3__invoices.sql",
		dialectWhy: "nothing says otherwise",
		migrations: [
			"1: file / -",
			"2: - / -, program V2__copy_prices.rs",
			"3: file / -",
			"10: file / -",
		],
		problems: [
			"badFileName migrations/V11__orders-index.sql",
			"programNotRead migrations/V2__copy_prices.rs",
		],
	},
	{
		layout: "sqitch",
		root: "db",
		why: "sqitch.plan",
		dialectWhy: "engine = pg in sqitch.conf",
		migrations: [
			"tables/sessions: none / none, verified",
			"tables/orders: none / none",
			"functions/order_total@v1.1: none / none",
			"functions/order_total: none / none",
		],
		problems: ["missingFile db/deploy/tables/invoices.sql"],
	},
	{
		layout: "atlas",
		root: "migrations",
		why: "atlas.sum",
		dialectWhy: "CONCURRENTLY",
		migrations: [
			"20240105093000: file / -",
			"20240212110000: file / -",
			"20240301080000: none / -",
			"20240302080000: file / -",
			"20240303080000: file / -, verified",
			"20240305080000: file / -",
		],
		problems: [
			"supersededBaseline migrations/20240304080000_checkpoint.sql",
			"notInHistory migrations/20240305080000_unsummed.sql",
		],
	},
	{
		layout: "sql-migrate",
		root: "migrations",
		why: "-- +migrate Up in 10-invoices.sql",
		dialectWhy: "dollar quotes",
		migrations: [
			"9-orders.sql: file / file",
			"10-invoices.sql: file / file",
			"11-invoices-index.sql: none / file",
			"12-sessions.sql: - / -",
		],
		problems: ["badMarker migrations/12-sessions.sql"],
	},
	{
		layout: "tern",
		root: "migrations",
		why: "tern's markers in 001_orders.sql",
		dialectWhy: "CONCURRENTLY",
		migrations: ["001: file / file", "002: file / -", "003: none / file", "005: file / -"],
		problems: ["missingFile migrations/005_sessions.sql"],
	},
	{
		layout: "graphile-migrate",
		root: "migrations",
		why: ".gmrc",
		dialectWhy: "graphile-migrate is for PostgreSQL",
		migrations: [
			"roles.sql: file / -, baseline",
			"000001: file / -",
			"000002: implicit / -",
			"current: file+file / -",
		],
	},
	{
		layout: "node-pg-migrate",
		root: "migrations",
		why: "-- Up Migration in 1704447000000_orders.sql",
		dialectWhy: "node-pg-migrate is for PostgreSQL",
		migrations: [
			"1704447000000_orders: all / all",
			"1704447000001_copy-prices: all / -",
			"1707735600000_invoices: all / all",
			"1709280000000_sessions: all / -",
		],
		problems: [],
	},
	{
		layout: "hasura",
		root: "migrations/default",
		why: "config.yaml of the Hasura CLI",
		dialectWhy: "Hasura's default database",
		migrations: ["9: file / file", "10: file / file", "1709280000000: file / -"],
	},
	{
		layout: "liquibase",
		root: "db/changelog",
		why: "db.changelog-master.yaml includes SQL files",
		dialectWhy: "dollar quotes",
		migrations: [
			"002-orders.sql::orders::ada: file / file",
			"002-orders.sql::order-total::Ada L: file / -, repeatable",
			"db.changelog-master.yaml::grants::ada: file+file / -, repeatable",
			"later/010-invoices.sql::invoices::ada: file / file",
			"later/010-invoices.sql::invoices-index::ada: none / -",
			"later/020-sessions.sql::raw::includeAll: file / -",
		],
		problems: ["notInHistory db/changelog/001-abandoned.sql"],
	},
	{
		layout: "play-evolutions",
		root: "conf/evolutions/default",
		why: "!Ups in 1.sql",
		dialectWhy: "dollar quotes",
		migrations: ["1: none / none", "2: none+none / none", "4: none / -"],
		problems: [
			"notInHistory conf/evolutions/default/3_draft.sql",
			"notInHistory conf/evolutions/default/4.sql",
		],
	},
	{
		layout: "rambler",
		root: "migrations",
		why: "-- rambler up in 01_orders.sql",
		dialectWhy: "nothing says otherwise",
		migrations: [
			"01_orders.sql: implicit+implicit / implicit+implicit",
			"02_invoices.sql: implicit / implicit",
		],
	},
	{
		layout: "morph",
		root: "migrations/postgres",
		why: "-- morph: in 000003_invoices_index.up.sql",
		dialectWhy: "the folder postgres",
		migrations: ["000001: file / file", "000002: file / -", "000003: implicit / file"],
	},
	{
		layout: "postgres-migrations",
		root: "migrations",
		why: "-- postgres-migrations disable-transaction in 0004-invoices-index.sql",
		dialectWhy: "postgres-migrations is for PostgreSQL",
		migrations: [
			"0001: file / -",
			"0002: - / -, program 0002-copy-prices.js",
			"0003: file / -",
			"0004: implicit / -",
		],
		problems: ["programNotRead migrations/0002-copy-prices.js"],
	},
	{
		layout: "rails",
		root: "db",
		why: "structure.sql and migrate/",
		dialectWhy: "a :: cast",
		migrations: [
			"20240105093000: file / -",
			"20240212110000: file / -",
			"20240301080000: file / -",
		],
	},
];

describe("the layouts of SQL files", () => {
	test.each(expectations)("$layout: order, sections, transactions", async (expected) => {
		const project = await onlyProject(fixtureDirectory(expected.layout));
		expect({
			layout: project.layout.id,
			root: project.root,
			why: project.layout.why,
			dialectWhy: project.dialectWhy,
			migrations: project.migrations.map(shown),
			problems: problemsOf(project),
		}).toEqual({ problems: [], ...expected });
		expect(project.dialect).toBe("postgres");
	});
});

describe("pop", () => {
	test("a directory with files for two databases is two histories", async () => {
		const projects = await discover(fixtureDirectory("pop"));
		expect(projects.map(({ dialect, migrations }) => [dialect, migrations.map(shown)])).toEqual([
			[
				"mysql",
				[
					"20240105093000000000: file / file",
					"20240212110000000000: file / file",
					"20240301080000000000: file / -",
				],
			],
			[
				"postgres",
				[
					"20240105093000000000: file / file",
					"20240212110000000000: file / file",
					"20240301080000000000: implicit / -",
				],
			],
		]);
	});

	test("a named file of one database is not read as one of the other", async () => {
		const file = "migrations/20240212110000000000_invoices.mysql.up.sql";
		const project = await onlyProject(fixtureDirectory("pop"), [file]);
		expect([project.dialect, project.problems]).toEqual(["mysql", []]);
	});

	test("the config's dialect picks one of the histories", async () => {
		const settings = { root: "migrations", dialect: "postgres" } as const;
		const project = await onlyProject(fixtureDirectory("pop"), [], { projects: [settings] });
		expect(project.migrations[1]!.up[0]!.file.path).toMatch(/\.postgres\.up\.sql$/);
	});
});

test("what is no SQL is said once for a history", async () => {
	const project = await onlyProject(fixtureDirectory("goose"));
	expect(project.problems.map(({ severity, message }) => [severity, message])).toEqual([
		["info", "migrations/00002_copy_prices.go is not SQL: what runs there was not judged"],
	]);
});

describe("sections", () => {
	const sections = async (layout: string, id: string): Promise<Record<"up" | "down", string[]>> => {
		const { up, down } = migration(await onlyProject(fixtureDirectory(layout)), id);
		return {
			up: up.map((part) => textOf(part).trim()),
			down: down.map((part) => textOf(part).trim()),
		};
	};

	test("sql-migrate's blocks are one statement each", async () => {
		const { up } = migration(await onlyProject(fixtureDirectory("sql-migrate")), "10-invoices.sql");
		const [block] = up[0]!.statementRule!.blocks;
		expect(up[0]!.file.text.slice(block!.start, block!.end)).toMatch(
			/^CREATE FUNCTION[^]*plpgsql;\n$/,
		);
	});

	test("tern divides a file into up and down", async () => {
		expect(await sections("tern", "001")).toEqual({
			up: ["CREATE TABLE {{ .schema }}.orders (id bigint PRIMARY KEY, total numeric NOT NULL);"],
			down: ["DROP TABLE {{ .schema }}.orders;"],
		});
	});

	test("node-pg-migrate takes the sections in any order", async () => {
		const { up, down } = await sections("node-pg-migrate", "1707735600000_invoices");
		expect(up[0]).toMatch(/^-- up migration\nCREATE TABLE invoices[^]*;$/);
		expect(down).toEqual(["-- down migration\nDROP TABLE invoices;"]);
	});

	test("rambler undoes the last text first", async () => {
		const { down } = await sections("rambler", "01_orders.sql");
		expect(down).toEqual(["DROP INDEX orders_total;", "DROP TABLE orders;"]);
	});

	test("a comment of Play's parts a section", async () => {
		const { up, down } = await sections("play-evolutions", "2");
		expect(up[0]).toMatch(/^CREATE FUNCTION touch[^]*plpgsql;$/);
		expect(up[1]).toMatch(/^CREATE TABLE invoices/);
		expect(down).toEqual(["DROP TABLE invoices;\nDROP FUNCTION touch();"]);
	});

	test("an Atlas archive holds checks beside the migration", async () => {
		const project = await onlyProject(fixtureDirectory("atlas"));
		const { up, verify } = migration(project, "20240303080000");
		expect(textOf(up[0]!)).toMatch(/^ALTER TABLE orders/);
		expect(textOf(verify[0]!).trim()).toBe("SELECT count(*) = 0 FROM orders WHERE total < 0;");
	});

	test("graphile-migrate's header is no part of the migration, current is one of several files", async () => {
		expect((await sections("graphile-migrate", "000001")).up[0]).toMatch(/^DROP TABLE IF EXISTS/);
		const { up } = await sections("graphile-migrate", "current");
		expect(up.map((text) => text.slice(0, 21))).toEqual([
			"CREATE TABLE invoices",
			"CREATE TABLE sessions",
		]);
	});

	test("a reworked sqitch change runs from the copy of its tag", async () => {
		expect((await sections("sqitch", "functions/order_total@v1.1")).up[0]).toMatch(
			/SELECT total FROM/,
		);
		expect((await sections("sqitch", "functions/order_total")).up[0]).toMatch(
			/SELECT total \* 1\.2/,
		);
	});

	test("Liquibase's rollbacks stand in comments, SQL in the changelog itself keeps its place", async () => {
		expect((await sections("liquibase", "002-orders.sql::orders::ada")).down).toEqual([
			"DROP TABLE orders;",
		]);
		expect((await sections("liquibase", "later/010-invoices.sql::invoices::ada")).down).toEqual([
			"DROP TABLE invoices;",
		]);
		expect((await sections("liquibase", "db.changelog-master.yaml::grants::ada")).up).toEqual([
			"GRANT SELECT ON orders TO reporting",
			"GRANT INSERT ON orders TO shop",
		]);
	});
});
