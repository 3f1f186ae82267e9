import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { commitAll, git } from "./git.ts";
import { directoryWith, lockkeeper } from "./run.ts";

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n";
const hazard = "SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n";
const safe = "CREATE TABLE invoices (id bigint PRIMARY KEY);\n";

function repository(): string {
	const cwd = directoryWith({ "migrations/001_orders.sql": orders });
	commitAll(cwd);
	return cwd;
}

const lintStaged = (cwd: string) =>
	lockkeeper(["lint", "--staged", "--format", "concise"], { cwd });

test("a staged hazard stops, whatever the work tree holds by now", async () => {
	const cwd = repository();
	const file = path.join(cwd, "migrations/002_change.sql");
	writeFileSync(file, hazard);
	git(cwd, "add", ".");
	writeFileSync(file, safe);
	const { code, stdout } = await lintStaged(cwd);
	expect(stdout).toContain("migrations/002_change.sql:2:1: error require-concurrent-index");
	expect(code).toBe(1);
	rmSync(file);
	expect((await lintStaged(cwd)).code).toBe(1);
});

test("what is not staged does not stop a commit", async () => {
	const cwd = repository();
	writeFileSync(path.join(cwd, "migrations/002_change.sql"), safe);
	git(cwd, "add", ".");
	writeFileSync(path.join(cwd, "migrations/002_change.sql"), hazard);
	writeFileSync(path.join(cwd, "migrations/003_draft.sql"), "DROP TABLE orders;\n");
	const { code, stdout } = await lintStaged(cwd);
	expect(stdout).toBe("");
	expect(code).toBe(0);
});

test("the first commit of a repository is judged too", async () => {
	const cwd = directoryWith({ "migrations/001_orders.sql": "CREATE TABEL orders ();\n" });
	git(cwd, "init", "-q");
	git(cwd, "add", ".");
	const { code, stdout } = await lintStaged(cwd);
	expect(stdout).toContain("001_orders.sql:1:8: error syntax-error");
	expect(code).toBe(1);
});

test("a commit without migrations is none to stop", async () => {
	const cwd = directoryWith({ "README.md": "# Shop\n" });
	commitAll(cwd);
	const { code, stderr } = await lintStaged(cwd);
	expect(stderr).toBe("");
	expect(code).toBe(0);
});

test("a folder below the root is a place to start from", async () => {
	const cwd = directoryWith({ "db/migrations/001_orders.sql": orders });
	commitAll(cwd);
	writeFileSync(path.join(cwd, "db/migrations/002_index.sql"), hazard);
	git(cwd, "add", ".");
	const { code, stdout } = await lintStaged(path.join(cwd, "db"));
	expect(stdout).toContain("migrations/002_index.sql:2:1: error require-concurrent-index");
	expect(code).toBe(1);
});

test("outside of a repository it says what it needs", async () => {
	const cwd = directoryWith({ "migrations/001_orders.sql": orders });
	const { code, stderr } = await lintStaged(cwd);
	expect(stderr).toContain("--staged needs git and a repository");
	expect(code).toBe(2);
});

test("--diff mends what is staged through git", async () => {
	const cwd = repository();
	writeFileSync(path.join(cwd, "migrations/002_change.sql"), hazard);
	git(cwd, "add", ".");
	const { stdout } = await lockkeeper(["lint", "--staged", "--diff"], { cwd });
	writeFileSync(path.join(cwd, "fix.patch"), stdout);
	git(cwd, "apply", "--cached", "fix.patch");
	expect(git(cwd, "show", ":migrations/002_change.sql")).toContain("CREATE INDEX CONCURRENTLY");
	expect((await lintStaged(cwd)).code).toBe(0);
});
