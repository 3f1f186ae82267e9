import { beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { lockkeeper } from "../cli/run.ts";
import { planSql } from "../plan/plan-sql.ts";
import {
	approvedPlan,
	go,
	ordersSql,
	plain,
	planOf,
	run,
	serverStep,
	shopOn,
	testServer,
} from "./shop.ts";

const server = testServer();

beforeAll(() => loadPostgres());

const withoutSoak = (plan: Plan): Plan => ({
	...plan,
	steps: plan.steps.map((step) =>
		step.hold ? { ...step, hold: { ...step.hold, soakHours: 0, missing: [] } } : step,
	),
});

const release = `ALTER TABLE orders ADD COLUMN paid_at timestamptz;
CREATE INDEX orders_status ON orders (status);
UPDATE orders SET status = 'open' WHERE status IS NULL;
`;

test("a release is run from its migration to the history, and only once", async () => {
	const { url, client } = await shopOn(server);
	const plan = await planSql(
		[
			{ id: "0001_orders", sql: ordersSql },
			{ id: "0002_orders", sql: release },
		],
		{ version: 18, rows: { orders: 3000000 } },
	);
	const own = planOf([]).revisions;
	const cwd = approvedPlan({ ...withoutSoak(plan), revisions: own });
	const first = await go(cwd, url);
	expect(plain(first.stdout)).toMatchInlineSnapshot(`
		"0002_orders is applied.
		Tell your migration tool so: lockkeeper writes only its own history, lockkeeper.migration_history.
		"
	`);
	expect(plain(first.stderr)).toMatchInlineSnapshot(`
		"PostgreSQL 18 on 127.0.0.1:5432/shop
		run by ada, approved by ada
		phase expand
		expand-1 begins: ALTER TABLE orders ADD COLUMN paid_at timestamptz;
		expand-1 done (<span>)
		expand-2 begins: orders: Build index orders_status of orders, without a lock_timeout
		expand-2 done (<span>)
		phase expand done
		phase migrate
		migrate-1 begins: orders: Change the rows that are left, 1,000 at a time
		migrate-1 verified: no row is left to change
		migrate-1 done (<span>, 3,000 rows)
		phase migrate done
		phase verify
		verify-1 begins: orders: Prove it: no row is left
		verify-1 verified: SELECT count(*) = 0 FROM orders WHERE status IS NULL;
		verify-1 done (<span>)
		phase verify done
		all steps are done (<span> since the run began)
		"
	`);
	expect(first.code).toBe(0);
	expect(await run(client, "SELECT count(*) FROM orders WHERE status = 'open'")).toEqual([
		["3000"],
	]);
	const [history] = await run(
		client,
		"SELECT seq, revision_id, outcome, operator, approvers, parent_revision FROM lockkeeper.migration_history",
	);
	expect(history).toEqual(["1", "0002_orders", "applied", "ada", '["ada"]', ""]);
	const again = await go(cwd, url);
	expect(again.code).toBe(0);
	expect(plain(again.stdout)).toBe("0002_orders is applied already: at <time> by ada.\n");
	const status = await lockkeeper(["status", "plan.json", "--url", url], { cwd });
	expect(plain(status.stdout)).toMatchInlineSnapshot(`
		"PostgreSQL 18 on 127.0.0.1:5432/shop
		Done, begun at <time> by ada, approved by ada.

		expand
		  done       expand-1    ALTER TABLE orders ADD COLUMN paid_at timestamptz; (<time>, <span>)
		  done       expand-2    orders: Build index orders_status of orders, without a lock_timeout (<time>, <span>)

		migrate
		  done       migrate-1   orders: Change the rows that are left, 1,000 at a time (<time>, <span>, 3,000 rows)

		verify
		  done       verify-1    orders: Prove it: no row is left (<time>, <span>)

		last events
		  <time> migrate-1 begins
		  <time> migrate-1 verified: no row is left to change
		  <time> migrate-1 done (<span>, 3,000 rows)
		  <time> phase migrate done
		  <time> phase verify
		  <time> verify-1 begins
		  <time> verify-1 verified: SELECT count(*) = 0 FROM orders WHERE status IS NULL;
		  <time> verify-1 done (<span>)
		  <time> phase verify done
		  <time> all steps are done (<span> since the run began)

		Nothing is left to do.
		rollback lossless: no, since <time>
		"
	`);
	await expect(
		run(client, "UPDATE lockkeeper.migration_history SET operator = 'eve'"),
	).rejects.toThrow("only ever added to");
	await expect(run(client, "DELETE FROM lockkeeper.events")).rejects.toThrow("only ever added to");
	await expect(run(client, "TRUNCATE lockkeeper.migration_history")).rejects.toThrow(
		"only ever added to",
	);
	await run(
		client,
		"ALTER TABLE lockkeeper.migration_history DISABLE TRIGGER only_added_to",
		"UPDATE lockkeeper.migration_history SET operator = 'eve'",
	);
	const tampered = await go(cwd, url);
	expect(tampered.code).toBe(1);
	expect(tampered.stderr).toContain(
		"Row 1 of lockkeeper.migration_history is not what was written",
	);
});

test("the embedded database needs nothing but a directory", async () => {
	const cwd = approvedPlan(
		planOf([
			serverStep({ id: "expand-1", sql: ["CREATE TABLE notes (id bigint PRIMARY KEY);"] }),
			serverStep({
				id: "expand-2",
				sql: ["CREATE INDEX CONCURRENTLY notes_by_id ON notes (id);"],
				transaction: "none",
			}),
			serverStep({ id: "verify-1", sql: ["SELECT count(*) = 0 FROM notes;"], proves: true }),
		]),
	);
	const ran = await lockkeeper(["run", "plan.json", "--operator", "ada"], { cwd });
	expect(ran.stderr).toMatchInlineSnapshot(`
		"0002_orders is applied.
		Tell your migration tool so: lockkeeper writes only its own history, lockkeeper.migration_history.
		"
	`);
	const kinds = ran.stdout
		.trim()
		.split("\n")
		.map((line) => (JSON.parse(line) as { readonly kind: string }).kind);
	expect(kinds.join(" ")).toBe(
		"runStarted phaseStarted stepStarted stepDone stepStarted stepDone phaseDone phaseStarted stepStarted verified stepDone phaseDone runDone end",
	);
	expect(ran.code).toBe(0);
	const status = await lockkeeper(["status"], { cwd });
	expect(status.stdout).toMatch(/^PGlite .* in data\nplan \w+ done: 3 of 3 steps/);
}, 120_000);

test("the address may stand in LOCKKEEPER_URL, or in the variables of libpq", async () => {
	const { url } = await shopOn(server);
	const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: ["SELECT 1;"] })]));
	const args = ["run", "plan.json", "--operator", "ada", "--format", "text"];
	const own = await lockkeeper(args, { cwd, environment: { LOCKKEEPER_URL: url } });
	expect(own.code).toBe(0);
	const { hostname, port, pathname } = new URL(url);
	const environment = {
		PGHOST: hostname,
		PGPORT: port,
		PGUSER: "postgres",
		PGDATABASE: pathname.slice(1),
	};
	const libpq = await lockkeeper(args, { cwd, environment });
	expect(libpq.stdout).toContain("0002_orders is applied already");
});

