import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { sha256 } from "../../src/project/plan-file.ts";
import { admit } from "../../src/run/admission.ts";
import { ask } from "../../src/run/ask.ts";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { openSqlite, sqlitePath } from "../../src/run/engines/sqlite.ts";
import { readHistory } from "../../src/run/history.ts";
import { brokenEvent } from "../../src/run/journal.ts";
import { planSql } from "../plan/plan-sql.ts";
import { lockkeeper } from "../cli/run.ts";
import { approvedShop, killedAtEveryStep, startRun } from "./approved-shop.ts";
import { opened, ran, type TestPlan } from "./server-run.ts";

const shop = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE orders (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
	total INTEGER NOT NULL,
	status TEXT
);
CREATE TABLE lines (order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE, item TEXT);
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE status = 'open';
CREATE TRIGGER orders_log AFTER UPDATE OF total ON orders BEGIN
	UPDATE customers SET name = name WHERE id = new.customer_id;
END;`;

const change = `ALTER TABLE orders ADD COLUMN created_at TEXT DEFAULT CURRENT_TIMESTAMP;
CREATE INDEX orders_by_customer ON orders (customer_id);
UPDATE orders SET status = 'open' WHERE status IS NULL;
ALTER TABLE customers ADD COLUMN email TEXT;
DROP TABLE lines;`;

const rows = `INSERT INTO customers (id, name) VALUES (1, 'Ada'), (2, 'Grace');
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)
INSERT INTO orders (customer_id, total, status) SELECT 1 + i % 2, i, CASE WHEN i % 3 = 0 THEN 'done' END FROM n;
INSERT INTO lines VALUES (1, 'pen');`;

let directory: string;
let planned: TestPlan;
const home = process.cwd();

beforeAll(async () => {
	directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-run-"));
	// Copies of databases land where a runner works.
	process.chdir(directory);
	const made = await planSql(
		[
			{ id: "0001_shop", sql: shop },
			{ id: "0002_change", sql: change },
		],
		{ dialect: loadSqlite() },
	);
	const steps = made.steps.map((step) =>
		step.hold ? { ...step, hold: { ...step.hold, soakHours: 0 } } : step,
	);
	const plan: Plan = { ...made, steps };
	planned = { plan, planHash: sha256(JSON.stringify(plan)) };
});

afterAll(() => {
	process.chdir(home);
	rmSync(directory, { recursive: true, force: true });
});

let count = 0;

/** A database file with the shop in it. */
function shopFile(): string {
	const file = path.join(directory, `shop${++count}.db`);
	const database = new sqlite.Database(file);
	database.exec(shop);
	database.exec(rows);
	database.close();
	return file;
}

async function engineOf(file: string): Promise<RunEngine> {
	const engine = await openSqlite(file);
	if ("code" in engine) throw new Error(engine.message);
	onTestFinished(() => engine.close());
	return engine;
}

async function sessionOf(engine: RunEngine): Promise<RunSession> {
	const session = await engine.connect("test");
	if ("code" in session) throw new Error(session.message);
	return session;
}

const admission = async (engine: RunEngine) =>
	admit({ engine, session: await sessionOf(engine), ...planned, acceptDrift: false });

test("a whole plan runs on a file: schema, rows, triggers, numbers and children are there", async () => {
	const engine = await engineOf(shopFile());
	const session = await sessionOf(engine);
	expect(await admission(engine)).toEqual({ is: "open", notes: [] });
	expect(await ran(engine, planned)).toEqual({ is: "done" });
	expect(
		await ask(
			session,
			`SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM orders WHERE status IS NULL) AS pending,
				(SELECT count(*) FROM orders WHERE status = 'done') AS done, (SELECT max(total) FROM orders) AS top,
				(SELECT seq FROM sqlite_sequence WHERE name = 'orders') AS seq,
				(SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE name NOT LIKE '%lockkeeper%' AND name NOT LIKE 'sqlite_%' ORDER BY name)) AS names`,
		),
	).toEqual([
		[
			"3500",
			"0",
			"1166",
			"3500",
			"3500",
			"customers,open_orders,orders,orders_by_customer,orders_log",
		],
	]);
	const { rows: history, brokenAt } = await readHistory(engine, session);
	expect(brokenAt).toBeUndefined();
	expect(history.map(({ seq, revision, change: what }) => [seq, revision, what])).toEqual([
		[1, "0002_change", "applied"],
	]);
	expect(await brokenEvent(engine, session)).toBeUndefined();
	expect(await admission(engine)).toMatchObject({ is: "applied" });
	expect(
		readdirSync(directory).filter((name) => /^before-0002_change-.*\.db$/.test(name)),
	).toHaveLength(1);
});

test("killed at the beginning of each step, a run goes on where it was", async () => {
	const file = shopFile();
	const shopPlan = await approvedShop(loadSqlite(), shop, change);
	const { kills, code, output } = await killedAtEveryStep(shopPlan, `sqlite:${file}`);
	expect(output).toContain("done");
	expect(code).toBe(0);
	expect(kills).toBeGreaterThan(0);
	const verify = ["verify", "plan.json", "--url", `sqlite:${file}`];
	expect((await lockkeeper(verify, { cwd: shopPlan.directory })).code).toBe(0);
	const engine = await engineOf(file);
	const session = await sessionOf(engine);
	expect(
		await ask(
			session,
			`SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM orders WHERE status IS NULL) AS pending,
				(SELECT max(integrity_check) FROM pragma_integrity_check) AS whole,
				(SELECT count(*) FROM lockkeeper_migration_history) AS revisions,
				(SELECT count(*) FROM lockkeeper_steps WHERE state <> 'done') AS left_over`,
		),
	).toEqual([["3500", "0", "ok", "1", "0"]]);
	expect(await brokenEvent(engine, session)).toBeUndefined();
}, 240_000);

test("a second runner is told who has the file; the lock of a dead one is taken over", async () => {
	const file = shopFile();
	const engine = await engineOf(file);
	const shopPlan = await approvedShop(loadSqlite(), shop, change);
	const first = await opened(engine, planned);
	const second = await startRun(shopPlan, `sqlite:${file}`).ended;
	expect(second.code).toBe(1);
	expect(second.output).toContain("ada");
	await first.close();
	writeFileSync(`${file}.lockkeeper`, "999999999 \n");
	expect((await startRun(shopPlan, `sqlite:${file}`).ended).code).toBe(0);
}, 120_000);

test("status and rollback work on a file", async () => {
	const file = shopFile();
	const kept = `CREATE INDEX orders_by_customer ON orders (customer_id);
