import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { commitAll, git } from "../cli/git.ts";
import { directoryWith, lockkeeper, root } from "../cli/run.ts";

/** Puts the program where npm would have installed it. */
function install(cwd: string): void {
	const program = path.join(cwd, "node_modules/.bin/lockkeeper");
	mkdirSync(path.dirname(program), { recursive: true });
	const built = path.join(root, "dist/cli.js");
	writeFileSync(program, `#!/bin/sh\nexec node "${built}" "$@"\n`, { mode: 0o755 });
}

test(
	"from init over a stopped commit and its fix to the check of the branch",
	{ timeout: 120_000 },
	async () => {
		const cwd = directoryWith({
			"migrations/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
			".gitignore": "node_modules\n",
		});
		commitAll(cwd);
		install(cwd);
		expect((await lockkeeper(["init", "--yes"], { cwd })).code).toBe(0);
		git(cwd, "checkout", "-q", "-b", "faster-search");

		const file = path.join(cwd, "migrations/002_search.sql");
		writeFileSync(file, "CREATE INDEX orders_note_idx ON orders (note);\n");
		git(cwd, "add", ".");
		expect(() => git(cwd, "commit", "-q", "-m", "search")).toThrow(/require-concurrent-index/);

		const fixed = await lockkeeper(["lint", "--fix", "migrations/002_search.sql"], { cwd });
		expect(fixed.code).toBe(0);
		expect(readFileSync(file, "utf8")).toContain("CREATE INDEX CONCURRENTLY");
		git(cwd, "add", ".");
		git(cwd, "commit", "-q", "-m", "search");

		const passed = await lockkeeper(["ci"], { cwd });
		expect(passed.stdout).toContain("nothing found");
		expect(passed.code).toBe(0);

		writeFileSync(
			path.join(cwd, "migrations/003_drop.sql"),
			"SET lock_timeout = '2s';\nDROP TABLE orders;\n",
		);
		git(cwd, "add", ".");
		git(cwd, "commit", "-q", "--no-verify", "-m", "drop");
		const stopped = await lockkeeper(["ci"], { cwd });
		expect(stopped.stdout).toContain("migrations/003_drop.sql:2:1  error  no-drop-table");
		expect(stopped.stdout).not.toContain("002_search.sql");
		expect(stopped.code).toBe(1);
	},
);
