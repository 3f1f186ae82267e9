import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../cli/run.ts";
import { hazards, orders, runEslint, shopWith } from "./shop.ts";

const page = readFileSync(path.join(root, "docs/eslint.md"), "utf8");

function blocks(language: string): readonly string[] {
	return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
		([, block = ""]) => block,
	);
}

test.for(blocks("js"))("config %$ of docs/eslint.md works with the command there", (config) => {
	const command = blocks("sh").at(-1)?.trim().split(" ") ?? [];
	expect(command.slice(0, 2)).toEqual(["npx", "eslint"]);
	const folder = config.includes("db/**") ? "db/migrations" : "migrations";
	const cwd = shopWith({
		"eslint.config.js": config,
		[`${folder}/001_orders.sql`]: orders["migrations/001_orders.sql"],
		[`${folder}/002_change.sql`]: hazards,
		"src/orders.js": "export const orders = [];\n",
	});
	const paths = folder === "migrations" ? command.slice(2) : [folder];
	const { status, stdout, stderr } = runEslint(cwd, paths);
	expect(stderr).toBe("");
	expect(stdout).toContain("lockkeeper/no-drop-table");
	expect(status).toBe(1);
	expect(runEslint(cwd, ["src"])).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("the TypeScript config of docs/eslint.md judges a TypeScript migration", () => {
	const config = blocks("js").find((block) => block.includes("typescript-eslint")) ?? "";
	const cwd = shopWith({
		"eslint.config.js": config,
		"migrations/1700000000000-Orders.ts":
			'import type { QueryRunner } from "typeorm";\nexport class Orders1700000000000 {\n\tasync up(queryRunner: QueryRunner): Promise<void> {\n\t\tawait queryRunner.query("SET lock_timeout = \'2s\'");\n\t\tawait queryRunner.query("DROP TABLE orders");\n\t}\n\tasync down(): Promise<void> {}\n}\n',
	});
	expect(runEslint(cwd, ["migrations"]).stdout).toContain("lockkeeper/no-drop-table");
});

test("the comments of docs/eslint.md leave out both findings", () => {
	const [sql = ""] = blocks("sql");
	const cwd = shopWith({ "migrations/001_drop.sql": `SET lock_timeout = '2s';\n${sql}` });
	expect(runEslint(cwd, ["migrations"])).toMatchObject({ status: 0, stdout: "" });
	const bare = shopWith({
		"migrations/001_drop.sql": `SET lock_timeout = '2s';\n${sql.replaceAll(/^--.*$/gm, "")}`,
	});
	expect(runEslint(bare, ["migrations"]).stdout.match(/no-drop-table/g)).toHaveLength(2);
});

test("the settings of docs/eslint.md are JSON", () => {
	expect(blocks("json").map((block): unknown => JSON.parse(block))).toEqual([
		{ "eslint.validate": ["javascript", "typescript", "sql"] },
	]);
});
