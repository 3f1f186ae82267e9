import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { baselineJsonSchema } from "../../src/report/baseline.ts";
import { directoryWith, lockkeeper, root, shop } from "./run.ts";

const oldShop = {
	...shop,
	"migrations/004_drop_orders.sql":
		"SET lock_timeout = '2s';\nDROP TABLE orders; -- nobody reads it\n",
};

function baselineIn(cwd: string): string {
	return readFileSync(path.join(cwd, "lockkeeper.baseline.json"), "utf8");
}

test("a baseline accepts what is found today, by file, rule and SQL", async () => {
	const cwd = directoryWith(oldShop);
	const written = await lockkeeper(["baseline"], { cwd });
	expect(written).toMatchObject({ code: 0, stderr: "" });
	expect(written.stdout).toMatchInlineSnapshot(`
		"lockkeeper.baseline.json: 2 findings in 2 files. lint leaves them out and tells what is new.
		"
	`);
	expect(baselineIn(cwd)).toMatchInlineSnapshot(`
		"{
			"version": 1,
			"findings": {
				"migrations/003_drop_invoices.sql": {
					"no-drop-table": {
						"27c15de2424ddc6d": 1
					}
				},
				"migrations/004_drop_orders.sql": {
					"no-drop-table": {
						"09f42f4317cac331": 1
					}
				}
			}
		}
		"
	`);
	const { stdout, code } = await lockkeeper(["lint"], { cwd });
	expect(code).toBe(0);
	expect(stdout).toMatchInlineSnapshot(`
		"4 migrations, 6 statements: nothing found; left out: 2 in lockkeeper.baseline.json.
		"
	`);
	const first = baselineIn(cwd);
	await lockkeeper(["baseline"], { cwd });
	expect(baselineIn(cwd)).toBe(first);
});

test("lines and layout may change, the SQL may not", async () => {
	const cwd = directoryWith(oldShop);
	await lockkeeper(["baseline"], { cwd });
	const file = path.join(cwd, "migrations/004_drop_orders.sql");
	writeFileSync(file, "-- Ticket 12\n\nSET lock_timeout = '2s';\n\ndrop  table\n\torders;\n");
	expect(await lockkeeper(["lint"], { cwd })).toMatchObject({ code: 0 });
	writeFileSync(file, "SET lock_timeout = '2s';\nDROP TABLE orders CASCADE;\n");
	const changed = await lockkeeper(["lint", "--format", "concise"], { cwd });
	expect(changed.code).toBe(1);
	expect(changed.stdout).toContain("004_drop_orders.sql:2:1: error no-drop-table");
});

test("the same SQL once more in a file is new", async () => {
	const cwd = directoryWith(shop);
	await lockkeeper(["baseline"], { cwd });
	writeFileSync(
		path.join(cwd, "migrations/003_drop_invoices.sql"),
		"SET lock_timeout = '2s';\nDROP TABLE invoices;\nDROP TABLE invoices;\n",
	);
	const { stdout } = await lockkeeper(["lint", "--format", "json", "--only", "no-drop-table"], {
		cwd,
	});
	expect(JSON.parse(stdout)).toMatchObject({
		findings: [{ start: { line: 3 } }],
		summary: { baseline: 1 },
	});
});

test("what no longer exists is a note, and --prune takes it out", async () => {
	const cwd = directoryWith(oldShop);
	await lockkeeper(["baseline"], { cwd });
	rmSync(path.join(cwd, "migrations/004_drop_orders.sql"));
	const stale = await lockkeeper(["lint"], { cwd });
	expect(stale.code).toBe(0);
	expect(stale.stdout).toMatchInlineSnapshot(`
		"lockkeeper.baseline.json  info  staleBaseline
		  lockkeeper.baseline.json holds 1 finding that no longer exists
		  Do    lockkeeper baseline --prune takes them out.

		3 migrations, 4 statements: nothing found; left out: 1 in lockkeeper.baseline.json.
		"
	`);
	const named = await lockkeeper(["lint", "migrations/001_orders.sql"], { cwd });
	expect(named.stdout).not.toContain("staleBaseline");
	const narrow = await lockkeeper(["lint", "--skip", "no-drop-table"], { cwd });
	expect(narrow.stdout).not.toContain("staleBaseline");
	const pruned = await lockkeeper(["baseline", "--prune"], { cwd });
	expect(pruned.code).toBe(0);
	expect(pruned.stdout).toMatchInlineSnapshot(`
		"lockkeeper.baseline.json: took out 1 finding that no longer exists; 1 finding in 1 file left.
		"
	`);
	expect(baselineIn(cwd)).not.toContain("004_drop_orders");
	expect((await lockkeeper(["lint"], { cwd })).stdout).not.toContain("staleBaseline");
	const again = await lockkeeper(["baseline", "--prune"], { cwd });
	expect(again.stdout).toMatchInlineSnapshot(`
		"lockkeeper.baseline.json: all that it holds still exists; 1 finding in 1 file left.
		"
	`);
});

