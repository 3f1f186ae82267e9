import type { Rule } from "../core/rule.ts";
import { aliasesIn, toolNames, tools } from "../core/tools.ts";

function aliasLines(rule: Rule): readonly string[] {
	return tools.flatMap((tool) => {
		const names = aliasesIn(rule, tool).map((name) => `\`${name}\``);
		return names.length === 0 ? [] : [`- ${toolNames[tool]}: ${names.join(", ")}`];
	});
}

function fenced(sql: string): string {
	return ["```sql", sql.trim(), "```"].join("\n");
}

/** Returns the page of a rule as Markdown: what happens, bad, good, how to ignore, other tools' names. */
export function rulePage(rule: Rule): string {
	const examples = rule.examples.flatMap((example) => [
		...(example.before === undefined
			? []
			: ["An earlier release:", "", fenced(example.before), ""]),
		"Bad:",
		"",
		fenced(example.bad),
		"",
		"Good:",
		"",
		fenced(example.good),
		"",
	]);
	const aliases = aliasLines(rule);
	return [
		`# ${rule.id}`,
		"",
		rule.summary,
		"",
		`Severity: ${rule.severity}. Category: ${rule.category}. Databases: ${rule.dialects.join(", ")}.`,
		"",
		"## What happens",
		"",
		rule.why.trim(),
		"",
		"## What to do",
		"",
		rule.help,
		"",
		...examples,
		"## To accept it here",
		"",
		fenced(`-- lockkeeper:ignore ${rule.id}: why it is safe here`),
		...(aliases.length === 0 ? [] : ["", "## In other tools", "", ...aliases]),
		"",
	].join("\n");
}
