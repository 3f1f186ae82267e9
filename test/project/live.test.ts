import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { askPostgres } from "../../src/project/live.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";

let engine: TraceEngine;
let port: string;

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	engine = started;
	await engine.query("CREATE TABLE orders (id bigint PRIMARY KEY)");
	await engine.query("CREATE ROLE reader LOGIN PASSWORD 'hushhush'");
	await engine.query("GRANT SELECT ON orders TO reader");
	await engine.query("CREATE ROLE stranger LOGIN");
	const [row] = await engine.query("SELECT current_setting('hba_file'), current_setting('port')");
	const file = row?.[0] ?? "";
	port = row?.[1] ?? "";
	const rules = readFileSync(file, "utf8");
	writeFileSync(file, `host all reader 127.0.0.1/32 scram-sha-256\n${rules}`);
	await engine.query("SELECT pg_reload_conf()");
}, 120_000);

afterAll(async () => {
	await engine.close();
});

const at = (user: string): string => `postgres://${user}@127.0.0.1:${port}/postgres`;

async function refusal(url: string, sql = "SELECT 1"): Promise<string> {
	const answer = await askPostgres(url, (session) => session.query(sql));
	return "code" in answer ? `${answer.message} ${answer.hint}` : "answered";
}

test("nothing can be changed, and nothing is left on the connection for the next one", async () => {
	const asked = await askPostgres(at("reader:hushhush"), (session) =>
		session.query(`SELECT current_setting('transaction_read_only'), current_setting('default_transaction_read_only'),
			current_setting('lock_timeout'), current_setting('client_min_messages'),
			(SELECT reset_val FROM pg_settings WHERE name = 'lock_timeout')`),
	);
	expect(asked).toEqual([["on", "off", "2s", "notice", "0"]]);
	expect(await refusal(at("reader:hushhush"), "CREATE TABLE invoices (id bigint)")).toContain(
		"cannot execute CREATE TABLE in a read-only transaction",
	);
});

describe("a mistake is told without the password", () => {
	test.each([
		[
			"a wrong password",
			() => at("reader:wrong"),
			'The server does not let reader in: password authentication failed for user "reader". Check user and password; the environment variable PGPASSWORD may hold the password.',
		],
		[
			"no password",
			() => at("reader"),
			"The server asks for a password of reader. Set the environment variable PGPASSWORD.",
		],
		[
			"no database of that name",
			() => at("reader:hushhush").replace(/\/postgres$/, "/shop"),
			'The server has no database "shop". Check the end of the address.',
		],
		[
			"an unknown host",
			() => "postgres://reader:hushhush@db.invalid/shop",
			"The host db.invalid is not known. Check the host of the address.",
		],
		[
			"a closed port",
			() => "postgres://reader:hushhush@127.0.0.1:1/shop",
			"Nothing answers on 127.0.0.1:1. Check host and port of the address, and whether the server runs.",
		],
		[
			"another kind of database",
			() => "mysql://reader:hushhush@127.0.0.1/shop",
			"This is not the address of a PostgreSQL database. Write postgres://user@host:port/name.",
		],
	])("%s", async (_, url, expected) => {
		expect(await refusal(url())).toBe(expected);
	});

	test("a table that the user may not read", async () => {
		expect(await refusal(at("stranger"), "SELECT * FROM orders")).toBe(
			"stranger may not read this: permission denied for table orders. Sizes and counters need CONNECT on the database, a tool's history SELECT on its table.",
		);
	});
});

/** A message of the server: a letter, then the length and the body. */
function message(letter: string, body: Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeInt32BE(body.length + 4);
	return Buffer.concat([Buffer.from(letter), length, body]);
}

const ready = message("Z", Buffer.from("I"));

/** PgBouncer as it answers with pool_mode = statement: no such pooler runs here. */
function refuseTransactions(socket: Socket): void {
	socket.on("data", (data) => {
		if (data[0] !== "Q".charCodeAt(0)) {
			socket.write(Buffer.concat([message("R", Buffer.alloc(4)), ready]));
			return;
		}
		const error = "SERROR\0C08P01\0Mtransaction blocks not allowed in statement pooling mode\0\0";
		socket.write(Buffer.concat([message("E", Buffer.from(error)), ready]));
	});
	socket.on("error", () => undefined);
}

test("a pooler that allows no transactions is told as one", async () => {
	const pooler = createServer(refuseTransactions);
	await new Promise<void>((resolve) => pooler.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		pooler.close();
	});
	const { port: open } = pooler.address() as AddressInfo;
	expect(await refusal(`postgres://reader@127.0.0.1:${String(open)}/shop`)).toBe(
		`127.0.0.1:${String(open)} is a pooler that allows no transactions: transaction blocks not allowed in statement pooling mode. Name the server itself, or a pool in transaction or session mode.`,
	);
});
