import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { FilledRecipe } from "../../src/core/finding.ts";
import { lintSql } from "../lint-sql.ts";

const before = `CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, "Status" varchar(20), total numeric(10, 2), quantity integer NOT NULL DEFAULT 1);
CREATE INDEX orders_status ON orders ("Status");
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE lines (order_id bigint, line int, sku text, PRIMARY KEY (order_id, line));
CREATE TABLE events (id bigint, at date NOT NULL, customer_id bigint) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01') PARTITION BY RANGE (at);
CREATE TABLE events_2027_h1 PARTITION OF events_2027 FOR VALUES FROM ('2027-01-01') TO ('2027-07-01');
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 50) n;
INSERT INTO orders SELECT n, n % 50 + 1, 'open', n % 7 FROM generate_series(1, 2500) n;
INSERT INTO orders VALUES (9000, NULL, NULL, NULL);
INSERT INTO lines SELECT n, 1, 'a' FROM generate_series(1, 1500) n;
INSERT INTO events SELECT n, date '2026-12-20' + n, n FROM generate_series(1, 50) n;`;

interface Case {
	readonly rule: string;
	readonly change: string;
	readonly version?: number;
	readonly transaction?: "file";
}

async function recipeFor({ rule, change, version, transaction }: Case): Promise<FilledRecipe> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: before },
			{ id: "0002_change", sql: change, ...(transaction && { transaction }) },
		],
		{ only: [rule], ...(version !== undefined && { version }) },
	);
	return findings[0]!.recipe!;
}

/** It takes seconds to start, so the tests share it. */
const database = new PGlite();

beforeEach(async () => {
	await database.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
	await database.exec(before);
}, 60_000);

afterAll(async () => {
	await database.close();
});

async function repeat(sql: string): Promise<void> {
	for (let rounds = 0; rounds < 10; rounds++) {
		const { affectedRows = 0 } = await database.query(sql);
		if (affectedRows === 0) return;
		expect(affectedRows).toBeLessThanOrEqual(1000);
	}
	throw new Error(`This batch never ends: ${sql}`);
}

/** Sends every step as it stands; returns what people are asked to do. */
async function follow(subject: Case): Promise<readonly string[]> {
	const people: string[] = [];
	for (const { sql, title, transaction } of (await recipeFor(subject)).steps) {
		if (sql === undefined) people.push(title);
		else if (transaction === "batches") await repeat(sql);
		else await database.exec(sql);
	}
	return people;
}

async function isTrue(condition: string): Promise<boolean> {
	const { rows } = await database.query<{ ok: boolean }>(`SELECT (${condition}) AS ok`);
	return rows[0]!.ok;
}

const rewrite = "no-add-column-rewrite";

