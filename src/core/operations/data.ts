import type { Expression, FromItem, QualifiedName, Query } from "../expression.ts";
import type { OperationBase } from "./base.ts";

/** What reads rows or changes them. */
export type DataOperation = OperationBase &
	(
		| {
				readonly kind: "insert";
				readonly table: QualifiedName;
				/** Absent: all columns in their order. */
				readonly columns?: readonly string[];
				readonly source:
					| { readonly kind: "values"; readonly rows: readonly (readonly Expression[])[] }
					| { readonly kind: "query"; readonly query: Query }
					| { readonly kind: "defaults" };
				readonly onConflict?: {
					readonly action: "nothing" | "update" | "replace";
					readonly columns: readonly string[];
					readonly constraint?: string;
					readonly where?: Expression;
				};
				readonly ctes: Query["ctes"];
		  }
		| {
				readonly kind: "update";
				readonly table: QualifiedName;
				readonly alias?: string;
				readonly set: readonly {
					readonly column: string;
					/** An element or a field of the column: `tags[1]`, `address.street`. */
					readonly part?: true;
					readonly value: Expression;
				}[];
				readonly from: readonly FromItem[];
				readonly where?: Expression;
				readonly ctes: Query["ctes"];
				readonly limit?: Expression;
				/**
				 * Words that say which rows it takes, or what becomes of those that are refused, and that stand nowhere else
				 * here: `ONLY`, `IGNORE`, `OR REPLACE`, `ORDER BY`, `PARTITION`.
				 */
				readonly qualifiers?: readonly string[];
		  }
		| {
				readonly kind: "delete";
				readonly table: QualifiedName;
				readonly alias?: string;
				readonly using: readonly FromItem[];
				readonly where?: Expression;
				readonly ctes: Query["ctes"];
				readonly limit?: Expression;
				/**
				 * Words that say which rows it takes, or what becomes of those that are refused, and that stand nowhere else
				 * here: `ONLY`, `IGNORE`, `OR REPLACE`, `ORDER BY`, `PARTITION`.
				 */
				readonly qualifiers?: readonly string[];
		  }
		| {
				readonly kind: "merge";
				readonly table: QualifiedName;
				readonly alias?: string;
				readonly using: FromItem;
				readonly on: Expression;
				readonly actions: readonly ("insert" | "update" | "delete" | "nothing")[];
				readonly ctes: Query["ctes"];
		  }
		| { readonly kind: "select"; readonly query: Query }
		| {
				readonly kind: "copy";
				readonly direction: "from" | "to";
				readonly table?: QualifiedName;
				readonly query?: Query;
		  }
	);
