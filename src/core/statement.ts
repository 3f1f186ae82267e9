import type { Operation } from "./operation.ts";
import type { Range, SourceFile } from "./source.ts";

export interface Comment {
	/** The text without the comment marks, trimmed. */
	readonly text: string;
	readonly range: Range;
}

/** Why a statement could not be read. It is reported and counted, never passed over. */
export interface Unread {
	readonly reason:
		| "syntax"
		| "tooComplex"
		| "encoding"
		| "unsupported"
		/** A placeholder stands for SQL that only the migration tool knows. */
		| "template"
		/** A call of a program whose SQL cannot be told without running it. */
		| "program"
		/** A bug of ours: the reading threw. */
		| "bug";
	/** The parser's words, e.g. `syntax error at or near "TABEL"`. */
	readonly message: string;
	/** The narrowest place that is known. */
	readonly at: Range;
	readonly hint?: string;
}

/** A name that the server cuts: it keeps the first bytes only. */
export interface CutName {
	/** As the server keeps it. */
	readonly kept: string;
	readonly bytes: number;
	readonly range: Range;
}

/** One side of a branch of a program. Of the sides of a branch one runs. */
export interface Side {
	/** Tells the branches of a section apart. */
	readonly branch: number;
	readonly side: number;
}

/** How operations inside a body are reached. */
export interface Reached {
	/** A DO block runs its body at once; a function when called or fired. */
	readonly via: "doBlock" | "function" | "dynamic";
	/** Under IF, CASE, an exception handler or a loop that may run zero times. */
	readonly conditional: boolean;
	/** In a loop; `commits` when the loop commits each round. */
	readonly loop?: { readonly commits: boolean };
}

/**
 * Operations that the server runs as one command. An ordinary statement has one part; a DO block has
 * one for itself and one for each statement of its body.
 */
export interface StatementPart {
	readonly operations: readonly Operation[];
	readonly range: Range;
	readonly reached?: Reached;
}

/** One SQL statement with its place in the file. */
export interface Statement {
	readonly file: SourceFile;
	/** Without the semicolon, without comments before it. */
	readonly range: Range;
	/** The comments between the statement before and this one, and those inside it. */
	readonly comments: readonly Comment[];
	readonly parts: readonly StatementPart[];
	readonly unread?: Unread;
	/** In a program: the sides of branches on which it stands, the outermost first; absent when it always runs. */
	readonly sides?: readonly Side[];
	/** Names that are too long for the server; absent when there are none. */
	readonly cutNames?: readonly CutName[];
	/** Where template placeholders were replaced: what is said of these places is not certain. */
	readonly placeholders: readonly Range[];
}
