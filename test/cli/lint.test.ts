import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { JsonReport } from "../../src/report/formats/json.ts";
import { directoryWith, lockkeeper, root, shop } from "./run.ts";

const webshop = "fixtures/projects/webshop";

function parsed(stdout: string): JsonReport {
	return JSON.parse(stdout) as JsonReport;
}

async function findings(args: readonly string[], cwd: string): Promise<readonly string[]> {
	const { stdout } = await lockkeeper(["lint", "--format", "json", ...args], { cwd });
	return parsed(stdout).findings.map(({ file, rule }) => `${file} ${rule}`);
}

test("the help tells commands, flags and exit codes", async () => {
	const top = await lockkeeper(["--help"]);
	expect(top.code).toBe(0);
	expect(top.stdout).toMatchSnapshot();
	const explain = await lockkeeper(["explain", "--help"]);
	expect(explain.stdout).toContain("--server-version");
});

test("--version prints the version of the package", async () => {
	const { stdout, code } = await lockkeeper(["--version"]);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.for(["text", "concise", "json"])("the sample project in the format %s", async (format) => {
	const { stdout, stderr, code } = await lockkeeper(["lint", webshop, "--format", format]);
	expect(code).toBe(1);
	expect(stderr).toBe("");
	await expect(stdout).toMatchFileSnapshot(`webshop.${format}.txt`);
});

test("the json format keeps its contract", async () => {
	const { stdout } = await lockkeeper(["lint", webshop, "--format", "json"]);
	const report = parsed(stdout);
	const count: unknown = expect.any(Number);
	const place = { line: count, column: count };
	expect(report.version).toBe(1);
	expect(report.findings.length).toBeGreaterThan(0);
	for (const finding of report.findings) {
		expect(finding).toMatchObject({
			rule: expect.stringMatching(/^[a-z-]+$/) as unknown,
			category: expect.any(String) as unknown,
			severity: expect.stringMatching(/^(?:error|warning|info)$/) as unknown,
			file: expect.stringMatching(/^fixtures\/projects\/webshop\/.*\.sql$/) as unknown,
			start: place,
			end: place,
			message: expect.stringMatching(/\.$/) as unknown,
			help: expect.any(String) as unknown,
		});
		expect(finding.start.line).toBeGreaterThanOrEqual(1);
		expect(finding.start.column).toBeGreaterThanOrEqual(1);
	}
	const of = (severity: string): number =>
		report.findings.filter((finding) => finding.severity === severity).length;
	expect(report.summary).toMatchObject({
		migrations: 10,
		statements: count,
		unread: 0,
		errors: of("error"),
		warnings: of("warning"),
		infos: of("info"),
	});
});

test("columns count UTF-16 units from 1", async () => {
	const cwd = directoryWith({ "001_a.sql": "/* 🚢é */ DROP TABLE orders;\n" });
	const { stdout } = await lockkeeper(["lint", "001_a.sql", "--format", "json"], { cwd });
	const dropped = parsed(stdout).findings.find(({ rule }) => rule === "no-drop-table");
	expect(dropped).toMatchObject({ start: { line: 1, column: 11 }, end: { line: 1, column: 28 } });
});

test("a named file takes its earlier siblings as history and is judged alone", async () => {
	const cwd = directoryWith({
		...shop,
		"migrations/004_drop_orders.sql": "SET lock_timeout = '2s';\nDROP TABLE orders;\n",
	});
	const { stdout } = await lockkeeper(
		["lint", "migrations/003_drop_invoices.sql", "--format", "json"],
		{ cwd },
	);
	const report = parsed(stdout);
	expect(report.summary).toMatchObject({
		migrations: 1,
		history: { migrations: 2, statements: 2 },
	});
	expect(report.findings.map(({ rule, because }) => [rule, ...because])).toEqual([
		["no-drop-table", "invoices exists since 002_invoices."],
	]);
});

test("what is made and dropped among the named files is no hazard", async () => {
	const cwd = directoryWith(shop);
	const named = ["migrations/002_invoices.sql", "migrations/003_drop_invoices.sql"];
	expect(await findings(named, cwd)).toEqual([]);
});

test("--since judges what was added since a commit, committed or not", async () => {
	const cwd = directoryWith(shop);
	const git = (...args: string[]): void => {
		const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
		execFileSync("git", [...identity, ...args], { cwd, stdio: "ignore" });
	};
	git("init", "--initial-branch=main");
	git("add", ".");
	git("commit", "--message=Shop");
	const drop = "SET lock_timeout = '2s';\nDROP TABLE orders;\n";
	writeFileSync(path.join(cwd, "migrations/004_drop_orders.sql"), drop);
	expect(await findings(["--since", "main"], cwd)).toEqual([
		"migrations/004_drop_orders.sql no-drop-table",
	]);
	const unknown = await lockkeeper(["lint", "--since", "nowhere"], { cwd });
	expect(unknown.code).toBe(2);
	expect(unknown.stderr).toContain('git knows no commit "nowhere"');
});

test("exit codes follow --fail-on, --max-warnings and the severities given", async () => {
	const cwd = directoryWith({
		"migrations/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY);\n",
		"migrations/002_note.sql": "ALTER TABLE orders ADD COLUMN note text;\n",
	});
	const code = async (...args: string[]): Promise<number | null> =>
		(await lockkeeper(["lint", ...args], { cwd })).code;
	expect(await code()).toBe(0);
	expect(await code("--fail-on", "warning")).toBe(1);
	expect(await code("--max-warnings", "1")).toBe(0);
	expect(await code("--max-warnings", "0")).toBe(1);
	expect(await code("--rule", "require-lock-timeout=error")).toBe(1);
	expect(await code("--rule", "require-lock-timeout=error", "--fail-on", "never")).toBe(0);
	expect(await code("--rule", "require-lock-timeout=off", "--fail-on", "info")).toBe(0);
	expect(await code("--max-warnings", "many")).toBe(2);
});

test("--only, --skip and --quiet choose what is reported", async () => {
	const cwd = directoryWith({ "001_drop.sql": "DROP TABLE orders;\n" });
	const file = "001_drop.sql";
	expect(await findings([file], cwd)).toEqual([
		`${file} no-drop-table`,
		`${file} require-lock-timeout`,
	]);
	expect(await findings([file, "--only", "no-drop-table"], cwd)).toEqual([`${file} no-drop-table`]);
	expect(await findings([file, "--skip", "no-drop-table"], cwd)).toEqual([
		`${file} require-lock-timeout`,
	]);
	expect(await findings([file, "--quiet"], cwd)).toEqual([`${file} no-drop-table`]);
});

test("--stats goes to standard error", async () => {
	const cwd = directoryWith(shop);
	const { stderr } = await lockkeeper(["lint", "--stats"], { cwd });
	expect(stderr).toMatch(
		/^3 migrations, 4 statements in [\d.]+ s \(\d+ statements\/s\), peak memory \d+ MB\n$/,
	);
});

test("the nearest config upward from the named files holds; --config names another", async () => {
	const cwd = directoryWith({
		...Object.fromEntries(Object.entries(shop).map(([name, sql]) => [`shop/${name}`, sql])),
		"shop/lockkeeper.config.json": '{ "rules": { "no-drop-table": "warning" } }',
		"strict.json": '{ "rules": { "no-drop-table": "error" } }',
	});
	expect((await lockkeeper(["lint", "shop"], { cwd })).code).toBe(0);
	expect((await lockkeeper(["lint", "shop", "--config", "strict.json"], { cwd })).code).toBe(1);
	const printed = await lockkeeper(["lint", "shop", "--print-config"], { cwd });
	expect(JSON.parse(printed.stdout)).toEqual({
		file: "shop/lockkeeper.config.json",
		rules: { "no-drop-table": "warning" },
	});
});

test("standard input is a file of its own, or the one that --stdin-filename says", async () => {
	const cwd = directoryWith(shop);
	const input = "SET lock_timeout = '2s';\nDROP TABLE orders;\n";
	const alone = await lockkeeper(["lint", "-", "--format", "concise"], { cwd, input });
	expect(alone.code).toBe(1);
	expect(alone.stdout).toContain("stdin.sql:2:1: error no-drop-table");
	const named = ["lint", "--stdin-filename", "migrations/004_drop.sql"];
	const inPlace = await lockkeeper(named, { cwd, input });
	expect(inPlace.stdout).toContain("orders exists since 001_orders.");
});

test("colours come by --color, FORCE_COLOR and NO_COLOR in this order", async () => {
	const cwd = directoryWith(shop);
	const coloured = async (args: string[], environment: Record<string, string> = {}) =>
		(await lockkeeper(["lint", ...args], { cwd, environment })).stdout.includes("\u001B[");
	expect(await coloured([])).toBe(false);
	expect(await coloured(["--color"], { NO_COLOR: "1" })).toBe(true);
	expect(await coloured([], { FORCE_COLOR: "1" })).toBe(true);
	expect(await coloured([], { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(true);
	expect(await coloured([], { NO_COLOR: "1" })).toBe(false);
	expect(await coloured(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
});

test("a reader that goes away ends the run quietly", () => {
	// More than a pipe holds, or the writer would never notice.
	const drops = Array.from({ length: 1000 }, (_, at) => `DROP TABLE orders_${at};\n`).join("");
	const cwd = directoryWith({ "001_drop.sql": drops });
	const command = `node ${path.join(root, "dist/cli.js")} lint 001_drop.sql --format json | head -1`;
	const { stdout, stderr } = spawnSync("sh", ["-c", command], { cwd, encoding: "utf8" });
	expect(stdout).toBe("{\n");
	expect(stderr).toBe("");
});

test("explain tells what a statement does after a history, for a server version", async () => {
	const cwd = directoryWith({
		"schema.sql": "CREATE TABLE orders (id bigint PRIMARY KEY);\n",
		"change.sql": "ALTER TABLE orders ADD COLUMN status text NOT NULL DEFAULT 'open';\n",
	});
	const args = ["explain", "change.sql", "--history", "schema.sql"];
	const text = await lockkeeper(args, { cwd });
	expect(text.code).toBe(0);
	expect(text.stdout).toContain("orders: ACCESS EXCLUSIVE");
	const rewrites = async (version: string): Promise<unknown> => {
		const run = await lockkeeper([...args, "--format", "json", "--server-version", version], {
			cwd,
		});
		return (JSON.parse(run.stdout) as { statements: { rewrites: string[] }[] }).statements[0]
			?.rewrites;
	};
	expect(await rewrites("10")).toEqual(["public.orders"]);
	expect(await rewrites("14")).toEqual([]);
});

test("explain reads MySQL, MariaDB and SQLite as it is told, or as the SQL tells", async () => {
	const cwd = directoryWith({
		"schema.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(200) NOT NULL);\n",
		"change.sql": "ALTER TABLE orders MODIFY COLUMN note varchar(80) NOT NULL;\n",
		"lite.sql": "PRAGMA foreign_keys = ON;\nALTER TABLE orders DROP COLUMN note;\n",
	});
	const mysql = await lockkeeper(["explain", "change.sql", "--history", "schema.sql"], { cwd });
	expect(mysql.stdout).toContain("ALGORITHM=COPY, LOCK=SHARED");
	const args = ["explain", "--history", "schema.sql", "change.sql", "--dialect", "mariadb"];
	const mariadb = await lockkeeper([...args, "--server-version", "10.11"], { cwd });
	expect(mariadb.stdout).toContain("ALGORITHM=COPY, LOCK=SHARED");
	const sqlite = await lockkeeper(["explain", "lite.sql", "--history", "schema.sql"], { cwd });
	expect(sqlite.stdout).toContain("main: RESERVED");
	const unknown = await lockkeeper(["explain", "lite.sql", "--dialect", "oracle"], { cwd });
	expect(unknown.code).toBe(2);
});

test.for([
	[["lint", "--formt", "json"], "Unknown argument: formt\n  Did you mean --format?"],
	[["explain", "--histori", "x"], "Unknown argument: histori\n  Did you mean --history?"],
	[["lint", "--format", "xml"], 'Given: "xml", Choices: "checkstyle", "concise", '],
	[["lint", "--fail-on"], "Not enough arguments following: fail-on"],
	[["lint", "--only", "no-drop-tabel"], "Did you mean no-drop-table?"],
	[["lint", "--rule", "no-drop-table"], "Write --rule <id>=<severity>"],
	[["lint", "missing.sql"], "missing.sql does not exist"],
] as const)("wrong use %j ends with 2 and says how to mend it", async ([args, said]) => {
	const { code, stdout, stderr } = await lockkeeper(args);
	expect(stderr).toContain(said);
	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("a bug of ours ends with 70 and what is needed to report it", async () => {
	const broken = directoryWith({
		"broken.mjs": "Array.prototype.findLastIndex = () => { throw new Error('out of order'); };\n",
	});
	mkdirSync(path.join(broken, "migrations"));
	writeFileSync(path.join(broken, "migrations/001_orders.sql"), "SELECT 1;\n");
	const { code, stderr } = await lockkeeper(["lint", "migrations/001_orders.sql"], {
		cwd: broken,
		nodeFlags: ["--import", path.join(broken, "broken.mjs")],
	});
	expect(stderr).toMatch(/bug of its own[^]*lockkeeper \d[^]*out of order[^]*Please report it/);
	expect(code).toBe(70);
});

test("what a builder sends to another database than PostgreSQL is not called wrong", async () => {
	const up = (body: string): string => `exports.up = (knex) => knex.schema.${body};\n`;
	const cwd = directoryWith({
		".git/HEAD": "",
		"knexfile.js": `module.exports = { client: "mysql2" };\n`,
		"migrations/1_orders.js": up(
			`createTable("orders", (t) => { t.increments(); t.string("state"); })`,
		),
		"migrations/2_state.js": up(
			`alterTable("orders", (t) => { t.string("state", 20).notNullable().alter(); })`,
		),
	});
	const { stdout, code } = await lockkeeper(["lint", "--format", "concise"], { cwd });
	expect(stdout).toMatchInlineSnapshot(`
		"migrations/2_state.js:1:66: warning require-lock-timeout: This statement waits without a limit for its lock on orders; as long as it waits, every read and write that comes after it waits too.
		migrations/2_state.js:1:66: info syntax-error: What this call does was not judged: what the builder sends to this database cannot be told.
		"
	`);
	expect(code).toBe(0);
});
