import type { Explanation } from "../core/engine/explain.ts";
import type { History } from "../core/engine/history.ts";
import type { Finding } from "../core/finding.ts";
import type { Operation } from "../core/operation.ts";
import type { Statement } from "../core/statement.ts";
import { textOf, type Piece } from "./piece.ts";
import { piecesFor } from "./statement-pieces.ts";

/** Limits that the plan sets for each step itself. */
const ownSettings: ReadonlySet<string> = new Set([
	"lock_timeout",
	"statement_timeout",
	"transaction_timeout",
	"idle_in_transaction_session_timeout",
]);

const boundaries: ReadonlySet<Operation["kind"]> = new Set(["begin", "commit", "clientCommand"]);

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
	history: History,
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
		const own = piecesFor(explanation, findings, settings, history);
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