test.for([
	[
		"ALTER TABLE orders ADD COLUMN code uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();",
		rewrite,
		"SELECT count(DISTINCT code) = 2501 FROM orders",
	],
	[
		"ALTER TABLE orders ADD COLUMN number bigserial;",
		rewrite,
		"SELECT count(DISTINCT number) = 2501 FROM orders",
	],
	[
		`ALTER TABLE orders ADD COLUMN "No" integer GENERATED ALWAYS AS IDENTITY;`,
		rewrite,
		`SELECT count(DISTINCT "No") = 2501 FROM orders`,
	],
	[
		"ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.2) STORED;",
		rewrite,
		"SELECT bool_and(gross IS NOT DISTINCT FROM total * 1.2) FROM orders",
	],
	[
		"ALTER TABLE orders ADD COLUMN discount percent DEFAULT 5;",
		rewrite,
		"SELECT convalidated FROM pg_constraint WHERE conname = 'orders_discount_check'",
	],
	[
		"ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;",
		"no-type-change-rewrite",
		"SELECT bool_and(quantity = 1) FROM orders",
	],
	[
		"ALTER TABLE orders ALTER COLUMN total TYPE integer USING total * 1.5;",
		"no-type-change-rewrite",
		"SELECT count(*) FILTER (WHERE total = 2) = 358 AND count(*) FILTER (WHERE total IS NULL) = 1 FROM orders",
	],
	[
		`ALTER TABLE orders ALTER COLUMN "Status" TYPE varchar(20) COLLATE "C";`,
		"no-type-change-rewrite",
		`SELECT count("Status") = 2500 AND min(pg_collation_for("Status")) = '"C"' FROM orders`,
	],
	[
		"ALTER TABLE lines ALTER COLUMN sku TYPE json USING to_json(sku);",
		"no-type-change-rewrite",
		`SELECT bool_and(sku::text = '"a"') FROM lines`,
	],
	[
		`CREATE INDEX IF NOT EXISTS orders_lower ON orders USING btree (lower("Status")) WHERE total > 1;`,
		"require-concurrent-index",
		"SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_lower'::regclass",
	],
	[
		"CREATE INDEX events_customer ON public.events (customer_id);",
		"require-concurrent-index",
		"SELECT bool_and(indisvalid) AND count(*) = 1 FROM pg_index WHERE indexrelid = 'events_customer'::regclass",
	],
	[
		"DROP INDEX orders_status;",
		"require-concurrent-index-drop",
		"SELECT to_regclass('orders_status') IS NULL",
	],
	[
		"ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers ON DELETE CASCADE;",
		"require-not-valid-constraint",
		"SELECT convalidated FROM pg_constraint WHERE conname = 'orders_customer_id_fkey'",
	],
	[
		`ALTER TABLE orders ADD CONSTRAINT "Total" CHECK (total >= 0 OR "Status" = 'void');`,
		"require-not-valid-constraint",
		"SELECT convalidated FROM pg_constraint WHERE conname = 'Total'",
	],
	[
		"ALTER TABLE events ADD CONSTRAINT events_customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
		"require-not-valid-constraint",
		"SELECT convalidated FROM pg_constraint WHERE conname = 'events_customer' AND conrelid = 'events'::regclass",
	],
	[
		"ALTER TABLE orders ADD COLUMN weight integer DEFAULT 1 CHECK (weight > 0);",
		"require-not-valid-constraint",
		"SELECT convalidated FROM pg_constraint WHERE conname = 'orders_weight_check'",
	],
	[
		"ALTER TABLE customers ADD UNIQUE (email);",
		"require-prebuilt-unique-index",
		"SELECT count(*) = 1 FROM pg_constraint WHERE conname = 'customers_email_key'",
	],
	[
		"ALTER TABLE orders ADD COLUMN slug text UNIQUE;",
		"require-prebuilt-unique-index",
		"SELECT count(*) = 1 FROM pg_constraint WHERE conname = 'orders_slug_key'",
	],
	[
		"ALTER TABLE events ADD PRIMARY KEY (id, at);",
		"require-prebuilt-unique-index",
		"SELECT indisvalid FROM pg_index WHERE indexrelid = 'events_pkey'::regclass",
	],
	[
		`UPDATE orders SET "Status" = 'paid', total = 0 WHERE customer_id > 3;`,
		"require-batched-change",
		`SELECT count(*) = 2350 FROM orders WHERE "Status" = 'paid' AND total = 0`,
	],
	[
		"UPDATE orders SET total = quantity * 2;",
		"require-batched-change",
		"SELECT bool_and(total = 2) FROM orders",
	],
	[
		"DELETE FROM lines AS l WHERE l.sku = 'a';",
		"require-batched-change",
		"SELECT count(*) = 0 FROM lines",
	],
] as const)("%s has a recipe that does the same", async ([change, rule, condition]) => {
	await follow({ rule, change });
	expect(await isTrue(condition)).toBe(true);
});

test("a new column in a table without a key is left to people to fill, not forgotten", async () => {
	const change = "ALTER TABLE events ADD COLUMN code uuid DEFAULT gen_random_uuid();";
	const { steps } = await recipeFor({ rule: rewrite, change });
	expect(steps.map(({ title, transaction }) => `${transaction} ${title}`)).toMatchInlineSnapshot(`
		[
		  "own Add code empty; its default holds for new rows",
		  "people Fill code in the rows of events that are there, some thousand at a time: no unique key is known to go by",
		]
	`);
});

test.for([
	"ALTER TABLE orders ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000);",
	"ALTER TABLE lines ALTER COLUMN sku TYPE text USING gen_random_uuid()::text;",
])("%s has no steps that would do the same", async (change) => {
	const { findings } = await lintSql([
		{ id: "0001_create", sql: before },
		{ id: "0002_change", sql: change },
	]);
	expect(findings.length).toBeGreaterThan(0);
	expect(findings.flatMap(({ recipe }) => recipe ?? [])).toEqual([]);
});

