import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadMysql } from "../../src/dialect/mysql/dialect.ts";
import { ask } from "../../src/run/ask.ts";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { openMysql } from "../../src/run/engines/mysql.ts";
import { readHistory } from "../../src/run/history.ts";
import { brokenEvent } from "../../src/run/journal.ts";
import { lockkeeper } from "../cli/run.ts";
import { findMariadb, startMariadb, type MariadbServer } from "../live/mariadb-server.ts";
import { approvedShop, killedAtEveryStep, startRun } from "./approved-shop.ts";

const dialect = loadMysql("mariadb");

const shop = `CREATE TABLE customers (
	id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name varchar(100) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE orders (
	id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
	customer_id bigint unsigned NOT NULL,
	total int NOT NULL,
	status varchar(20),
	notes text,
	KEY by_status (status),
	CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;`;

const change = `ALTER TABLE orders ADD COLUMN paid_at datetime NULL;
CREATE INDEX orders_by_total ON orders (total);
UPDATE orders SET status = 'open' WHERE status IS NULL;
ALTER TABLE orders MODIFY total bigint NOT NULL;
ALTER TABLE orders DROP COLUMN notes;`;

let server: MariadbServer | undefined;
let count = 0;

beforeAll(async () => {
	server = await startMariadb();
}, 60_000);

afterAll(() => server?.close());

async function engineAt(url: string): Promise<RunEngine> {
	const engine = await openMysql(url);
	if ("code" in engine) throw new Error(engine.message);
	return engine;
}

async function sessionAt(url: string): Promise<RunSession> {
	const session = await (await engineAt(url)).connect("test");
	if ("code" in session) throw new Error(session.message);
	onTestFinished(() => session.close());
	return session;
}

