import type { Position } from "./source.ts";

/** An object of the schema as code may name it. */
export type CodeObject =
	| { readonly kind: "table" | "type" | "function"; readonly schema: string; readonly name: string }
	| {
			/** A column of a table, or a constraint: ON CONFLICT ON CONSTRAINT names it. */
			readonly kind: "column" | "constraint";
			readonly schema: string;
			readonly table: string;
			readonly name: string;
	  }
	| {
			readonly kind: "enumValue";
			readonly schema: string;
			readonly type: string;
			readonly name: string;
			/** The tables with a column of the type. */
			readonly tables: readonly string[];
	  };

/** A place in the code that names an object. */
export interface Reference {
	/** Relative to the working directory. */
	readonly file: string;
	readonly start: Position;
	/** False when the name may be another object's: a column of another table, say. */
	readonly certain: boolean;
}

/** What a search of the repository's code gave. */
export interface CodeSearch {
	/** Certain ones first, in the order of the files. */
	readonly references: readonly Reference[];
	/** How many files of code there are. */
	readonly files: number;
}

/** Returns the places in the code that name an object. */
export type SearchCode = (object: CodeObject) => CodeSearch;
