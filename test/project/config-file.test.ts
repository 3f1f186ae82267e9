import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/project/config-file.ts";
import { readJson } from "../../src/project/json.ts";

let root = "";

function repositoryWith(contents: Readonly<Record<string, string>>): string {
	root = mkdtempSync(path.join(tmpdir(), "lockkeeper-config-"));
	mkdirSync(path.join(root, ".git"));
	for (const [name, text] of Object.entries(contents)) {
		mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
		writeFileSync(path.join(root, name), text);
	}
	return root;
}

afterEach(() => {
	if (root !== "") rmSync(root, { recursive: true });
	root = "";
});

describe("loadConfig", () => {
	test("finds the nearest file upward and knows its directory", async () => {
		const directory = repositoryWith({
			"lockkeeper.config.json": '// for the whole shop\n{ "serverVersion": 16, }',
			"apps/shop/package.json": "{}",
		});
		expect(await loadConfig(path.join(directory, "apps/shop"))).toEqual({
			config: { serverVersion: 16 },
			path: "../../lockkeeper.config.json",
			directory,
		});
	});

	test("without a file the config is empty", async () => {
		const directory = repositoryWith({ "package.json": "{}" });
		expect(await loadConfig(directory)).toEqual({ config: {}, directory });
	});

	test("a JavaScript file gives its default export", async () => {
		const directory = repositoryWith({
			"lockkeeper.config.mjs": "export default { parser: 'portable' };",
		});
		expect(await loadConfig(directory)).toMatchObject({ config: { parser: "portable" } });
	});

	test("broken JSON names line and column", async () => {
		const directory = repositoryWith({
			"lockkeeper.config.json": '{\n\t"serverVersion": 16\n\t"rules": {}\n}',
		});
		expect(await loadConfig(directory)).toMatchObject({
			code: "brokenJson",
			message: "lockkeeper.config.json:3:2: a comma or } should stand here",
		});
	});

	test("a wrong key names the file and the key that was meant", async () => {
		const directory = repositoryWith({ "lockkeeper.config.json": '{ "rule": {} }' });
		expect(await loadConfig(directory)).toMatchObject({
			code: "invalid",
			message: 'lockkeeper.config.json: the config has no key "rule"',
			hint: 'Did you mean "rules"?',
		});
	});

	test("a named file that does not exist and one without default export are problems", async () => {
		const directory = repositoryWith({ "shop.mjs": "export const config = {};" });
		expect(await loadConfig(directory, "none.json")).toMatchObject({ code: "notFound" });
		expect(await loadConfig(directory, "shop.mjs")).toMatchObject({
			code: "cannotImport",
			message: "shop.mjs has no default export",
		});
	});
});

describe("readJson", () => {
	const read = (text: string) => readJson({ path: "lockkeeper.config.json", text });

	test.each(['{"a": [1, -2.5e3, true, null, "x\\n\\u00e9"], "b": {}}', '"text"', " [ ] "])(
		"reads %s as JSON.parse does",
		(text) => {
			expect(read(text)).toEqual({ value: JSON.parse(text) as unknown });
		},
	);

	test.each([
		["", 0],
		['{"a": tru}', 6],
		['{"a": "x', 6],
		["[1 2]", 3],
		["{a: 1}", 1],
		['{"a" 1}', 5],
		["[1] [2]", 4],
		["[/* open", 1],
		["[".repeat(100_000), 500],
	])("%j is wrong at its place", (text, at) => {
		expect(read(text)).toMatchObject({ at });
	});
});
