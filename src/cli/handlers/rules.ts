import { rules } from "../../generated/rules.ts";
import { rulePage } from "../../report/rule-page.ts";
import type { RulesArguments } from "../commands/rules.ts";
import { noSuchRule } from "../no-such-rule.ts";
import { fail, print } from "../output.ts";

function listing(): string {
	const width = Math.max(...rules.map(({ id }) => id.length));
	return rules
		.map(({ id, severity, summary }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${summary}\n`)
		.join("");
}

function jsonListing(): string {
	const listed = rules.map(({ id, summary, why, help, category, severity, dialects, aliases }) => ({
		id,
		summary,
		category,
		severity,
		dialects,
		why: why.trim(),
		help,
		aliases,
	}));
	return `${JSON.stringify({ version: 1, rules: listed }, undefined, "\t")}\n`;
}

/** Prints the list of rules, or the page of one. */
export function runRules({ id, format }: RulesArguments): void {
	if (id === undefined) {
		print(format === "json" ? jsonListing() : listing());
		return;
	}
	const rule = rules.find((candidate) => candidate.id === id);
	if (rule) print(rulePage(rule));
	else fail(noSuchRule(id));
}
