import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { directoryWith, lockkeeper } from "./run.ts";

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n";

async function lintFile(content: string | Buffer) {
	const cwd = directoryWith({ "migrations/001_orders.sql": content });
	return lockkeeper(["lint", "--format", "concise"], { cwd });
}

test.for<[string, string | Buffer, number, string]>([
	[
		"binary",
		Buffer.from([0x7f, 0x45, 0, 1, 0xff]),
		2,
		"error binaryFile: migrations/001_orders.sql holds a NUL byte at byte 2",
	],
	[
		"Latin-1",
		Buffer.from("SELECT 1;\n-- caf\u00E9\n", "latin1"),
		2,
		"wrong byte 0xe9 at byte 16 (line 2)",
	],
	["UTF-16", Buffer.from("\uFEFFSELECT 1;", "utf16le"), 2, "is UTF-16 (little endian), not UTF-8"],
	[
		"an unterminated quote",
		`${orders}INSERT INTO orders VALUES (1, 'open);\n`,
		1,
		"001_orders.sql:2:31: error syntax-error",
	],
	[
		"an unterminated dollar quote",
		`${orders}DO $$ BEGIN NULL; END;\n`,
		1,
		"001_orders.sql:2:4: error syntax-error",
	],
	[
		"50,000 chained operators",
		`${orders}UPDATE orders SET id = ${"1 + ".repeat(50_000)}1;\n`,
		1,
		"001_orders.sql:2:1: error syntax-error: This statement was not judged",
	],
	[
		"50,000 parentheses",
		`${orders}SELECT ${"(".repeat(50_000)}1${")".repeat(50_000)};\n`,
		1,
		"error syntax-error",
	],
])("%s ends in a message with its place", async ([, content, exitCode, said]) => {
	const { code, stdout, stderr } = await lintFile(content);
	expect(stdout).toContain(said);
	expect(stderr).toBe("");
	expect(code).toBe(exitCode);
});

test("an empty file is a migration without statements", async () => {
	const cwd = directoryWith({ "migrations/001_orders.sql": "" });
	const { code, stdout } = await lockkeeper(["lint"], { cwd });
	expect(stdout).toBe("1 migration, no statements: nothing found.\n");
	expect(code).toBe(0);
});

test("what stands after a statement that is too deep is judged all the same", async () => {
	const { stdout } = await lintFile(
		`UPDATE orders SET id = ${"1 + ".repeat(50_000)}1;\nSET lock_timeout = '2s';\nDROP TABLE orders;\n`,
	);
	expect(stdout).toContain("001_orders.sql:3:1: error no-drop-table");
});

test("50,000 conditions in a row are read", { timeout: 120_000 }, async () => {
	const condition = Array.from({ length: 50_000 }, () => "id = 1").join(" OR ");
	const { code, stdout } = await lintFile(
		`${orders}UPDATE orders SET note = '' WHERE ${condition};\n`,
	);
	expect(stdout).toBe("");
	expect(code).toBe(0);
});

test("a statement of 50 MB is read", { timeout: 120_000 }, async () => {
	const row = "(1, 'a note that is long enough to fill the lines of a large file')";
	const rows = Array.from({ length: 700_000 }, () => row).join(",\n");
	const cwd = directoryWith({
		"migrations/001_orders.sql": `${orders}INSERT INTO orders (id, note) VALUES\n${rows};\n`,
	});
	const { code, stdout, stderr } = await lockkeeper(["lint", "--stats"], { cwd });
	expect(stdout).toBe("1 migration, 2 statements: nothing found.\n");
	expect(code).toBe(0);
	expect(Number(/peak memory (\d+) MB/.exec(stderr)?.[1])).toBeLessThan(1500);
});

test("100,000 statements in one file are read", { timeout: 300_000 }, async () => {
	const insert = "INSERT INTO orders (id, note) VALUES (1, 'new');\n";
	const cwd = directoryWith({ "migrations/001_orders.sql": orders + insert.repeat(100_000) });
	const { code, stdout } = await lockkeeper(["lint"], { cwd });
	expect(stdout).toBe("1 migration, 100,001 statements: nothing found.\n");
	expect(code).toBe(0);
});

test("a directory without migrations is wrong use", async () => {
	const cwd = directoryWith({ "notes/readme.txt": "nothing here" });
	for (const args of [["lint"], ["lint", "notes"]]) {
		const { code, stderr } = await lockkeeper(args, { cwd });
		expect(stderr).toContain("no migrations were found");
		expect(code).toBe(2);
	}
});

test("directories named like files and pipes are passed over, a link to nothing is not", async () => {
	const cwd = directoryWith({ "migrations/001_orders.sql": orders });
	mkdirSync(path.join(cwd, "migrations/002_folder.sql"));
	execFileSync("mkfifo", [path.join(cwd, "migrations/003_pipe.sql")]);
	expect((await lockkeeper(["lint"], { cwd })).code).toBe(0);
	const pipe = await lockkeeper(["lint", "migrations/003_pipe.sql"], { cwd });
	expect(pipe.stdout).toContain("cannot be read: it is a pipe or a device");
	expect(pipe.code).toBe(2);
	symlinkSync("nowhere.sql", path.join(cwd, "migrations/004_link.sql"));
	const link = await lockkeeper(["lint"], { cwd });
	expect(link.stdout).toContain("migrations/004_link.sql does not exist");
	expect(link.code).toBe(2);
});

test("two migrations with one revision are told with both names", async () => {
	const cwd = directoryWith({
		"db/V1__orders.sql": orders,
		"db/V1__invoices.sql": "CREATE TABLE invoices (id bigint);\n",
	});
	const { code, stdout } = await lockkeeper(["lint"], { cwd });
	expect(stdout).toContain("db/V1__orders.sql and db/V1__invoices.sql have the same revision 1");
	expect(stdout).toContain("2 migrations, 2 statements: 1 problem.");
	expect(code).toBe(2);
});

test.for<[string, string]>([
	[
		'{\n  "rules": {\n    "no-drop-table" "error"\n  }\n}',
		"lockkeeper.config.json:3:21: a colon should stand after the key",
	],
	['{ "serverVerson": 14 }', 'Did you mean "serverVersion"?'],
	['{ "rules": { "no-drop-tabel": "off" } }', "Did you mean no-drop-table?"],
	['{ "rules": { "no-drop-table": "eror" } }', 'Did you mean "error"?'],
])("the config %j is refused", async ([config, said]) => {
	const cwd = directoryWith({
		"lockkeeper.config.json": config,
		"migrations/001_orders.sql": orders,
	});
	const { code, stdout, stderr } = await lockkeeper(["lint"], { cwd });
	expect(stderr).toContain(said);
	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});
