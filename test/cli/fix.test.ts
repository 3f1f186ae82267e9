import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { directoryWith, lockkeeper } from "./run.ts";

const files = {
	"migrations/0001_create.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);\n",
	"migrations/0002_index.sql": "CREATE INDEX orders_total ON orders (total);\n",
	"migrations/0003_drop.sql": "SET lock_timeout = '2s';\nALTER TABLE orders DROP COLUMN total;\n",
};
const concurrent = "CREATE INDEX CONCURRENTLY orders_total ON orders (total);\n";

const textOf = (directory: string, name: string) =>
	readFileSync(path.join(directory, name), "utf8");

test("--fix writes the named files and judges what is left", async () => {
	const directory = directoryWith(files);
	const name = "migrations/0002_index.sql";
	const { mode } = statSync(path.join(directory, name));
	const run = await lockkeeper(["lint", "--fix", name], { cwd: directory });
	expect(run).toMatchObject({ code: 0, stderr: "Fixed 1 finding in 1 file.\n" });
	expect(textOf(directory, name)).toBe(concurrent);
	expect(statSync(path.join(directory, name)).mode).toBe(mode);
	const rest = await lockkeeper(["lint", "--fix", "migrations/0003_drop.sql"], { cwd: directory });
	expect(rest).toMatchObject({ code: 1, stderr: "Nothing here can be fixed automatically.\n" });
	expect(rest.stdout).toContain("no-drop-column");
});

test("--fix refuses to guess which migrations are not deployed yet", async () => {
	const directory = directoryWith(files);
	const { code, stdout, stderr } = await lockkeeper(["lint", "--fix"], { cwd: directory });
	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	expect(stderr).toContain("name the files, or write --since");
	expect(textOf(directory, "migrations/0002_index.sql")).toBe(files["migrations/0002_index.sql"]);
});

test("--fix does not overwrite what is not staged", async () => {
	const directory = directoryWith(files);
	const { code, stderr } = await lockkeeper(["lint", "--fix", "--staged"], { cwd: directory });
	expect(code).toBe(2);
	expect(stderr).toContain("lint --staged --diff | git apply --cached");
});

test("--diff prints a patch, writes nothing and judges the files as they are", async () => {
	const directory = directoryWith(files);
	const { code, stdout } = await lockkeeper(["lint", "--diff"], { cwd: directory });
	expect(code).toBe(1);
	expect(stdout).toBe(`--- a/migrations/0002_index.sql
+++ b/migrations/0002_index.sql
@@ -1,1 +1,1 @@
-CREATE INDEX orders_total ON orders (total);
+${concurrent}`);
	expect(textOf(directory, "migrations/0002_index.sql")).toBe(files["migrations/0002_index.sql"]);
});

test("standard input goes fixed to standard output, its findings to standard error", async () => {
	const directory = directoryWith(files);
	const name = "migrations/0004_index.sql";
	const run = (input: string) =>
		lockkeeper(["lint", "--fix", "--stdin-filename", name], { cwd: directory, input });
	expect(await run("CREATE INDEX orders_id ON orders (abs(id));")).toMatchObject({
		stdout: "CREATE INDEX CONCURRENTLY orders_id ON orders (abs(id));",
	});
	const clean = "SELECT 1;\n";
	expect(await run(clean)).toMatchObject({ code: 0, stdout: clean });
	const dropped = await run("DROP TABLE orders");
	expect(dropped.stdout).toBe("SET lock_timeout = '2s';\nDROP TABLE orders");
	expect(dropped.stderr).toContain("no-drop-table");
});
