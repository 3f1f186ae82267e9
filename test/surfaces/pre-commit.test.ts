import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { commitAll, git } from "../cli/git.ts";
import { directoryWith, root } from "../cli/run.ts";

const isInstalled = spawnSync("pre-commit", ["--version"]).status === 0;

/** The repository as a release's tag has it: built, without what only development needs. */
function releaseRepository(): string {
	const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as object;
	const cwd = directoryWith({
		"package.json": JSON.stringify({ ...manifest, scripts: {}, devDependencies: {} }),
		".pre-commit-hooks.yaml": readFileSync(path.join(root, ".pre-commit-hooks.yaml"), "utf8"),
	});
	cpSync(path.join(root, "dist"), path.join(cwd, "dist"), {
		recursive: true,
		filter: (file) => !file.endsWith(".map") && !file.includes("/dist/types"),
	});
	commitAll(cwd);
	git(cwd, "tag", "v0.0.1");
	return cwd;
}

describe.skipIf(!isInstalled)("a hook of pre-commit", () => {
	test("is installed from a release and judges what is staged", { timeout: 180_000 }, () => {
		const release = releaseRepository();
		const cwd = directoryWith({
			"migrations/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
			".pre-commit-config.yaml": `repos:\n  - repo: ${release}\n    rev: v0.0.1\n    hooks:\n      - id: lockkeeper\n`,
		});
		commitAll(cwd);
		const home = directoryWith({});
		mkdirSync(path.join(cwd, "migrations"), { recursive: true });
		writeFileSync(
			path.join(cwd, "migrations/002_index.sql"),
			"SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n",
		);
		git(cwd, "add", ".");
		const run = (): { status: number | null; stdout: string } =>
			spawnSync("pre-commit", ["run", "lockkeeper"], {
				cwd,
				encoding: "utf8",
				env: { ...process.env, PRE_COMMIT_HOME: home },
			});
		const stopped = run();
		expect(stopped.stdout).toContain(
			"migrations/002_index.sql:2:1  error  require-concurrent-index",
		);
		expect(stopped.status).toBe(1);
		writeFileSync(
			path.join(cwd, "migrations/002_index.sql"),
			"CREATE TABLE invoices (id bigint PRIMARY KEY);\n",
		);
		execFileSync("git", ["add", "."], { cwd });
		const passed = run();
		expect(passed.stdout).toContain("Passed");
		expect(passed.status).toBe(0);
	});
});
