import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../src/core/config.ts";
import { directoryWith, root } from "./cli/run.ts";
import { startRunServer, type RunServer } from "./run/server-run.ts";
import { rowsOf, sessionOf } from "./run/backfill-context.ts";

const shop =
	"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, status text);\n";

const release = `ALTER TABLE orders ADD COLUMN paid_at timestamptz;
CREATE INDEX orders_customer_id ON orders (customer_id);
UPDATE orders SET status = 'open' WHERE status IS NULL;
`;

let running: RunServer;

beforeAll(async () => {
	running = await startRunServer();
}, 120_000);

afterAll(() => running.server.close());

const page = (name: string): string => readFileSync(path.join(root, `docs/${name}.md`), "utf8");

function blocks(name: string, language: string): readonly string[] {
	const fence = new RegExp("^```" + language + "\\n([^]*?)^```$", "gm");
	return [...page(name).matchAll(fence)].map(([, block = ""]) => block.trim());
}

/** A shop in three databases, and a directory with its migrations and a program named lockkeeper. */
async function shopOn(databases: readonly string[]): Promise<{
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string>>;
}> {
	const cwd = directoryWith({
		"migrations/0001_shop.sql": shop,
		"migrations/0002_order_status.sql": release,
		"lockkeeper.config.json": JSON.stringify({
			serverVersion: 18,
			approval: { operators: ["grace"] },
			...JSON.parse(blocks("run", "json")[0] ?? "{}"),
		}),
	});
	mkdirSync(path.join(cwd, "bin"));
	const script = `#!/bin/sh\nexec '${process.execPath}' '${path.join(root, "dist/cli.js")}' "$@"\n`;
	writeFileSync(path.join(cwd, "bin/lockkeeper"), script, { mode: 0o755 });
	const admin = await sessionOf(running.engine);
	for (const name of databases) await rowsOf(admin, `CREATE DATABASE ${name}`);
	await admin.close();
	const urlOf = (name: string): string => running.url.replace(/postgres$/, name);
	for (const name of databases) {
		const { status } = spawnSync(
			process.execPath,
			[
				"--input-type=module",
				"-e",
				`import pg from "pg"; const c = new pg.Client(process.argv[1]); await c.connect(); await c.query(process.argv[2]); await c.end();`,
				urlOf(name),
				`${shop} INSERT INTO orders SELECT i, i, NULL FROM generate_series(1, 500) AS i`,
			],
			{ cwd: root },
		);
		expect(status).toBe(0);
	}
	const [first = "", eu = "", us = ""] = databases;
	return {
		cwd,
		environment: {
			PATH: `${path.join(cwd, "bin")}:${process.env["PATH"] ?? ""}`,
			SHOP_URL: urlOf(first),
			SHOP_EU_URL: urlOf(eu),
			SHOP_US_URL: urlOf(us),
		},
	};
}

function runLine(
	line: string,
	{ cwd, environment }: Awaited<ReturnType<typeof shopOn>>,
): { readonly status: number | null; readonly said: string } {
	const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
		cwd,
		encoding: "utf8",
		env: environment,
	});
	return { status, said: `$ ${line}\n${stdout}${stderr}` };
}

describe("docs/run.md", () => {
	test("its commands do in order what it says", async () => {
		const place = await shopOn(["run_one", "run_eu", "run_us"]);
		for (const line of blocks("run", "sh").flatMap((block) => block.split("\n"))) {
			const { status, said } = runLine(line, place);
			expect(status, said).toBe(0);
			// The rest of the page begins with the plan being done again.
			if (line.includes("rollback") && line.includes("--accept-loss")) {
				const again = 'lockkeeper run plan.json --url "$SHOP_URL" --operator ada';
				expect(runLine(again, place).status).toBe(0);
			}
		}
		const postmortem = readFileSync(path.join(place.cwd, "postmortem.md"), "utf8");
		expect(postmortem).toContain("### lockkeeper receipts");
		expect(readFileSync(path.join(place.cwd, "lockkeeper.prom"), "utf8")).toContain(
			"migrated_rows",
		);
	}, 300_000);

	test("its tables of the books are all that there are, and its SQL takes them away", async () => {
		const session = await sessionOf(running.engine);
		for (const sql of running.engine.ways.books) await rowsOf(session, sql);
		const named =
			page("run")
				.match(/^\| `[a-z_`, ]+` +\|/gm)
				?.join() ?? "";
		const tables = await rowsOf(
			session,
			"SELECT tablename::text FROM pg_tables WHERE schemaname = 'lockkeeper' ORDER BY 1",
		);
		expect(tables.length).toBeGreaterThan(5);
		for (const [table] of tables) expect(named).toContain(`\`${table}\``);
		for (const sql of blocks("run", "sql")) await rowsOf(session, sql);
		expect(await rowsOf(session, running.engine.ways.hasBooks)).toEqual([["f"]]);
		await session.close();
	});
});

describe("docs/gate.md", () => {
	test("its commands answer", async () => {
		const place = await shopOn(["gate_one", "gate_eu", "gate_us"]);
		const prepared = [
			"lockkeeper plan migrations/0002_order_status.sql --out plan.json",
			"lockkeeper approve plan.json --by grace",
			'lockkeeper run plan.json --url "$SHOP_URL" --operator ada',
		];
		for (const line of prepared) expect(runLine(line, place).status, line).toBe(0);
		const [plain = "", secrets = ""] = blocks("gate", "sh");
		const [min = "", range = "", planned = ""] = plain.split("\n");
		expect(runLine(min, place).status).toBe(0);
		// 0001_shop came before lockkeeper: its history does not have it.
		expect(runLine(range, place).status).toBe(1);
		expect(runLine(planned, place).status).toBe(0);
		const unknown = runLine(secrets, place);
		expect(unknown.status).toBe(1);
		expect(unknown.said).toContain("the config does not say which secrets are in force");
		for (const json of blocks("gate", "json"))
			expect(parseConfig(JSON.parse(json))).toHaveProperty("gate");
	});

	test("what pods and containers run is understood", async () => {
		const { cwd, environment } = await shopOn(["pod_one", "pod_eu", "pod_us"]);
		const asked = [...page("gate").matchAll(/lockkeeper gate [^;"\n`]*/g)]
			.map(([command]) => command.trim())
			.filter((command) => !command.includes("--url") && command !== "lockkeeper gate plan.json");
		expect(asked.length).toBeGreaterThan(1);
		for (const command of asked) {
			const line = `LOCKKEEPER_URL="$SHOP_URL" ${command}`;
			expect([0, 1], command).toContain(runLine(line, { cwd, environment }).status);
		}
	});
});
