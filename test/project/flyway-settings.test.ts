import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Config } from "../../src/core/config.ts";
import { lintRepository } from "../../src/repository.ts";
import { discover, ids, onlyProject } from "./fixture.ts";
import { tree } from "./tree.ts";

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

describe("locations in the settings", () => {
	const contents = {
		"db/schema/V2__invoices.sql": "CREATE TABLE invoices (id bigint PRIMARY KEY);\n",
		"db/schema/V1__orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY);\n",
		"db/data/V1_1__first_orders.sql": "INSERT INTO orders VALUES (1);\n",
	};

	test.each([
		["flyway.conf", "flyway.locations=filesystem:db/schema,filesystem:db/data\n"],
		["conf/flyway.conf", "flyway.locations=filesystem:db/schema, filesystem:db/data\n"],
		["flyway.toml", '[flyway]\nlocations = ["filesystem:db/schema", "filesystem:db/data"]\n'],
	])("are one history (%s)", async (name, text) => {
		const project = await onlyProject(tree({ ...contents, [name]: text }));
		expect(project.root).toBe("db/schema");
		expect(ids(project)).toEqual(["1", "1_1", "2"]);
	});

	test("on the classpath lie among the resources", async () => {
		const project = await onlyProject(
			tree({
				"src/main/resources/application.properties":
					"spring.flyway.locations=classpath:db/schema,classpath:db/data\n",
				...Object.fromEntries(
					Object.entries(contents).map(([name, text]) => [`src/main/resources/${name}`, text]),
				),
			}),
		);
		expect(ids(project)).toEqual(["1", "1_1", "2"]);
	});

	test("without settings are two histories", async () => {
		expect(await discover(tree(contents))).toHaveLength(2);
	});
});

describe("names in the settings", () => {
	const orders = "CREATE TABLE orders (id bigint PRIMARY KEY);\n";

	test("prefix, separator and suffix tell the files", async () => {
		const project = await onlyProject(
			tree({
				"flyway.conf":
					"flyway.sqlMigrationPrefix=M\nflyway.sqlMigrationSeparator=-\nflyway.sqlMigrationSuffixes=.pgsql,.sql\nflyway.repeatableSqlMigrationPrefix=again\n",
				"db/migration/M1-orders.pgsql": orders,
				"db/migration/M2-total.sql": "ALTER TABLE orders ADD COLUMN total numeric;\n",
				"db/migration/again-open_orders.sql": "CREATE OR REPLACE VIEW open_orders AS SELECT 1;\n",
				"db/migration/V3__passed_over.sql": "DROP TABLE orders;\n",
			}),
		);
		expect(project.layout.id).toBe("flyway");
		expect(ids(project)).toEqual(["1", "2", "open_orders"]);
	});

	test("a name that is none of Flyway's is an error only with validateMigrationNaming", async () => {
		const contents = {
			"db/migration/V1__orders.sql": orders,
			"db/migration/v2__invoices.sql": "CREATE TABLE invoices (id bigint);\n",
			"db/migration/afterMigrate.sql": "ANALYZE;\n",
		};
		expect((await onlyProject(tree(contents))).problems).toEqual([]);
		const settings = { "flyway.toml": "[flyway]\nvalidateMigrationNaming = true\n" };
		expect((await onlyProject(tree({ ...contents, ...settings }))).problems).toMatchObject([
			{ code: "badFileName", severity: "error", file: "db/migration/v2__invoices.sql" },
		]);
	});
});