ALTER TABLE customers ADD COLUMN email TEXT;`;
	const shopPlan = await approvedShop(loadSqlite(), shop, kept);
	const cwd = shopPlan.directory;
	const url = ["--url", `sqlite:${file}`];
	expect((await startRun(shopPlan, `sqlite:${file}`).ended).code).toBe(0);
	expect((await lockkeeper(["status", "plan.json", ...url], { cwd })).stdout).toContain("done");
	const back = await lockkeeper(["rollback", "plan.json", ...url, "--operator", "ada"], { cwd });
	expect(back.stderr + back.stdout).toContain("taken back");
	expect(back.code).toBe(0);
	const session = await sessionOf(await engineOf(file));
	expect(
		await ask(session, "SELECT count(*) FROM pragma_table_xinfo('customers') WHERE name = 'email'"),
	).toEqual([["0"]]);
}, 120_000);

test.each([
	["sqlite:shop.db", "/srv/shop.db"],
	["sqlite:///var/shop.db", "/var/shop.db"],
	["sqlite://data/shop.db", "/srv/data/shop.db"],
	["file:shop.db?mode=rw", "/srv/shop.db"],
	["file:///var/shop%201.db", "/var/shop 1.db"],
	["sqlite:", undefined],
])("%s names a file", (address, file) => {
	expect(sqlitePath(address, "/srv")).toBe(file);
});

test("a file that is not there is not made", async () => {
	expect(await openSqlite(path.join(directory, "none.db"))).toMatchObject({ code: "noConnection" });
	expect(readdirSync(directory)).not.toContain("none.db");
});
