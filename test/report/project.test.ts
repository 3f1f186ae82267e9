import { expect, test } from "vitest";
import { projectJson, type JsonProjects } from "../../src/report/project-json.ts";
import { projectText } from "../../src/report/project-text.ts";
import { plainPalette } from "../../src/report/report.ts";
import { discover, fixtureDirectory } from "../project/fixture.ts";

test("what was detected and why fits on one screen", async () => {
	const projects = await discover(fixtureDirectory("flyway"));
	expect(projectText(projects, plainPalette, 100)).toMatchInlineSnapshot(`
		"src/main/resources/db/migration
		  layout        Flyway (file names like V10__sessions.sql)
		  database      PostgreSQL (timestamptz)
		  version       14 (nothing says otherwise)
		  order         by the version number in the file name, repeatable ones last
		  migrations    6 candidates (nothing says what is released: each is judged by itself)
		  transaction   one for each migration, left out where a statement forbids one; 1 migration with
		                none
		  placeholders  \${name}

		  info     src/main/resources/db/migration/B2__baseline.sql is not read: the migrations that it sums
		           up are still here
		  warning  src/main/resources/db/migration/V10__sessions.conf has no effect: Flyway looks for
		           V10__sessions.sql.conf

		  candidate  1            V1__orders.sql
		  candidate  2            V2__invoices.sql
		  candidate  2_1          V2_1__invoices_paid_at.sql
		  candidate  10           V10__sessions.sql           down
		  candidate  11           V11__vacuum_orders.sql      transaction: none
		  candidate  open_orders  R__open_orders.sql          repeatable

		src/main/resources/db/migration/mysql
		  layout        Flyway (file names like V1__orders.sql)
		  database      MySQL (the folder mysql)
		  version       8.0 (nothing says otherwise)
		  order         by the version number in the file name, repeatable ones last
		  migrations    1 candidate (nothing says what is released: each is judged by itself)
		  transaction   one for each migration, left out where a statement forbids one
		  placeholders  \${name}

		  candidate  1  V1__orders.sql
		"
	`);
});

test("programs, sections and transactions that differ are said where they occur", async () => {
	const projects = await discover(fixtureDirectory("goose"));
	expect(projectText(projects, plainPalette, 100)).toMatchInlineSnapshot(`
		"migrations
		  layout        goose (-- +goose Up in 00001_orders.sql)
		  database      PostgreSQL (dollar quotes)
		  version       14 (nothing says otherwise)
		  order         by the number at the start of the file name
		  migrations    4 candidates (nothing says what is released: each is judged by itself)
		  transaction   one for each migration; 1 migration with none

		  info     migrations/00002_copy_prices.go is not SQL: what runs there was not judged

		  candidate  00001_orders.sql          down
		  candidate  00002_copy_prices.go      program
		  candidate  00003_invoices.sql        down
		  candidate  00010_invoices_index.sql  transaction: none, up (2), down
		"
	`);
});

test("a named file is the candidate, what stands before it is released", async () => {
	const projects = await discover(fixtureDirectory("webshop"), [
		"db/migration/V10__rework_orders.sql",
	]);
	const text = projectText(projects, plainPalette, 100);
	expect(text).toContain("9 released, 1 candidate (named on the command line)");
	expect(text).toContain("candidate  10  V10__rework_orders.sql");
});

test("a long history is shown by its ends, or as a whole when asked", async () => {
	const [project] = await discover(fixtureDirectory("webshop"));
	const [first] = project!.migrations;
	const migrations = Array.from({ length: 300 }, (_, order) => ({
		...first!,
		id: String(order),
		order,
		release: String(order),
		candidate: order === 299,
	}));
	const long = [{ ...project!, migrations }];
	const short = projectText(long, plainPalette, 100).split("\n");
	expect(short.length).toBeLessThan(24);
	expect(short.filter((line) => line.trim() === "...")).toHaveLength(1);
	expect(short.some((line) => line.includes("candidate  299"))).toBe(true);
	expect(projectText(long, plainPalette, 100, true).split("\n").length).toBeGreaterThan(300);
});

test("json has every migration with its state", async () => {
	const projects = await discover(fixtureDirectory("prisma"));
	const document = JSON.parse(projectJson(projects)) as JsonProjects;
	expect(document.projects[0]).toMatchObject({
		root: "prisma/migrations",
		dialect: { id: "postgres" },
		serverVersion: { major: 14, why: "nothing says otherwise" },
	});
	expect(
		document.projects[0]!.migrations.map(({ state, transaction }) => [state, transaction]),
	).toEqual(document.projects[0]!.migrations.map(() => ["candidate", "implicit"]));
});
