import type { Catalog } from "../../catalog/catalog.ts";
import type { Effect } from "../../core/effect.ts";
import type { Expression, QualifiedName } from "../../core/expression.ts";
import type { History } from "../../core/engine/history.ts";
import type { Operation } from "../../core/operation.ts";
import type { Piece } from "../piece.ts";
import type { ServerStep, Undo } from "../plan.ts";

/** What decides how long a step may wait and run. */
export interface LimitQuestions {
	readonly transaction: ServerStep["transaction"];
	/** CONCURRENTLY, or what else waits for other transactions. */
	readonly isConcurrent: boolean;
	readonly validates: boolean;
	/** Its time grows with a table. */
	readonly grows: boolean;
}

/** Milliseconds, 0 for none. */
export type StepLimits = Pick<ServerStep, "lockTimeout" | "statementTimeout">;

/** What a table has by name. */
export type PartKind = "column" | "constraint";

/** What else a part must be. */
export type PartState = "notNull" | "validated";

/**
 * How a database is asked about its schema. Each answer is a condition in SQL; undefined where the server cannot be
 * asked.
 */
export interface CatalogQuestions {
	/** The relation is there. */
	relation(name: QualifiedName): string;
	/** There is no such relation. */
	noRelation(name: QualifiedName): string;
	/** The table has the part. */
	part(kind: PartKind, table: QualifiedName, name: string, state?: PartState): string | undefined;
	/** The index is there. `isUsable`: and queries can use it. */
	index(
		name: QualifiedName,
		table: QualifiedName | undefined,
		isUsable: boolean,
	): string | undefined;
	/** There is no such index. */
	noIndex(name: QualifiedName, table: QualifiedName | undefined): string | undefined;
	trigger(table: QualifiedName, name: string): string;
	readonly quoteIdentifier: (name: string) => string;
	readonly quoteName: (name: QualifiedName) => string;
	readonly quoteExpression: (expression: Expression) => string | undefined;
	/** `SELECT` with nothing behind it, for EXISTS. */
	readonly selectAny: string;
	/** The expression is false, not NULL. */
	isFalse(expression: string): string;
}

/** What a plan must know of one kind of database; all else of a plan is the same for all. */
export interface PlanDialect {
	readonly asks: CatalogQuestions;
	/** What is locked are tables; SQLite locks the whole database. */
	readonly locksTables: boolean;
	limits(questions: LimitQuestions): StepLimits;
	/** What the runner sets before a step, as rules that ask for limits see it. */
	limitText(transaction: Piece["transaction"]): readonly string[];
	/** Whether a statement runs in a transaction of ours. */
	transactionOf(effect: Effect): "own" | "none";
	/** How an operation is taken back, with the schema as it stands before it. */
	undo(operation: Operation, catalog: Catalog): Undo;
	/** Turns the steps of a recipe into what a runner can break off and go on with at any instant. */
	arrange(pieces: readonly Piece[], phase: Effect["phase"], history: History): readonly Piece[];
	/** What is done once before the first step that takes something away. */
	safeguard(first: Piece): Piece | undefined;
}