describe("what waits", () => {
	test("people's work pauses the run until an operator says that it is done", async () => {
		const { url, client } = await shopOn(server);
		const step = serverStep({ id: "expand-1", sql: ["Deploy code that writes status."] });
		const { id, phase, title, origin, needs, notes, sql } = step;
		const cwd = approvedPlan(
			planOf([
				{ id, phase, title, origin, needs, notes, sql, transaction: "people" },
				serverStep({ id: "expand-2", sql: ["ALTER TABLE orders ADD COLUMN note text;"] }),
			]),
		);
		const first = await go(cwd, url);
		expect(first.code).toBe(3);
		expect(first.stdout).toMatchInlineSnapshot(`
			"Now people do expand-1 Deploy code that writes status.
			  Deploy code that writes status.
			Then: lockkeeper run plan.json --operator <name> --done expand-1
			"
		`);
		const wrong = await go(cwd, url, "--done", "expand-2");
		expect(wrong.code).toBe(2);
		expect(wrong.stderr).toContain("expand-2 is no step that people do");
		expect((await go(cwd, url, "--done", "expand-1")).code).toBe(0);
		const [row] = await run(
			client,
			"SELECT state, operator, ended_at IS NOT NULL FROM lockkeeper.steps WHERE step_id = 'expand-1'",
		);
		expect(row).toEqual(["done", "ada", "t"]);
	});

	test("a contract step waits for its hours by the server's clock, and for evidence", async () => {
		const { url, client } = await shopOn(server);
		const hold = {
			evidence: [],
			missing: ["Release code that does not name total."],
			soakHours: 24,
		};
		const cwd = approvedPlan(
			planOf([
				serverStep({ id: "expand-1", sql: ["ALTER TABLE orders ADD COLUMN note text;"] }),
				serverStep({ id: "contract-1", sql: ["ALTER TABLE orders DROP COLUMN total;"], hold }),
			]),
		);
		const first = await go(cwd, url, "--evidence", "no code names it");
		expect(first.code).toBe(3);
		expect(plain(first.stdout)).toMatchInlineSnapshot(`
			"Next: contract-1 ALTER TABLE orders DROP COLUMN total;
			It takes something away, so all before it must have been in production for 24 h: from <time> on.
			"
		`);
		await run(
			client,
			"UPDATE lockkeeper.steps SET ended_at = ended_at - 86400000 WHERE step_id = 'expand-1'",
		);
		const second = await go(cwd, url);
		expect(second.code).toBe(3);
		expect(second.stdout).toMatchInlineSnapshot(`
			"Next: contract-1 ALTER TABLE orders DROP COLUMN total;
			It takes something away. Before it:
			  Release code that does not name total.
			Then: lockkeeper run plan.json --operator <name> --evidence "<what was seen>"
			"
		`);
		expect((await go(cwd, url, "--evidence", "no code names it")).code).toBe(0);
		expect(
			await run(client, "SELECT evidence FROM lockkeeper.steps WHERE step_id = 'contract-1'"),
		).toEqual([["no code names it"]]);
	});

	test("--until stops after a phase", async () => {
		const { url } = await shopOn(server);
		const cwd = approvedPlan(
			planOf([
				serverStep({ id: "expand-1", sql: ["ALTER TABLE orders ADD COLUMN note text;"] }),
				serverStep({ id: "contract-1", sql: ["ALTER TABLE orders DROP COLUMN total;"] }),
			]),
		);
		const ran = await go(cwd, url, "--until", "verify");
		expect(ran.code).toBe(0);
		expect(ran.stdout).toContain("Done up to the phase verify");
	});
});

