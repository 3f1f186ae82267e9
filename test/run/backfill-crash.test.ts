import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { emptyWithBooks, rowsOf, sessionOf, valueOf } from "./backfill-context.ts";

let server: TraceEngine;
let address: string;
let engine: RunEngine;
let session: RunSession;

beforeAll(async () => {
	program = await bundled();
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	server = started;
	const [row] = await server.query("SELECT current_setting('port')");
	address = `postgres://postgres@127.0.0.1:${row?.[0] ?? ""}/postgres`;
	const opened = await openPostgres(address);
	if ("code" in opened) throw new Error(opened.message);
	engine = opened;
	session = await sessionOf(engine);
}, 120_000);

afterAll(async () => {
	await session.close();
	await server.close();
	rmSync(path.dirname(program), { recursive: true, force: true });
});

let program: string;

/** The child as one file: it starts ten times as often as it would be compiled. */
async function bundled(): Promise<string> {
	const beside = fileURLToPath(new URL("../../node_modules/", import.meta.url));
	const folder = mkdtempSync(path.join(beside, ".lockkeeper-child-"));
	const bundle = await rolldown({
		input: fileURLToPath(new URL("backfill-child.ts", import.meta.url)),
		platform: "node",
		external: (id) => !/^[./#]/.test(id),
		resolve: {
			alias: { "#core": fileURLToPath(new URL("../../src/core/index.ts", import.meta.url)) },
		},
	});
	await bundle.write({ dir: folder, format: "esm", entryFileNames: "child.mjs" });
	await bundle.close();
	return path.join(folder, "child.mjs");
}

/** Runs the backfill in a process, which is killed so many batches after its first sign of life. */
function runUntil(batches: number, delay: number): Promise<string> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [
			program,
			address,
			// Short batches to be killed in; where nobody kills it works as it does for people.
			Number.isFinite(batches) ? "5" : "250",
		]);
		let output = "";
		let errors = "";
		child.stderr.on("data", (text: Buffer) => {
			errors += text.toString();
		});
		child.stdout.on("data", (text: Buffer) => {
			output += text.toString();
			const seen = output.split("batch\n").length - 1;
			if (seen >= batches) setTimeout(() => child.kill("SIGKILL"), delay);
		});
		child.on("error", reject);
		child.on("close", (code) => {
			if (code !== null && code !== 0) reject(new Error(errors));
			else resolve(output);
		});
	});
}

/** Numbers that look random and are the same each time. */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

test("a backfill that is killed 20 times while others write ends with every row right", async () => {
	await emptyWithBooks(engine, session);
	// As the recipe makes it: a trigger computes the new column whenever a row is written.
	await rowsOf(
		session,
		`CREATE TABLE orders (id bigint PRIMARY KEY, total integer, total_new bigint, changes integer NOT NULL DEFAULT 0);
		INSERT INTO orders SELECT i, i * 3 FROM generate_series(1, 40000) i;
		CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.total_new := NEW.total::bigint; RETURN NEW; END $$;
		CREATE TRIGGER zzz_fill BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION fill()`,
	);
	const writer = await sessionOf(engine, "writer");
	const next = random(17);
	const stop = new AbortController();
	const totals = new Map<number, number>();
	const writing = (async () => {
		for (let fresh = 100_000; !stop.signal.aborted; fresh++) {
			const id = 1 + Math.floor(next() * 40_000);
			const total = Math.floor(next() * 1_000_000);
			await rowsOf(writer, `UPDATE orders SET total = ${total} WHERE id = ${id}`);
			totals.set(id, total);
			await rowsOf(writer, `INSERT INTO orders VALUES (${fresh}, ${total}), (${-fresh}, NULL)`);
			await rowsOf(writer, `DELETE FROM orders WHERE id = ${-fresh + 3}`);
			await pause(2);
		}
	})();
	let positions: number[] = [];
	for (let kill = 0; kill < 20; kill++) {
		const output = await runUntil(1 + Math.floor(next() * 4), next() * 12);
		expect(output).not.toContain('"failed"');
		const position = await valueOf(
			session,
			"SELECT max(position) FROM lockkeeper.backfill WHERE range_id = 0",
		);
		positions.push(Number(/\d+/.exec(position ?? "")?.[0] ?? 0));
	}
	const last = await runUntil(Number.POSITIVE_INFINITY, 0);
	stop.abort();
	await writing;
	await writer.close();
	expect(last).toContain('"is":"done"');
	// It never goes back, and nothing is done twice.
	positions = positions.filter((at) => at > 0);
	expect(positions.toSorted((a, b) => a - b)).toEqual(positions);
	expect(await valueOf(session, "SELECT max(changes) FROM orders")).toBe("1");
	expect(
		await valueOf(session, "SELECT count(*) FROM orders WHERE total_new IS DISTINCT FROM total"),
	).toBe("0");
	const kept = await rowsOf(session, "SELECT id, total FROM orders WHERE id BETWEEN 1 AND 40000");
	const found = new Map(kept.map(([id, total]) => [Number(id), Number(total)]));
	for (const [id, total] of totals) expect(found.get(id)).toBe(total);
}, 300_000);
