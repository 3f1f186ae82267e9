import type { Rule } from "../../core/rule.ts";
import { aliasesIn, toolNames, tools } from "../../core/tools.ts";
import { rules } from "../../generated/rules.ts";
import { judgeExamples } from "../../judged-example.ts";
import { ruleList } from "../../report/rule-list.ts";
import { rulePage } from "../../report/rule-page.ts";
import type { RulesArguments } from "../commands/rules.ts";
import { noSuchRule } from "../no-such-rule.ts";
import { fail, print } from "../output.ts";

function jsonListing(): string {
	const listed = rules.map(
		({ id, summary, why, help, category, severity, preset, dialects, aliases }) => ({
			id,
			summary,
			category,
			severity,
			preset,
			dialects,
			why: why.trim(),
			help,
			aliases,
		}),
	);
	return `${JSON.stringify({ version: 1, rules: listed }, undefined, "\t")}\n`;
}

/** Which rules here another tool's name means: `squawk's ban-drop-column is no-drop-column`. */
function foreignName(name: string): string | undefined {
	const lines = tools.flatMap((tool) => {
		const same = rules.filter((rule: Rule) => aliasesIn(rule, tool).includes(name));
		const ids = same.map(({ id }) => id).join(", ");
		return same.length === 0 ? [] : [`${name} of ${toolNames[tool]} is here: ${ids}\n`];
	});
	return lines.length === 0 ? undefined : lines.join("");
}

/** Prints the list of rules, or the page of one. */
export async function runRules({ id, format }: RulesArguments): Promise<void> {
	if (id === undefined) {
		print(format === "json" ? jsonListing() : ruleList(rules));
		return;
	}
	const rule = rules.find((candidate) => candidate.id === id);
	const foreign = foreignName(id);
	if (rule) print(rulePage(rule, await judgeExamples(rule)));
	else if (foreign !== undefined) print(foreign);
	else fail(noSuchRule(id));
}
