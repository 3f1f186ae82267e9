import type { Effect } from "../core/effect.ts";
import type { PieceReading } from "./piece-reading.ts";
import type { Piece } from "./piece.ts";
import { planPhases, type PlanPhase } from "./plan.ts";
import { commonTouch, touchesAll, type Touch } from "./touches.ts";

/** A piece with its place in the plan. */
export interface OrderedPiece {
	/** Its place in the release as written. */
	readonly index: number;
	readonly piece: Piece;
	readonly phase: PlanPhase;
	/** Places in the release of those that must be done before. */
	readonly needs: readonly number[];
	/** Why it stands in a later phase than its own. */
	readonly notes: readonly string[];
}

const rankOf = (phase: PlanPhase): number => planPhases.indexOf(phase);

const phaseOfEffect = ({ phase }: Effect): number => rankOf(phase);

/** The phase that a piece has by itself; undefined for people, who stand before what they make possible. */
function ownRank({ piece, reading }: Judged): number | undefined {
	if (piece.phase) return rankOf(piece.phase);
	if (piece.transaction === "people") return undefined;
	if (piece.proves) return rankOf("verify");
	const validates = reading.operations.some(({ kind }) => kind === "validateConstraint");
	return Math.max(validates ? rankOf("verify") : 0, ...reading.effects.map(phaseOfEffect));
}

interface Judged {
	readonly piece: Piece;
	readonly reading: PieceReading;
}

/** A query that proves the piece before it looks at the same; people's work at what they come before. */
function touchesAt(judged: readonly Judged[], at: number): readonly Touch[] {
	const own = judged[at];
	if (!own) return [];
	if (own.piece.transaction === "people")
		return own.piece.follows || own.piece.origin.recipe ? [] : [touchesAll];
	if (own.piece.proves && own.piece.follows) {
		return touchesAt(judged, at - 1).map((touch) => ({ ...touch, reads: true }));
	}
	return own.piece.columns
		? own.reading.touches.flatMap((touch) => narrowed(touch, own))
		: own.reading.touches;
}

/** The table that the piece is about is touched in its columns alone. */
function narrowed(touch: Touch, { piece, reading }: Judged): readonly Touch[] {
	const isSubject =
		touch.part === undefined &&
		reading.touches.some(({ object, part }) => object === touch.object && part !== undefined);
	if (!isSubject) return [touch];
	return (piece.columns ?? []).map((part) => ({ object: touch.object, part }));
}

/** The rank of people's work: that of the next step of its recipe. */
function rankOfPeople(judged: readonly Judged[], at: number): number {
	for (let next = at + 1; judged[next]?.piece.follows === true; next++) {
		const after = judged[next];
		const rank = after && ownRank(after);
		if (rank !== undefined) return rank;
	}
	return 0;
}

/** Leaves out what another one needs already. */
function reduced(needs: readonly number[], all: readonly OrderedPiece[]): readonly number[] {
	const kept: number[] = [];
	const reached = new Set<number>();
	const reach = (at: number): void => {
		if (reached.has(at)) return;
		reached.add(at);
		for (const before of all[at]?.needs ?? []) reach(before);
	};
	for (const need of needs.toSorted((a, b) => b - a)) {
		if (reached.has(need)) continue;
		kept.push(need);
		reach(need);
	}
	return kept.reverse();
}

function shownTouch({ object, part }: Touch): string {
	if (object === "*") return "what cannot be told";
	const name = object.startsWith("public.") ? object.slice("public.".length) : object;
	return part === undefined ? name : `${name} (${part})`;
}

/**
 * Returns the pieces phase by phase. What must come after another one (a step of the same recipe, the same
 * table, column or constraint) is never put before it: it then stands in the later phase, with a note.
 */
export function orderPieces(judged: readonly Judged[]): readonly OrderedPiece[] {
	const touches = judged.map((_, at) => touchesAt(judged, at));
	const placed: OrderedPiece[] = [];
	for (const [index, { piece, reading }] of judged.entries()) {
		const wanted = ownRank({ piece, reading }) ?? rankOfPeople(judged, index);
		let rank = wanted;
		const needs: number[] = [];
		let cause: string | undefined;
		for (const [before, other] of placed.entries()) {
			const isChained = piece.follows && before === index - 1;
			const common = commonTouch(touches[index] ?? [], touches[before] ?? []);
			if (!isChained && !common) continue;
			needs.push(before);
			const otherRank = rankOf(other.phase);
			if (otherRank > rank) {
				rank = otherRank;
				cause =
					isChained || !common
						? undefined
						: `${other.piece.title}: both touch ${shownTouch(common)}`;
			}
		}
		const isRaised = rank > wanted && cause !== undefined;
		placed.push({
			index,
			piece,
			phase: planPhases[rank] ?? "contract",
			needs: reduced(needs, placed),
			notes: isRaised ? [`Kept after ${cause ?? ""}.`] : [],
		});
	}
	return placed.toSorted((a, b) => rankOf(a.phase) - rankOf(b.phase) || a.index - b.index);
}
