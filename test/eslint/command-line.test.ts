import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { hazards, orders, runEslint, shopWith, versions } from "./shop.ts";

describe.for(versions)("eslint $version", ({ program }) => {
	test("reads standard input under the name of a file that is not there yet", () => {
		const cwd = shopWith(orders);
		const { status, stdout } = runEslint(
			cwd,
			["--stdin", "--stdin-filename", "migrations/002_change.sql", "--format", "json"],
			{ program, input: hazards },
		);
		expect(stdout).toContain('"ruleId":"lockkeeper/no-drop-table"');
		expect(status).toBe(1);
	});

	test("ends by itself, with --fix and without anything to say", () => {
		const cwd = shopWith({ ...orders, "migrations/002_change.sql": hazards });
		const fixed = runEslint(cwd, ["migrations", "--fix"], { program });
		expect(fixed.stderr).toBe("");
		expect(fixed.status).toBe(1);
		const text = readFileSync(path.join(cwd, "migrations/002_change.sql"), "utf8");
		expect(text).toContain("CREATE INDEX CONCURRENTLY");
		expect(runEslint(cwd, ["migrations/001_orders.sql"], { program })).toMatchObject({
			status: 0,
			stdout: "",
			stderr: "",
		});
	});

	test("--cache judges what has changed", () => {
		const cwd = shopWith({ ...orders, "migrations/002_change.sql": "SELECT 1;\n" });
		const run = () => runEslint(cwd, ["migrations", "--cache"], { program });
		expect(run().stdout).toBe("");
		expect(existsSync(path.join(cwd, ".eslintcache"))).toBe(true);
		writeFileSync(path.join(cwd, "migrations/002_change.sql"), hazards);
		expect(run().stdout).toContain("no-drop-table");
		expect(run().stdout).toContain("no-drop-table");
	});

	test("several threads say each thing once", () => {
		const cwd = shopWith({ ...orders, "migrations/002_change.sql": hazards });
		const { stdout } = runEslint(cwd, ["migrations", "--concurrency", "2"], { program });
		expect(stdout.match(/no-drop-table/g)).toHaveLength(1);
	});
});

test("--suppress-all accepts what is there", () => {
	const cwd = shopWith({ ...orders, "migrations/002_change.sql": hazards });
	expect(runEslint(cwd, ["migrations", "--suppress-all"]).status).toBe(0);
	expect(readFileSync(path.join(cwd, "eslint-suppressions.json"), "utf8")).toContain(
		"lockkeeper/no-drop-table",
	);
	expect(runEslint(cwd, ["migrations"]).stdout).toBe("");
});

test("a config beside the migrations counts wherever ESLint is started", () => {
	const cwd = shopWith({
		"lockkeeper.config.json": "{}",
		"shop/lockkeeper.config.json": '{ "rules": { "no-drop-table": "off" } }\n',
		"shop/migrations/001_orders.sql": orders["migrations/001_orders.sql"],
		"shop/migrations/002_change.sql": hazards,
	});
	const { stdout } = runEslint(cwd, ["."]);
	expect(stdout).toContain("require-concurrent-index");
	expect(stdout).not.toContain("no-drop-table");
});
