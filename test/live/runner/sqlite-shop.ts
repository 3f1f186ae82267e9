import { existsSync } from "node:fs";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { openSqlite } from "../../../src/run/engines/sqlite.ts";
import type { CrashPlan } from "./crash-shop.ts";
import { killAt, type Disturbance } from "./kill-rounds.ts";
import { disturbUntilDone, faultsInBooks, planOf, type DisturbedPlan } from "./kill-until-done.ts";
import { RunnerProcess } from "./runner-process.ts";

const shopSql = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE orders (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
	total INTEGER NOT NULL,
	status TEXT
);
CREATE TABLE lines (order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE, item TEXT);
CREATE INDEX lines_order ON lines (order_id);
CREATE TABLE mirror (id INTEGER PRIMARY KEY, total INTEGER NOT NULL, status TEXT);
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE status = 'open';
CREATE TRIGGER orders_log AFTER UPDATE OF total ON orders BEGIN
	UPDATE customers SET name = name WHERE id = new.customer_id;
END;
`;

/** A table that is made anew with children, a view and a trigger on it; a build; a change in batches; a drop. */
const releaseSql = `ALTER TABLE orders ADD COLUMN created_at TEXT DEFAULT CURRENT_TIMESTAMP;
CREATE INDEX orders_by_customer ON orders (customer_id);
UPDATE orders SET status = 'open' WHERE status IS NULL;
ALTER TABLE customers ADD COLUMN email TEXT;
DROP TABLE lines;
`;

const differences = `SELECT (SELECT count(*) FROM orders AS o LEFT JOIN mirror AS m ON m.id = o.id
	WHERE m.id IS NULL OR o.total <> m.total OR o.status IS NOT coalesce(m.status, 'open'))
	+ (SELECT count(*) FROM mirror AS m LEFT JOIN orders AS o ON o.id = m.id WHERE o.id IS NULL)
	+ (SELECT count(*) FROM pragma_foreign_key_check) + (SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok')`;

/** Runs of a plan on SQLite files, each of its own. */
export class SqliteShop {
	readonly #rows: number;
	readonly #random: () => number;
	readonly planned: CrashPlan;
	#expected: readonly string[] | undefined;
	#count = 0;
	/** Runners that were killed while the file had a journal: SQLite took their transaction back. */
	journals = 0;

	constructor(rows: number, random: () => number) {
		this.#rows = rows;
		this.#random = random;
		this.planned = planOf("sqlite", shopSql, releaseSql);
	}

	#newShop(): string {
		const file = path.join(this.planned.directory, `shop${++this.#count}.db`);
		const database = new sqlite.Database(file);
		database.exec(shopSql);
		database.exec(`INSERT INTO customers SELECT value, 'customer ' || value FROM (
				WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100) SELECT value FROM n);
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${this.#rows})
			INSERT INTO mirror SELECT i, i * 7 % 1000003, CASE WHEN i % 3 > 0 THEN 'paid' END FROM n;
			INSERT INTO orders (id, customer_id, total, status) SELECT id, 1 + id % 100, total, status FROM mirror;
			INSERT INTO lines SELECT id, 'pen' FROM mirror;`);
		database.close();
		return file;
	}

	/** kill -9 of the runner at a random instant. */
	readonly kill = (file: string): Disturbance => {
		const killing = killAt(this.#random);
		return {
			name: killing.name,
			disturb: async (runner, url) => {
				const isKilled = await killing.disturb(runner, url);
				if (isKilled && existsSync(`${file}-journal`)) this.journals += 1;
				return isKilled;
			},
		};
	};

	async #judge(
		file: string,
		expected: readonly string[] | undefined,
	): Promise<{ readonly schema: readonly string[]; readonly faults: readonly string[] }> {
		const engine = await openSqlite(file);
		if ("code" in engine) throw new Error(engine.message);
		const session = await engine.connect("judge");
		if ("code" in session) throw new Error(session.message);
		try {
			const schema = await engine.ways.schemaLines(session);
			const faults = [...(await faultsInBooks({ engine, session }, expected ?? schema))];
			const answer = await session.run(differences);
			const different = answer.ok ? answer.rows[0]?.[0] : answer.failure.message;
			if (different !== "0") faults.push(`orders that are not their mirror: ${different ?? ""}`);
			return { schema, faults };
		} finally {
			await engine.close();
		}
	}

	async #expectedSchema(): Promise<readonly string[]> {
		if (this.#expected) return this.#expected;
		const file = this.#newShop();
		const { directory, flags } = this.planned;
		const runner = new RunnerProcess(directory, [...flags, "--url", `sqlite:${file}`]);
		if ((await runner.ended) !== 0) throw new Error(`${runner.errors} ${runner.end?.why ?? ""}`);
		const { schema, faults } = await this.#judge(file, undefined);
		if (faults.length > 0) throw new Error(faults.join("\n"));
		this.#expected = schema;
		return schema;
	}

	/** Runs the plan once, killed up to `most` times. */
	async run(most: number): Promise<DisturbedPlan> {
		const expected = await this.#expectedSchema();
		const file = this.#newShop();
		const pick = (): Disturbance => this.kill(file);
		const end = await disturbUntilDone(this.planned, `sqlite:${file}`, { most, pick });
		const { faults } = await this.#judge(file, expected);
		return { ...end, faults: [...end.faults, ...faults] };
	}

	/** Starts two runners at once: one works, the other says who does or comes when all is done. */
	async pair(): Promise<readonly string[]> {
		const expected = await this.#expectedSchema();
		const file = this.#newShop();
		const { directory, flags } = this.planned;
		const own = flags.filter((flag) => flag !== "--wait" && flag !== "90s");
		const args = [...own, "--url", `sqlite:${file}`];
		const first = new RunnerProcess(directory, args);
		await new Promise((resolve) => setTimeout(resolve, this.#random() * 300));
		const second = new RunnerProcess(directory, args);
		const codes = [await first.ended, await second.ended];
		if (codes.includes(0)) return (await this.#judge(file, expected)).faults;
		return [`none was done: ${first.errors} ${second.errors}`];
	}
}
