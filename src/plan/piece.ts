import { parseDirectives } from "../core/directive.ts";
import type { Explanation } from "../core/engine/explain.ts";
import type { RecipeStep, RowBatches, RowCheck } from "../core/finding.ts";
import { positionAt } from "../core/source.ts";
import type { Statement } from "../core/statement.ts";
import type { Assertion, PlanPhase, StepOrigin, Undo } from "./plan.ts";

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
	/** Where its operations do not tell it. */
	readonly phase?: PlanPhase;
	readonly rows?: RowBatches;
	readonly checks: readonly RowCheck[];
	/** What the SQL looks at in the table that it is about, when that is all. */
	readonly columns?: readonly string[];
	/** How it is taken back, where its operations do not tell. */
	readonly undo?: Undo;
	/** What must hold before it and after it, beside what its operations tell. */
	readonly holds?: Readonly<Record<"before" | "after", readonly Assertion[]>>;
	/** What contract directives above the statement say. */
	readonly evidence: readonly string[];
	readonly notes: readonly string[];
}

/** Returns where a piece comes from: its statement and, where one made it, its recipe. */
export function originOf({ statement, migration }: Explanation, recipe?: string): StepOrigin {
	const { line } = positionAt(statement.file, statement.range.start);
	return {
		migration: migration.id,
		file: statement.file.path,
		line,
		...(recipe !== undefined && { recipe }),
	};
}

/** Returns what contract directives above a statement say. */
export function evidenceAbove({ comments }: Statement): readonly string[] {
	return parseDirectives(comments).flatMap((directive) =>
		directive.verb === "contract"
			? [`${directive.object} is out of use since ${directive.since}, says the migration`]
			: [],
	);
}

/** Returns a statement as it is written, without its semicolon. */
export const textOf = ({ file, range }: Statement): string =>
	file.text.slice(range.start, range.end);
