import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseStatistics } from "../../src/core/statistics.ts";
import { readApplied } from "../../src/project/applied/read-applied.ts";
import { askLive } from "../../src/project/live-database.ts";
import { ask } from "../../src/run/ask.ts";
import { openMysql } from "../../src/run/engines/mysql.ts";
import { directoryWith, lockkeeper } from "../cli/run.ts";
import { findMariadb, startMariadb, type MariadbServer } from "../live/mariadb-server.ts";
import { sessionOf } from "../run/backfill-context.ts";

const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-applied-"));
const file = path.join(directory, "shop.db");
let server: MariadbServer | undefined;

/** Tables as the tools make them, with what they say is applied: [layout, columns, rows, revisions, checksum]. */
const histories = [
	[
		"flyway",
		"flyway_schema_history (installed_rank int, version varchar(50), description varchar(200), type varchar(20), checksum int, success bool)",
		"(1, '1', 'orders', 'SQL', -5, 1), (2, NULL, 'open orders', 'SQL', 7, 1), (3, '2', 'paid', 'SQL', 8, 0)",
		["1 -5", "open_orders 7", "2 8 failed"],
	],
	[
		"liquibase",
		"DATABASECHANGELOG (id varchar(255), author varchar(255), filename varchar(255), exectype varchar(10), orderexecuted int)",
		"('1', 'ada', 'db/a/orders.sql', 'EXECUTED', 1), ('2', 'ada', 'db/a/orders.sql', 'SKIPPED', 2)",
		["orders.sql::1::ada"],
	],
	[
		"goose",
		"goose_db_version (id int, version_id bigint, is_applied tinyint(1), tstamp timestamp NULL)",
		"(1, 0, 1, NULL), (2, 1, 1, NULL), (3, 20240105093000, 1, NULL), (4, 1, 0, NULL)",
		["20240105093000"],
	],
	[
		"prisma",
		"_prisma_migrations (checksum varchar(64), finished_at datetime(3), migration_name varchar(255), rolled_back_at datetime(3), started_at datetime(3))",
		"('abc', '2026-01-01', '20240105_orders', NULL, '2026-01-01'), ('def', NULL, '20240212_paid', NULL, '2026-01-02')",
		["20240105_orders abc", "20240212_paid def failed"],
	],
	[
		"sqlx",
		"_sqlx_migrations (version bigint, description text, installed_on timestamp NULL, success bool, checksum blob)",
		"(9, 'orders', NULL, 1, x'00ff')",
		["9 00FF"],
	],
	[
		"django",
		"django_migrations (id int, app text, name text)",
		"(1, 'shop', '0001_initial')",
		["shop.0001_initial"],
	],
	["alembic", "alembic_version (version_num varchar(32))", "('a1b2c3')", ["a1b2c3"]],
	[
		"knex",
		"knex_migrations (id int, name text, batch int)",
		"(1, '2024_orders.js', 1)",
		["2024_orders.js"],
	],
	[
		"rails",
		"schema_migrations (version varchar(255))",
		"('20240105093000'), ('20230105093000')",
		["20230105093000", "20240105093000"],
	],
	[
		"drizzle",
		"__drizzle_migrations (id int, hash text, created_at bigint)",
		"(1, 'cafe', 5)",
		["cafe"],
	],
	[
		"atlas",
		"atlas_schema_revisions (version varchar(255), applied int, total int, executed_at timestamp NULL)",
		"('1', 2, 3, NULL)",
		["1 failed"],
	],
	["sequelize", "SequelizeMeta (name varchar(255))", "('1-orders.js')", ["1-orders.js"]],
	[
		"typeorm",
		"migrations (id int, timestamp bigint, name varchar(255))",
		"(1, 1700000000000, 'Orders1700000000000')",
		["Orders1700000000000"],
	],
	[
		"kysely",
		"kysely_migration (name varchar(255), timestamp varchar(255))",
		"('2024_orders', '2026')",
		["2024_orders"],
	],
	[
		"play-evolutions",
		"play_evolutions (id int, state varchar(255))",
		"(1, 'applied'), (2, 'applying_up')",
		["1", "2 failed"],
	],
	[
		"diesel",
		"__diesel_schema_migrations (version varchar(50), run_on timestamp NULL)",
		"('20240105093000', NULL)",
		["20240105093000"],
	],
	["refinery", "refinery_schema_history (version int, name varchar(255))", "(1, 'orders')", ["1"]],
	[
		"sql-migrate",
		"gorp_migrations (id varchar(255), applied_at datetime)",
		"('9-orders.sql', NULL)",
		["9-orders.sql"],
	],
	[
		"mikro-orm",
		"mikro_orm_migrations (id int, name varchar(255))",
		"(1, 'Migration1')",
		["Migration1"],
	],
	["morph", "db_migrations (version bigint, name varchar(64))", "(1, 'orders')", ["1"]],
] as const;

