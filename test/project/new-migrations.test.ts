import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runsOnServer } from "../../src/plan/plan.ts";
import { stepScript } from "../../src/plan/step-script.ts";
import { planRelease } from "../../src/planning.ts";
import { discoverProjects } from "../../src/project/discover.ts";
import { nextRevisions } from "../../src/project/new-migrations/revisions.ts";
import { filesOfMigrations } from "../../src/project/new-migrations/write.ts";
import { lintRepository } from "../../src/repository.ts";
import { directoryWith } from "../cli/run.ts";

const first = "CREATE TABLE orders (id bigint PRIMARY KEY, status text, total integer);\n";
const change = [
	"ALTER TABLE orders ADD COLUMN channel text;",
	"UPDATE orders SET status = 'open' WHERE status IS NULL;",
	"CREATE INDEX orders_status ON orders (status);",
	"",
].join("\n");

/** Two migrations in the layout of a tool; the second one is new. */
const repositories: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	flyway: { "db/V1__orders.sql": first, "db/V2__channel.sql": change },
	"golang-migrate": { "db/000001_orders.up.sql": first, "db/000002_channel.up.sql": change },
	dbmate: {
		"db/20260101000000_orders.sql": `-- migrate:up\n${first}\n-- migrate:down\n`,
		"db/20260102000000_channel.sql": `-- migrate:up\n${change}\n-- migrate:down\n`,
	},
	goose: {
		"db/00001_orders.sql": `-- +goose Up\n${first}`,
		"db/00002_channel.sql": `-- +goose Up\n${change}`,
	},
	sqlx: {
		"Cargo.toml": '[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n',
		"db/20260101000000_orders.sql": first,
		"db/20260102000000_channel.sql": change,
	},
	diesel: {
		"diesel.toml": "",
		"db/2026-01-01-000000_orders/up.sql": first,
		"db/2026-01-02-000000_channel/up.sql": change,
	},
	prisma: {
		"db/migration_lock.toml": 'provider = "postgresql"\n',
		"db/20260101000000_orders/migration.sql": first,
		"db/20260102000000_channel/migration.sql": change,
	},
	plain: { "db/001_orders.sql": first, "db/002_channel.sql": change },
};

const now = Date.parse("2026-11-21T12:00:00Z");

const isChange = (file: string): boolean => file.includes("channel") && !file.endsWith(".toml");

async function planIn(layout: string, files: Readonly<Record<string, string>>) {
	const cwd = directoryWith(files);
	const config = { projects: [{ root: "db", layout, dialect: "postgres" as const }] };
	const named = Object.keys(files).filter(isChange);
	const planned = await planRelease(cwd, named, config, {});
	if ("code" in planned) throw new Error(planned.message);
	const steps = planned.plan.steps.filter(runsOnServer);
	const made = filesOfMigrations(planned.project, steps.map(stepScript), now);
	return { cwd, config, steps, made };
}

test.each(Object.entries(repositories))(
	"%s: each step is a migration after those that are there, run as it must be",
	async (layout, files) => {
		const { cwd, config, steps, made } = await planIn(layout, files);
		if (typeof made === "string") throw new Error(made);
		for (const file of made) {
			mkdirSync(path.dirname(path.join(cwd, file.path)), { recursive: true });
			writeFileSync(path.join(cwd, file.path), file.text, { flag: "wx" });
		}
		const found = await discoverProjects(cwd, [], config);
		if ("code" in found) throw new Error(found.message);
		const [project] = found;
		expect(project?.problems.filter(({ severity }) => severity === "error")).toEqual([]);
		const written = project?.migrations.slice(2) ?? [];
		expect(written.map(({ name }) => name)).toEqual(steps.map((step) => stepScript(step).name));
		// The lint of what was written: nothing waits, and CONCURRENTLY is outside of any transaction.
		const report = await lintRepository(
			cwd,
			made.filter(({ path: name }) => name.endsWith(".sql")).map(({ path: name }) => name),
			config,
		);
		if ("code" in report) throw new Error(report.message);
		expect(report.counts.unread).toBe(0);
		expect(
			report.findings
				.filter(({ severity }) => severity === "error")
				.map(({ file, rule, message }) => `${file} ${rule} ${message}`),
		).toEqual([]);
	},
);

test("goose gets a way out of the transaction and a block for what holds semicolons", async () => {
	const { made } = await planIn("goose", repositories["goose"] ?? {});
	if (typeof made === "string") throw new Error(made);
	expect(made.map(({ path: name, text }) => `${name}\n${text}`).join("\n")).toMatchInlineSnapshot(`
		"db/00003_expand_1_alter_table_orders_add_column_channel_te.sql
		-- +goose Up
		-- ALTER TABLE orders ADD COLUMN channel text;
		SET LOCAL lock_timeout = '500ms';
		SET LOCAL statement_timeout = '5000ms';
		ALTER TABLE orders ADD COLUMN channel text;

		db/00004_migrate_1_orders_change_the_rows_that_are_left_1_0.sql
		-- +goose NO TRANSACTION
		-- +goose Up
		-- +goose StatementBegin
		-- orders: Change the rows that are left, 1,000 at a time
		DO $batches$ BEGIN
			LOOP
				UPDATE orders SET status = 'open'
				WHERE id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 1000) AND (status IS NULL);
				EXIT WHEN NOT FOUND;
				COMMIT;
			END LOOP;
		END $batches$;
		-- +goose StatementEnd

		db/00005_verify_1_orders_prove_it_no_row_is_left.sql
		-- +goose Up
		-- orders: Prove it: no row is left
		SET LOCAL lock_timeout = '500ms';
		DO $proof$ BEGIN
			ASSERT (SELECT count(*) = 0 FROM orders WHERE status IS NULL), 'orders: Prove it: no row is left';
		END $proof$;

		db/00006_verify_2_orders_build_index_orders_status_of_orde.sql
		-- +goose NO TRANSACTION
		-- +goose Up
		-- orders: Build index orders_status of orders, without a lock_timeout
		-- If it fails, first: DROP INDEX CONCURRENTLY orders_status;
		CREATE INDEX CONCURRENTLY orders_status ON orders (status);
		"
	`);
});

test.each([
	["drizzle", /one transaction, and these \d+ steps need one each$/],
	[
		"supabase",
		/runs every migration in a transaction, and migrate_1_orders_change_\w+ refuses to$/,
	],
])("%s cannot run the steps as they must be, and says so", async (layout, message) => {
	const files =
		layout === "drizzle"
			? {
					"db/meta/_journal.json": JSON.stringify({
						dialect: "postgresql",
						entries: [
							{ tag: "0000_orders", when: 1 },
							{ tag: "0001_channel", when: 2 },
						],
					}),
					"db/0000_orders.sql": first,
					"db/0001_channel.sql": change,
				}
			: { "db/20260101000000_orders.sql": first, "db/20260102000000_channel.sql": change };
	const { made } = await planIn(layout, files);
	expect(made).toMatch(message);
});

test("revisions go on in the style that is there", () => {
	expect(nextRevisions(["0001", "0009"], 2, now)).toEqual(["0010", "0011"]);
	expect(nextRevisions(["1", "9"], 2, now)).toEqual(["10", "11"]);
	expect(nextRevisions([], 1, now)).toEqual(["0001"]);
	expect(nextRevisions(["20260102000000"], 2, now)).toEqual(["20261121120000", "20261121120001"]);
	expect(nextRevisions(["20270102235959"], 1, now)).toEqual(["20270103000000"]);
});
