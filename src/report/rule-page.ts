import type { Aliases, Rule } from "../core/rule.ts";

const tools: Readonly<Record<keyof Aliases, string>> = {
	squawk: "squawk",
	eugene: "eugene",
	strongMigrations: "strong_migrations",
	atlas: "Atlas",
	pgfence: "pgfence",
};

function aliasLines({ aliases }: Rule): readonly string[] {
	const names = [
		["squawk", aliases.squawk],
		["eugene", aliases.eugene],
		["strongMigrations", aliases.strongMigrations],
		["atlas", aliases.atlas],
		["pgfence", aliases.pgfence],
	] as const;
	return names.flatMap(([tool, name]) =>
		name === undefined ? [] : [`- ${tools[tool]}: \`${name}\``],
	);
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
