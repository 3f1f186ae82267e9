import { parseDirectives } from "../core/directive.ts";
import type { Explanation } from "../core/engine/explain.ts";
import type { History } from "../core/engine/history.ts";
import type { Finding } from "../core/finding.ts";
import type { Statement } from "../core/statement.ts";
import { planDialectOf } from "./dialects/index.ts";
import { evidenceAbove, originOf, textOf, type Piece } from "./piece.ts";
import { recipePieces, replacementsFor, type Replacement } from "./recipe-pieces.ts";

/** Returns what takes the place of a statement: itself, or the steps of recipes. */
export function piecesFor(
	explanation: Explanation,
	findings: readonly Finding[],
	settings: readonly string[],
	history: History,
): readonly Piece[] {
	const { statement, effect } = explanation;
	const plans = planDialectOf(history.dialect.id);
	const text = textOf(statement);
	const refusals = refusalsFor(explanation, findings);
	const plain = (sql: string): Piece => ({
		title: shortTitle(sql),
		origin: originOf(explanation),
		sql: [sql],
		transaction: plans.transactionOf(effect),
		settings,
		follows: false,
		proves: isProof(statement),
		checks: [],
		evidence: evidenceAbove(statement),
		notes: refusals,
	});
	if (statement.unread) {
		return [
			{
				...plain(text),
				title: `Run by hand what lockkeeper cannot read: ${shortTitle(text)}`,
				transaction: "people",
				notes: [statement.unread.message],
			},
		];
	}
	const replacements = replacementsFor(explanation, findings);
	const [first] = replacements;
	if (!first) return [plain(`${text};`)];
	const parts = statementParts(explanation, replacements) ?? [
		...(first.recipe.keepsStatement === true ? [`${text};`] : []),
		first,
	];
	return parts.flatMap((part) =>
		typeof part === "string"
			? [plain(part)]
			: plans.arrange(
					recipePieces(explanation, part, settings, history.dialect),
					effect.phase,
					history,
				),
	);
}

/** Why a hazard of the statement has no safe steps: it needs a time of its own. */
function refusalsFor({ statement }: Explanation, findings: readonly Finding[]): readonly string[] {
	const { file, range } = statement;
	const refused = findings.flatMap((finding) =>
		finding.file === file.path &&
		range.start <= finding.range.start &&
		finding.range.end <= range.end &&
		finding.refused !== undefined
			? [finding.refused]
			: [],
	);
	return [...new Set(refused)].map(
		(why) =>
			`${why} Else it runs in one piece: plan a time when nobody needs to write what it changes.`,
	);
}

/** One operation of a statement with several, as a statement of its own. */
function statementParts(
	{ statement }: Explanation,
	replacements: readonly Replacement[],
): readonly (string | Replacement)[] | undefined {
	const operations = statement.parts[0]?.operations ?? [];
	const { text } = statement.file;
	const [first] = operations;
	const last = operations.at(-1);
	if (!first || !last || operations.length < 2) return undefined;
	const isList = operations.every(
		({ range }, at) =>
			range.start > statement.range.start &&
			range.start >= (operations[at - 1]?.range.end ?? statement.range.start),
	);
	if (!isList) return undefined;
	const before = text.slice(statement.range.start, first.range.start);
	const after = text.slice(last.range.end, statement.range.end);
	const parts: (string | Replacement)[] = [];
	let kept: string[] = [];
	const flush = (): void => {
		if (kept.length > 0) parts.push(`${before}${kept.join(", ")}${after};`);
		kept = [];
	};
	for (const { range } of operations) {
		const replaced = replacements.find(({ at }) => at.start <= range.start && range.end <= at.end);
		if (replaced && replaced.recipe.keepsStatement !== true) {
			flush();
			parts.push(replaced);
		} else {
			kept.push(text.slice(range.start, range.end));
		}
	}
	flush();
	return parts;
}

function isProof({ comments }: Statement): boolean {
	return parseDirectives(comments).some(({ verb }) => verb === "verify");
}

function shortTitle(sql: string): string {
	const line = sql.replace(/\s+/g, " ").trim();
	return line.length > 72 ? `${line.slice(0, 69)}...` : line;
}