test("new and changed rows get their value while the old ones are filled", async () => {
	const change = "ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;";
	const { steps } = await recipeFor({ rule: "no-type-change-rewrite", change });
	await database.exec(steps[0]!.sql!);
	await database.exec(
		"INSERT INTO orders (id, quantity) VALUES (9001, 7); UPDATE orders SET quantity = 8 WHERE id = 1;",
	);
	expect(
		await isTrue("SELECT bool_and(quantity = quantity_new) FROM orders WHERE id IN (1, 9001)"),
	).toBe(true);
});

test("the new column takes over NOT NULL and the default; people say when the old one may go", async () => {
	const change = "ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;";
	expect(await follow({ rule: "no-type-change-rewrite", change })).toEqual([
		"Use quantity with its new type for as long as you may want to go back",
	]);
	expect(
		await isTrue(
			"SELECT attnotnull AND atthasdef AND atttypid = 'bigint'::regtype FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'quantity'",
		),
	).toBe(true);
});

test("a value that cannot be converted does not stop the application, and is refused before names change", async () => {
	const change = `ALTER TABLE orders ALTER COLUMN "Status" TYPE integer USING "Status"::integer;`;
	const { steps } = await recipeFor({ rule: "no-type-change-rewrite", change });
	await database.exec(steps[0]!.sql!);
	await database.exec(`INSERT INTO orders (id, "Status") VALUES (9002, 'A-17'), (9003, '17');`);
	expect(
		await isTrue(
			`SELECT array_agg("Status_new" ORDER BY id) = '{NULL,17}' FROM orders WHERE id > 9001`,
		),
	).toBe(true);
	const proof = steps.find(({ sql }) => sql?.includes("NOT VALID"));
	await database.exec(proof!.sql!);
	await expect(
		database.exec(`INSERT INTO orders (id, "Status") VALUES (9004, 'A-18');`),
	).rejects.toThrow("orders_Status_new_proof");
});

test("a column that changed its type can be changed back with what was written since", async () => {
	const change = "ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;";
	const { steps } = await recipeFor({ rule: "no-type-change-rewrite", change });
	const swap = steps.findIndex(({ title }) => title.startsWith("Change names"));
	for (const { sql, transaction } of steps.slice(0, swap + 1)) {
		if (sql === undefined) continue;
		if (transaction === "batches") await repeat(sql);
		else await database.exec(sql);
	}
	await database.exec(
		"INSERT INTO orders (id, quantity) VALUES (9001, 7); INSERT INTO orders (id) VALUES (9002); UPDATE orders SET quantity = 8 WHERE id = 1;",
	);
	const { undo } = steps[swap]!;
	if (!undo || "none" in undo) throw new Error("no way back");
	for (const { sql } of undo.losslessUntil) {
		expect(await isTrue(sql.replace(/;$/, ""))).toBe(true);
	}
	await database.exec("INSERT INTO orders (id, quantity) VALUES (9003, 3000000000);");
	expect(await isTrue(undo.losslessUntil[0]!.sql.replace(/;$/, ""))).toBe(false);
	await database.exec("DELETE FROM orders WHERE id = 9003;");
	await database.exec(undo.sql);
	expect(
		await isTrue(
			"SELECT array_agg(quantity ORDER BY id) = '{8,7,1}' AND pg_typeof(min(quantity)) = 'integer'::regtype FROM orders WHERE id IN (1, 9001, 9002)",
		),
	).toBe(true);
	await database.exec("INSERT INTO orders (id, quantity) VALUES (9004, 9);");
	expect(await isTrue("SELECT quantity_new = 9 FROM orders WHERE id = 9004")).toBe(true);
	await expect(database.exec("UPDATE orders SET quantity = NULL WHERE id = 1;")).rejects.toThrow();
});

test("a key is no column that these steps can change", async () => {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: before },
			{ id: "0002_change", sql: "ALTER TABLE orders ALTER COLUMN id TYPE text;" },
		],
		{ only: ["no-type-change-rewrite"] },
	);
	expect(findings.map(({ recipe }) => recipe)).toEqual([undefined]);
});
