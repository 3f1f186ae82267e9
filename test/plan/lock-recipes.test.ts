import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { FilledRecipe } from "../../src/core/finding.ts";
import { lintSql } from "../lint-sql.ts";

const before = `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE MATERIALIZED VIEW customer_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX customer_totals_key ON customer_totals (customer_id);
CREATE MATERIALIZED VIEW order_ids AS SELECT id FROM orders;
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE "Events_2026" (id bigint, at date NOT NULL);
CREATE TABLE visits (id bigint, country text) PARTITION BY LIST (country);
CREATE TABLE visits_other PARTITION OF visits DEFAULT;
CREATE DOMAIN percent AS integer;
CREATE TABLE discounts (id bigint PRIMARY KEY, "Rate" percent, value percent);
INSERT INTO orders SELECT n, n % 5, n FROM generate_series(1, 50) n;
INSERT INTO "Events_2026" SELECT n, date '2026-01-01' + n FROM generate_series(1, 50) n;
INSERT INTO visits SELECT n, 'FR' FROM generate_series(1, 50) n;
INSERT INTO discounts SELECT n, n, n FROM generate_series(1, 50) n;`;

interface Case {
	readonly rule: string;
	readonly change: string;
}

async function recipeFor({ rule, change }: Case): Promise<FilledRecipe> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: before },
			{ id: "0002_change", sql: change },
		],
		{ only: [rule] },
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

interface Followed {
	/** What people are asked to do. */
	readonly people: readonly string[];
	/** What the server said while it worked. */
	readonly said: readonly string[];
}

/** Sends every step as it stands. */
async function follow(subject: Case): Promise<Followed> {
	const people: string[] = [];
	const said: string[] = [];
	await database.exec("SET client_min_messages = debug1");
	for (const { sql, title } of (await recipeFor(subject)).steps) {
		if (sql === undefined) people.push(title);
		else
			await database.exec(sql, {
				onNotice: ({ message }) => {
					said.push(message ?? "");
				},
			});
	}
	await database.exec("RESET client_min_messages");
	return { people, said };
}

async function isTrue(condition: string): Promise<boolean> {
	const { rows } = await database.query<{ ok: boolean }>(`SELECT (${condition}) AS ok`);
	return rows[0]!.ok;
}

test.for([
	[
		"REINDEX TABLE orders;",
		"require-concurrent-reindex",
		"SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 'orders'::regclass",
	],
	[
		"REINDEX INDEX orders_customer;",
		"require-concurrent-reindex",
		"SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_customer'::regclass",
	],
	[
		"REFRESH MATERIALIZED VIEW customer_totals;",
		"require-concurrent-refresh",
		"SELECT count(*) = 5 FROM customer_totals",
	],
	[
		"ALTER TABLE events DETACH PARTITION events_2025;",
		"require-concurrent-detach",
		"SELECT NOT relispartition FROM pg_class WHERE oid = 'events_2025'::regclass",
	],
	[
		`ALTER TABLE events ATTACH PARTITION "Events_2026" FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);`,
		"require-partition-proof",
		"SELECT count(*) = 50 FROM events",
	],
	[
		"CREATE TABLE visits_de PARTITION OF visits FOR VALUES IN ('DE', 'AT');",
		"require-partition-proof",
		"SELECT relispartition FROM pg_class WHERE oid = 'visits_de'::regclass",
	],
	[
		"ALTER DOMAIN percent ADD CONSTRAINT percent_range CHECK (VALUE >= 0 AND VALUE <= 100);",
		"no-domain-constraint-scan",
		"SELECT count(*) = 2 AND bool_and(convalidated) FROM pg_constraint WHERE conrelid = 'discounts'::regclass AND contype = 'c'",
	],
	[
		"CREATE FUNCTION first_order(low integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT min(id) FROM orders';",
		"require-definer-search-path",
		"SELECT proconfig = '{\"search_path=public, pg_temp\"}' FROM pg_proc WHERE proname = 'first_order'",
	],
] as const)("%s has a recipe that does the same", async ([change, rule, condition]) => {
	if (change.startsWith("CREATE FUNCTION")) await database.exec(change);
	await follow({ rule, change });
	expect(await isTrue(condition)).toBe(true);
});

test("the CHECKs spare the reading, and go afterwards", async () => {
	const attach = await follow({
		rule: "require-partition-proof",
		change: `ALTER TABLE events ATTACH PARTITION "Events_2026" FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);`,
	});
	expect(attach.said.filter((line) => line.includes("implied"))).toEqual([
		`partition constraint for table "Events_2026" is implied by existing constraints`,
	]);
	const create = await follow({
		rule: "require-partition-proof",
		change: "CREATE TABLE visits_de PARTITION OF visits FOR VALUES IN ('DE', 'AT');",
	});
	expect(create.said.filter((line) => line.includes("implied"))).toEqual([
		`updated partition constraint for default partition "visits_other" is implied by existing constraints`,
	]);
	expect(
		await isTrue("SELECT count(*) = 0 FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"),
	).toBe(true);
});

test("a view without a unique index needs one first, over columns that people know", async () => {
	const { steps } = await recipeFor({
		rule: "require-concurrent-refresh",
		change: "REFRESH MATERIALIZED VIEW order_ids;",
	});
	expect(steps.map(({ title, sql }) => sql ?? title)).toEqual([
		"Once, if order_ids has none: CREATE UNIQUE INDEX CONCURRENTLY over columns that tell its rows apart",
		"REFRESH MATERIALIZED VIEW CONCURRENTLY order_ids;",
	]);
});
