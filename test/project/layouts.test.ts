import { describe, expect, test } from "vitest";
import { discover, fixtureDirectory, ids, migration, onlyProject, textOf } from "./fixture.ts";

describe("plain SQL files", () => {
	const read = () => onlyProject(fixtureDirectory("plain"));

	test("numbers decide the order, and files without one are left out", async () => {
		const project = await read();
		expect(project.layout).toMatchObject({
			id: "plain",
			name: "ordered SQL files",
			why: "numbered files like 1-orders.sql",
		});
		expect(ids(project)).toEqual(["1-orders", "2-invoices", "10-sessions"]);
	});

	test("each statement commits by itself", async () => {
		const project = await read();
		expect(project.migrations.map(({ up }) => up[0]!.transaction)).toEqual([
			"none",
			"none",
			"none",
		]);
	});

	test("a verification sidecar belongs to its migration", async () => {
		const { verify } = migration(await read(), "10-sessions");
		expect(verify.map(textOf)).toEqual(["SELECT count(*) = 0 FROM sessions;\n"]);
	});

	test("a byte order mark and CRLF keep their places", async () => {
		const { up } = migration(await read(), "10-sessions");
		expect(textOf(up[0]!)).toBe(
			"\uFEFFCREATE TABLE sessions (\r\n\ttoken text PRIMARY KEY\r\n);\r\n",
		);
	});
});

describe("Prisma", () => {
	test("a file is one message: its statements are one implicit transaction", async () => {
		const project = await onlyProject(fixtureDirectory("prisma"));
		expect(project).toMatchObject({
			root: "prisma/migrations",
			layout: { id: "prisma", why: "migration_lock.toml" },
			dialect: "postgres",
			dialectWhy: 'provider "postgresql" in migration_lock.toml',
		});
		expect(project.migrations.map(({ up }) => up[0]!.transaction)).toEqual([
			"implicit",
			"implicit",
			"implicit",
		]);
		expect(migration(project, "20240301080000_sessions_index").up[0]).not.toHaveProperty(
			"perStatementDetection",
		);
	});

	test("a folder without migration.sql is a problem", async () => {
		const project = await onlyProject(fixtureDirectory("prisma"));
		expect(project.problems).toMatchObject([
			{ code: "missingFile", file: "prisma/migrations/20240302080000_abandoned" },
		]);
	});
});

describe("Drizzle", () => {
	test("the journal decides what runs and in which order", async () => {
		const project = await onlyProject(fixtureDirectory("drizzle"));
		expect(ids(project)).toEqual([
			"0000_brave_orders",
			"0002_quiet_sessions",
			"0001_calm_invoices",
		]);
		expect(project.migrations.map(({ up }) => up[0]!.transaction)).toEqual(["all", "all", "all"]);
	});

	test("a file outside the journal and a journal time that goes back are problems", async () => {
		const project = await onlyProject(fixtureDirectory("drizzle"));
		expect(project.problems.map(({ code, message }) => [code, message])).toEqual([
			[
				"outOfOrder",
				'0001_calm_invoices has an earlier "when" in the journal than 0002_quiet_sessions, which stands before it',
			],
			["notInHistory", "drizzle/0001_lost_branch.sql is not in Drizzle's journal: it never runs"],
		]);
	});
});

