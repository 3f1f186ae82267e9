import { describe, expect, test } from "vitest";
import { rules } from "../../src/generated/rules.ts";
import type { Example, Rule } from "../../src/core/rule.ts";
import { loadDialect } from "../../src/dialect/load.ts";
import { dialectOf } from "../../src/judged-example.ts";
import { lintSql, type SqlMigration } from "../lint-sql.ts";

function historyOf(example: Example, sql: string): readonly SqlMigration[] {
	const judged: SqlMigration = {
		id: "0002_change",
		sql,
		transaction: example.transaction ?? "none",
		...(example.down && { down: sql === example.bad ? example.down.bad : example.down.good }),
	};
	return example.before === undefined
		? [judged]
		: [{ id: "0001_create", sql: example.before }, judged];
}

/** The rules of the rule's preset are on; a rule of style is alone with the recommended ones. */
async function findingsOf(rule: Rule, example: Example, sql: string): Promise<readonly string[]> {
	const result = await lintSql(historyOf(example, sql), {
		preset: rule.preset === "all" ? "recommended" : rule.preset,
		also: [rule.id],
		dialect: await loadDialect(dialectOf(rule, example)),
		...(example.version !== undefined && { version: example.version }),
		...(example.rows && { rows: example.rows }),
	});
	expect(result.counts.unread).toBe(sql === example.bad ? result.counts.unread : 0);
	return result.findings.map((finding) => finding.rule);
}

for (const rule of rules) {
	describe(rule.id, () => {
		for (const [at, example] of rule.examples.entries()) {
			test(`bad example ${at + 1} is reported by this rule alone`, async () => {
				const found = await findingsOf(rule, example, example.bad);
				expect([...new Set(found)]).toEqual([rule.id]);
			});

			test(`good example ${at + 1} is clean`, async () => {
				expect(await findingsOf(rule, example, example.good)).toEqual([]);
			});
		}
	});
}

test.for(rules)("$id is written as the house asks", (rule) => {
	expect(rule.id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
	expect(rule.summary).toMatch(/^(Require|Disallow|Prefer) .*\.$/);
	expect(rule.why.trim().split(/\s+/).length).toBeLessThan(120);
	expect(rule.help).toMatch(/\.$/);
	expect(rule.examples.length).toBeGreaterThan(0);
	for (const message of Object.values(rule.messages)) {
		expect(message).toMatch(/^[A-Z{].*\.$/s);
		expect(message).not.toMatch(/\bshould\b/);
	}
});