/** The address of a new database with the shop in it. */
async function shopAt(): Promise<{ readonly url: string; readonly session: RunSession }> {
	const first = await sessionAt(server?.url ?? "");
	const name = `shop${++count}`;
	await ask(first, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
	const url = (server?.url ?? "").replace(/\/app$/, `/${name}`);
	const session = await sessionAt(url);
	const { statements } = dialect.read({ path: "shop.sql", text: shop }, { placeholders: [] });
	for (const { range } of statements) await ask(session, shop.slice(range.start, range.end));
	await ask(session, "INSERT INTO customers (name) VALUES ('Ada'), ('Grace')");
	await ask(
		session,
		"INSERT INTO orders (customer_id, total, status) SELECT 1 + seq % 2, seq, IF(seq % 3 = 0, 'done', NULL) FROM seq_1_to_3500",
	);
	return { url, session };
}

const columnsOf = (session: RunSession) =>
	ask(
		session,
		"SELECT GROUP_CONCAT(CONCAT(COLUMN_NAME, ' ', DATA_TYPE) ORDER BY COLUMN_NAME) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'orders'",
	);

const changed = [["customer_id bigint,id int,paid_at datetime,status varchar,total bigint"]];

// MariaDB 10.11 must be installed on the machine.
describe.skipIf(!findMariadb())("a plan on MariaDB", () => {
	test("a whole plan runs, proves itself and is not run twice", async () => {
		const { url, session } = await shopAt();
		const plan = await approvedShop(dialect, shop, change);
		const end = await startRun(plan, url).ended;
		expect(end.output).toContain("0002_change");
		expect(end.code).toBe(0);
		expect(await columnsOf(session)).toEqual(changed);
		expect(
			await ask(session, "SELECT count(*), sum(total), sum(status IS NULL) FROM orders"),
		).toEqual([["3500", "6126750", "0"]]);
		const engine = await engineAt(url);
		const { rows, brokenAt } = await readHistory(engine, session);
		expect([rows.map(({ revision }) => revision), brokenAt]).toEqual([["0002_change"], undefined]);
		expect(await brokenEvent(engine, session)).toBeUndefined();
		const again = await startRun(plan, url).ended;
		expect(again.output).toContain("applied already");
		const verify = await lockkeeper(["verify", "plan.json", "--url", url], { cwd: plan.directory });
		expect(verify.stdout + verify.stderr).not.toContain("failed");
	}, 120_000);

	test("killed at the beginning of each step, a run goes on where it was", async () => {
		const { url, session } = await shopAt();
		const plan = await approvedShop(dialect, shop, change);
		const { kills, code, output } = await killedAtEveryStep(plan, url);
		expect(output).not.toContain("stopped");
		expect(code).toBe(0);
		expect(kills).toBeGreaterThan(0);
		expect(await columnsOf(session)).toEqual(changed);
		expect(
			await ask(session, "SELECT count(*), sum(total), sum(status IS NULL) FROM orders"),
		).toEqual([["3500", "6126750", "0"]]);
		expect(
			await ask(session, "SELECT count(*) FROM lockkeeper_steps WHERE state <> 'done'"),
		).toEqual([["0"]]);
	}, 240_000);

	test("a transaction that only reads is named as what stands in the way", async () => {
		const { url, session } = await shopAt();
		const plan = await approvedShop(
			dialect,
			shop,
			"ALTER TABLE orders ADD COLUMN paid_at datetime NULL;",
		);
		await ask(session, "START TRANSACTION");
		await ask(session, "SELECT count(*) FROM orders");
		const run = startRun(plan, url);
		await run.says("session");
		await ask(session, "COMMIT");
		const { code, output } = await run.ended;
		expect(output).toMatch(/session \d+ \(root, Sleep\)/);
		expect(code).toBe(0);
	}, 120_000);

	test("one of two runners works, the other is told who does", async () => {
		const { url, session } = await shopAt();
		const plan = await approvedShop(
			dialect,
			shop,
			"ALTER TABLE orders ADD COLUMN paid_at datetime NULL;",
		);
		await ask(session, "START TRANSACTION");
		await ask(session, "SELECT count(*) FROM orders");
		const first = startRun(plan, url);
		await first.says("expand-1 begins");
		const second = await startRun(plan, url).ended;
		expect([second.code, second.output.includes("ada")]).toEqual([1, true]);
		await ask(session, "COMMIT");
		expect((await first.ended).code).toBe(0);
	}, 120_000);

	test("a session is told from another one that has its number after the server was started anew", async () => {
		const { url, session } = await shopAt();
		const engine = await engineAt(url);
		const other = await engine.connect("test");
		if ("code" in other) throw new Error(other.message);
		const [number = ""] = other.id.split(" ");
		expect(await engine.ways.isAlive(session, other.id)).toBe(true);
		expect(await engine.ways.isAlive(session, `${number} 1795307013`)).toBe(false);
		await engine.ways.endIdle(session, `${number} 1795307013`);
		expect((await other.run("SELECT 1")).ok).toBe(true);
		await engine.ways.endIdle(session, other.id);
		expect((await other.run("SELECT 1")).ok).toBe(false);
		expect(await engine.ways.isAlive(session, other.id)).toBe(false);
	});

	test("what was added is taken back", async () => {
		const { url, session } = await shopAt();
		const added = `CREATE INDEX orders_by_total ON orders (total);
ALTER TABLE customers ADD COLUMN email varchar(200) NULL;`;
		const plan = await approvedShop(dialect, shop, added);
		expect((await startRun(plan, url).ended).code).toBe(0);
		const args = ["rollback", "plan.json", "--url", url, "--operator", "ada"];
		const back = await lockkeeper(args, { cwd: plan.directory });
		expect(back.stdout + back.stderr).toContain("taken back");
		expect(back.code).toBe(0);
		expect(
			await ask(
				session,
				"SELECT count(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'email'",
			),
		).toEqual([["0"]]);
	}, 120_000);
});

test.each([
	["mysql://", "badTarget"],
	["mysql://root@127.0.0.1:1/shop", "noConnection"],
])("%s is told as %s", async (url, code) => {
	expect(await openMysql(url)).toMatchObject({ code });
});
