import { MarkupKind, type Hover, type Position } from "vscode-languageserver";
import { shortName, type Explanation } from "../../core/engine/explain.ts";
import { placeIn } from "../../core/source.ts";
import { explanationLines } from "../../report/explanation.ts";
import type { Client } from "../client.ts";
import { explanationsAt, type Judged } from "../judged.ts";
import { placedRange } from "../positions.ts";

/** More statements of one call of a program than this are only counted. */
const mostShown = 5;

/** Returns what the statement at a place does to the running system, and the safe way if one is known. */
export function hoverAt(
	judged: Judged,
	position: Position,
	{ markdown }: Pick<Client, "markdown">,
): Hover | undefined {
	const { document } = judged;
	const found = explanationsAt(judged, document.offsetAt(position));
	const [first] = found;
	if (!first) return undefined;
	const parts = found.slice(0, mostShown).map((one) => wordsFor(one, judged, found.length > 1));
	if (found.length > mostShown) parts.push(`and ${found.length - mostShown} more statements`);
	const text = parts.join("\n\n");
	const { file, range } = first.statement;
	return {
		contents: markdown
			? { kind: MarkupKind.Markdown, value: text }
			: { kind: MarkupKind.PlainText, value: text.replaceAll("**", "") },
		range: placedRange(document, file, range),
	};
}

function wordsFor(explanation: Explanation, judged: Judged, isOneOfSeveral: boolean): string {
	const { statement } = explanation;
	const { rows } = judged.migration.input;
	if (statement.unread) return `**cannot be read** ${statement.unread.message}`;
	const lines: string[] = [];
	if (isOneOfSeveral) {
		const sql = statement.file.text.slice(statement.range.start, statement.range.end);
		lines.push("```sql", sql, "```", "");
	}
	let last = "";
	for (const [label, value] of [
		...explanationLines(explanation, rows),
		...rowLines(explanation, rows),
		...recipeLines(explanation, judged),
	]) {
		last = label === "" ? last : label;
		lines.push(`- **${last}** ${value}`);
	}
	return lines.join("\n");
}

function rowLines(
	{ effect }: Explanation,
	rows: ReadonlyMap<string, number>,
): readonly (readonly [string, string])[] {
	const told = new Set([...effect.rewrites, ...effect.scans]);
	const locked = new Set(effect.locks.map(({ relation }) => relation));
	return [...locked].flatMap((relation): readonly (readonly [string, string])[] => {
		const count = rows.get(relation) ?? rows.get(shortName(relation));
		if (count === undefined || told.has(relation)) return [];
		return [["rows", `${shortName(relation)}: about ${count.toLocaleString("en-US")}`]];
	});
}

function recipeLines(
	{ statement }: Explanation,
	{ findings }: Judged,
): readonly (readonly [string, string])[] {
	const { start, end } = placeIn(statement.file, statement.range);
	const summaries = findings.flatMap(({ recipe, range }) =>
		recipe && start <= range.start && range.end <= end ? [recipe.summary] : [],
	);
	return [...new Set(summaries)].map((summary) => ["safer", summary]);
}
