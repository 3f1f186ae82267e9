import type { Operation } from "./operation.ts";
import type { Range } from "./source.ts";

/**
 * The name of an object as a statement writes it, after the dialect's case folding. Without a
 * schema it is resolved through the search path by the catalog.
 */
export interface QualifiedName {
	readonly schema?: string;
	readonly name: string;
	readonly range?: Range;
}

/**
 * A type as a statement names it. `name` is the server's own name (`int4`, `varchar`, `bpchar`,
 * `timestamptz`), or what the statement wrote for user types and the `serial` family.
 */
export interface TypeName {
	readonly schema?: string;
	readonly name: string;
	/** `varchar(20)` has ["20"], `numeric(10,2)` ["10", "2"]; interval fields stand here as words. */
	readonly modifiers: readonly string[];
	/** How many array dimensions; 0 is a scalar. */
	readonly dimensions: number;
	/** MySQL: UNSIGNED (ZEROFILL includes it). */
	readonly unsigned?: true;
	/** MySQL: the character set written at the type. */
	readonly characterSet?: string;
	readonly range?: Range;
}

/**
 * A value computed by SQL, the same tree for every dialect. What no rule or effect asks about is
 * `other`, with its operands so that calls and columns inside are still found.
 */
export type Expression =
	| { readonly kind: "literal"; readonly type: LiteralType; readonly value: string }
	| { readonly kind: "column"; readonly path: readonly string[] }
	| { readonly kind: "parameter"; readonly name: string }
	| CallExpression
	| { readonly kind: "cast"; readonly type: TypeName; readonly operand: Expression }
	| { readonly kind: "collate"; readonly collation: QualifiedName; readonly operand: Expression }
	| {
			/** A unary operator has one operand. `LIKE`, `~~`, `||`, `=` ... as the server spells them. */
			readonly kind: "operator";
			readonly operator: string;
			readonly operands: readonly Expression[];
	  }
	| { readonly kind: "and" | "or"; readonly operands: readonly Expression[] }
	| { readonly kind: "not"; readonly operand: Expression }
	| { readonly kind: "isNull"; readonly negated: boolean; readonly operand: Expression }
	| {
			/** IS DISTINCT FROM; negated is IS NOT DISTINCT FROM. */
			readonly kind: "distinct";
			readonly negated: boolean;
			readonly operands: readonly [Expression, Expression];
	  }
	| {
			readonly kind: "in";
			readonly negated: boolean;
			readonly operand: Expression;
			readonly list: readonly Expression[];
	  }
	| {
			readonly kind: "between";
			readonly negated: boolean;
			readonly operand: Expression;
			readonly low: Expression;
			readonly high: Expression;
	  }
	| {
			readonly kind: "subquery";
			readonly form: "scalar" | "exists" | "any" | "all" | "array";
			readonly operand?: Expression;
			/** The operator of ANY and ALL; `x IN (SELECT ...)` is `any` with "=". */
			readonly operator?: string;
			readonly query: Query;
	  }
	| { readonly kind: "other"; readonly what: string; readonly operands: readonly Expression[] };

export type LiteralType = "null" | "string" | "number" | "boolean" | "bit";

export interface CallExpression {
	readonly kind: "call";
	readonly function: QualifiedName;
	readonly arguments: readonly Expression[];
	/** Aggregate with DISTINCT, FILTER or `*`, or a window function: never a plain scalar call. */
	readonly aggregate: boolean;
	/** Arguments with a name or VARIADIC, of which only the values stand here. */
	readonly spelled?: true;
}

/** A query: SELECT, VALUES, or several combined by UNION, INTERSECT and EXCEPT. */
export interface Query {
	readonly targets: readonly { readonly expression: Expression; readonly alias?: string }[];
	readonly from: readonly FromItem[];
	readonly where?: Expression;
	readonly having?: Expression;
	readonly grouped: boolean;
	readonly limit?: Expression;
	/** Rows of a VALUES list. */
	readonly values?: readonly (readonly Expression[])[];
	/** Both sides of UNION, INTERSECT, EXCEPT; the other fields are then empty. */
	readonly combined: readonly Query[];
	readonly ctes: readonly CommonTable[];
	readonly locking?: "update" | "noKeyUpdate" | "share" | "keyShare";
}

/** One WITH entry: a query, or a statement that changes data. */
export interface CommonTable {
	readonly name: string;
	readonly query?: Query;
	readonly operation?: Operation;
}

export type FromItem =
	| { readonly kind: "table"; readonly name: QualifiedName; readonly alias?: string }
	| { readonly kind: "query"; readonly query: Query; readonly alias?: string }
	| { readonly kind: "function"; readonly call: Expression; readonly alias?: string }
	| {
			readonly kind: "join";
			readonly type: "inner" | "left" | "right" | "full" | "cross";
			readonly left: FromItem;
			readonly right: FromItem;
			readonly on?: Expression;
	  };
