import type { DialectId } from "../core/dialect.ts";
import { presets, type Preset } from "../core/preset.ts";
import type { Rule } from "../core/rule.ts";
import { markdownTable } from "./markdown-table.ts";

/** What each preset is for. */
export const presetWords: Readonly<Record<Preset, string>> = {
	recommended: "what can hurt production; on without being asked for",
	strict: "design and robustness too; with --preset strict",
	all: "style and naming too; with --preset all",
};

export const databaseNames: Readonly<Record<DialectId, string>> = {
	postgres: "PostgreSQL",
	mysql: "MySQL",
	mariadb: "MariaDB",
	sqlite: "SQLite",
};

/** Returns the databases that a rule is for, in words. */
export function databasesOf({ dialects }: Rule): string {
	const all = Object.keys(databaseNames).length === dialects.length;
	return all ? "all" : dialects.map((id) => databaseNames[id]).join(", ");
}

function rulesOf(rules: readonly Rule[], preset: Preset): readonly Rule[] {
	return rules.filter((rule) => rule.preset === preset);
}

/** Returns the list of rules for a terminal, by preset. */
export function ruleList(rules: readonly Rule[]): string {
	const width = Math.max(...rules.map(({ id }) => id.length));
	return presets
		.filter((preset) => rulesOf(rules, preset).length > 0)
		.map((preset) => {
			const lines = rulesOf(rules, preset).map(
				({ id, severity, summary }) => `  ${id.padEnd(width)}  ${severity.padEnd(7)}  ${summary}\n`,
			);
			return `${preset}: ${presetWords[preset]}\n${lines.join("")}`;
		})
		.join("\n");
}

/** Returns the index of all rules' pages as Markdown, by preset. */
export function ruleIndex(rules: readonly Rule[]): string {
	const sections = presets
		.filter((preset) => rulesOf(rules, preset).length > 0)
		.map((preset) =>
			[
				`## ${preset}`,
				"",
				`${presetWords[preset].charAt(0).toUpperCase()}${presetWords[preset].slice(1)}.`,
				"",
				markdownTable([
					["Rule", "Severity", "Category", "Databases", "What it asks for"],
					...rulesOf(rules, preset).map((rule) => [
						`[${rule.id}](${rule.id}.md)`,
						rule.severity,
						rule.category,
						databasesOf(rule),
						rule.summary,
					]),
				]),
			].join("\n"),
		);
	return `${["# Rules", ...sections].join("\n\n")}\n`;
}
