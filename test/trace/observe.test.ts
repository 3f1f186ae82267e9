import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startPglite } from "../../src/trace/engines/pglite.ts";
import { observeAlone, observeInTransaction } from "../../src/trace/observe.ts";

let engine: TraceEngine;

const tables = `
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
CREATE TABLE customers (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total numeric(10,2), note varchar(20));
CREATE INDEX orders_note ON orders (note);
INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 200) i;
INSERT INTO orders SELECT i, 1 + i % 200, i, 'n' || i FROM generate_series(1, 1000) i;`;

beforeAll(async () => {
	const started = await startPglite();
	if ("code" in started) throw new Error(started.message);
	engine = started;
}, 120_000);

afterAll(() => engine.close());

async function observed(sql: string) {
	const made = await engine.execute(tables);
	expect(made.failure).toBeUndefined();
	return observeAlone(engine, sql);
}

describe("what a server did for a statement", () => {
	it("is the locks on both tables of a foreign key, and their scans", async () => {
		const seen = await observed(
			"ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers",
		);
		expect(seen.locks).toEqual(
			expect.arrayContaining([
				{ relation: "public.orders", mode: "ShareRowExclusiveLock" },
				{ relation: "public.customers", mode: "ShareRowExclusiveLock" },
			]),
		);
		expect(seen.scans.map(({ relation, rows }) => [relation, rows])).toContainEqual([
			"public.orders",
			1000,
		]);
		expect(seen.rewrites).toEqual([]);
	});

	it("is a rewrite with the indexes it builds anew, without TOAST", async () => {
		const seen = await observed("ALTER TABLE orders ALTER COLUMN id TYPE bigint");
		expect(seen.rewrites).toEqual(["public.orders"]);
		expect(seen.builds.map(({ index }) => index).sort()).toEqual([
			"public.orders_note",
			"public.orders_pkey",
		]);
		expect(seen.indexLocks?.map(({ relation }) => relation)).toContain("public.orders_pkey");
	});

	it("tells a file that was taken over from an index that was built", async () => {
		const seen = await observed("ALTER TABLE orders ALTER COLUMN note TYPE varchar(40)");
		expect(seen.rewrites).toEqual([]);
		expect(seen.builds).toEqual([]);
	});

	it("tells an emptied table from a rewritten one", async () => {
		const seen = await observed("TRUNCATE orders");
		expect(seen.rewrites).toEqual([]);
		expect(seen.emptied).toEqual(["public.orders"]);
	});

	it("keeps the proof that saved a scan", async () => {
		await engine.execute(tables);
		await engine.execute("ALTER TABLE orders ADD CHECK (total IS NOT NULL)");
		const seen = await observeAlone(engine, "ALTER TABLE orders ALTER total SET NOT NULL");
		expect(seen.scans).toEqual([]);
		expect(seen.proofs).toHaveLength(1);
	});

	it("runs outside a transaction what the server refuses in one, and says that locks were not seen", async () => {
		const seen = await observed("CREATE INDEX CONCURRENTLY orders_total ON orders (total)");
		expect(seen).toMatchObject({ refusedInTransaction: true, sampled: true });
		expect(seen.locks).toBeUndefined();
		expect(seen.builds).toEqual([{ index: "public.orders_total", table: "public.orders" }]);
		expect(seen.scans.map(({ relation }) => relation)).toEqual(["public.orders"]);
	});

	it("counts only what a statement adds to the locks of its transaction", async () => {
		await engine.execute(tables);
		await engine.execute("BEGIN");
		await observeInTransaction(engine, "ALTER TABLE orders ADD COLUMN paid boolean");
		const seen = await observeInTransaction(engine, "COMMENT ON TABLE customers IS 'people'");
		await engine.execute("ROLLBACK");
		expect(seen.locks).toEqual([
			{ relation: "public.customers", mode: "ShareUpdateExclusiveLock" },
		]);
		expect(seen.held).toEqual([{ relation: "public.orders", mode: "AccessExclusiveLock" }]);
	});

	it("reports a refusal with its SQLSTATE and place", async () => {
		const seen = await observed("ALTER TABLE orders DROP COLUMN paid_at");
		expect(seen.failure).toMatchObject({ code: "42703" });
		expect((await engine.query("SELECT 1"))[0]).toEqual(["1"]);
	});
});