const statements = histories.flatMap(([, table, rows]) => [
	`CREATE TABLE ${table}`,
	`INSERT INTO ${/^\w+/.exec(table)?.[0] ?? ""} VALUES ${rows}`,
]);

beforeAll(async () => {
	const database = new sqlite.Database(file);
	for (const sql of statements) database.exec(sql);
	database.close();
	server = await startMariadb();
	if (!server) return;
	const engine = await openMysql(server.url);
	if ("code" in engine) throw new Error(engine.message);
	const session = await sessionOf(engine);
	for (const sql of statements) await ask(session, sql);
	await session.close();
}, 60_000);

afterAll(async () => {
	await server?.close();
	rmSync(directory, { recursive: true, force: true });
});

async function appliedAt(url: string) {
	const found = await askLive(url, (database) =>
		readApplied(database, new Set(histories.map(([layout]) => layout))),
	);
	if (!("get" in found)) throw new Error(found.message);
	return found;
}

const databases = [
	["SQLite", () => `sqlite:${file}`, ""],
	["MariaDB", () => server?.url ?? "", "app."],
] as const;

describe.each(databases.filter(([name]) => name === "SQLite" || findMariadb()))(
	"what tools have applied, from %s",
	(_, url, schema) => {
		test("each tool's table is found and read", async () => {
			const found = await appliedAt(url());
			for (const [layout, table, , revisions] of histories) {
				const history = found.get(layout);
				expect(history?.table.toLowerCase()).toBe(
					`${schema}${/^\w+/.exec(table)?.[0] ?? ""}`.toLowerCase(),
				);
				expect(
					history?.rows.map(({ revision, checksum, failed }) =>
						[revision, checksum, failed ? "failed" : undefined].filter(Boolean).join(" "),
					),
				).toEqual(revisions);
			}
		});

		test("--applied-from takes for released what is applied", async () => {
			const cwd = directoryWith({
				"lockkeeper.config.json": JSON.stringify({
					projects: [{ root: "db", dialect: schema === "" ? "sqlite" : "mariadb" }],
				}),
				"db/1-orders.sql": "-- +migrate Up\nCREATE TABLE orders (id int PRIMARY KEY);\n",
				"db/9-orders.sql": "-- +migrate Up\nALTER TABLE orders ADD COLUMN total int;\n",
				"db/10-drop.sql": "-- +migrate Up\nDROP TABLE orders;\n",
			});
			const { stdout } = await lockkeeper(["project", "--applied-from", url()], { cwd });
			expect(stdout).toContain(
				`1 released, 2 candidates (not applied, says ${schema}gorp_migrations)`,
			);
			expect(stdout).toContain("released   9-orders.sql");
		});

		test("stats writes row counts that lint reads", async () => {
			const cwd = directoryWith({});
			const { code, stdout, stderr } = await lockkeeper(["stats", "--url", url()], { cwd });
			expect(stderr).toBe("");
			expect(code).toBe(0);
			expect(stdout).toContain("20 tables of ");
			const text = readFileSync(path.join(cwd, "lockkeeper.statistics.json"), "utf8");
			const statistics = parseStatistics(JSON.parse(text));
			if (!("tables" in statistics)) throw new Error(JSON.stringify(statistics));
			expect(statistics.tables["goose_db_version"]?.rows).toBe(4);
		});
	},
);

test.each([
	["mysql://root@127.0.0.1:1/shop", "There is no answer from MySQL"],
	["sqlite:none.db", "There is no file none.db"],
])("a database that is not there is told: %s", async (url, words) => {
	expect(await askLive(url, () => Promise.resolve(1))).toMatchObject({
		code: "databaseUnreadable",
		message: expect.stringContaining(words) as string,
	});
});
