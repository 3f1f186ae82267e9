import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { RuleTester, type ESLint, type Rule } from "eslint";
import { afterAll, describe, expect, test } from "vitest";
import { rules } from "../../src/generated/rules.ts";
import { root } from "../cli/run.ts";

const { default: plugin } = (await import(path.join(root, "dist/eslint.js"))) as {
	default: ESLint.Plugin;
};

function ruleOf(id: string): Rule.RuleModule {
	const rule = plugin.rules?.[id];
	if (!rule) throw new Error(`The plugin has no rule ${id}`);
	return rule;
}

test("every rule of lockkeeper is one of ESLint", () => {
	expect(Object.keys(plugin.rules ?? {}).sort()).toEqual(rules.map(({ id }) => id).sort());
	for (const { id, summary } of rules) {
		expect(plugin.rules?.[id]?.meta).toMatchObject({
			docs: { description: summary },
			languages: ["lockkeeper/sql", "js/js"],
			hasSuggestions: true,
			fixable: "code",
			schema: [],
		});
	}
});

test("a preset has the rules of lockkeeper's preset, advice as warnings", () => {
	const rulesIn = (preset: string) => {
		const [config] = [plugin.configs?.[preset]].flat();
		return (config?.rules ?? {}) as Record<string, string>;
	};
	expect(Object.keys(rulesIn("all"))).toHaveLength(rules.length);
	for (const { id, preset, severity } of rules) {
		const name = `lockkeeper/${id}`;
		expect(name in rulesIn("recommended")).toBe(preset === "recommended");
		expect(name in rulesIn("strict")).toBe(preset !== "all");
		expect(rulesIn("all")[name]).toBe(severity === "error" ? "error" : "warn");
	}
});

describe("RuleTester", () => {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	afterAll(() => {
		rmSync(directory, { recursive: true, force: true });
	});
	mkdirSync(path.join(directory, "migrations"));
	writeFileSync(path.join(directory, "lockkeeper.config.json"), "{}\n");
	writeFileSync(
		path.join(directory, "migrations/001_orders.sql"),
		"CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
	);
	RuleTester.describe = describe;
	RuleTester.it = test;
	const tester = new RuleTester({ plugins: { lockkeeper: plugin }, language: "lockkeeper/sql" });
	const filename = path.join(directory, "migrations/002_change.sql");

	tester.run("no-drop-table", ruleOf("no-drop-table"), {
		valid: [
			{ filename, code: "CREATE TABLE carts (id bigint PRIMARY KEY);\nDROP TABLE carts;\n" },
			{ filename: path.join(directory, "reports/orders.sql"), code: "DROP TABLE orders;\n" },
			{ code: "DROP TABLE orders;\n" },
		],
		invalid: [
			{
				filename,
				code: "SELECT 1;\nDROP TABLE orders;\n",
				errors: [
					{
						message: /^Queries of running code on orders fail once it is dropped/,
						line: 2,
						column: 1,
						endLine: 2,
						endColumn: 18,
					},
				],
			},
		],
	});

	const index = "CREATE INDEX orders_note_idx ON orders (note);\n";
	tester.run("require-concurrent-index", ruleOf("require-concurrent-index"), {
		valid: [{ filename, code: index.replace("INDEX", "INDEX CONCURRENTLY") }],
		invalid: [
			{
				filename,
				code: index,
				output: index.replace("INDEX", "INDEX CONCURRENTLY"),
				errors: [{ message: /^Every write to orders waits while the index is built/ }],
			},
		],
	});
});
