import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rules } from "../../src/generated/rules.ts";
import { runsOnServer } from "../../src/plan/plan.ts";
import { parsePlan, planJsonSchema } from "../../src/plan/plan-shape.ts";
import { outline, planSql } from "./plan-sql.ts";

const orders =
	"CREATE TABLE orders (id bigint PRIMARY KEY, total integer, status text, customer_id bigint);";

describe("rules have no error to report of a step that takes a statement's place", () => {
	test.for(rules.flatMap((rule) => rule.examples.map((example, at) => ({ rule, example, at }))))(
		"$rule.id $at",
		async ({ rule, example: { before = "", bad, transaction = "none", version } }) => {
			const plan = await planSql(
				[
					{ id: "before", sql: before },
					{ id: "change", sql: bad, transaction },
				],
				{ also: [rule.id], ...(version !== undefined && { version }) },
			);
			const errors = plan.steps
				.filter(runsOnServer)
				.filter(({ origin, window }) => origin.recipe !== undefined && window === undefined)
				.flatMap(({ remarks }) => remarks)
				.filter(({ severity }) => severity === "error");
			expect(errors).toEqual([]);
		},
	);
});

describe("order", () => {
	test("statements of one transaction stay together while they lock one table in use at most", async () => {
		const plan = await planSql([
			{ id: "1", sql: orders },
			{
				id: "2",
				sql: "CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint); CREATE INDEX refunds_order ON refunds (order_id); ALTER TABLE orders ADD COLUMN note text; ALTER TABLE customers ADD COLUMN refunded boolean;",
			},
		]);
		expect(outline(plan)).toMatchInlineSnapshot(`
			[
			  "expand-1 own CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint) and 2 more statements",
			  "expand-2 own ALTER TABLE customers ADD COLUMN refunded boolean;",
			]
		`);
	});

	test("data is changed after the schema has grown, and proved before anything goes", async () => {
		const plan = await planSql([
			{ id: "1", sql: orders },
			{
				id: "2",
				sql: "UPDATE orders SET status = 'open' WHERE status IS NULL; ALTER TABLE orders DROP COLUMN total; ALTER TABLE orders ADD COLUMN note text;",
			},
		]);
		expect(outline(plan)).toMatchInlineSnapshot(`
			[
			  "expand-1 own ALTER TABLE orders ADD COLUMN note text;",
			  "migrate-1 batches orders: Change the rows that are left, 1,000 at a time",
			  "verify-1 own orders: Prove it: no row is left",
			  "contract-1 people orders.total: Release code that neither reads nor writes total; ORMs need it out of their column list",
			  "contract-2 own orders.total: Drop the column in a later release, with a contract directive",
			]
		`);
	});

	test("what touches the same column keeps its order and says so", async () => {
		const plan = await planSql([
			{ id: "1", sql: orders },
			{
				id: "2",
				sql: "ALTER TABLE orders DROP COLUMN total; ALTER TABLE orders ADD COLUMN total numeric;",
			},
		]);
		expect(plan.steps.at(-1)).toMatchObject({
			phase: "contract",
			sql: ["ALTER TABLE orders ADD COLUMN total numeric;"],
		});
		expect(plan.steps.at(-1)?.notes.join()).toContain("both touch orders (total)");
	});

	test("dynamic SQL stands in the way of everything", async () => {
		const plan = await planSql([
			{ id: "1", sql: orders },
			{
				id: "2",
				sql: "UPDATE orders SET status = 'open' WHERE status IS NULL; DO $$ BEGIN EXECUTE current_setting('shop.change'); END $$; ANALYZE orders; ALTER TABLE orders ADD COLUMN note text;",
			},
		]);
		expect(outline(plan).map((line) => line.slice(0, 40))).toMatchInlineSnapshot(`
			[
			  "migrate-1 batches orders: Change the row",
			  "verify-1 own orders: Prove it: no row is",
			  "verify-2 own DO $$ BEGIN EXECUTE current",
			  "verify-3 own ANALYZE orders and 1 more s",
			]
		`);
	});
});

test("an ignored finding keeps its statement as it is written", async () => {
	const index = "CREATE INDEX orders_status ON orders (status)";
	const plan = await planSql([
		{ id: "1", sql: orders },
		{
			id: "2",
			sql: `-- lockkeeper:ignore require-concurrent-index: nobody works at night\n${index};`,
		},
	]);
	expect(plan.steps.map(({ sql, transaction }) => ({ sql, transaction }))).toEqual([
		{ sql: [`${index};`], transaction: "own" },
	]);
});

