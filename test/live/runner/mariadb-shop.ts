import { createConnection, type Connection } from "mysql2/promise";
import { openMysql } from "../../../src/run/engines/mysql.ts";
import type { MariadbServer } from "../mariadb-server.ts";
import type { CrashPlan } from "./crash-shop.ts";
import { killAt, randomInstant, type Disturbance } from "./kill-rounds.ts";
import { disturbUntilDone, faultsInBooks, planOf, type DisturbedPlan } from "./kill-until-done.ts";
import { RunnerProcess } from "./runner-process.ts";

const shopSql = `CREATE TABLE orders (
	id bigint NOT NULL PRIMARY KEY, customer bigint NOT NULL, total int NOT NULL, status varchar(20), legacy int,
	KEY by_total (total)
) ENGINE=InnoDB;
CREATE TABLE mirror (id bigint NOT NULL PRIMARY KEY, customer bigint NOT NULL, total int NOT NULL, status varchar(20)) ENGINE=InnoDB;
CREATE TABLE archive (id int NOT NULL PRIMARY KEY) ENGINE=InnoDB;
`;

/** A build, a change in batches, a shadow column with triggers and its swap, a drop, a table with another name. */
const releaseSql = `ALTER TABLE orders ADD COLUMN paid_at datetime NULL;
CREATE INDEX orders_by_customer ON orders (customer);
UPDATE orders SET status = 'open' WHERE status IS NULL;
ALTER TABLE orders MODIFY total bigint NOT NULL;
ALTER TABLE orders DROP COLUMN legacy;
ALTER TABLE archive RENAME TO archive_old;
`;

const wait = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));

async function ask(url: string, ...statements: readonly string[]): Promise<unknown> {
	const connection = await createConnection({ uri: url });
	try {
		let rows: unknown = [];
		for (const sql of statements) [rows] = await connection.query({ sql, rowsAsArray: true });
		return rows;
	} finally {
		await connection.end();
	}
}

/** A writer that does the same to orders and mirror, in one transaction. */
class Writer {
	readonly #url: string;
	readonly #rows: number;
	readonly #random: () => number;
	readonly #work: Promise<void>;
	#stopped = false;
	writes = 0;
	/** What the server refused, though no client should see it. */
	readonly errors = new Set<string>();

	constructor(url: string, rows: number, random: () => number) {
		this.#url = url;
		this.#rows = rows;
		this.#random = random;
		this.#work = this.#write();
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		await this.#work;
	}

