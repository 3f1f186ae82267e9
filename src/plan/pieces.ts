import type { Explanation } from "../core/engine/explain.ts";
import { parseDirectives } from "../core/directive.ts";
import type { Dialect } from "../core/dialect.ts";
import type { FilledRecipe, Finding, RecipeStep, RowBatches, RowCheck } from "../core/finding.ts";
import type { Operation } from "../core/operation.ts";
import { positionAt, type Range } from "../core/source.ts";
import type { Statement } from "../core/statement.ts";
import { batchSize } from "./batches.ts";
import type { StepOrigin } from "./plan.ts";

/** A part of the release before it has its place in the plan. */
export interface Piece {
	readonly title: string;
	readonly origin: StepOrigin;
	readonly sql: readonly string[];
	readonly transaction: RecipeStep["transaction"];
	readonly settings: readonly string[];
	/** The piece right before it must be done first: both are of one recipe. */
	readonly follows: boolean;
	/** A query that proves the piece right before it. */
	readonly proves: boolean;
	/** Of a step that people do. */
	readonly phase?: "migrate";
	readonly rows?: RowBatches;
	readonly checks: readonly RowCheck[];
	/** What contract directives above the statement say. */
	readonly evidence: readonly string[];
	readonly notes: readonly string[];
}

/** Returns the statements of a text, each with its semicolon. */
export function statementsIn(dialect: Dialect, text: string): readonly string[] {
	const { statements } = dialect.read({ path: "step.sql", text }, { placeholders: [] });
	return statements.map(({ range }) => `${text.slice(range.start, range.end)};`);
}

/** Limits that the plan sets for each step itself. */
const ownSettings: ReadonlySet<string> = new Set([
	"lock_timeout",
	"statement_timeout",
	"transaction_timeout",
	"idle_in_transaction_session_timeout",
]);

const boundaries: ReadonlySet<Operation["kind"]> = new Set(["begin", "commit", "clientCommand"]);

const textOf = ({ file, range }: Statement): string => file.text.slice(range.start, range.end);

function shortTitle(sql: string): string {
	const line = sql.replace(/\s+/g, " ").trim();
	return line.length > 72 ? `${line.slice(0, 69)}...` : line;
}

function originOf({ statement, migration }: Explanation, recipe?: string): StepOrigin {
	const { line } = positionAt(statement.file, statement.range.start);
	return {
		migration: migration.id,
		file: statement.file.path,
		line,
		...(recipe !== undefined && { recipe }),
	};
}

function evidenceAbove({ comments }: Statement): readonly string[] {
	return parseDirectives(comments).flatMap((directive) =>
		directive.verb === "contract"
			? [`${directive.object} is out of use since ${directive.since}, says the migration`]
			: [],
	);
}

const severityRank = { error: 0, warning: 1, info: 2 } as const;

/** A recipe and what of the statement it takes the place of. */
interface Replacement {
	readonly recipe: FilledRecipe;
	readonly at: Range;
}

/** The recipes for a statement: the gravest finding of each place has the word. */
function replacementsFor(
	{ statement }: Explanation,
	findings: readonly Finding[],
): readonly Replacement[] {
	const { file, range } = statement;
	const here = findings.filter(
		(finding) =>
			finding.recipe &&
			finding.file === file.path &&
			range.start <= finding.range.start &&
			finding.range.end <= range.end,
	);
	const chosen: Replacement[] = [];
	for (const { recipe, range: at } of here.toSorted(
		(a, b) => severityRank[a.severity] - severityRank[b.severity],
	)) {
		const isTaken = chosen.some((other) => other.at.start < at.end && at.start < other.at.end);
		if (recipe && !isTaken) chosen.push({ recipe, at });
	}
	return chosen;
}

/** What a recipe is about, before its titles: the table, and the column where it is one. */
function subjectAt(statement: Statement, at: Range): string {
	const operation = statement.parts
		.flatMap(({ operations }) => operations)
		.find(({ range }) => range.start === at.start && range.end === at.end);
	if (!operation || !("table" in operation)) return "";
	const column = "column" in operation ? operation.column : undefined;
	const name = typeof column === "string" ? column : column?.name;
	return `${operation.table.name}${name === undefined ? "" : `.${name}`}: `;
}

function titleOf({ title, rows }: RecipeStep): string {
	if (!rows) return title;
	const change = rows.set === undefined ? "Delete the rows" : "Change the rows that are left";
	return `${change}, ${batchSize.toLocaleString("en-US")} at a time`;
}

function recipePieces(
	explanation: Explanation,
	{ recipe, at }: Replacement,
	settings: readonly string[],
	dialect: Dialect,
): readonly Piece[] {
	const origin = originOf(explanation, recipe.id);
	const subject = subjectAt(explanation.statement, at);
	const common = { origin, settings, evidence: evidenceAbove(explanation.statement), notes: [] };
	return recipe.steps.flatMap((step, place): readonly Piece[] => {
		const { transaction, phase, rows, checks = [] } = step;
		const sql = step.sql === undefined ? [] : statementsIn(dialect, step.sql);
		const own: Piece = {
			...common,
			title: `${subject}${titleOf(step)}`,
			sql,
			transaction,
			follows: place > 0,
			proves: false,
			...(phase && { phase }),
			...(rows && { rows }),
			checks,
		};
		const proof = checks.length === 0 ? [] : [proofOf(own, subject)];
		return [own, ...proof];
	});
}

