import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Plan } from "../../../src/plan/plan.ts";
import type { RunEngine, RunSession } from "../../../src/run/engine.ts";
import { readHistory } from "../../../src/run/history.ts";
import { brokenEvent } from "../../../src/run/journal.ts";
import { openPostgres } from "../../../src/run/engines/postgres.ts";
import { ask } from "./restartable-server.ts";

const program = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

/** The tables before the release. */
export const shopSql = `CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
	id bigint PRIMARY KEY, customer bigint NOT NULL, total integer NOT NULL, status text, note text, legacy text
);
CREATE INDEX orders_note ON orders (note);
CREATE TABLE mirror (id bigint PRIMARY KEY, customer bigint NOT NULL, total integer NOT NULL, status text);
`;

/** Every kind of step: concurrent builds and drops, NOT VALID and VALIDATE, two backfills, renames, drops. */
export const releaseSql = `CREATE INDEX orders_customer ON orders (customer);
DROP INDEX orders_note;
ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES customers (id);
UPDATE orders SET status = 'open' WHERE status IS NULL;
ALTER TABLE orders ALTER COLUMN status SET NOT NULL;
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
CREATE UNIQUE INDEX orders_id_status ON orders (id, status);
ALTER TABLE orders DROP COLUMN legacy;
`;

/** A directory with an approved plan, and the flags with which its run has nothing to wait for. */
export interface CrashPlan {
	readonly directory: string;
	readonly plan: Plan;
	readonly flags: readonly string[];
}

function command(cwd: string, ...args: readonly string[]): void {
	const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
		cwd,
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`lockkeeper ${args.join(" ")}: ${stderr}`);
}

/** Plans and approves a release in a scratch directory; the hours that it would soak are left out. */
export function makeCrashPlan(serverVersion: number, sql = releaseSql): CrashPlan {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-crash-"));
	mkdirSync(path.join(directory, "migrations"));
	writeFileSync(path.join(directory, "migrations/0001_shop.sql"), shopSql);
	writeFileSync(path.join(directory, "migrations/0002_release.sql"), sql);
	const config = { serverVersion, approval: { operators: ["ada"] } };
	writeFileSync(path.join(directory, "lockkeeper.config.json"), JSON.stringify(config));
	command(directory, "plan", "migrations/0002_release.sql", "--out", "plan.json");
	const file = path.join(directory, "plan.json");
	writeFileSync(file, readFileSync(file, "utf8").replace(/"soakHours": \d+/g, '"soakHours": 0'));
	command(directory, "approve", "plan.json", "--by", "ada");
	const plan = JSON.parse(readFileSync(file, "utf8")) as Plan;
	const people = plan.steps.filter(({ transaction }) => transaction === "people");
	return {
		directory,
		plan,
		flags: [
			...["run", "plan.json", "--operator", "ada", "--format", "json"],
			...["--evidence", "the new release is everywhere", "--deadline", "10m"],
			...people.flatMap(({ id }) => ["--done", id]),
		],
	};
}

/** Makes a database with so many orders, and a mirror of them that no migration touches. */
export async function makeShop(url: string, rows: number): Promise<void> {
	await ask(
		url,
		`${shopSql}
		INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 100) i;
		INSERT INTO mirror SELECT i, 1 + i % 100, i * 7 % 1000003, CASE WHEN i % 3 > 0 THEN 'paid' END
			FROM generate_series(1, ${rows}) i;
		INSERT INTO orders SELECT id, customer, total, status, 'note ' || id % 50, 'old' FROM mirror;
		ANALYZE`,
	);
}

/** Writers that do the same to the orders and to the mirror, in one transaction, and a reader with long ones. */
export class Workload {
	readonly #url: string;
	readonly #rows: number;
	readonly #random: () => number;
	readonly #writers: Promise<void>[] = [];
	#stopped = false;
	writes = 0;
	/** What the server refused, though no client should see it. */
	readonly errors = new Set<string>();

	constructor(
		url: string,
		{ rows, random, writers = 2 }: { rows: number; random: () => number; writers?: number },
	) {
		this.#url = url;
		this.#rows = rows;
		this.#random = random;
		for (let writer = 1; writer <= writers; writer++) this.#writers.push(this.#write(writer));
		this.#writers.push(this.#read());
	}

