import type { History } from "../core/engine/history.ts";
import type { Migration } from "../core/migration.ts";
import { planDialectOf } from "./dialects/index.ts";
import type { Piece } from "./piece.ts";
import type { PlanPhase } from "./plan.ts";

/** A piece with its place in the history that the plan makes. */
export interface PlacedPiece {
	readonly piece: Piece;
	/** The id of its step, when it has one. */
	readonly id?: string;
	readonly phase?: PlanPhase;
}

/** The file under which the statements of a piece are read. */
export const stepFile = (at: number): string => `plan/step-${at + 1}.sql`;

/** Returns the index of the piece that a file stands for. */
export function stepAt(file: string): number {
	return Number(/(\d+)\.sql$/.exec(file)?.[1] ?? 0) - 1;
}

/** What the runner sets is set here too: rules ask for limits. */
function textOf({ piece }: PlacedPiece, { dialect }: History): string {
	const { transaction, settings, sql } = piece;
	return [...planDialectOf(dialect.id).limitText(transaction), ...settings, ...sql].join("\n");
}

/**
 * Returns the history as it is when the pieces run in this order after all that is released: what the plan
 * says of locks and rules is read from it. Contract steps are a release of their own.
 */
export function plannedHistory(history: History, placed: readonly PlacedPiece[]): History {
	const released = history.migrations.filter(({ candidate }) => !candidate);
	const planned = placed.map((step, at): Migration => {
		const text = textOf(step, history);
		const file = { path: stepFile(at), text };
		const range = { start: 0, end: text.length };
		const transaction = step.piece.transaction === "own" ? "file" : "none";
		const isRun = step.piece.transaction !== "people";
		return {
			id: step.id ?? `piece ${at + 1}`,
			name: step.piece.title,
			layout: "plan",
			order: released.length + at,
			release: step.phase === "contract" ? "plan: contract" : "plan",
			candidate: true,
			up: isRun ? [{ file, range, transaction }] : [],
			down: [],
			verify: [],
			placeholders: [],
		};
	});
	return { ...history, migrations: [...released, ...planned] };
}
