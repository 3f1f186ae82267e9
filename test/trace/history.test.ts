import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import type { Migration } from "../../src/core/migration.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startPglite } from "../../src/trace/engines/pglite.ts";
import { traceHistory, type TracedStatement } from "../../src/trace/trace.ts";

let dialect: Dialect;
let engine: TraceEngine;

beforeAll(async () => {
	dialect = await loadPostgres();
	const started = await startPglite();
	if ("code" in started) throw new Error(started.message);
	engine = started;
}, 120_000);

afterAll(() => engine.close());

function migration(id: string, text: string, candidate: boolean): Migration {
	return {
		id,
		name: id,
		layout: "plain",
		order: candidate ? 1 : 0,
		release: id,
		candidate,
		up: [
			{
				file: { path: `${id}.sql`, text },
				range: { start: 0, end: text.length },
				transaction: "none",
			},
		],
		down: [],
		verify: [],
		placeholders: [],
	};
}

/** Runs both on a PGlite with nothing in it and returns what was traced of the candidate. */
async function traced(history: string, candidate: string): Promise<readonly TracedStatement[]> {
	await engine.execute("DROP SCHEMA public CASCADE");
	await engine.execute("CREATE SCHEMA public");
	const migrations = [migration("V1", history, false), migration("V2", candidate, true)];
	return (await traceHistory({ migrations, dialect }, engine)).statements;
}

const shop = `
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 100);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, made timestamp);
CREATE TABLE items (order_id int REFERENCES orders ON DELETE CASCADE, customer_id int);
INSERT INTO orders VALUES (1, 1, now());
`;
const emptied = "DELETE FROM orders;\n";

describe("what cannot be seen on a table without rows", () => {
	it("is the locks of foreign keys that no changed row asks for", async () => {
		const [remove, move] = await traced(
			shop + emptied,
			"DELETE FROM orders WHERE id = 7;\nUPDATE orders SET customer_id = id;",
		);
		expect(remove?.differences).toEqual([]);
		expect(remove?.dependsOnRows).toContainEqual({
			aspect: "locks",
			relation: "public.items",
			said: "RowExclusiveLock",
			happened: "no lock",
		});
		expect(move?.differences).toEqual([]);
		expect(move?.dependsOnRows.map(({ aspect, relation }) => [aspect, relation])).toEqual([
			["locks", "public.customers"],
			["scans", "public.orders"],
		]);
	});

	it("is the scan of the table that a new foreign key refers to", async () => {
		const [add] = await traced(
			`${shop}INSERT INTO items VALUES (1, 1); DELETE FROM items;`,
			"ALTER TABLE items ADD FOREIGN KEY (customer_id) REFERENCES customers;",
		);
		expect(add?.differences).toEqual([]);
		expect(add?.dependsOnRows.map(({ aspect, relation }) => [aspect, relation])).toEqual([
			["scans", "public.items"],
			["scans", "public.customers"],
		]);
	});

	it("is nothing while there are rows", async () => {
		const [insert, add] = await traced(
			shop,
			"INSERT INTO items VALUES (1, 1);\nALTER TABLE items ADD FOREIGN KEY (customer_id) REFERENCES customers;",
		);
		expect([insert?.differences, insert?.dependsOnRows]).toEqual([[], []]);
		expect([add?.differences, add?.dependsOnRows]).toEqual([[], []]);
	});

	it("is a difference where rows were there and no foreign key fired", async () => {
		const [remove] = await traced(shop, "DELETE FROM orders WHERE id = 7;");
		expect(remove?.dependsOnRows).toEqual([]);
		expect(remove?.differences.map(({ relation }) => relation)).toEqual(["public.items"]);
	});
});

describe("the time zone of the server", () => {
	it("counts until a migration sets another, and again after its reset", async () => {
		const change = (column: string) =>
			`ALTER TABLE orders ALTER COLUMN ${column} TYPE timestamptz;\n`;
		const statements = await traced(
			`${shop}ALTER TABLE orders ADD paid timestamp, ADD sent timestamp;`,
			`SET TimeZone = 'UTC';
${change("made")}SET TimeZone = 'Europe/Berlin';
${change("paid")}RESET TimeZone;
${change("sent")}`,
		);
		expect(statements.flatMap(({ differences }) => differences)).toEqual([]);
		expect(statements.map(({ said }) => said.rewrites.size)).toEqual([0, 0, 0, 1, 0, 0]);
	});
});
