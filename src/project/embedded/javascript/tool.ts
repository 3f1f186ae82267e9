import type { Range } from "../../../core/source.ts";
import type { CallNode, Node } from "../program.ts";
import type { Scope } from "../scope.ts";

/** What a call of a builder sends, and the place in the program that it comes from. */
export interface Built {
	readonly sql: string;
	readonly range: Range;
}

/** SQL that a call is given as a text. */
export interface RawCall {
	readonly text: Node;
	/** How values are put in: Knex `?` and `:name`, node-pg-migrate `{name}`. */
	readonly bindings?: "questionMarks" | "colons" | "braces";
}

/** What a migration tool's calls mean. */
export interface Vocabulary {
	/** Returns the SQL that a call is given, when it takes SQL. */
	raw(call: CallNode, scope: Scope): RawCall | undefined;
	/**
	 * Returns what a builder's call sends, or undefined when it is no call of the tool. Throws Unknowable
	 * when it is one whose SQL cannot be told.
	 */
	build(call: CallNode, scope: Scope): readonly Built[] | undefined;
}
