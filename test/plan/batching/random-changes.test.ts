import { PGlite } from "@electric-sql/pglite";
import sqlite from "node-sqlite3-wasm";
import { expect, test } from "vitest";
import { postgresBatches } from "../../../src/run/backfill/batch-sql.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { loadSqlite } from "../../../src/dialect/sqlite/dialect.ts";
import { batchedBy, randomChanges, randomOf } from "./random-changes.ts";

const statuses = ["'open'", "'paid'", "'Paid'", "'void'", "''", "NULL"];

/** Some rows with every kind of value in every column. */
function rowsOf(random: () => number, isTrue: string, isFalse: string): string {
	const one = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
	const rows = Array.from({ length: 9 }, (_, id) =>
		[
			id + 1,
			one(statuses),
			one(statuses),
			one(["0", "1", "2", "3", "NULL"]),
			one(["0", "1", "2"]),
			one([isTrue, isFalse, "NULL"]),
		].join(", "),
	);
	return `INSERT INTO orders (id, status, note, total, quantity, paid) VALUES ${rows.map((row) => `(${row})`).join(", ")}`;
}

const mostRounds = 40;

test("whatever PostgreSQL is asked to change, batches end and leave the same rows", async () => {
	const schema =
		"CREATE TABLE orders (id bigint PRIMARY KEY, status text, note varchar(20), total integer, quantity integer NOT NULL, paid boolean);";
	const words = {
		differs: (left: string, right: string) => `${left} IS DISTINCT FROM ${right}`,
		random: "gen_random_uuid()::text",
		isTrue: "true",
	};
	const database = new PGlite();
	await database.exec(schema);
	const dialect = await loadPostgres();
	const random = randomOf(7);
	const look = async (): Promise<unknown> =>
		(await database.query("SELECT * FROM orders ORDER BY id")).rows;
	let batched = 0;
	for (const sql of randomChanges(20261121, words)) {
		if (batched >= 40) break;
		const plan = await batchedBy(schema, sql, dialect);
		if (!plan) continue;
		batched++;
		await database.exec(`TRUNCATE orders; ${rowsOf(random, "true", "false")}`);
		await database.exec("BEGIN");
		const plain = await database.exec(sql).then(look, () => undefined);
		await database.exec("ROLLBACK");
		if (plain === undefined) continue;
		const isRandom = plan.rows.set?.includes("gen_random_uuid") === true;
		const size = 1 + Math.floor(random() * 3);
		const script = plan.sql.replace("LIMIT 1000", `LIMIT ${size}`);
		const batches = postgresBatches(plan.rows);
		let changed = 0;
		for (let rounds = 0; rounds < mostRounds; rounds++) {
			// Now and then the runner's own statements, on any range, and rolled back as when it is killed.
			const from = Math.floor(random() * 9);
			const range = { after: [String(from)], upTo: [String(from + size)] };
			await database.exec("BEGIN");
			await database.query(batches.change(range));
			const again = batches.again?.(range);
			if (again !== undefined) expect((await database.query(again)).rows, sql).toEqual([]);
			await database.exec(random() < 0.5 ? "ROLLBACK" : "COMMIT");
			changed = (await database.query(script)).affectedRows ?? 0;
			if (changed === 0) break;
		}
		expect(changed, `${sql} ends`).toBe(0);
		if (!isRandom) expect(await look(), sql).toEqual(plain);
	}
	await database.close();
});

test("whatever SQLite is asked to change, batches end and leave the same rows", async () => {
	const schema =
		"CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, note TEXT COLLATE NOCASE, total INTEGER, quantity INTEGER NOT NULL, paid INTEGER);";
	const words = {
		differs: (left: string, right: string) => `${left} IS NOT ${right}`,
		random: "hex(randomblob(8))",
		isTrue: "1",
	};
	const database = new sqlite.Database(":memory:");
	database.exec(schema);
	const dialect = loadSqlite();
	const random = randomOf(11);
	const look = () => database.all("SELECT * FROM orders ORDER BY id");
	let batched = 0;
	for (const sql of randomChanges(3, words)) {
		if (batched >= 80) break;
		const plan = await batchedBy(schema, sql, dialect);
		if (!plan) continue;
		batched++;
		database.exec("DELETE FROM orders");
		database.exec(rowsOf(random, "1", "0"));
		database.exec("BEGIN");
		let plain: unknown;
		try {
			database.exec(sql);
			plain = look();
		} catch {
			continue;
		} finally {
			database.exec("ROLLBACK");
		}
		const script = plan.sql.replace("LIMIT 1000", `LIMIT ${1 + Math.floor(random() * 3)}`);
		let changed = 1;
		for (let rounds = 0; rounds < mostRounds && changed > 0; rounds++) {
			if (random() < 0.3) {
				database.exec("BEGIN");
				database.run(script);
				database.exec("ROLLBACK");
			}
			changed = database.run(script).changes;
		}
		expect(changed, `${sql} ends`).toBe(0);
		if (plan.rows.set?.includes("randomblob") !== true) expect(look(), sql).toEqual(plain);
	}
	database.close();
});
