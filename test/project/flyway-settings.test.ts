import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../src/core/config.ts";
import { lintRepository } from "../../src/repository.ts";
import { onlyProject } from "./fixture.ts";

const folder = "src/main/resources/db/migration";
const sql = `SET lock_timeout = '2s';
\${if_postgres} CREATE TABLE orders (id bigint PRIMARY KEY, note \${type.text});
`;

function repository(settings: Readonly<Record<string, string>>): string {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	onTestFinished(() => {
		rmSync(root, { recursive: true });
	});
	mkdirSync(path.join(root, ".git"));
	for (const [name, text] of Object.entries({ ...settings, [`${folder}/V1__orders.sql`]: sql })) {
		mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
		writeFileSync(path.join(root, name), text);
	}
	return root;
}

async function unread(root: string, config: Config = {}): Promise<number> {
	const report = await lintRepository(root, [], config);
	if ("code" in report) throw new Error(report.message);
	return report.counts.unread;
}

test("a placeholder whose value is not known keeps a statement from being read", async () => {
	expect(await unread(repository({}))).toBe(1);
});

test("the config gives the values of placeholders", async () => {
	const placeholders = { if_postgres: "", "type.text": "text" };
	const root = repository({});
	expect(await unread(root, { projects: [{ root: folder, placeholders }] })).toBe(0);
});

test.each([
	[
		"flyway.conf",
		"flyway.placeholders.if_postgres=\nflyway.placeholders.type.text=text\nflyway.group = true\n",
	],
	[
		"flyway.toml",
		'[flyway]\ngroup = true\n[flyway.placeholders]\nif_postgres = ""\n"type.text" = "text"\n',
	],
	[
		"src/main/resources/application.yml",
		'server:\n  port: 80\nspring:\n  flyway:\n    group: true # at once\n    placeholders:\n      if_postgres: ""\n      type.text: text\n',
	],
	[
		"src/main/resources/application.properties",
		"spring.flyway.group=true\nspring.flyway.placeholders.if_postgres=\nspring.flyway.placeholders.type.text=text\n",
	],
])("%s is read", async (name, text) => {
	const root = repository({ [name]: text });
	expect(await unread(root)).toBe(0);
	expect((await onlyProject(root)).migrations[0]!.up[0]!.transaction).toBe("all");
});

test("a project may leave transactions and placeholders out", async () => {
	const root = repository({
		"flyway.conf": "flyway.executeInTransaction=false\nflyway.placeholderReplacement=false\n",
	});
	const [migration] = (await onlyProject(root)).migrations;
	expect(migration).toMatchObject({ placeholders: [], up: [{ transaction: "none" }] });
});
