import type { Rule } from "../core/rule.ts";
import { aliasesIn, commentedTools, toolNames, tools, type Tool } from "../core/tools.ts";
import { checksOfTools } from "./other-tools.ts";
import { markdownTable } from "./markdown-table.ts";

const comments: Readonly<Record<(typeof commentedTools)[number], string>> = {
	squawk: "`-- squawk-ignore <rule>`, `-- squawk-ignore-file`",
	eugene: "`-- eugene: ignore <id>`",
	pgfence: "`-- pgfence-ignore: <rule>`",
	atlas: "`-- atlas:nolint <code or analyzer>`",
};

const opening = `# Coming from another linter

Put the tools whose comments stand in your migrations into \`lockkeeper.config.json\`, and what they are told to
leave out is left out here too, where a rule below has the same name. The summary counts it. Names that
are not known here are left alone, and no such comment is ever called unused.

\`\`\`json
{ "compatibility": ["squawk", "eugene", "pgfence", "atlas"] }
\`\`\`

`;

const closing = `A preset in brackets after a rule is the smallest that has it: \`--preset strict\` or \`--preset all\`; the others are on.
strong_migrations is told in Ruby (\`safety_assured\`), not in SQL: write \`-- lockkeeper:ignore\` instead.
An old repository starts clean with \`lockkeeper lint --since <git reference>\`, or with \`lockkeeper baseline\`.`;

/** Returns the rules that have a check of another tool as alias. */
export function rulesFor(rules: readonly Rule[], tool: Tool, check: string): readonly Rule[] {
	return rules.filter((rule) => aliasesIn(rule, tool).includes(check));
}

function section(rules: readonly Rule[], tool: Tool): string {
	const rows = Object.entries(checksOfTools[tool]).map(([check, differs]) => [
		`\`${check}\``,
		rulesFor(rules, tool, check)
			.map(({ id, preset }) => {
				const link = `[${id}](rules/${id}.md)`;
				return preset === "recommended" ? link : `${link} (${preset})`;
			})
			.join(", "),
		// A rule that has been added since answers for what was not told before.
		rulesFor(rules, tool, check).length > 0 && differs.startsWith("Not told") ? "" : differs,
	]);
	return [
		`## ${toolNames[tool]}`,
		"",
		markdownTable([["There", "Here", "What differs"], ...rows]),
	].join("\n");
}

/** Returns the page for people who know another linter: which rule is which, and what differs. */
export function comingFromPage(rules: readonly Rule[]): string {
	const understood = commentedTools.map((tool) => `- ${toolNames[tool]}: ${comments[tool]}`);
	const parts = [
		[opening + understood.join("\n"), closing].join("\n\n"),
		...tools.map((tool) => section(rules, tool)),
	];
	return `${parts.join("\n\n")}\n`;
}
