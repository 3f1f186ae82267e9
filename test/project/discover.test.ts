import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { discoverProjects } from "../../src/project/discover.ts";
import { candidates, codes, discover, fixtureDirectory, ids, onlyProject } from "./fixture.ts";

const made: string[] = [];

function directoryWith(contents: Readonly<Record<string, string | Uint8Array>>): string {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	made.push(root);
	mkdirSync(path.join(root, ".git"));
	for (const [name, content] of Object.entries(contents)) {
		const file = path.join(root, name);
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, content);
	}
	return root;
}

afterEach(() => {
	for (const root of made.splice(0)) rmSync(root, { recursive: true });
});

describe("what the command line names", () => {
	const location = "src/main/resources/db/migration";

	test("without paths every migration is judged, each a release of its own", async () => {
		const project = await onlyProject(fixtureDirectory("webshop"));
		expect(ids(project)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
		expect(candidates(project)).toEqual(ids(project));
		expect(project.problems).toEqual([]);
	});

	test("a named file is the candidate: earlier ones are history, later ones are left out", async () => {
		const project = await onlyProject(fixtureDirectory("flyway"), [
			`${location}/V2_1__invoices_paid_at.sql`,
		]);
		expect(ids(project)).toEqual(["1", "2", "2_1"]);
		expect(candidates(project)).toEqual(["2_1"]);
	});

	test("several named files of a project are one release", async () => {
		const project = await onlyProject(fixtureDirectory("flyway"), [
			`${location}/V10__sessions.sql`,
			`${location}/V2__invoices.sql`,
		]);
		expect(ids(project)).toEqual(["1", "2", "2_1", "10"]);
		expect(candidates(project)).toEqual(["2", "10"]);
		expect(new Set(project.migrations.filter((m) => m.candidate).map((m) => m.release)).size).toBe(
			1,
		);
	});

	test("the file of a Prisma folder finds its history", async () => {
		const project = await onlyProject(fixtureDirectory("prisma"), [
			"prisma/migrations/20240212110000_invoices/migration.sql",
		]);
		expect(project.layout.id).toBe("prisma");
		expect(ids(project)).toEqual(["20240105093000_orders", "20240212110000_invoices"]);
	});

	test("paths are seen from the working directory, also from within the migrations", async () => {
		const project = await onlyProject(
			path.join(fixtureDirectory("supabase"), "supabase/migrations"),
		);
		expect(project.layout.id).toBe("supabase");
		expect(project.migrations[0]!.up[0]!.file.path).toBe("20240105093000_orders.sql");
	});

	test("a file that the journal does not name is judged as the newest, and said", async () => {
		const project = await onlyProject(fixtureDirectory("drizzle"), [
			"drizzle/0001_lost_branch.sql",
		]);
		expect(candidates(project)).toEqual(["0001_lost_branch"]);
		expect(ids(project).at(-1)).toBe("0001_lost_branch");
		expect(codes(project)).toEqual(["outOfOrder", "notInHistory"]);
	});

	test("a file without a number has no history", async () => {
		const project = await onlyProject(fixtureDirectory("plain"), ["db/updates/report.sql"]);
		expect(ids(project)).toEqual(["report"]);
		expect(project.layout.why).toBe("files by themselves");
	});

	test("a named directory of unnumbered files is read in the order of their names", async () => {
		const root = directoryWith({ "b.sql": "SELECT 2;", "a.sql": "SELECT 1;" });
		expect(ids(await onlyProject(root, ["."]))).toEqual(["a", "b"]);
	});

	test("a path that does not exist is a problem, not an empty result", async () => {
		expect(await discoverProjects(fixtureDirectory("plain"), ["db/none.sql"], {})).toMatchObject({
			code: "fileNotFound",
			message: "db/none.sql does not exist",
		});
	});

	test("a directory without migrations is a problem", async () => {
		const root = directoryWith({ "readme.md": "nothing" });
		expect(await discoverProjects(root, [], {})).toMatchObject({ code: "noMigrations" });
		expect(await discoverProjects(root, ["."], {})).toMatchObject({ code: "emptyDirectory" });
	});
});

describe("standard input", () => {
	const bytes = new TextEncoder().encode("ALTER TABLE orders ADD COLUMN note text;\n");

	test("replaces the file of its name", async () => {
		const project = await onlyProject(
			fixtureDirectory("golang-migrate"),
			[],
			{},
			{ stdin: { path: "migrations/2_invoices.up.sql", bytes } },
		);
		expect(candidates(project)).toEqual(["2"]);
		expect(project.migrations[1]!.up[0]!.file.text).toBe(
			"ALTER TABLE orders ADD COLUMN note text;\n",
		);
	});

	test("adds a file that does not exist yet, in its order", async () => {
		const project = await onlyProject(
			fixtureDirectory("golang-migrate"),
			[],
			{},
			{ stdin: { path: "migrations/3_note.up.sql", bytes } },
		);
		expect(ids(project)).toEqual(["1", "2", "3"]);
		expect(candidates(project)).toEqual(["3"]);
	});
});

describe("the search", () => {
	test("finds several projects and passes over dependencies, ignored files and seeds", async () => {
		const root = directoryWith({
			".gitignore": "# build results\n/generated/\n*.tmp\n",
			"node_modules/shop/migrations/1_orders.up.sql": "SELECT 1;",
			"generated/migrations/1_orders.up.sql": "SELECT 1;",
			"services/billing/migrations/001_invoices.sql": "CREATE TABLE invoices (id serial);",
			"services/shop/migrations/1_orders.up.sql": "CREATE TABLE orders (id serial);",
			"services/shop/seeds/01_orders.sql": "INSERT INTO orders VALUES (1);",
			"services/shop/queries/open-orders.sql": "SELECT 1;",
		});
		const projects = await discover(root);
		expect(projects.map((project) => [project.root, project.layout.id])).toEqual([
			["services/billing/migrations", "plain"],
			["services/shop/migrations", "golang-migrate"],
		]);
	});

	test("keeps what .gitignore takes back, and reads the file above the working directory", async () => {
		const root = directoryWith({
			".gitignore": "*.sql\n!migrations/*.sql\n/shop/build/\nscratch\n",
			"shop/migrations/001_orders.sql": "CREATE TABLE orders (id serial);",
			"shop/build/migrations/001_orders.sql": "SELECT 1;",
			"shop/scratch/migrations/001_orders.sql": "SELECT 1;",
		});
		expect(await onlyProject(path.join(root, "shop"))).toMatchObject({ root: "migrations" });
	});

	test("a pipe in a directory is passed over instead of waited for", async () => {
		const root = directoryWith({ "migrations/001_orders.sql": "SELECT 1;" });
		execFileSync("mkfifo", [path.join(root, "migrations/002_pipe.sql")]);
		expect(ids(await onlyProject(root))).toEqual(["001_orders"]);
	});

	test("a link to the folder itself does not repeat its migrations", async () => {
		const root = directoryWith({ "db/migration/V1__orders.sql": "SELECT 1;" });
		symlinkSync(path.join(root, "db"), path.join(root, "db/migration/again"));
		const project = await onlyProject(root);
		expect([ids(project), codes(project)]).toEqual([["1"], []]);
	});

	test("a folder in the middle of a history judges its own migrations only", async () => {
		const root = directoryWith({
			"db/migration/1.0/V1__orders.sql": "CREATE TABLE orders (id serial);",
			"db/migration/1.1/V2__invoices.sql": "CREATE TABLE invoices (id serial);",
			"db/migration/1.2/V3__sessions.sql": "CREATE TABLE sessions (id serial);",
		});
		const inside = await onlyProject(path.join(root, "db/migration/1.1"));
		expect([ids(inside), candidates(inside)]).toEqual([["1", "2"], ["2"]]);
		const named = await onlyProject(root, ["db/migration/1.1"]);
		expect([ids(named), candidates(named)]).toEqual([["1", "2"], ["2"]]);
		expect(candidates(await onlyProject(root))).toEqual(["1", "2", "3"]);
	});

	test("Flyway's locations with one beginning of their names and no version in common are one history", async () => {
		const root = directoryWith({
			"db/migration/V1__orders.sql": "CREATE TABLE orders (id serial);",
			"db/migration/V3__sessions.sql": "CREATE TABLE sessions (id serial);",
			"db/migration_data/V1.1__first_orders.sql": "INSERT INTO orders VALUES (1);",
			"db/migration_mysql/V1__orders.sql": "CREATE TABLE orders (id int) ENGINE=InnoDB;",
			"db/migration_h2/V2__orders.sql": "CREATE TABLE orders (id int);",
		});
		const projects = await discover(root);
		expect(projects.map((project) => [project.root, ids(project)])).toEqual([
			["db/migration", ["1", "1.1", "3"]],
			["db/migration_h2", ["2"]],
			["db/migration_mysql", ["1"]],
		]);
		const named = await onlyProject(root, ["db/migration_data/V1.1__first_orders.sql"]);
		expect([named.root, ids(named), candidates(named)]).toEqual([
			"db/migration",
			["1", "1.1"],
			["1.1"],
		]);
		const inside = await onlyProject(path.join(root, "db/migration_data"));
		expect([ids(inside), candidates(inside)]).toEqual([["1", "1.1"], ["1.1"]]);
	});

	test("maragu.dev/migrate tells migrations apart by their whole names", async () => {
		const root = directoryWith({
			"go.mod": "module shop\n\nrequire maragu.dev/migrate v0.6.0\n",
			"migrations/0001_b_orders.up.sql": "CREATE TABLE orders (id serial);",
			"migrations/0001_a_customers.up.sql": "CREATE TABLE customers (id serial);",
		});
		const project = await onlyProject(root);
		expect(ids(project)).toEqual(["0001_a_customers", "0001_b_orders"]);
		expect(project.migrations[0]!.up[0]!.transaction).toBe("file");
		expect(project.problems).toEqual([]);
	});

	test("Prisma from 7.4 runs CONCURRENTLY statement by statement", async () => {
		const root = directoryWith({
			"package.json": '{ "devDependencies": { "prisma": "^7.4.1" } }',
			"prisma/migrations/migration_lock.toml": 'provider = "postgresql"',
			"prisma/migrations/0_init/migration.sql": "SELECT 1;",
		});
		const project = await onlyProject(root);
		expect(project.migrations[0]!.up[0]).toMatchObject({ perStatementDetection: true });
	});

	test.each([
		["mysql", "CREATE TABLE orders (id int AUTO_INCREMENT) ENGINE=InnoDB;", "ENGINE=InnoDB"],
		["sqlite", "CREATE TABLE orders (id integer PRIMARY KEY AUTOINCREMENT);", "AUTOINCREMENT"],
		["postgres", "CREATE TABLE orders (id bigserial, data jsonb);", "SERIAL"],
		[
			"clickhouse",
			"CREATE TABLE spans (id UUID) ENGINE = ReplacingMergeTree;",
			"ENGINE = MergeTree",
		],
		["postgres", "CREATE TABLE orders (id int);", "nothing says otherwise"],
	])("the syntax says the dialect: %s", async (dialect, sql, dialectWhy) => {
		const root = directoryWith({ "migrations/001_orders.sql": sql });
		expect(await onlyProject(root)).toMatchObject({ dialect, dialectWhy });
	});

	test("the name of a folder says the dialect before the syntax does", async () => {
		const root = directoryWith({ "migrations/sqlite/001_orders.sql": "SELECT now()::date;" });
		expect(await onlyProject(root)).toMatchObject({ dialect: "sqlite" });
	});
});

describe("broken input", () => {
	test("files that are no UTF-8 text are problems, the others are read", async () => {
		const root = directoryWith({
			"migrations/1_orders.sql": "CREATE TABLE orders (id int);",
			"migrations/2_latin.sql": new Uint8Array([0x2d, 0x2d, 0xe9, 0x0a]),
			"migrations/3_binary.sql": new Uint8Array([0x53, 0x00, 0x01]),
		});
		const project = await onlyProject(root);
		expect(ids(project)).toEqual(["1_orders"]);
		expect(project.problems.map(({ code, severity }) => [code, severity])).toEqual([
			["invalidEncoding", "error"],
			["binaryFile", "error"],
		]);
	});

	test("two migrations with one revision are a problem that names both", async () => {
		const root = directoryWith({
			"db/migration/V1__orders.sql": "SELECT 1;",
			"db/migration/V2__invoices.sql": "SELECT 1;",
			"db/migration/V2.0__sessions.sql": "SELECT 1;",
		});
		const project = await onlyProject(root);
		expect(project.problems.map(({ message }) => message)).toEqual([
			"db/migration/V2__invoices.sql and db/migration/V2.0__sessions.sql have the same revision 2",
		]);
	});

	test("a broken journal names the place", async () => {
		const root = directoryWith({
			"drizzle/meta/_journal.json": '{ "entries": [ { "tag" } ] }',
			"drizzle/0000_orders.sql": "SELECT 1;",
		});
		const project = await onlyProject(root);
		expect(project.problems[0]).toMatchObject({
			code: "badJournal",
			range: { start: 23, end: 23 },
		});
	});

	test("migrations of a tool that is not known yet are not read as plain SQL", async () => {
		const root = directoryWith({
			"migrations/001_orders.sql":
				"-- Create orders\n-- Migration SQL\nSELECT 1;\n-- //@UNDO\nSELECT 2;\n",
		});
		const project = await onlyProject(root);
		expect(project.migrations).toEqual([]);
		expect(codes(project)).toEqual(["unknownLayout"]);
	});
});

describe("the config", () => {
	test("names projects, their layout, dialect, version and what to leave out", async () => {
		const root = directoryWith({
			"app/sql/schema.sql": "CREATE TABLE orders (id int);",
			"app/sql/1.sql": "SELECT 1;",
			"app/sql/2-draft.sql": "SELECT 1;",
		});
		const project = await onlyProject(root, [], {
			serverVersion: 16,
			projects: [
				{ root: "app/sql", exclude: ["*-draft.sql"], baseline: "schema.sql", transaction: "file" },
			],
		});
		expect(project.serverVersion).toBe(16);
		expect(project.migrations).toMatchObject([
			{ id: "schema", baseline: true, candidate: false },
			{ id: "1", candidate: true, up: [{ transaction: "file" }] },
		]);
	});

	test("above the working directory speaks of the same files", async () => {
		const cwd = path.join(fixtureDirectory("webshop"), "db/migration");
		const project = await onlyProject(
			cwd,
			["V2__create_products.sql"],
			{ projects: [{ root: "db/migration" }], ignore: ["db/migration/V1__*"] },
			{ configDirectory: fixtureDirectory("webshop") },
		);
		expect(project.root).toBe(".");
		expect([ids(project), candidates(project)]).toEqual([["2"], ["2"]]);
	});

	test("ignored files are not read", async () => {
		const project = await onlyProject(fixtureDirectory("golang-migrate"), [], {
			ignore: ["**/10_*"],
		});
		expect(ids(project)).toEqual(["1", "2"]);
	});

	test("a layout that is not known is a problem that lists the known ones", async () => {
		const found = await discoverProjects(fixtureDirectory("plain"), [], {
			projects: [{ root: "db", layout: "flywy" }],
		});
		expect(found).toMatchObject({ code: "unknownLayout" });
		expect(found).toHaveProperty("hint", expect.stringContaining("flyway"));
	});
});

test("seed data that a migration tool runs is no history of the schema, unless it is named", async () => {
	const root = directoryWith({
		"db/migrations/00001_orders.sql":
			"-- +goose Up\nCREATE TABLE orders (id bigint PRIMARY KEY);\n",
		"db/seed/00001_orders.sql": "-- +goose Up\nINSERT INTO orders (id) VALUES (1);\n",
	});
	expect((await discover(root)).map((project) => project.root)).toEqual(["db/migrations"]);
	expect((await discover(root, ["db/seed"])).map((project) => project.root)).toEqual(["db/seed"]);
});
