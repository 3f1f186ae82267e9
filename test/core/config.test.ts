import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configJsonSchema, defineConfig, parseConfig } from "../../src/core/config.ts";

describe("parseConfig", () => {
	test("a right config comes back as it is", () => {
		const config = defineConfig({
			projects: [{ root: "db/migration", releases: [{ directory: "*" }, { from: "1", to: "3" }] }],
			rules: { "require-concurrent-index": "off" },
			tables: { orders: { rows: 4e7 } },
		});
		expect(parseConfig(config)).toBe(config);
	});

	test.each([
		[
			{ serverversion: 14 },
			'the config has no key "serverversion"',
			'Did you mean "serverVersion"?',
		],
		[
			{ projects: [{ root: "db", layuot: "goose" }] },
			'projects[0] has no key "layuot"',
			'Did you mean "layout"?',
		],
		[
			{ rules: { "no-drop": "warn" } },
			'rules.no-drop must be one of error, warning, info, off, not "warn"',
			undefined,
		],
		[{ projects: [{}] }, 'projects[0] lacks the key "root"', undefined],
		[{ ignore: "db" }, "ignore must be a list, not a string", undefined],
		[
			{ serverVersion: 14.5 },
			'serverVersion must be a whole number of at least 3, or a text: "8.0"',
			undefined,
		],
		[
			{ tables: { orders: { rows: "many" } } },
			"tables.orders.rows must be a number, not a string",
			undefined,
		],
		[
			{ projects: [{ root: "db", releases: [{ pattern: "(" }] }] },
			"projects[0].releases[0].pattern is not a regular expression",
			undefined,
		],
		[
			{ projects: [{ root: "db", releases: [{ name: "1.0" }] }] },
			"projects[0].releases[0] needs one of these keys: pattern, directory, from",
			undefined,
		],
		[
			{ targets: { eu: { urlVariable: "postgres://shop:secret@eu/shop" } } },
			"targets.eu.urlVariable must be the name of an environment variable that holds the address; an address has no place in a config",
			undefined,
		],
		[null, "the config must be an object, not null", undefined],
		[{ __proto__: null, toString: 1 }, 'the config has no key "toString"', undefined],
	])("%j is refused", (config, message, hint) => {
		const problems = parseConfig(config);
		expect(problems).toHaveLength(1);
		expect(problems).toMatchObject([hint === undefined ? { message } : { message, hint }]);
	});
});

test("the JSON Schema in the repository is that of the config", () => {
	const written: unknown = JSON.parse(
		readFileSync(new URL("../../lockkeeper.schema.json", import.meta.url), "utf8"),
	);
	expect(written).toEqual(configJsonSchema());
});