describe("Flyway", () => {
	const read = async () => {
		const projects = await discover(fixtureDirectory("flyway"));
		return projects.find(({ dialect }) => dialect === "postgres")!;
	};

	test("versions are numbers: 2.1 before 10, repeatable ones last", async () => {
		expect(ids(await read())).toEqual(["1", "2", "2_1", "10", "11", "open_orders"]);
		expect(migration(await read(), "open_orders").repeatable).toBe(true);
	});

	test("a script configuration takes the transaction away, else Flyway detects it", async () => {
		const project = await read();
		expect(migration(project, "11").up[0]).toMatchObject({ transaction: "none" });
		expect(migration(project, "10").up[0]).toMatchObject({
			transaction: "file",
			perStatementDetection: true,
		});
	});

	test("U files undo, ${} are placeholders", async () => {
		const project = await read();
		expect(migration(project, "10").down.map(textOf)).toEqual(["DROP TABLE sessions;\n"]);
		expect(migration(project, "2").placeholders).toEqual(["dollarBrace"]);
	});

	test("a configuration file with a wrong name and a baseline without use are said", async () => {
		const project = await read();
		expect(project.problems.map(({ code, file }) => [code, file?.split("/").at(-1)])).toEqual([
			["supersededBaseline", "B2__baseline.sql"],
			["badFileName", "V10__sessions.conf"],
		]);
	});

	test("a folder named for a database is a history of its own", async () => {
		const projects = await discover(fixtureDirectory("flyway"));
		expect(projects.map(({ dialect, dialectWhy }) => [dialect, dialectWhy])).toEqual([
			["postgres", "timestamptz"],
			["mysql", "the folder mysql"],
		]);
	});
});

describe("golang-migrate", () => {
	test("numbers without zeros in front are numbers, downs belong to their ups", async () => {
		const project = await onlyProject(fixtureDirectory("golang-migrate"));
		expect(
			project.migrations.map(({ id, down }) => [id, down.map(({ file }) => file.path)]),
		).toEqual([
			["1", ["migrations/1_orders.down.sql"]],
			["2", ["migrations/2_invoices.down.sql"]],
			["10", []],
		]);
		expect(migration(project, "2").up[0]!.transaction).toBe("implicit");
	});
});

describe("dbmate", () => {
	const read = () => onlyProject(fixtureDirectory("dbmate"));

	test("up and down blocks are sections, also after a byte order mark and with CRLF", async () => {
		const { up, down } = migration(await read(), "20240212110000");
		expect(up.map(textOf)).toEqual([
			"CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint);\r\n\r\n",
		]);
		expect(down.map(textOf)).toEqual(["DROP TABLE invoices;\r\n"]);
	});

	test("transaction:false is for its block only", async () => {
		const { up, down } = migration(await read(), "20240301080000");
		expect(up[0]!.transaction).toBe("implicit");
		expect(down[0]!.transaction).toBe("file");
	});

	test("a file without a marker is a problem", async () => {
		const project = await read();
		expect(project.problems).toMatchObject([
			{ code: "badMarker", file: "db/migrations/20240401080000_sessions.sql" },
		]);
	});
});

describe("goose", () => {
	const read = () => onlyProject(fixtureDirectory("goose"));

	test("Go migrations keep their place in the history", async () => {
		const project = await read();
		expect(ids(project)).toEqual(["00001", "00002", "00003", "00010"]);
		expect(migration(project, "00002").programFile).toBe("migrations/00002_copy_prices.go");
	});

	test("a StatementBegin block is one statement in the transaction of the file", async () => {
		const { up, down } = migration(await read(), "00003");
		expect(up).toHaveLength(1);
		expect(up[0]!.transaction).toBe("file");
		const [block] = up[0]!.statementRule!.blocks;
		expect(up[0]!.file.text.slice(block!.start, block!.end)).toMatch(
			/^CREATE FUNCTION[^]*plpgsql;\n$/,
		);
		expect(down.map(textOf)).toEqual(["DROP TABLE invoices;\n"]);
	});

	test("without the transaction each block is one message of its own", async () => {
		const { up } = migration(await read(), "00010");
		expect(up.map((section) => [section.transaction, textOf(section).trim()])).toEqual([
			["none", expect.stringMatching(/^CREATE INDEX CONCURRENTLY/)],
			["implicit", expect.stringMatching(/^UPDATE orders[^]*UPDATE invoices/)],
		]);
	});
});

describe("Supabase", () => {
	test("files in supabase/migrations run in a transaction each; other names are skipped", async () => {
		const project = await onlyProject(fixtureDirectory("supabase"));
		expect(ids(project)).toEqual(["20240105093000", "20240212110000"]);
		expect(project.migrations[0]!.up[0]!.transaction).toBe("file");
		expect(project.problems).toMatchObject([
			{ code: "badFileName", file: "supabase/migrations/notes.sql" },
		]);
	});
});