	async #write(): Promise<void> {
		let connection: Connection | undefined;
		for (let fresh = 1_000_000; !this.#stopped; fresh++) {
			try {
				if (!connection) {
					connection = await createConnection({ uri: this.#url });
					connection.on("error", () => undefined);
				}
				await connection.query("START TRANSACTION");
				for (const sql of this.#statements(fresh)) await connection.query(sql);
				await connection.query("COMMIT");
				this.writes += 1;
			} catch (error) {
				const number: unknown = error instanceof Error ? Reflect.get(error, "errno") : undefined;
				// A deadlock is tried again; a broken connection is made anew.
				const isDeadlock = number === 1213;
				const isBroken = !(error instanceof Error) || !("sqlState" in error) || number === 1053;
				if (isDeadlock) await connection?.query("ROLLBACK").catch(() => undefined);
				else {
					connection?.destroy();
					connection = undefined;
					// A swap that was broken off lets writes fail until it is ended: none is lost.
					const { message } = error instanceof Error ? error : new Error(String(error));
					const isHalfSwapped = number === 1054 && message.includes("in 'NEW'");
					if (!isBroken && !isHalfSwapped) this.errors.add(message);
					await wait(100);
				}
			}
			await wait(5);
		}
		connection?.destroy();
	}

	#statements(fresh: number): readonly string[] {
		const chance = this.#random();
		const id = 1 + Math.floor(this.#random() * this.#rows);
		const total = Math.floor(this.#random() * 1_000_000);
		const both = (sql: (table: string) => string): readonly string[] => [
			sql("orders"),
			sql("mirror"),
		];
		if (chance < 0.5) {
			return both((table) => `UPDATE ${table} SET total = ${total} WHERE id = ${id}`);
		}
		if (chance < 0.65) return both((table) => `DELETE FROM ${table} WHERE id = ${id}`);
		return both(
			(table) =>
				`INSERT INTO ${table} (id, customer, total, status) VALUES (${fresh}, ${id % 100}, ${total}, 'new')`,
		);
	}
}

const differences = `SELECT (SELECT count(*) FROM orders AS o LEFT JOIN mirror AS m ON m.id = o.id
	WHERE m.id IS NULL OR o.customer <> m.customer OR o.total <> m.total OR NOT (o.status <=> COALESCE(m.status, 'open')))
	+ (SELECT count(*) FROM mirror AS m LEFT JOIN orders AS o ON o.id = m.id WHERE o.id IS NULL)`;

/** Runs of a plan on a MariaDB server, each on a database of its own. */
export class MariadbShop {
	readonly #server: MariadbServer;
	readonly #rows: number;
	readonly #random: () => number;
	readonly planned: CrashPlan;
	#expected: readonly string[] | undefined;
	#count = 0;
	writes = 0;

	constructor(server: MariadbServer, rows: number, random: () => number) {
		this.#server = server;
		this.#rows = rows;
		this.#random = random;
		this.planned = planOf("mariadb", shopSql, releaseSql);
	}

	/** kill -9 of the runner at a random instant. */
	readonly kill: () => Disturbance = () => killAt(this.#random);

	/** kill -9 of the server at a random instant; it comes back. */
	readonly restart: () => Disturbance = () => ({
		name: "server killed",
		disturb: async (runner) => {
			await randomInstant(runner, this.#random);
			if (runner.isOver) return false;
			await this.#server.restart();
			return true;
		},
	});

	/** The server ends the connections of the runner, one or all. */
	readonly terminate: () => Disturbance = () => ({
		name: "connections ended",
		disturb: async (runner, url) => {
			await randomInstant(runner, this.#random);
			if (runner.isOver) return false;
			const rows = (await ask(
				url,
				"SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND USER = 'runner'",
			)) as readonly (readonly [number])[];
			const some = this.#random() < 0.5 ? rows.slice(0, 1) : rows;
			for (const [id] of some) await ask(url, `KILL ${id}`).catch(() => undefined);
			return some.length > 0;
		},
	});

	async #newShop(): Promise<string> {
		const name = `shop${++this.#count}`;
		await ask(this.#server.url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
		const url = this.#server.url.replace(/\/app$/, `/${name}`);
		const tables = shopSql.split(/;\n/).filter((sql) => sql.trim() !== "");
		await ask(
			url,
			...tables,
			`INSERT INTO mirror SELECT seq, seq % 100, seq * 7 % 1000003, IF(seq % 3 > 0, 'paid', NULL) FROM seq_1_to_${this.#rows}`,
			"INSERT INTO orders SELECT id, customer, total, status, 1 FROM mirror",
		);
		return url;
	}

	async #open(url: string) {
		const engine = await openMysql(url);
		if ("code" in engine) throw new Error(engine.message);
		const session = await engine.connect("judge");
		if ("code" in session) throw new Error(session.message);
		return { engine, session };
	}

	/** The schema after a run that nobody disturbs. */
	async #expectedSchema(): Promise<readonly string[]> {
		if (this.#expected) return this.#expected;
		const url = await this.#newShop();
		const { directory, flags } = this.planned;
		const runner = new RunnerProcess(directory, [...flags, "--url", url]);
		if ((await runner.ended) !== 0) throw new Error(`${runner.errors} ${runner.end?.why ?? ""}`);
		const { engine, session } = await this.#open(url);
		this.#expected = await engine.ways.schemaLines(session);
		await session.close();
		return this.#expected;
	}

	/** Runs the plan once, disturbed up to `most` times while clients write. */
	async run(most: number, pick: () => Disturbance): Promise<DisturbedPlan> {
		const expected = await this.#expectedSchema();
		const url = await this.#newShop();
		const writer = new Writer(url, this.#rows, this.#random);
		const end = await disturbUntilDone(this.planned, url.replace("root@", "runner@"), {
			most,
			pick,
		});
		await writer.stop();
		this.writes += writer.writes;
		const opened = await this.#open(url);
		const faults = [...end.faults, ...writer.errors, ...(await faultsInBooks(opened, expected))];
		const answer = await opened.session.run(differences);
		const different = answer.ok ? answer.rows[0]?.[0] : answer.failure.message;
		if (different !== "0") faults.push(`orders that are not their mirror: ${different ?? ""}`);
		await opened.session.close();
		return { ...end, faults };
	}

	/** Starts two runners at once: one works, the other says who does or comes when all is done. */
	async pair(): Promise<readonly string[]> {
		const expected = await this.#expectedSchema();
		const url = await this.#newShop();
		const { directory, flags } = this.planned;
		const args = [...flags.filter((flag) => flag !== "--wait" && flag !== "90s"), "--url", url];
		const first = new RunnerProcess(directory, args);
		await wait(this.#random() * 200);
		const second = new RunnerProcess(directory, args);
		const codes = [await first.ended, await second.ended];
		const faults = codes.includes(0) ? [] : [`none was done: ${first.errors} ${second.errors}`];
		for (const runner of [first, second]) {
			const said = runner.events.at(-1)?.kind;
			if (said !== "held" && said !== "applied" && runner.end?.is !== "done") {
				faults.push(`${said ?? "nothing said"}: ${runner.end?.why ?? ""} ${runner.errors}`);
			}
		}
		const opened = await this.#open(url);
		faults.push(...(await faultsInBooks(opened, expected)));
		await opened.session.close();
		return faults;
	}
}
