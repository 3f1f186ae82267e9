import { expect, test } from "vitest";
import type { Project } from "../../src/core/migration.ts";
import { nextMigrations } from "../../src/lsp/new-migration.ts";
import { mainFile } from "../../src/project/releases.ts";
import { discover, fixtureDirectory } from "../project/fixture.ts";

const now = Date.UTC(2026, 10, 21, 18, 30, 5);

/** Without its mark a file holds nothing for these tools. */
const marks: Readonly<Record<string, string>> = {
	dbmate: "-- migrate:up\n",
	goose: "-- +goose Up\n",
	rambler: "-- rambler up\n",
	"sql-migrate": "-- +migrate Up\n",
};

async function postgresProject(
	cwd: string,
	directory: string,
	edited: ReadonlyMap<string, string> = new Map(),
): Promise<Project> {
	const projects = await discover(cwd, [directory], {}, { edited });
	return projects.find(({ dialect }) => dialect === "postgres")!;
}

/** The last SQL migration of a fixture and the paths that would follow it. */
async function after(fixture: string, directory: string) {
	const cwd = fixtureDirectory(fixture);
	const project = await postgresProject(cwd, directory);
	const files = project.migrations
		.filter(({ repeatable }) => repeatable !== true)
		.map((one) => mainFile(one) ?? "");
	const last = files.findLast((file) => file.endsWith(".sql")) ?? "";
	const names = nextMigrations(project, last, ["validate", "totals"], 2, now);
	return { cwd, directory, names: names ?? [] };
}

test.for([
	["flyway", "src/main/resources/db/migration"],
	["golang-migrate", "migrations"],
	["prisma", "prisma/migrations"],
	["goose", "migrations"],
	["dbmate", "db/migrations"],
	["supabase", "supabase/migrations"],
	["sqlx", "migrations"],
	["tern", "migrations"],
	["sql-migrate", "migrations"],
	["refinery", "migrations"],
	["postgres-migrations", "migrations"],
	["morph", "migrations/postgres"],
	["rambler", "migrations"],
	["hasura", "migrations/default"],
	["plain", "db/updates"],
] as const)(
	"%s runs the files that are named for it last, in their order",
	async ([fixture, directory]) => {
		const { cwd, names } = await after(fixture, directory);
		expect(names).toHaveLength(2);
		const text = `${marks[fixture] ?? ""}SELECT 1;\n`;
		const edited = new Map(names.map((name) => [name, text]));
		const project = await postgresProject(cwd, directory, edited);
		const order = project.migrations
			.filter(({ repeatable }) => repeatable !== true)
			.map((one) => mainFile(one));
		expect(order.slice(-2)).toEqual(names);
	},
);

test("names are written as the tool writes them", async () => {
	expect(
		await Promise.all([
			after("flyway", "src/main/resources/db/migration").then(({ names }) => names[0]),
			after("prisma", "prisma/migrations").then(({ names }) => names[1]),
			after("goose", "migrations").then(({ names }) => names[0]),
			after("postgres-migrations", "migrations").then(({ names }) => names[0]),
			after("hasura", "migrations/default").then(({ names }) => names[0]),
		]),
	).toMatchInlineSnapshot(`
		[
		  "src/main/resources/db/migration/V12__validate_totals_1.sql",
		  "prisma/migrations/20261121183006_validate_totals_2/migration.sql",
		  "migrations/00011_validate_totals_1.sql",
		  "migrations/0005-validate-totals-1.sql",
		  "migrations/default/1795285805000_validate_totals_1/up.sql",
		]
	`);
});
