import { spawn } from "node:child_process";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../src/trace/engines/server.ts";
import type { JsonTraces } from "../../src/report/trace-json.ts";

const bin = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const project = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), "lockkeeper-test-"));
	const migrations = path.join(folder, "migrations");
	mkdirSync(migrations);
	// A server that runs as another user has to reach its directory.
	chmodSync(folder, 0o755);
	symlinkSync(path.join(project, "node_modules"), path.join(folder, "node_modules"));
	writeFileSync(
		path.join(migrations, "0001_create.sql"),
		"CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(20));\nGRANT SELECT ON orders TO reporting;\n",
	);
	writeFileSync(
		path.join(migrations, "0002_change.sql"),
		"ALTER TABLE orders ALTER COLUMN note TYPE varchar(10);\nCREATE INDEX CONCURRENTLY orders_note ON orders (note);\nALTER TABLE orders DROP COLUMN paid;\nALTER TABLE orders ADD COLUMN late int;\n",
	);
	writeFileSync(path.join(migrations, "0003_wait.sql"), "SELECT pg_sleep(60);\n");
});

afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

function run(args: readonly string[], interruptOn?: string): Promise<Ran> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [bin, "trace", ...args], {
			cwd: folder,
			env: { ...process.env, TMPDIR: folder },
		});
		let stdout = "";
		let stderr = "";
		child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
		child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
		child.on("close", (code) => {
			resolve({ code, stdout, stderr });
		});
		if (interruptOn === undefined) return;
		const watch = setInterval(() => {
			const [server] = readdirSync(folder).filter((name) => name.startsWith(interruptOn));
			if (
				server === undefined ||
				!readdirSync(path.join(folder, server)).includes("postmaster.pid")
			)
				return;
			clearInterval(watch);
			child.kill("SIGINT");
		}, 20);
	});
}

describe("lockkeeper trace", () => {
	it("reports what happened, stops at the statement that fails, and exits with 1", async () => {
		const { code, stdout } = await run(["migrations/0002_change.sql", "--format", "json"]);
		const [trace] = (JSON.parse(stdout) as JsonTraces).traces;
		expect(code).toBe(1);
		expect(trace?.history).toEqual({ statements: 2, failures: [] });
		expect(
			trace?.statements.map(({ happened, differences, notRun }) => [
				happened?.rewrites,
				happened?.failure?.code,
				happened?.failure?.at,
				differences.length,
				notRun,
			]),
		).toEqual([
			[["public.orders"], undefined, undefined, 0, null],
			[[], undefined, undefined, 0, null],
			[[], "42703", { line: 3, column: 1 }, 0, null],
			[undefined, undefined, undefined, 0, "an earlier statement of its release failed"],
		]);
	}, 120_000);

	it("leaves nothing behind when it is interrupted", async () => {
		const { code } = await run(
			["migrations/0003_wait.sql", "--postgres", "18"],
			"lockkeeper-trace-",
		);
		expect(code).toBe(130);
		expect(readdirSync(folder).filter((name) => name.startsWith("lockkeeper-trace-"))).toEqual([]);
	}, 120_000);

	it("uses a database of --url only when it is marked as scratch and empty", async () => {
		const server = await startServer(18, [project]);
		if ("code" in server) throw new Error(server.message);
		try {
			const [row] = await server.query("SELECT inet_server_port()::text");
			const file = "migrations/0001_create.sql";
			const url = `postgres://postgres@127.0.0.1:${row?.[0] ?? ""}/postgres`;
			const unmarked = await run([file, "--url", url]);
			expect(unmarked.code).toBe(2);
			expect(unmarked.stderr).toContain("COMMENT ON DATABASE");
			await server.execute("COMMENT ON DATABASE postgres IS 'lockkeeper:scratch'");
			await server.execute("CREATE TABLE precious (id int)");
			const full = await run([file, "--url", url]);
			expect(full.code).toBe(2);
			expect(full.stderr).toContain("is not empty");
			await server.execute("DROP TABLE precious");
			await server.execute("CREATE ROLE reporting");
			const marked = await run([file, "--url", url]);
			expect(marked.stdout).toContain("2 statements run after no earlier ones: all as said.");
			expect(marked.code).toBe(0);
		} finally {
			await server.close();
		}
	}, 120_000);

	it("says what is wrong with a database that does not answer", async () => {
		const { code, stderr } = await run(["--url", "postgres://nobody@127.0.0.1:1/none"]);
		expect(code).toBe(2);
		expect(stderr).toContain("No connection to the scratch database");
	}, 60_000);
});
