import { afterAll, beforeAll, expect, it } from "vitest";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { fillTables } from "../../src/trace/rows.ts";
import { emptyDatabase } from "../live/forms.ts";

let engine: TraceEngine;

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	engine = started;
}, 120_000);

afterAll(() => engine.close());

async function filled(sql: string, rows: number): Promise<Record<string, number | string>> {
	await emptyDatabase(engine);
	expect((await engine.execute(sql)).failure).toBeUndefined();
	const tables = await fillTables(engine, rows);
	return Object.fromEntries(
		tables.map((table) => [table.table, table.failure?.code ?? table.rows]),
	);
}

it("fills keys, unique columns and references so that a new foreign key holds", async () => {
	const rows = await filled(
		`CREATE TABLE customers (id bigserial PRIMARY KEY, code varchar(4) UNIQUE, token uuid NOT NULL UNIQUE);
		CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, code varchar(4), UNIQUE (customer_id, code))`,
		3000,
	);
	expect(rows).toEqual({ "public.customers": 3000, "public.orders": 3000 });
	const { failure } = await engine.execute(
		"ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers, ADD FOREIGN KEY (code) REFERENCES customers (code)",
	);
	expect(failure).toBeUndefined();
	expect(
		(await engine.execute("INSERT INTO customers (token) VALUES (gen_random_uuid())")).failure,
	).toBeUndefined();
}, 60_000);

it("keeps to enums, domains, checks and limits", async () => {
	const rows = await filled(
		`CREATE TYPE channel AS ENUM ('web', 'shop');
		CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
		CREATE DOMAIN positive AS int CHECK (VALUE > 0);
		CREATE TABLE orders (channel channel NOT NULL, email email NOT NULL, quantity positive NOT NULL,
			status text NOT NULL CHECK (status IN ('new', 'paid')), stars int NOT NULL CHECK (stars BETWEEN 1 AND 5),
			total numeric(5,2) NOT NULL, tags text[] NOT NULL, data jsonb NOT NULL)`,
		500,
	);
	expect(rows).toEqual({ "public.orders": 500 });
}, 60_000);

it("spreads rows over partitions within their bounds", async () => {
	const rows = await filled(
		`CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
		CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
		CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
		CREATE TABLE visits (id int PRIMARY KEY) PARTITION BY HASH (id);
		CREATE TABLE visits_0 PARTITION OF visits FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE visits_1 PARTITION OF visits FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		CREATE TABLE carts (kind text) PARTITION BY LIST (kind);
		CREATE TABLE carts_open PARTITION OF carts FOR VALUES IN ('open', 'held')`,
		1000,
	);
	expect(rows).toEqual({
		"public.events_2023": 500,
		"public.events_2024": 500,
		"public.visits": 1000,
		"public.carts_open": 1000,
	});
}, 60_000);

it("reports a table whose check it cannot satisfy", async () => {
	const rows = await filled("CREATE TABLE squares (side int NOT NULL CHECK (side * side = 2))", 10);
	expect(rows).toEqual({ "public.squares": "23514" });
}, 60_000);