const checkWords: Readonly<Record<RowCheck["what"], string>> = {
	pending: "no row is left",
	unconvertible: "every old value could be converted",
	lossy: "every old value can be got back",
};

function proofOf(piece: Piece, subject: string): Piece {
	const said = piece.checks.map(({ what }) => checkWords[what]).join(", ");
	return {
		...withoutRows(piece),
		title: `${subject}Prove it: ${said}`,
		sql: piece.checks.map(({ sql }) => sql),
		transaction: "own",
		follows: true,
		proves: true,
	};
}

function withoutRows({ rows: _rows, phase: _phase, ...rest }: Piece): Piece {
	return { ...rest, checks: [] };
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

/** Returns what takes the place of a statement: itself, or the steps of recipes. */
function piecesFor(
	explanation: Explanation,
	findings: readonly Finding[],
	settings: readonly string[],
	dialect: Dialect,
): readonly Piece[] {
	const { statement, effect } = explanation;
	const text = textOf(statement);
	const plain = (sql: string): Piece => ({
		title: shortTitle(sql),
		origin: originOf(explanation),
		sql: [sql],
		transaction: effect.transaction === "refused" ? "none" : "own",
		settings,
		follows: false,
		proves: isProof(statement),
		checks: [],
		evidence: evidenceAbove(statement),
		notes: [],
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
		typeof part === "string" ? [plain(part)] : recipePieces(explanation, part, settings, dialect),
	);
}

function isProof({ comments }: Statement): boolean {
	return parseDirectives(comments).some(({ verb }) => verb === "verify");
}

/** A new value of an enum can be used when it has been committed; what dynamic SQL does is not known. */
function standsAlone({ parts }: Statement): boolean {
	return parts.some(({ operations }) =>
		operations.some(({ kind }) => kind === "addEnumValue" || kind === "unanalyzable"),
	);
}

/** True where a statement can share the transaction of those before it: nobody waits longer for it. */
function mayJoin(before: readonly Explanation[], next: Explanation): boolean {
	const last = before.at(-1);
	if (last?.migration !== next.migration) return false;
	if (last.transaction === undefined || last.transaction !== next.transaction) return false;
	if (next.effect.phase !== last.effect.phase || next.effect.transaction === "refused")
		return false;
	if (standsAlone(last.statement) || standsAlone(next.statement)) return false;
	const strong = ({ effect, unseen }: Explanation): readonly string[] =>
		effect.locks
			.filter(({ blocks, relation }) => blocks !== "nothing" && !unseen.has(relation))
			.map(({ relation }) => relation);
	const isQuick = (one: Explanation): boolean =>
		one.effect.duration === "constant" || strong(one).length === 0;
	const held = new Set([...before, next].flatMap(strong));
	return held.size <= 1 && [...before, next].every(isQuick) && next.effect.phase === "expand";
}

/** What a statement sets for its session, for the statements that come after it. */
function settingOf({ statement }: Explanation): "limit" | "setting" | undefined {
	const operations = statement.parts.flatMap((part) => part.operations);
	if (operations.length === 0 || !operations.every(({ kind }) => kind === "setParameter")) {
		return undefined;
	}
	const isLimit = operations.every(
		(operation) => operation.kind === "setParameter" && ownSettings.has(operation.name),
	);
	return isLimit ? "limit" : "setting";
}

function joined(group: readonly Piece[]): Piece | undefined {
	const [first, ...rest] = group;
	if (!first || rest.length === 0) return first;
	const more = rest.length === 1 ? "1 more statement" : `${rest.length} more statements`;
	return {
		...first,
		title: `${first.title.replace(/;$/, "")} and ${more}`,
		sql: group.flatMap(({ sql }) => sql),
		evidence: group.flatMap(({ evidence }) => evidence),
	};
}

/**
 * Returns the release in pieces, in the order in which it is written: a statement that does no harm as it
 * stands, with its neighbours of the same transaction where nobody waits longer for that; and for one
 * that does harm the steps of its recipe.
 */
export function piecesOf(
	explanations: readonly Explanation[],
	findings: readonly Finding[],
	dialect: Dialect,
): readonly Piece[] {
	const pieces: Piece[] = [];
	let group: Piece[] = [];
	let members: Explanation[] = [];
	let settings: readonly string[] = [];
	let migration: Explanation["migration"] | undefined;
	const close = (): void => {
		const piece = joined(group);
		if (piece) pieces.push(piece);
		[group, members] = [[], []];
	};
	for (const explanation of explanations) {
		if (explanation.migration !== migration) settings = [];
		migration = explanation.migration;
		const operations = explanation.statement.parts.flatMap((part) => part.operations);
		const setting = settingOf(explanation);
		if (setting === "setting") settings = [...settings, `${textOf(explanation.statement)};`];
		const isBoundary =
			operations.length > 0 && operations.every(({ kind }) => boundaries.has(kind));
		if (setting !== undefined || isBoundary) continue;
		const own = piecesFor(explanation, findings, settings, dialect);
		const [only] = own;
		const isPlain = own.length === 1 && only?.origin.recipe === undefined && !only?.proves;
		if (only && isPlain && only.transaction === "own") {
			if (!mayJoin(members, explanation)) close();
			group.push(only);
			members.push(explanation);
			continue;
		}
		close();
		pieces.push(...own);
	}
	close();
	return pieces;
}
