import pg from "pg";
import { makeCrashPlan, releaseSql, shopSql } from "../live/runner/crash-shop.ts";
import { ask, RestartableServer } from "../live/runner/restartable-server.ts";
import { RunnerProcess } from "../live/runner/runner-process.ts";

function numberOf(flag: string, otherwise: number): number {
	const at = process.argv.indexOf(flag);
	return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const rows = numberOf("--rows", 2_000_000);
const clients = 4;

const wait = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Clients that read, change and add orders one after the other, and how long each statement took. */
class Clients {
	readonly #url: string;
	readonly #running: Promise<void>[] = [];
	#stopped = false;
	readonly reads: number[] = [];
	readonly writes: number[] = [];
	readonly errors = new Set<string>();

	constructor(url: string) {
		this.#url = url;
		for (let number = 1; number <= clients; number++) this.#running.push(this.#work(number));
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		await Promise.all(this.#running);
	}

	async #work(number: number): Promise<void> {
		const client = new pg.Client({ connectionString: this.#url });
		client.on("error", () => undefined);
		await client.connect();
		for (let fresh = number * 100_000_000; !this.#stopped; fresh++) {
			const id = 1 + Math.floor(Math.random() * rows);
			const chance = Math.random();
			const sql =
				chance < 0.5
					? `SELECT total, status FROM orders WHERE id = ${id}`
					: chance < 0.8
						? `UPDATE orders SET total = ${id % 1000} WHERE id = ${id}`
						: `INSERT INTO orders (id, customer, total, status) VALUES (${fresh}, 1, 1, 'new')`;
			const started = performance.now();
			try {
				await client.query(sql);
			} catch (error) {
				this.errors.add(error instanceof Error ? error.message : String(error));
			}
			(chance < 0.5 ? this.reads : this.writes).push(performance.now() - started);
			await wait(2);
		}
		await client.end();
	}
}

interface Figures {
	readonly seconds: number;
	readonly writes: number;
	readonly p50: number;
	readonly p99: number;
	readonly longestWrite: number;
	readonly longestRead: number;
	readonly errors: readonly string[];
}

function figuresOf({ reads, writes, errors }: Clients, seconds: number): Figures {
	const all = [...reads, ...writes].sort((a, b) => a - b);
	const at = (share: number): number => all[Math.floor(all.length * share)] ?? 0;
	return {
		seconds,
		writes: writes.length,
		p50: at(0.5),
		p99: at(0.99),
		longestWrite: Math.max(0, ...writes),
		longestRead: Math.max(0, ...reads),
		errors: [...errors],
	};
}

const server = await RestartableServer.start(18, { max_wal_size: "4GB" });
if (!server) throw new Error("the package of PostgreSQL 18 is not installed");
const own = server;
const planned = makeCrashPlan(18);

console.log(`${rows.toLocaleString("en-US")} orders, ${clients} clients; milliseconds`);
await ask(own.url(), "CREATE DATABASE shop");
await ask(
	own.url("shop"),
	`${shopSql}
	INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 100) i;
	INSERT INTO orders SELECT i, 1 + i % 100, i % 1000003, CASE WHEN i % 3 > 0 THEN 'paid' END, 'note ' || i % 50, 'old'
		FROM generate_series(1, ${rows}) i`,
);
await ask(own.url("shop"), "VACUUM ANALYZE");

const naive = `BEGIN; ${releaseSql} COMMIT`;

const measured: readonly (readonly [string, (url: string) => Promise<void>])[] = [
	["nothing", () => wait(15_000)],
	[
		"the planned run",
		async (url) => {
			const runner = new RunnerProcess(planned.directory, [...planned.flags, "--url", url]);
			if ((await runner.ended) !== 0) throw new Error(runner.end?.why ?? runner.errors);
		},
	],
	[
		"the planned run, and a stranger who reads for 20 s",
		async (url) => {
			const runner = new RunnerProcess(planned.directory, [...planned.flags, "--url", url]);
			const stranger = new pg.Client({ connectionString: url });
			await stranger.connect();
			await stranger.query("BEGIN; SELECT count(*) FROM orders WHERE id < 10");
			await wait(20_000);
			await stranger.query("COMMIT");
			await stranger.end();
			if ((await runner.ended) !== 0) throw new Error(runner.end?.why ?? runner.errors);
		},
	],
	["the migration as it was written", (url) => ask(url, naive).then(() => undefined)],
];

const table: (readonly [string, Figures])[] = [];
for (const [name, body] of measured) {
	await ask(own.url(), "CREATE DATABASE trial TEMPLATE shop");
	await ask(own.url(), "CHECKPOINT");
	const workload = new Clients(own.url("trial"));
	await wait(1000);
	const started = performance.now();
	await body(own.url("trial"));
	const seconds = (performance.now() - started) / 1000;
	await workload.stop();
	const figures = figuresOf(workload, seconds);
	table.push([name, figures]);
	await ask(own.url(), "DROP DATABASE trial WITH (FORCE)");
	const { p50, p99, longestRead, longestWrite, writes, errors } = figures;
	console.log(
		`${name.padEnd(52)} ${seconds.toFixed(0).padStart(4)} s, ${writes} writes: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, longest write ${longestWrite.toFixed(0)}, longest read ${longestRead.toFixed(0)}`,
	);
	for (const error of errors) console.log(`  a client got: ${error}`);
}
const longest = new Map(table.map(([name, figures]) => [name, figures]));
const plan = longest.get("the planned run");
const asWritten = longest.get("the migration as it was written");
if (plan && asWritten) {
	const ratio = (asWritten.longestWrite / plan.longestWrite).toFixed(0);
	console.log(`As it was written, the longest write takes ${ratio} times as long.`);
}
await own.close();
