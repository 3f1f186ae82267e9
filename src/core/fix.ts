import type { Range } from "./source.ts";

/**
 * `safe`: the schema ends up the same, with less harm on the way. `suggestion`: something else changes
 * too, so that a person has to agree.
 */
export type FixSafety = "safe" | "suggestion";

/** What a rule wants done to the statement it reports. The dialect turns it into edits of the text. */
export type Change =
	/** Adds CONCURRENTLY to CREATE INDEX, DROP INDEX, REINDEX, REFRESH or DETACH PARTITION. */
	| { readonly kind: "addConcurrently" }
	/** Adds NOT VALID to the constraint whose definition stands at `range`. */
	| { readonly kind: "addNotValid"; readonly range: Range }
	/** Sets a parameter before the statement: for its transaction where it runs in one. `value` is SQL. */
	| { readonly kind: "setParameter"; readonly name: string; readonly value: string }
	/** MySQL, MariaDB: what ALGORITHM= and LOCK= say, in place of what they say now. */
	| {
			readonly kind: "setOnlineClauses";
			readonly algorithm: "instant" | "nocopy" | "inplace";
			readonly lock?: "none" | "shared";
	  }
	/** Statements that go before or after this one. */
	| { readonly kind: "insertBefore" | "insertAfter"; readonly sql: string }
	/** Statements that take the place of this one. */
	| { readonly kind: "replaceStatement"; readonly sql: string }
	/** SQL that takes the place of a part of the statement, a type's name for example. */
	| { readonly kind: "replace"; readonly range: Range; readonly sql: string }
	/** The SQL of the report's recipe takes the place of the statement. */
	| { readonly kind: "applyRecipe" };

/** A change of which the dialect knows all: a recipe has become statements. */
export type StatementChange = Exclude<Change, { readonly kind: "applyRecipe" }>;

/** A mend that a rule offers with its report. */
export interface Fix {
	/** What it does, an order: "Build the index with CONCURRENTLY". */
	readonly title: string;
	readonly safety: FixSafety;
	readonly changes: readonly Change[];
	/**
	 * True when the changed statements must each commit by themselves. In a transaction the fix is then
	 * offered only where the tool has a way out of it for a statement that stands alone.
	 */
	readonly outsideTransaction?: boolean;
}

/** A stretch of a file and the text that takes its place. */
export interface TextEdit {
	readonly range: Range;
	readonly text: string;
}

/** A fix as edits of the finding's file: in order, without overlap, in UTF-16 offsets. */
export interface FilledFix {
	readonly title: string;
	readonly safety: FixSafety;
	readonly edits: readonly TextEdit[];
}