test("a verification that fails stops the run, and what it looks at is gone through again", async () => {
	const { url, client } = await shopOn(server);
	const cwd = approvedPlan(
		planOf([
			serverStep({
				id: "migrate-1",
				sql: [
					"UPDATE orders SET status = 'open' WHERE id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 1000);",
				],
				transaction: "batches",
				backfill: {
					table: "orders",
					key: ["id"],
					set: "status = 'open'",
					pending: "status IS NULL",
					batchSize: 1000,
				},
			}),
			serverStep({
				id: "verify-1",
				needs: ["migrate-1"],
				proves: true,
				sql: [
					"SELECT count(*) = 0 FROM orders WHERE status IS DISTINCT FROM 'open' OR total <> id;",
				],
			}),
			serverStep({ id: "contract-1", sql: ["ALTER TABLE orders DROP COLUMN total;"] }),
		]),
	);
	await run(client, "UPDATE orders SET total = 7 WHERE id = 70");
	const first = await go(cwd, url);
	expect(first.code).toBe(1);
	expect(first.stdout).toMatchInlineSnapshot(`
		"Stopped at verify-1: A verification failed: what it asks for is not so.
		  SELECT count(*) = 0 FROM orders WHERE status IS DISTINCT FROM 'open' OR total <> id;
		What is done stays done. When the cause is gone: lockkeeper run plan.json --operator <name>
		"
	`);
	expect(await run(client, "SELECT step_id, state FROM lockkeeper.steps ORDER BY place")).toEqual([
		["migrate-1", "pending"],
		["verify-1", "failed"],
		["contract-1", "pending"],
	]);
	await run(client, "UPDATE orders SET total = 70, status = NULL WHERE id = 70");
	const second = await go(cwd, url);
	expect(second.stderr).toContain("migrate-1 begins");
	expect(second.code).toBe(0);
});

