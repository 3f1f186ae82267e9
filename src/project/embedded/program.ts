import type { Range } from "../../core/source.ts";

/** A stretch of a string literal: characters, or a value that the program puts in. */
export type TextPart =
	| { readonly kind: "characters"; readonly text: string }
	| { readonly kind: "value"; readonly source: string; readonly value: Node };

/** An expression of a program, as far as migrations need it. */
export type Node =
	| {
			readonly kind: "text";
			readonly parts: readonly TextPart[];
			readonly range: Range;
			/** Between the quotes, when what stands there is the text character for character. */
			readonly inner?: Range;
	  }
	| { readonly kind: "number"; readonly text: string; readonly range: Range }
	/** A variable or a word of the language; Ruby's symbols are texts. */
	| { readonly kind: "name"; readonly name: string; readonly range: Range }
	| { readonly kind: "list"; readonly items: readonly Node[]; readonly range: Range }
	| { readonly kind: "map"; readonly entries: readonly MapEntry[]; readonly range: Range }
	| { readonly kind: "member"; readonly of: Node; readonly name: string; readonly range: Range }
	| CallNode
	| {
			readonly kind: "binary";
			readonly operator: string;
			readonly left: Node;
			readonly right: Node;
			readonly range: Range;
	  }
	| { readonly kind: "other"; readonly range: Range };

export interface MapEntry {
	readonly key: Node;
	readonly value: Node;
}

export interface CallNode {
	readonly kind: "call";
	readonly callee: Node;
	readonly args: readonly Node[];
	readonly named: ReadonlyMap<string, Node>;
	readonly range: Range;
	/** Ruby's block: `do |t| ... end`. */
	readonly block?: { readonly parameters: readonly string[]; readonly body: readonly Step[] };
}

/** A statement of a program. */
export type Step =
	| { readonly kind: "expression"; readonly value: Node; readonly range: Range }
	| {
			readonly kind: "assign";
			readonly target: Node;
			readonly value: Node;
			readonly range: Range;
	  }
	| {
			readonly kind: "function";
			readonly name: string;
			readonly parameters: readonly Parameter[];
			readonly body: readonly Step[];
			readonly range: Range;
	  }
	| {
			readonly kind: "class";
			readonly name: string;
			readonly bases: readonly Node[];
			readonly body: readonly Step[];
			readonly range: Range;
	  }
	| {
			readonly kind: "with";
			readonly items: readonly WithItem[];
			readonly body: readonly Step[];
			readonly range: Range;
	  }
	| {
			readonly kind: "branch";
			readonly condition: Node;
			readonly body: readonly Step[];
			readonly otherwise: readonly Step[];
			readonly range: Range;
	  }
	| {
			readonly kind: "loop";
			/** Empty when the loop does not go through a list. */
			readonly targets: readonly string[];
			readonly over: Node;
			readonly body: readonly Step[];
			readonly range: Range;
	  }
	/** Of the sides one runs: try with what catches its errors, the cases of a switch. */
	| { readonly kind: "choice"; readonly sides: readonly (readonly Step[])[]; readonly range: Range }
	/** What follows in the function, the loop or the round of it is not run; an error ends them all. */
	| {
			readonly kind: "leave";
			readonly leaves: "function" | "loop" | "round" | "error";
			readonly range: Range;
	  }
	/** Anything else with statements in it: while, match. */
	| { readonly kind: "block"; readonly body: readonly Step[]; readonly range: Range };

export interface Parameter {
	readonly name: string;
	readonly value?: Node;
}

export interface WithItem {
	readonly value: Node;
	readonly name?: string;
}

/** Returns the names of a dotted path, `op.f` as ["op", "f"], or undefined for another expression. */
export function pathOf(node: Node): readonly string[] | undefined {
	if (node.kind === "name") return [node.name];
	if (node.kind !== "member") return undefined;
	const of = pathOf(node.of);
	return of ? [...of, node.name] : undefined;
}

/** Returns the last name of what is called: `Integer` for `sa.Integer()`. */
export function lastName(node: Node): string | undefined {
	if (node.kind === "name" || node.kind === "member") return node.name;
	return node.kind === "call" ? lastName(node.callee) : undefined;
}
