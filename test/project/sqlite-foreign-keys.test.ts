import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { discoverProjects } from "../../src/project/discover.ts";

/** The settings of the connection in a project with these files. */
async function settingsOf(files: Readonly<Record<string, string>>) {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-test-"));
	try {
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
			writeFileSync(path.join(root, name), text);
		}
		const projects = await discoverProjects(root, [], {}, { configDirectory: root });
		if ("code" in projects) throw new Error(projects.message);
		return projects.map(({ settings }) => settings?.get("foreign_keys"));
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

const sql = "CREATE TABLE orders (id INTEGER PRIMARY KEY);";

test("Prisma opens SQLite with foreign keys on", async () => {
	const found = await settingsOf({
		"prisma/migrations/migration_lock.toml": 'provider = "sqlite"\n',
		"prisma/migrations/20240101000000_init/migration.sql": sql,
	});
	expect(found).toEqual(["on"]);
});

test("nothing is taken for granted of PostgreSQL", async () => {
	const found = await settingsOf({
		"prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
		"prisma/migrations/20240101000000_init/migration.sql": sql,
	});
	expect(found).toEqual([undefined]);
});
