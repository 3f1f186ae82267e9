import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReleaseConfig } from "../../src/core/config.ts";
import { discoverProjects } from "../../src/project/discover.ts";
import { candidates, fixtureDirectory, ids, migration, onlyProject } from "./fixture.ts";

describe("a release by git", () => {
	let root = "";

	const git = (...parameters: string[]): void => {
		const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
		const options = ["-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"];
		execFileSync("git", [...identity, ...options, ...parameters], { cwd: root, stdio: "ignore" });
	};
	const write = (name: string, text: string): void => {
		const file = path.join(root, name);
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, text);
	};
	const since = (reference: string, cwd = root) => onlyProject(cwd, [], {}, { since: reference });

	beforeAll(() => {
		root = mkdtempSync(path.join(tmpdir(), "lockkeeper-git-"));
		git("init", "--initial-branch=main");
		write("shop/db/migration/V1__orders.sql", "CREATE TABLE orders (id int);");
		write("shop/db/migration/V3__invoices.sql", "CREATE TABLE invoices (id int);");
		write("shop/db/migration/R__open_orders.sql", "CREATE VIEW open_orders AS SELECT 1;");
		git("add", ".");
		git("commit", "-m", "Orders and invoices");
		git("checkout", "-b", "sessions");
		write("shop/db/migration/V4__sessions.sql", "CREATE TABLE sessions (id int);");
		write("shop/db/migration/V1__orders.sql", "CREATE TABLE orders (id bigint);");
		write("shop/db/migration/R__open_orders.sql", "CREATE VIEW open_orders AS SELECT 2;");
		git("add", ".");
		git("commit", "-m", "Sessions");
		write("shop/db/migration/V2__größe.sql", "ALTER TABLE orders ADD COLUMN size int;");
		git("checkout", "main");
		write("shop/db/migration/V5__stock.sql", "CREATE TABLE stock (id int);");
		git("add", "shop/db/migration/V5__stock.sql");
		git("commit", "-m", "Stock");
		git("checkout", "sessions");
	});
	afterAll(() => {
		rmSync(root, { recursive: true });
	});

	test("what was added since the branch left is one release, committed or not", async () => {
		const project = await since("main");
		expect(ids(project)).toEqual(["1", "2", "3", "4", "open_orders"]);
		expect(candidates(project)).toEqual(["2", "4", "open_orders"]);
		expect(migration(project, "2").release).toBe(migration(project, "4").release);
	});

	test("a released file that was edited and a new one before it are problems", async () => {
		const project = await since("main");
		expect(project.problems.map(({ code, message }) => [code, message])).toEqual([
			[
				"editedAfterRelease",
				"shop/db/migration/V1__orders.sql was changed after its release: it was there at main",
			],
			["outOfOrder", "2 is new but stands before 3, which is already released"],
		]);
	});

	test("a working directory below the repository's root changes nothing", async () => {
		expect(candidates(await since("main", path.join(root, "shop/db/migration")))).toEqual([
			"2",
			"4",
			"open_orders",
		]);
	});

	test("a reference that git does not know is a problem", async () => {
		for (const reference of ["trunk", "--output=stolen"]) {
			expect(await discoverProjects(root, [], {}, { since: reference })).toMatchObject({
				code: "badGitReference",
				message: `git knows no commit "${reference}"`,
			});
		}
	});

	test("a directory outside of git is a problem", async () => {
		const outside = mkdtempSync(path.join(tmpdir(), "lockkeeper-no-git-"));
		const found = await discoverProjects(outside, [], {}, { since: "main" });
		rmSync(outside, { recursive: true });
		expect(found).toMatchObject({ code: "gitMissing" });
	});
});

describe("a release by the config", () => {
	const read = (releases: readonly ReleaseConfig[], root = "db/migration") =>
		onlyProject(fixtureDirectory("webshop"), [], { projects: [{ root, releases }] });

	test("a pattern names the releases, the last one is the candidate", async () => {
		const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-releases-"));
		for (const name of ["20251201_orders", "20260105_items", "20260119_stock"]) {
			writeFileSync(path.join(root, `${name}.sql`), "SELECT 1;");
		}
		const projects = [{ root: ".", releases: [{ pattern: "^(\\d{6})" }] }];
		const project = await onlyProject(root, [], { projects });
		rmSync(root, { recursive: true });
		expect(project.migrations.map(({ release, candidate }) => [release, candidate])).toEqual([
			["202512", false],
			["202601", true],
			["202601", true],
		]);
	});

	test("revisions from .. to are one release", async () => {
		const project = await read([
			{ from: "1", to: "7", name: "first" },
			{ from: "8", name: "second" },
		]);
		expect(project.migrations.map(({ release }) => release)).toEqual([
			...Array.from({ length: 7 }, () => "first"),
			...Array.from({ length: 3 }, () => "second"),
		]);
		expect(candidates(project)).toEqual(["8", "9", "10"]);
	});

	test("a revision that does not exist is a problem", async () => {
		const project = await read([{ from: "99" }]);
		expect(project.problems).toMatchObject([{ code: "unknownRevision", severity: "error" }]);
	});

	test("a directory is a release", async () => {
		const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-releases-"));
		for (const name of ["1.0/V1__orders.sql", "1.0/V2__items.sql", "1.1/V3__stock.sql"]) {
			mkdirSync(path.dirname(path.join(root, "migration", name)), { recursive: true });
			writeFileSync(path.join(root, "migration", name), "SELECT 1;");
		}
		const project = await onlyProject(root, [], {
			projects: [{ root: "migration", releases: [{ directory: "*" }] }],
		});
		rmSync(root, { recursive: true });
		expect(project.migrations.map(({ release, candidate }) => [release, candidate])).toEqual([
			["1.0", false],
			["1.0", false],
			["1.1", true],
		]);
	});
});
