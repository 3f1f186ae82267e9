import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Project } from "../../src/core/migration.ts";
import { commitAll, git } from "../cli/git.ts";
import { candidates, codes, onlyProject } from "./fixture.ts";
import { tree } from "./tree.ts";

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY);\n";
const invoices = "CREATE TABLE invoices (id bigint PRIMARY KEY);\n";
const sessions = "CREATE TABLE sessions (id bigint PRIMARY KEY);\n";

type Contents = Readonly<Record<string, string>>;

/** The project after a change to what is committed on main: new texts, moved files (`> new name`), `gone`. */
async function after(released: Contents, change: Contents): Promise<Project> {
	const root = tree(released);
	commitAll(root);
	for (const [name, content] of Object.entries(change)) {
		const file = path.join(root, name);
		mkdirSync(path.dirname(file), { recursive: true });
		if (content === "gone") rmSync(file);
		else if (content.startsWith("> ")) {
			const target = path.join(root, content.slice(2));
			mkdirSync(path.dirname(target), { recursive: true });
			renameSync(file, target);
		} else writeFileSync(file, content);
	}
	git(root, "add", "--all");
	return onlyProject(root, [], {}, { since: "main" });
}

const said = ({ problems }: Project): readonly (readonly (string | undefined)[])[] =>
	problems.map(({ code, file, message, hint }) => [code, file, message, hint]);

describe("a released migration that was deleted", () => {
	test("stops Flyway", async () => {
		const project = await after(
			{ "migration/V1__orders.sql": orders, "migration/V2__invoices.sql": invoices },
			{ "migration/V1__orders.sql": "gone" },
		);
		expect(said(project)).toEqual([
			[
				"deletedAfterRelease",
				"migration/V1__orders.sql",
				"migration/V1__orders.sql was deleted after release: it was there at main",
				"On databases that ran it Flyway does not go on as before: its validation fails. Put it back, and undo it with a new migration.",
			],
		]);
	});

	test("with its whole folder is told for Prisma, many of them once", async () => {
		const lock = { "migrations/migration_lock.toml": 'provider = "postgresql"\n' };
		const project = await after(
			{
				...lock,
				"migrations/1_orders/migration.sql": orders,
				"migrations/2_invoices/migration.sql": invoices,
				"migrations/3_sessions/migration.sql": sessions,
			},
			{
				"migrations/1_orders/migration.sql": "gone",
				"migrations/2_invoices/migration.sql": "gone",
			},
		);
		expect(codes(project)).toContain("deletedAfterRelease");
		expect(project.problems.map(({ message }) => message)).toContain(
			"migrations/1_orders/migration.sql and 1 more were deleted after release: they were there at main",
		);
	});

	test("does not trouble goose, which does not look back", async () => {
		const file = (sql: string): string => `-- +goose Up\n${sql}-- +goose Down\n`;
		const project = await after(
			{ "db/1_orders.sql": file(orders), "db/2_invoices.sql": file(invoices) },
			{ "db/1_orders.sql": "gone" },
		);
		expect(codes(project)).toEqual([]);
	});

	test("a new file that never was released may go", async () => {
		const root = tree({ "migration/V1__orders.sql": orders });
		commitAll(root);
		git(root, "checkout", "-q", "-b", "invoices");
		writeFileSync(path.join(root, "migration/V2__invoices.sql"), invoices);
		git(root, "add", ".");
		git(root, "commit", "-q", "-m", "Invoices");
		rmSync(path.join(root, "migration/V2__invoices.sql"));
		expect(codes(await onlyProject(root, [], {}, { since: "main" }))).toEqual([]);
	});
});

describe("a released migration that was renamed", () => {
	test("runs again where the revision is another one", async () => {
		const project = await after(
			{ "migrations/1_orders.up.sql": orders, "migrations/2_invoices.up.sql": invoices },
			{ "migrations/2_invoices.up.sql": "> migrations/3_invoices.up.sql" },
		);
		expect(candidates(project)).toEqual(["3"]);
		expect(said(project)).toEqual([
			[
				"renamedAfterRelease",
				"migrations/3_invoices.up.sql",
				"migrations/2_invoices.up.sql was renamed to migrations/3_invoices.up.sql after its release: it had its old name at main",
				"golang-migrate takes it for a new migration and runs it again. Give it its name back.",
			],
		]);
	});

	test("is the same migration where the revision stays", async () => {
		const project = await after(
			{ "migrations/1_orders.up.sql": orders, "migrations/2_invoices.up.sql": invoices },
			{ "migrations/2_invoices.up.sql": "> migrations/2_bills.up.sql" },
		);
		expect(candidates(project)).toEqual([]);
		expect(codes(project)).toEqual([]);
	});

	test("stops Flyway, which compares descriptions too", async () => {
		const project = await after(
			{ "migration/V1__orders.sql": orders, "migration/V2__invoices.sql": invoices },
			{ "migration/V2__invoices.sql": "> migration/V2__bills.sql" },
		);
		expect(candidates(project)).toEqual([]);
		expect(said(project)).toMatchObject([
			[
				"renamedAfterRelease",
				"migration/V2__bills.sql",
				expect.any(String),
				"Flyway compares names and stops on databases that ran it. Give it its name back.",
			],
		]);
	});

	test("and edited under its old revision is an edited one", async () => {
		const project = await after(
			{ "migrations/1_orders.up.sql": orders, "migrations/2_invoices.up.sql": invoices },
			{ "migrations/2_invoices.up.sql": "gone", "migrations/2_bills.up.sql": sessions },
		);
		expect(candidates(project)).toEqual([]);
		expect(codes(project)).toEqual(["editedAfterRelease"]);
	});
});

describe("a file of several migrations", () => {
	const head = "--liquibase formatted sql\n";
	const first = `--changeset ada:orders\n${orders}`;

	test("may grow: only what is new is judged", async () => {
		const project = await after(
			{ "changelog/orders.sql": head + first },
			{ "changelog/orders.sql": `${head}${first}--changeset ada:invoices\n${invoices}` },
		);
		expect(candidates(project).map((id) => id.split("::")[1])).toEqual(["invoices"]);
		expect(codes(project)).toEqual([]);
	});

	test("has an edited one told", async () => {
		const project = await after(
			{ "changelog/orders.sql": `${head}${first}--changeset ada:invoices\n${invoices}` },
			{ "changelog/orders.sql": `${head}${first}--changeset ada:invoices\n${sessions}` },
		);
		expect(candidates(project)).toEqual([]);
		expect(codes(project)).toEqual(["editedAfterRelease"]);
	});
});