	/** Reports that read for a second or two: a build of an index waits for them before it ends. */
	async #read(): Promise<void> {
		while (!this.#stopped) {
			const seconds = this.#random() * 1.5;
			await ask(
				this.#url,
				`BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM mirror; SELECT pg_sleep(${seconds}); COMMIT`,
			).catch(() => undefined);
			await new Promise((resolve) => setTimeout(resolve, this.#random() * 1500));
		}
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		await Promise.all(this.#writers);
	}

	async #write(writer: number): Promise<void> {
		let client: pg.Client | undefined;
		for (let fresh = writer * 1_000_000; !this.#stopped; fresh++) {
			try {
				if (!client) {
					client = new pg.Client({ connectionString: this.#url });
					client.on("error", () => undefined);
					await client.connect();
				}
				await client.query(this.#statement(fresh));
				this.writes += 1;
			} catch (error) {
				const code = error instanceof Error && "code" in error ? String(error.code) : "";
				// A deadlock is tried again; a broken connection is made anew.
				if (/^(?:57P|08|E[A-Z]+$|$)/.test(code)) {
					await client?.end().catch(() => undefined);
					client = undefined;
					await new Promise((resolve) => setTimeout(resolve, 100));
				} else if (code !== "40P01" && error instanceof Error) {
					this.errors.add(`${code} ${error.message}`);
				}
			}
			await new Promise((resolve) => setTimeout(resolve, 4));
		}
		await client?.end().catch(() => undefined);
	}

	/** Several statements in one query are one transaction. */
	#statement(fresh: number): string {
		const chance = this.#random();
		const id = 1 + Math.floor(this.#random() * this.#rows);
		const total = Math.floor(this.#random() * 1_000_000);
		const both = (sql: (table: string) => string): string => `${sql("orders")}; ${sql("mirror")}`;
		if (chance < 0.5)
			return both((table) => `UPDATE ${table} SET total = ${total} WHERE id = ${id}`);
		if (chance < 0.6) {
			return both((table) => `UPDATE ${table} SET status = 'sent' WHERE id = ${id}`);
		}
		if (chance < 0.7) return both((table) => `DELETE FROM ${table} WHERE id = ${id}`);
		if (chance < 0.75) {
			const moved = fresh + 500_000_000;
			return both((table) => `UPDATE ${table} SET id = ${moved} WHERE id = ${id}`);
		}
		return both(
			(table) =>
				`INSERT INTO ${table} (id, customer, total, status) VALUES (${fresh}, ${1 + (id % 100)}, ${total}, 'new')`,
		);
	}
}

/** Returns the schema as sorted lines, without lockkeeper's own. */
export async function schemaOf(url: string): Promise<readonly string[]> {
	return withSession(url, ({ engine, session }) => engine.ways.schemaLines(session));
}

async function withSession<Result>(
	url: string,
	body: (open: { readonly engine: RunEngine; readonly session: RunSession }) => Promise<Result>,
): Promise<Result> {
	const engine = await openPostgres(url);
	if ("code" in engine) throw new Error(engine.message);
	const session = await engine.connect("judge");
	if ("code" in session) throw new Error(session.message);
	try {
		return await body({ engine, session });
	} finally {
		await session.close();
	}
}

const differences = `SELECT count(*)::integer AS n FROM orders o FULL JOIN mirror m USING (id)
	WHERE o.id IS NULL OR m.id IS NULL OR o.customer <> m.customer OR o.total IS DISTINCT FROM m.total
		OR o.status IS DISTINCT FROM coalesce(m.status, 'open')`;

/** Returns all that is not as an undisturbed run would have left it. */
export async function faultsOf(
	url: string,
	planned: CrashPlan,
	expected: readonly string[],
): Promise<readonly string[]> {
	const faults: string[] = [];
	const count = async (what: string, sql: string, wanted = 0): Promise<void> => {
		const [row] = await ask(url, sql);
		if (Number(row?.["n"]) !== wanted) faults.push(`${what}: ${String(row?.["n"])}`);
	};
	const has = await schemaOf(url);
	faults.push(
		...expected.filter((line) => !has.includes(line)).map((line) => `schema lacks ${line}`),
		...has.filter((line) => !expected.includes(line)).map((line) => `schema has ${line}`),
	);
	await count("orders that are not their mirror", differences);
	await count(
		"steps that are not done",
		"SELECT count(*) AS n FROM lockkeeper.steps WHERE state <> 'done'",
	);
	await count("steps", "SELECT count(*) AS n FROM lockkeeper.steps", planned.plan.steps.length);
	await count(
		"broken indexes",
		"SELECT count(*) AS n FROM pg_index WHERE NOT indisvalid OR NOT indisready",
	);
	await count("locks", "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'");
	await count("leases", "SELECT count(*) AS n FROM lockkeeper.lease WHERE released_at IS NULL");
	await count(
		"events of an older runner behind those of a newer one",
		"SELECT count(*) AS n FROM (SELECT token < lag(token) OVER (ORDER BY seq) AS old FROM lockkeeper.events) AS e WHERE old",
	);
	await count(
		"steps that are done twice",
		"SELECT count(*) AS n FROM (SELECT step_id FROM lockkeeper.events WHERE kind = 'stepDone' GROUP BY 1 HAVING count(*) > 1) AS e",
	);
	await count(
		"steps of which no event says that they are done",
		"SELECT count(*) AS n FROM lockkeeper.steps s WHERE NOT EXISTS (SELECT FROM lockkeeper.events e WHERE e.step_id = s.step_id AND e.kind = 'stepDone')",
	);
	await withSession(url, async ({ engine, session }) => {
		const { brokenAt, rows } = await readHistory(engine, session);
		const applied = rows.filter(({ revision }) => revision === "0002_release");
		if (applied.length !== 1) faults.push(`rows of history: ${applied.length}`);
		if (brokenAt !== undefined) faults.push(`history is broken at ${brokenAt}`);
		const event = await brokenEvent(engine, session);
		if (event !== undefined) faults.push(`events are broken at ${event}`);
	});
	return faults;
}