test("without a safe form a step says who waits, how long, and that it needs a window", async () => {
	const plan = await planSql(
		[
			{ id: "1", sql: orders },
			{ id: "2", sql: "ALTER TABLE orders ALTER COLUMN id TYPE numeric;" },
		],
		{ rows: { orders: 40_000_000 } },
	);
	const [step] = plan.steps.filter(runsOnServer);
	expect(step?.window).toMatchInlineSnapshot(
		`"Everybody who uses orders waits until this step is done: up to an hour for 40,000,000 rows and 3.7 GB. No way without the lock is known: plan a time when nobody needs it."`,
	);
	expect(step?.statementTimeout).toBe(0);
});

test("limits fit the work: none for CONCURRENTLY, short ones for a lock that others wait for", async () => {
	const plan = await planSql([
		{ id: "1", sql: orders },
		{
			id: "2",
			sql: "CREATE INDEX orders_status ON orders (status); ALTER TABLE orders ADD CONSTRAINT paid CHECK (total >= 0);",
		},
	]);
	expect(
		plan.steps
			.filter(runsOnServer)
			.map(
				(step) => `${step.sql[0]?.slice(0, 60) ?? ""} ${step.lockTimeout} ${step.statementTimeout}`,
			),
	).toMatchInlineSnapshot(`
		[
		  "CREATE INDEX CONCURRENTLY orders_status ON orders (status); 0 0",
		  "ALTER TABLE orders ADD CONSTRAINT paid CHECK (total >= 0) NO 500 5000",
		  "ALTER TABLE orders VALIDATE CONSTRAINT paid; 2000 0",
		]
	`);
});

test("the SETs of a migration go with its statements, except for limits", async () => {
	const plan = await planSql([
		{ id: "1", sql: "CREATE SCHEMA sales; CREATE TABLE sales.orders (id bigint PRIMARY KEY);" },
		{
			id: "2",
			sql: "SET lock_timeout = '9s'; SET search_path = sales; ALTER TABLE orders ADD COLUMN note text;",
		},
	]);
	expect(plan.steps).toHaveLength(1);
	expect(plan.steps[0]).toMatchObject({
		settings: ["SET search_path = sales;"],
		locks: [{ relation: "sales.orders" }],
		lockTimeout: 500,
	});
});

test("what cannot be read is left to people, in its place", async () => {
	const plan = await planSql([
		{ id: "1", sql: orders },
		{ id: "2", sql: "ALTER TABEL orders ADD x int; ALTER TABLE orders ADD COLUMN note text;" },
	]);
	expect(plan.steps.map(({ transaction }) => transaction)).toEqual(["people", "own"]);
	expect(plan.notes).toEqual(["1 statement cannot be read and is left to people, in its place."]);
});

test("the same migrations give the same plan; another history or text gives other hashes", async () => {
	const change = { id: "2", sql: "ALTER TABLE orders ADD COLUMN note text;" };
	const plan = await planSql([{ id: "1", sql: orders }, change]);
	expect(await planSql([{ id: "1", sql: orders }, change])).toEqual(plan);
	const windows = await planSql([
		{ id: "1", sql: `\uFEFF${orders}` },
		{ ...change, sql: `${change.sql}\r\n` },
	]);
	const unix = await planSql([
		{ id: "1", sql: orders },
		{ ...change, sql: `${change.sql}\n` },
	]);
	expect(windows.revisions).toEqual(unix.revisions);
	expect(windows.history).toEqual(plan.history);
	expect(unix.revisions).not.toEqual(plan.revisions);
	const other = await planSql([{ id: "1", sql: orders.replace("status text, ", "") }, change]);
	expect(other.schemaRev).not.toBe(plan.schemaRev);
});

test("a plan is what its schema says", async () => {
	const plan = await planSql([
		{ id: "1", sql: orders },
		{ id: "2", sql: "UPDATE orders SET status = 'open' WHERE status IS NULL; DROP TABLE orders;" },
	]);
	const read: unknown = JSON.parse(JSON.stringify(plan));
	expect(parsePlan(read)).toEqual(plan);
	expect(parsePlan({ ...plan, steps: [{ id: "x" }] })).toContainEqual(
		expect.objectContaining({ code: "missingKey" }),
	);
	const written: unknown = JSON.parse(
		readFileSync(new URL("../../lockkeeper.plan.schema.json", import.meta.url), "utf8"),
	);
	expect(written).toEqual(planJsonSchema());
});