test("--prune adds nothing", async () => {
	const cwd = directoryWith(shop);
	await lockkeeper(["baseline"], { cwd });
	const before = baselineIn(cwd);
	writeFileSync(path.join(cwd, "migrations/004_drop_orders.sql"), "DROP TABLE orders;\n");
	await lockkeeper(["baseline", "--prune"], { cwd });
	expect(baselineIn(cwd)).toBe(before);
});

test("the baseline stands beside the config, and its paths are relative to it", async () => {
	const cwd = directoryWith({
		...Object.fromEntries(Object.entries(shop).map(([name, sql]) => [`db/${name}`, sql])),
		"db/lockkeeper.config.json": "{}",
	});
	await lockkeeper(["baseline", "--config", "db/lockkeeper.config.json"], { cwd });
	expect(JSON.parse(baselineIn(path.join(cwd, "db")))).toMatchObject({
		findings: { "migrations/003_drop_invoices.sql": { "no-drop-table": {} } },
	});
	const { code, stdout } = await lockkeeper(["lint", "db/migrations"], { cwd });
	expect(stdout).toContain("1 in db/lockkeeper.baseline.json");
	expect(code).toBe(0);
});

test("--baseline names another file, --no-baseline uses none", async () => {
	const cwd = directoryWith(shop);
	await lockkeeper(["baseline", "--baseline", "accepted.json"], { cwd });
	expect(existsSync(path.join(cwd, "lockkeeper.baseline.json"))).toBe(false);
	expect(await lockkeeper(["lint"], { cwd })).toMatchObject({ code: 1 });
	expect(await lockkeeper(["lint", "--baseline", "accepted.json"], { cwd })).toMatchObject({
		code: 0,
	});
	await lockkeeper(["baseline"], { cwd });
	expect(await lockkeeper(["lint", "--no-baseline"], { cwd })).toMatchObject({ code: 1 });
});

test("a baseline that is missing, broken or of a later version is a clear error", async () => {
	const cwd = directoryWith({
		...shop,
		"broken.json": '{ "version": 1,\n  "findings": }',
		"later.json": '{ "version": 2, "findings": {} }',
		"wrong.json": '{ "version": 1, "finding": {} }',
	});
	const said: string[] = [];
	for (const file of ["missing.json", "broken.json", "later.json", "wrong.json"]) {
		const { code, stdout, stderr } = await lockkeeper(["lint", "--baseline", file], { cwd });
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		said.push(stderr);
	}
	const prune = await lockkeeper(["baseline", "--prune"], { cwd });
	expect(prune.code).toBe(2);
	expect([...said, prune.stderr].join("")).toMatchInlineSnapshot(`
		"lockkeeper: missing.json does not exist
		  Check the path of --baseline; lockkeeper baseline writes the file.
		lockkeeper: broken.json:2:15: "}" is not a value
		  lockkeeper baseline writes it anew.
		lockkeeper: later.json was written by a later lockkeeper (format 2)
		  lockkeeper baseline writes it anew.
		lockkeeper: wrong.json: baseline lacks the key "findings"; baseline has no key "finding"
		  lockkeeper baseline writes it anew.
		lockkeeper: lockkeeper.baseline.json does not exist.
		  lockkeeper baseline writes it.
		"
	`);
});

test("the help says that most projects need --since and no baseline", async () => {
	const { stdout } = await lockkeeper(["baseline", "--help"]);
	expect(stdout).toMatchInlineSnapshot(`
		"lockkeeper baseline

		Writes the findings of all migrations to lockkeeper.baseline.json beside the config. lint leaves out
		what stands there and counts it.

		Most projects need no baseline: lockkeeper lint --since origin/main judges only what a branch adds,
		with all that is released as history.

		Options:
		      --prune     Take out findings that no longer exist, add none        [boolean] [default: false]
		      --config    The config file to use                                                    [string]
		      --baseline  The file to write instead of lockkeeper.baseline.json                     [string]
		      --preset    Which rules are on without being named   [choices: "recommended", "strict", "all"]
		  -h, --help      Show help                                                                [boolean]
		  -v, --version   Show version number                                                      [boolean]

		Examples:
		  lockkeeper baseline          accept what is found today
		  lockkeeper baseline --prune  forget what has been mended since
		"
	`);
});

test("lockkeeper.baseline.schema.json is the schema of the file", () => {
	const written: unknown = JSON.parse(
		readFileSync(path.join(root, "lockkeeper.baseline.schema.json"), "utf8"),
	);
	expect(written).toEqual(baselineJsonSchema());
});