test("what somebody else did to a table of the plan stops the run; elsewhere it is told", async () => {
	const { url, client } = await shopOn(server);
	const locks = [
		{ relation: "public.orders", mode: "AccessExclusiveLock", waits: "readsAndWrites" },
	] as const;
	const cwd = approvedPlan(
		planOf([
			serverStep({ id: "expand-1", sql: ["ALTER TABLE orders ADD COLUMN note text;"], locks }),
			serverStep({ id: "contract-1", sql: ["ALTER TABLE orders DROP COLUMN total;"], locks }),
		]),
	);
	expect((await go(cwd, url, "--until", "expand")).code).toBe(0);
	await run(client, "CREATE TABLE invoices (id bigint)");
	expect((await go(cwd, url, "--until", "expand")).stderr).toContain("+ table public.invoices");
	await run(client, "CREATE INDEX by_hand ON orders (status)");
	const stopped = await go(cwd, url);
	expect(stopped.code).toBe(1);
	expect(stopped.stdout).toMatchInlineSnapshot(`
		"Stopped: The schema was changed by somebody else since lockkeeper last looked at it.
		  + index public.by_hand on orders btree (status)
		  When it does no harm, go on with --accept-drift.
		What is done stays done. When the cause is gone: lockkeeper run plan.json --operator <name>
		"
	`);
	expect((await go(cwd, url, "--accept-drift")).code).toBe(0);
});

test("--dry-run asks everything and changes nothing", async () => {
	const { url, client } = await shopOn(server);
	const cwd = approvedPlan(
		planOf([
			serverStep({
				id: "expand-1",
				sql: ["ALTER TABLE orders ADD COLUMN note text;"],
				before: [{ says: "orders exists", sql: "SELECT to_regclass('orders') IS NOT NULL;" }],
			}),
			serverStep({
				id: "contract-1",
				sql: ["ALTER TABLE orders DROP COLUMN note;"],
				before: [
					{
						says: "orders has the column note",
						sql: "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('orders') AND attname = 'note');",
					},
				],
			}),
		]),
	);
	const ran = await lockkeeper(["run", "plan.json", "--url", url, "--dry-run"], { cwd });
	expect(ran.code).toBe(0);
	expect(plain(ran.stdout)).toMatchInlineSnapshot(`
		"PostgreSQL 18 on 127.0.0.1:5432/shop, nothing is changed.
		Approved by ada.

		expand
		  expand-1 pending  ALTER TABLE orders ADD COLUMN note text;
		      holds: orders exists

		contract
		  contract-1 pending  ALTER TABLE orders DROP COLUMN note;
		      does not hold yet: orders has the column note
		"
	`);
	expect(await run(client, "SELECT to_regnamespace('lockkeeper') IS NULL")).toEqual([["t"]]);
});
