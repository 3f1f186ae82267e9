import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseConfig } from "../src/core/config.ts";
import { layouts } from "../src/project/layouts/index.ts";

const page = readFileSync(new URL("../docs/projects.md", import.meta.url), "utf8");

test("the config of docs/projects.md is one that lint takes", () => {
	const [, json = ""] = /```json\n([^]*?)```/.exec(page) ?? [];
	expect(parseConfig(JSON.parse(json))).toMatchObject({
		projects: [{ root: "services/shop/migrations", layout: "flyway", transaction: "file" }],
	});
});

test("docs/projects.md counts the layouts", () => {
	expect(page).toContain(`migrations of ${layouts.length} layouts`);
});
