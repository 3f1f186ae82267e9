import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../../src/core/migration.ts";
import { compareWithApplied } from "../../src/project/applied/compare.ts";
import {
	flywayChecksum,
	flywayChecksums,
	postgresMigrationsChecksums,
	prismaChecksums,
	sqlxChecksums,
} from "../../src/project/applied/checksums.ts";
import { readApplied } from "../../src/project/applied/read-applied.ts";
import { layouts } from "../../src/project/layouts/index.ts";
import { startPglite } from "../../src/trace/engines/pglite.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { fixtureDirectory, onlyProject, discover } from "./fixture.ts";

let engine: TraceEngine;

beforeAll(async () => {
	const started = await startPglite();
	if ("code" in started) throw new Error(started.message);
	engine = started;
}, 60_000);

afterAll(async () => {
	await engine.close();
});

beforeEach(async () => {
	const rows = await engine.query(
		`SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')`,
	);
	for (const [schema] of rows) await run(`DROP SCHEMA ${schema} CASCADE`);
	await run("DROP SCHEMA public CASCADE");
	await run("CREATE SCHEMA public");
});

async function run(...statements: readonly string[]): Promise<void> {
	for (const sql of statements) {
		const { failure } = await engine.execute(sql);
		if (failure) throw new Error(`${failure.message}: ${sql}`);
	}
}

async function compare(project: Project) {
	const definition = layouts.find(({ id }) => id === project.layout.id)!.applied!;
	const histories = await readApplied(
		{ dialect: "postgres", query: (sql) => engine.query(sql) },
		new Set([project.layout.id]),
	);
	const history = histories.get(project.layout.id)!;
	const found = compareWithApplied(project.migrations, definition, history);
	return {
		table: found.table,
		applied: [...found.applied].map(({ id }) => id),
		problems: found.problems.map(({ code, message }) => `${code}: ${message}`),
	};
}

const project = async (name: string): Promise<Project> =>
	(await discover(fixtureDirectory(name))).find(({ dialect }) => dialect === "postgres")!;

