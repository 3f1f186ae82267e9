import type { Catalog } from "../../catalog/catalog.ts";
import type { Column, Table } from "../../catalog/model.ts";
import type { Expression } from "../../core/expression.ts";

export type Literal = Extract<Expression, { readonly kind: "literal" }>;

/**
 * Whether a value is the same each time that it is computed from the same row: always; but for the server's clock and
 * settings; never. `unknown`: it may be anything, and may ask other rows.
 */
export type Constancy = "constant" | "clock" | "random" | "unknown";

/** How the values of two literals in one column compare; `different` where no order is known. */
export type Compared = "less" | "equal" | "greater" | "different";

/** The table whose rows are changed, and the schema around it. */
export interface BatchedTable {
	/** Undefined where the history does not make it. */
	readonly table: Table | undefined;
	readonly catalog: Catalog;
}

/** What must be known of a dialect to tell which rows of a change in batches are done. */
export interface BatchWords {
	readonly quoteIdentifier: (name: string) => string;
	readonly quoteExpression: (expression: Expression) => string | undefined;
	/** The same for two spellings of one column. */
	readonly columnKey: (name: string) => string;
	/** Names by which a row can be told that are no columns of its table. */
	readonly rowNames: ReadonlySet<string>;
	readonly constancyOf: (expression: Expression, of: BatchedTable) => Constancy;
	/** True for a value that is surely not NULL. */
	readonly isNeverNull: (value: Expression) => boolean;
	/** How the column compares two literals when it holds the first; undefined where that is not sure. */
	readonly compare: (
		column: Column,
		held: Literal,
		other: Literal,
		of: BatchedTable,
	) => Compared | undefined;
	/**
	 * A condition, never NULL, that is true exactly for the rows in which the column does not hold what the
	 * assignment would store; undefined where no such condition is known. The value is no NULL.
	 */
	readonly differs: (column: Column, value: Expression, of: BatchedTable) => string | undefined;
}
