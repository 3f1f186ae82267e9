import type { DialectId } from "../core/dialect.ts";
import type { Finding } from "../core/finding.ts";
import type { Example, Rule } from "../core/rule.ts";
import { aliasesIn, toolNames, tools } from "../core/tools.ts";
import type { JudgedExample } from "../judged-example.ts";
import { blocked, durations, modeName } from "./effect-words.ts";
import { recipeSql } from "./recipe-sql.ts";
import { databaseNames, databasesOf } from "./rule-list.ts";

function aliasLines(rule: Rule): readonly string[] {
	return tools.flatMap((tool) => {
		const names = aliasesIn(rule, tool).map((name) => `\`${name}\``);
		return names.length === 0 ? [] : [`- ${toolNames[tool]}: ${names.join(", ")}`];
	});
}

function fenced(sql: string): string {
	return ["```sql", sql.trim(), "```"].join("\n");
}

function shortName(relation: string): string {
	return relation.replace(/^(?:public|main)\./, "");
}

/** What the server does for the bad SQL of an example: locks, rewrites, scans, since when it is better. */
function effectLines({ explanations }: JudgedExample): readonly string[] {
	const lines = explanations.flatMap(({ effect }) => [
		...effect.locks
			.filter(({ blocks }) => blocks !== "nothing")
			.map(
				({ relation, mode, blocks }) =>
					`- locks \`${shortName(relation)}\` in ${modeName(mode)} mode: ${blocked[blocks]}`,
			),
		...effect.rewrites.map((relation) => `- writes all of \`${shortName(relation)}\` anew`),
		...effect.scans
			.filter((relation) => !effect.rewrites.includes(relation))
			.map((relation) => `- reads all of \`${shortName(relation)}\``),
		...(effect.duration === "constant" ? [] : [`- time: ${durations[effect.duration]}`]),
		...(effect.better
			? [
					`- from ${effect.better.server ?? `PostgreSQL ${effect.better.version}`} on: ${effect.better.how}`,
				]
			: []),
	]);
	return [...new Set(lines)];
}

function uniqueRecipes(findings: readonly Finding[]): readonly string[] {
	return [...new Set(findings.flatMap(({ recipe }) => (recipe ? [recipeSql(recipe)] : [])))];
}

/** What lockkeeper says about the bad SQL, what the server does, and the safe way with these names. */
function judgedLines(judged: JudgedExample | undefined): readonly string[] {
	if (!judged) return [];
	const messages = [...new Set(judged.findings.map(({ message }) => `> ${message}`))];
	const effects = effectLines(judged);
	return [
		...(messages.length === 0 ? [] : [messages.join("\n>\n"), ""]),
		...(effects.length === 0 ? [] : ["What the server does:", "", ...effects, ""]),
		...uniqueRecipes(judged.findings).flatMap((sql) => ["The safe way:", "", fenced(sql), ""]),
	];
}

function downLines(down: string | undefined): readonly string[] {
	return down === undefined ? [] : ["with the down section:", "", fenced(down), ""];
}

function exampleLines(example: Example, judged: JudgedExample | undefined): readonly string[] {
	const place = example.dialect === undefined ? "" : `, in ${databaseNames[example.dialect]}`;
	return [
		...(example.before === undefined
			? []
			: [`An earlier release${place}:`, "", fenced(example.before), ""]),
		`Bad${place}:`,
		"",
		fenced(example.bad),
		"",
		...downLines(example.down?.bad),
		...judgedLines(judged),
		`Good${place}:`,
		"",
		fenced(example.good),
		"",
		...downLines(example.down?.good),
	];
}

/** What is different in the other databases; what holds for several is said once. */
function noteLines({ notes = {}, dialects }: Rule): readonly string[] {
	const texts = new Map<string, DialectId[]>();
	for (const id of dialects) {
		const note = notes[id]?.trim();
		if (note !== undefined) texts.set(note, [...(texts.get(note) ?? []), id]);
	}
	return [...texts].flatMap(([note, ids]) => [
		`In ${ids.map((id) => databaseNames[id]).join(" and ")}: ${note}`,
		"",
	]);
}

/**
 * Returns the page of a rule as Markdown: what happens, what to do, examples, how to ignore it, other
 * tools' names. With the judged examples it says what the bad SQL does, and the safe way for it.
 */
export function rulePage(rule: Rule, judged: readonly JudgedExample[] = []): string {
	const aliases = aliasLines(rule);
	return [
		`# ${rule.id}`,
		"",
		rule.summary,
		"",
		`Preset: ${rule.preset}. Severity: ${rule.severity}. Category: ${rule.category}. Databases: ${databasesOf(rule)}.`,
		"",
		"## What happens",
		"",
		rule.why.trim(),
		"",
		...noteLines(rule),
		"## What to do",
		"",
		rule.help,
		"",
		...rule.examples.flatMap((example) =>
			exampleLines(
				example,
				judged.find((one) => one.example === example),
			),
		),
		"## To accept it here",
		"",
		fenced(`-- lockkeeper:ignore ${rule.id}: why it is safe here`),
		...(aliases.length === 0 ? [] : ["", "## In other tools", "", ...aliases]),
		"",
	].join("\n");
}