describe("a row for every revision", () => {
	const flywayTable = `CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
		description varchar(200), type varchar(20), script varchar(1000), checksum int, installed_by varchar(100),
		installed_on timestamp DEFAULT now(), execution_time int, success bool)`;

	test("Flyway: dots for underscores, checksums, a revision without a file, another order", async () => {
		const flyway = await project("flyway");
		const first = flyway.migrations[0]!;
		await run(
			flywayTable,
			`INSERT INTO flyway_schema_history (installed_rank, version, description, type, checksum, success) VALUES
				(1, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', NULL, true),
				(2, '1', 'orders', 'SQL', ${flywayChecksums(first)[0]}, true),
				(3, '2.1', 'invoices paid at', 'SQL', 12345, true),
				(4, '2', 'invoices', 'SQL', NULL, true),
				(5, '3', 'lost', 'SQL', NULL, true),
				(6, NULL, 'open orders', 'SQL', NULL, true),
				(7, '10', 'sessions', 'SQL', NULL, false)`,
		);
		expect(await compare(flyway)).toEqual({
			table: "public.flyway_schema_history",
			applied: ["1", "2_1", "2", "open_orders"],
			problems: [
				"appliedButMissing: public.flyway_schema_history says that 3 is applied, but no file has this revision",
				"checksumDiffers: 2_1 was changed after it was applied: its checksum in public.flyway_schema_history is another one",
				"failedMigration: 10 failed half-way, says public.flyway_schema_history: what it changed is not known",
				"appliedOutOfOrder: 2 was applied after 2_1, which comes later in the files",
			],
		});
	});

	test("Prisma: rolled back rows do not count, the CRLF form of a file is the same file", async () => {
		const prisma = await project("prisma");
		const [first] = prisma.migrations;
		const crlf = prismaChecksums(first!).at(-1)!;
		await run(
			`CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64), finished_at timestamptz,
				migration_name varchar(255), logs text, rolled_back_at timestamptz, started_at timestamptz DEFAULT clock_timestamp(), applied_steps_count int)`,
			`INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at) VALUES
				('a', '${crlf}', now(), '20240105093000_orders', NULL),
				('b', 'x', NULL, '20240212110000_invoices', now())`,
		);
		expect(await compare(prisma)).toEqual({
			table: "public._prisma_migrations",
			applied: ["20240105093000_orders"],
			problems: [],
		});
	});

	test("sqlx: the checksum is bytes", async () => {
		const sqlx = await project("sqlx");
		const [first, second] = sqlx.migrations;
		await run(
			`CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text, installed_on timestamptz DEFAULT now(),
				success bool, checksum bytea, execution_time bigint)`,
			`INSERT INTO _sqlx_migrations (version, success, checksum) VALUES
				(9, true, decode('${sqlxChecksums(first!)[0]}', 'hex')), (10, true, decode('00ff', 'hex'))`,
		);
		const found = await compare(sqlx);
		expect(found.applied).toEqual([first!.id, second!.id]);
		expect(found.problems).toEqual([expect.stringContaining("checksumDiffers: 10 was changed")]);
	});

	test("goose: the newest row of a version counts", async () => {
		await run(
			`CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied bool, tstamp timestamp DEFAULT now())`,
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (3, true), (3, false)`,
		);
		expect((await compare(await project("goose"))).applied).toEqual(["00001", "00002"]);
	});

	test("Drizzle: the hash of the file is its revision", async () => {
		const drizzle = await project("drizzle");
		const definition = layouts.find(({ id }) => id === "drizzle")!.applied!;
		await run(
			"CREATE SCHEMA drizzle",
			"CREATE TABLE drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)",
			`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('${definition.revisionOf!(drizzle.migrations[0]!)}', 1)`,
		);
		expect(await compare(drizzle)).toEqual({
			table: "drizzle.__drizzle_migrations",
			applied: ["0000_brave_orders"],
			problems: [],
		});
	});

	test.each([
		["dbmate", "schema_migrations (version varchar)", "('20240105093000')", ["20240105093000"]],
		[
			"diesel",
			"__diesel_schema_migrations (version varchar, run_on timestamp)",
			"('00000000000000', now())",
			["00000000000000"],
		],
		[
			"sql-migrate",
			"gorp_migrations (id text, applied_at timestamptz)",
			"('9-orders.sql', now())",
			["9-orders.sql"],
		],
		["refinery", "refinery_schema_history (version int, name text)", "(1, 'orders')", ["1"]],
		[
			"sqitch",
			"sqitch.changes (change_id text, change text, committed_at timestamptz)",
			"('a', 'tables/sessions', now())",
			["tables/sessions"],
		],
		[
			"supabase",
			"supabase_migrations.schema_migrations (version text)",
			"('20240105093000')",
			["20240105093000"],
		],
		["morph", "db_migrations (version bigint, name text)", "(1, 'orders')", ["000001"]],
		["rambler", "migrations (migration varchar)", "('01_orders.sql')", ["01_orders.sql"]],
		[
			"pop",
			"schema_migration (version varchar)",
			"('20240105093000000000')",
			["20240105093000000000"],
		],
		[
			"node-pg-migrate",
			"pgmigrations (id serial, name text, run_on timestamp)",
			"(1, '1704447000000_orders', now())",
			["1704447000000_orders"],
		],
		[
			"atlas",
			"atlas_schema_revisions.atlas_schema_revisions (version text, applied int, total int, executed_at timestamptz)",
			"('20240105093000', 1, 1, now())",
			["20240105093000"],
		],
		[
			"graphile-migrate",
			"graphile_migrate.migrations (hash text, filename text, date timestamptz)",
			"('sha1:a', '000001.sql', now())",
			["000001"],
		],
		["hasura", "hdb_catalog.schema_migrations (version bigint, dirty bool)", "(9, false)", ["9"]],
		["play-evolutions", "play_evolutions (id int, state text)", "(1, 'applied')", ["1"]],
		[
			"liquibase",
			"databasechangelog (id text, author text, filename text, exectype text, orderexecuted int)",
			"('orders', 'ada', 'db/changelog/002-orders.sql', 'EXECUTED', 1)",
			["002-orders.sql::orders::ada"],
		],
	])("%s", async (layout, table, row, applied) => {
		const schema = /^(\w+)\./.exec(table)?.[1];
		if (schema !== undefined) await run(`CREATE SCHEMA ${schema}`);
		await run(`CREATE TABLE ${table}`, `INSERT INTO ${table.replace(/ \(.*$/, "")} VALUES ${row}`);
		expect(await compare(await project(layout))).toMatchObject({ applied, problems: [] });
	});
});

describe("one row for the newest revision", () => {
	test.each([
		["golang-migrate", "schema_migrations (version bigint, dirty bool)", "(2, false)", ["2", "1"]],
		["tern", "public.schema_version (version int)", "(2)", ["002", "001"]],
	])("%s: what stands before it is applied too", async (layout, table, row, applied) => {
		await run(`CREATE TABLE ${table}`, `INSERT INTO ${table.replace(/ \(.*$/, "")} VALUES ${row}`);
		expect(await compare(await project(layout))).toMatchObject({ applied, problems: [] });
	});

	test("ten comes after nine", async () => {
		await run(
			"CREATE TABLE schema_migrations (version bigint, dirty bool)",
			"INSERT INTO schema_migrations VALUES (9, false), (10, false)",
		);
		const histories = await readApplied(
			{ dialect: "postgres", query: (sql) => engine.query(sql) },
			new Set(["golang-migrate", "dbmate"]),
		);
		expect(histories.get("golang-migrate")!.rows.map(({ revision }) => revision)).toEqual(["10"]);
		expect(histories.get("dbmate")!.rows.map(({ revision }) => revision)).toEqual(["9", "10"]);
	});

	test("a dirty one is between", async () => {
		await run(
			"CREATE TABLE schema_migrations (version bigint, dirty bool)",
			"INSERT INTO schema_migrations VALUES (2, true)",
		);
		const found = await compare(await project("golang-migrate"));
		expect(found.applied).toEqual(["1"]);
		expect(found.problems).toEqual([expect.stringContaining("failedMigration: 2 failed half-way")]);
	});
});

test("checksums of the tools", async () => {
	expect(flywayChecksum("")).toBe("0");
	// Python: zlib.crc32(b"CREATE TABLE orders (id bigint);-- end"), signed.
	expect(flywayChecksum("\uFEFFCREATE TABLE orders (id bigint);\r\n-- end\n")).toBe("1404314613");
	const [first] = (await onlyProject(fixtureDirectory("postgres-migrations"))).migrations;
	expect(postgresMigrationsChecksums(first!)).toEqual(["b142b29f7715432aa7dbb36c5d045b5bc0c81baf"]);
});
