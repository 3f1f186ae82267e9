import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { commitAll, git } from "../cli/git.ts";
import { lockkeeper } from "../cli/run.ts";
import { hazards, orders, runEslint, shopWith, told, versions } from "./shop.ts";

describe.for(versions)("ESLint $version", ({ ESLint, program }) => {
	async function lint(files: Readonly<Record<string, string | Buffer>>, patterns = "migrations") {
		const cwd = shopWith(files);
		return { cwd, results: await new ESLint({ cwd }).lintFiles(patterns) };
	}

	test("says what lockkeeper says, after the whole history", () => {
		const cwd = shopWith({
			...orders,
			"migrations/002_change.sql": hazards,
			"migrations/003_new.sql":
				"CREATE TABLE invoices (id bigint PRIMARY KEY, note text);\nCREATE INDEX ON invoices (note);\n",
		});
		const { status, stdout, stderr } = runEslint(cwd, ["migrations"], { program });
		expect(stderr).toBe("");
		expect(status).toBe(1);
		expect(stdout.replaceAll(cwd, "shop")).toMatchInlineSnapshot(`
			"
			shop/migrations/002_change.sql
			  2:1  error  Every write to orders waits while the index is built. Build it with CREATE INDEX CONCURRENTLY, outside any transaction                                                                                                                                                                      lockkeeper/require-concurrent-index
			  3:1  error  Queries of running code on orders fail once it is dropped, and its rows are lost. First release code that no longer uses orders. Once that is deployed, write above the statement, with the earlier migration that brought the replacement: -- lockkeeper:contract orders since=<revision>  lockkeeper/no-drop-table

			✖ 2 problems (2 errors, 0 warnings)
			  1 error and 0 warnings potentially fixable with the \`--fix\` option.

			"
		`);
	});

	test("--fix makes of a file what lockkeeper lint --fix makes of it", async () => {
		const cwd = shopWith({ ...orders, "migrations/002_change.sql": hazards });
		const [, result] = await new ESLint({ cwd, fix: true }).lintFiles("migrations");
		await lockkeeper(["lint", "--fix", "migrations/002_change.sql"], { cwd });
		const text = readFileSync(path.join(cwd, "migrations/002_change.sql"), "utf8");
		expect(text).toContain("CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);");
		expect(result?.output).toBe(text);
	});

	test("a fix that changes more than the locks is only suggested", async () => {
		const cwd = shopWith({
			...orders,
			"migrations/002_change.sql":
				"SET lock_timeout = '2s';\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n",
		});
		const [, result] = await new ESLint({ cwd, fix: true }).lintFiles("migrations");
		expect(result?.output).toBeUndefined();
		const suggestions = result?.messages.flatMap((message) => message.suggestions ?? []);
		expect(suggestions?.map(({ desc }) => desc)).toMatchInlineSnapshot(`
			[
			  "Prove that there is no NULL with a CHECK that is validated first",
			]
		`);
	});

	test("--fix does not change a migration that is on the main branch", async () => {
		const cwd = shopWith({ ...orders, "migrations/002_change.sql": hazards });
		commitAll(cwd);
		git(cwd, "checkout", "-q", "-b", "change");
		writeFileSync(path.join(cwd, "migrations/003_change.sql"), hazards.replace("DROP", "-- DROP"));
		git(cwd, "add", "migrations");
		git(cwd, "commit", "-q", "-m", "change");
		const results = await new ESLint({ cwd, fix: true }).lintFiles("migrations");
		expect(results.map(({ output }) => output !== undefined)).toEqual([false, false, true]);
		expect(results[1]?.messages[0]?.suggestions).toHaveLength(1);
	});

	test("MySQL is read as MySQL, its comments too", async () => {
		const { results } = await lint({
			"migrations/mysql/001_orders.sql":
				"CREATE TABLE orders (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar(20)) ENGINE=InnoDB;\nINSERT INTO orders (note) VALUES ('it\\'s -- eslint-disable');\nCREATE TABLE refunds (id bigint NOT NULL PRIMARY KEY);\n",
			"migrations/mysql/002_change.sql":
				"SET SESSION lock_wait_timeout = 5;\n# eslint-disable-next-line lockkeeper/no-drop-column -- nobody reads it\nALTER TABLE orders DROP COLUMN note, ALGORITHM=INSTANT;\nDROP TABLE refunds;\n",
		});
		expect(told(results)).toEqual(["4:1 lockkeeper/no-drop-table"]);
	});

	test("SQLite is read as SQLite", async () => {
		const { results } = await lint({
			"migrations/sqlite/001_orders.sql":
				"CREATE TABLE [orders] (id integer PRIMARY KEY AUTOINCREMENT, note text);\n",
			"migrations/sqlite/002_change.sql": "DROP TABLE [orders];\n",
		});
		expect(told(results)).toEqual(["1:1 lockkeeper/no-drop-table"]);
	});

	test("ESLint's comments leave out findings, in both kinds of SQL comments", async () => {
		const { results } = await lint({
			...orders,
			"migrations/002_a.sql":
				"SET lock_timeout = '2s';\n-- eslint-disable-next-line lockkeeper/no-drop-table -- nobody reads it\nDROP TABLE orders;\n",
			"migrations/003_b.sql":
				"SET lock_timeout = '2s';\nDROP TABLE payments; -- eslint-disable-line lockkeeper/no-drop-table\n",
			"migrations/004_c.sql":
				"/* eslint-disable lockkeeper/no-drop-table */\nSET lock_timeout = '2s';\nDROP TABLE carts;\n/* eslint-enable */\nDROP TABLE users;\n",
			"migrations/005_d.sql":
				"/* eslint lockkeeper/no-drop-table: \"off\" */\nSET lock_timeout = '2s';\nDROP TABLE sessions;\n",
			"migrations/006_e.sql":
				"SET lock_timeout = '2s';\nSELECT '-- eslint-disable';\nDROP TABLE shops;\n",
		});
		expect(told(results)).toEqual(["5:1 lockkeeper/no-drop-table", "3:1 lockkeeper/no-drop-table"]);
	});

	test("a comment that leaves out nothing is told, and a comment that cannot be read", async () => {
		const { results } = await lint({
			...orders,
			"migrations/002_a.sql":
				"-- eslint-disable-next-line lockkeeper/no-drop-table\nCREATE TABLE invoices (id bigint PRIMARY KEY);\n",
			"migrations/003_b.sql":
				"/* eslint-disable-line\n lockkeeper/no-drop-table */ CREATE TABLE payments (id bigint PRIMARY KEY);\n",
			"migrations/004_c.sql": "/* eslint lockkeeper/no-drop-table: [ */\nSELECT 1;\n",
		});
		expect(told(results)).toEqual(["1:1 -", "1:1 -", "1:1 -"]);
		expect(results[1]?.messages[0]?.message).toContain("Unused eslint-disable directive");
		const { output } = (
			await new ESLint({
				cwd: path.dirname(path.dirname(results[1]!.filePath)),
				fix: true,
			}).lintFiles(results[1]!.filePath)
		)[0]!;
		expect(output?.trim()).toBe("CREATE TABLE invoices (id bigint PRIMARY KEY);");
	});

	test("lockkeeper's own comments and its baseline count too", async () => {
		const ignored =
			"SET lock_timeout = '2s';\n-- lockkeeper:ignore no-drop-table: nobody reads it\nDROP TABLE orders;\n";
		const { results } = await lint({ ...orders, "migrations/002_a.sql": ignored });
		expect(told(results)).toEqual([]);
	});

	test("places are right behind a byte order mark, with CRLF, tabs and emoji", async () => {
		const text =
			"\uFEFFSET lock_timeout = '2s';\r\nSELECT 'é🎉';\tDROP TABLE orders;\r\nCREATE INDEX orders_note_idx ON orders (note);\r\n";
		const { cwd, results } = await lint({ ...orders, "migrations/002_a.sql": text });
		expect(told(results)).toEqual([
			"2:15 lockkeeper/no-drop-table",
			"3:1 lockkeeper/require-concurrent-index",
		]);
		const [, fixed] = await new ESLint({ cwd, fix: true }).lintFiles("migrations");
		expect(fixed?.output).toContain("\uFEFFSET lock_timeout = '2s';\r\nSELECT 'é🎉';\tDROP");
		expect(fixed?.output).toContain("\r\nCREATE INDEX CONCURRENTLY orders_note_idx ON");
	});

	test("an empty file, one of blanks and one that cannot be parsed are read", async () => {
		const { results } = await lint({
			...orders,
			"migrations/002_a.sql": "",
			"migrations/003_b.sql": "\n \n",
			"migrations/004_c.sql": "CREATE TABEL invoices;\n",
		});
		expect(told(results)).toEqual(["1:8 lockkeeper/syntax-error"]);
	});

	test("SQL in a program is judged where it stands", async () => {
		const knex = `export async function up(knex) {
	await knex.raw("SET lock_timeout = '2s'");
	await knex.raw("DROP TABLE orders");
}
export async function down() {}
`;
		const { cwd, results } = await lint(
			{
				"knexfile.js": "export default { client: 'pg' };\n",
				"migrations/20260101000000_orders.js":
					"export const up = (knex) => knex.raw('CREATE TABLE orders (id bigint PRIMARY KEY)');\nexport const down = (knex) => knex.raw('DROP TABLE orders');\n",
				"migrations/20260102000000_drop.js": knex,
				"migrations/20260103000000_drop.ts": knex,
				"migrations/readme.md": "no code\n",
				"src/orders.js": "export const drop = (knex) => knex.raw('DROP TABLE orders');\n",
			},
			".",
		);
		expect(results.map(({ filePath }) => path.relative(cwd, filePath))).not.toContain(
			"migrations/20260103000000_drop.ts",
		);
		expect(told(results)).toEqual(["3:18 lockkeeper/no-drop-table"]);
	});

	test("TypeScript migrations are judged where the config has a parser for them", async () => {
		const { results } = await lint({
			"eslint.config.js": `import ts from "typescript-eslint";
import lockkeeper from "lockkeeper/eslint";
export default [
	{ files: ["**/*.ts"], languageOptions: { parser: ts.parser, parserOptions: { tsconfigRootDir: import.meta.dirname } } },
	...lockkeeper.configs.recommended,
];
`,
			"migrations/1700000000000-Orders.ts": `import type { MigrationInterface, QueryRunner } from "typeorm";
export class Orders1700000000000 implements MigrationInterface {
	async up(queryRunner: QueryRunner): Promise<void> {
		await queryRunner.query("SET lock_timeout = '2s'");
		// eslint-disable-next-line lockkeeper/no-drop-table -- nobody reads it
		await queryRunner.query("DROP TABLE sessions");
		await queryRunner.query(\`DROP TABLE orders\`);
	}
	async down(): Promise<void> {}
}
`,
		});
		expect(told(results)).toEqual(["7:28 lockkeeper/no-drop-table"]);
	});

	test("a text that is not saved is judged in the place of its file", async () => {
		const cwd = shopWith({ ...orders, "migrations/002_change.sql": "SELECT 1;\n" });
		const eslint = new ESLint({ cwd });
		const lintAs = async (name: string) =>
			told(await eslint.lintText(hazards, { filePath: path.join(cwd, name) }));
		const expected = ["2:1 lockkeeper/require-concurrent-index", "3:1 lockkeeper/no-drop-table"];
		expect(await lintAs("migrations/002_change.sql")).toEqual(expected);
		expect(await lintAs("migrations/003_new.sql")).toEqual(expected);
		expect(await lintAs("reports/orders.sql")).toEqual([]);
		expect(told(await eslint.lintFiles("migrations"))).toEqual([]);
	});

	test("a file outside every directory of migrations is not judged", async () => {
		const { results } = await lint({ ...orders, "reports/cleanup.sql": hazards }, "**/*.sql");
		expect(told(results)).toEqual([]);
	});

	test("a broken config is one message of each file, not a crash", async () => {
		const { results } = await lint({
			...orders,
			"lockkeeper.config.json": '{ "serverVersion": "new" }\n',
			"migrations/20260102000000_drop.js":
				"export const up = (knex) => knex.raw('DROP TABLE orders');\n",
		});
		const messages = results.flatMap((result) => result.messages);
		expect(messages.map(({ fatal }) => fatal ?? false)).toEqual([true, false]);
		expect(messages[0]?.message).toMatchInlineSnapshot(
			`"Parsing error: ../lockkeeper.config.json: serverVersion must be a version such as 14 or "8.0". See lockkeeper.schema.json."`,
		);
	});

	test("a file in another encoding is told at its place", async () => {
		const { results } = await lint({
			...orders,
			"migrations/002_a.sql": Buffer.from("SELECT 1;\nSELECT 'caf\xe9';\n", "latin1"),
		});
		expect(results[1]?.messages.map(({ fatal, message }) => [fatal, message]))
			.toMatchInlineSnapshot(`
			[
			  [
			    true,
			    "Parsing error: migrations/002_a.sql is not UTF-8: wrong byte 0xe9 at byte 21 (line 2). Save the file as UTF-8. It may be Latin-1 or Windows-1252.",
			  ],
			]
		`);
	});

	test("advice is left out, except from rules that only advise", async () => {
		const { results } = await lint({
			...orders,
			"lockkeeper.config.json": '{ "tables": { "orders": { "rows": 10 } } }\n',
			"migrations/002_a.sql":
				"SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n",
		});
		expect(told(results)).toEqual([]);
	});

	test("a migration that changes on the disk changes what is said of later ones", async () => {
		const cwd = shopWith({
			...orders,
			"migrations/002_index.sql":
				"SET lock_timeout = '2s';\nALTER TABLE orders ADD CONSTRAINT note_filled CHECK (note <> '') NOT VALID;\n",
			"migrations/003_not_null.sql":
				"SET lock_timeout = '2s';\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n",
		});
		const eslint = new ESLint({ cwd });
		const lintLast = async () => told(await eslint.lintFiles("migrations/003_not_null.sql"));
		const before = await lintLast();
		expect(before).not.toEqual([]);
		await setTimeout(250);
		writeFileSync(
			path.join(cwd, "migrations/001_orders.sql"),
			"CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);\n",
		);
		expect(await lintLast()).toEqual([]);
	});

	test("configs for JavaScript that name no files do no harm", async () => {
		const { results } = await lint(
			{
				...orders,
				"eslint.config.js": `import js from "@eslint/js";
import ts from "typescript-eslint";
import lockkeeper from "lockkeeper/eslint";
export default [js.configs.recommended, ...ts.configs.strict, ...ts.configs.stylistic, ...lockkeeper.configs.strict];
`,
				"migrations/002_change.sql": hazards,
			},
			"migrations/002_change.sql",
		);
		expect(told(results)).toContain("3:1 lockkeeper/no-drop-table");
	});

	test("the plugin may have another name", async () => {
		const { results } = await lint({
			...orders,
			"eslint.config.js": `import lockkeeper from "lockkeeper/eslint";
export default [{ files: ["**/*.sql"], plugins: { db: lockkeeper }, language: "db/sql", rules: { "db/no-drop-table": "warn" } }];
`,
			"migrations/002_change.sql": hazards,
		});
		expect(told(results)).toEqual(["3:1 db/no-drop-table"]);
	});
});
