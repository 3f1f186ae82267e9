import type { QualifiedName, TypeName } from "../../core/expression.ts";
import { expressionWriter, writeUnary } from "../expression-writer.ts";

/** Words that SQLite does not take for a name everywhere. Source: https://www.sqlite.org/lang_keywords.html */
const keywords: ReadonlySet<string> = new Set(
	`add all alter and as autoincrement between case check collate commit constraint create cross current_date current_time
	current_timestamp default deferrable delete distinct drop else escape except exists foreign from full group having if in
	index inner insert intersect into is isnull join left limit natural not nothing notnull null on or order outer primary
	references returning right select set table then to transaction trigger union unique update using values view when where`.split(
		/\s+/,
	),
);

/** Returns a name as SQL. */
export function quoteIdentifier(name: string): string {
	const isPlain = /^[a-z_][a-z0-9_]*$/i.test(name) && !keywords.has(name.toLowerCase());
	return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Returns the name of an object as SQL; the main database (public in the catalog) goes without saying. */
export function quoteName({ schema, name }: QualifiedName): string {
	return schema === undefined || schema === "main" || schema === "public"
		? quoteIdentifier(name)
		: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

export function quoteColumns(columns: readonly string[]): string {
	return columns.map(quoteIdentifier).join(", ");
}

/** Returns a type as SQL, in capitals as is usual in SQLite. */
export function quoteType({ name, modifiers }: TypeName): string {
	const words = name.toUpperCase();
	return modifiers.length === 0 ? words : `${words}(${modifiers.join(", ")})`;
}

export function quoteString(value: string): string {
	return `'${value.replaceAll("'", "''")}'`;
}

/**
 * Returns the expression as SQL, or undefined where the tree does not keep all that the statement said
 * (subqueries, CASE, window functions ...).
 */
export const quoteExpression = expressionWriter({
	identifier: quoteIdentifier,
	string: quoteString,
	call({ function: { name }, arguments: { length } }, given) {
		const isBare = length === 0 && /^current_(date|time|timestamp)$/i.test(name);
		return isBare ? name.toUpperCase() : `${name}(${given})`;
	},
	cast: (operand, type) => `CAST(${operand} AS ${quoteType(type)})`,
	collation: ({ name }) => name,
	unary: writeUnary,
	operators: {},
	distinct: (left, right) => `${left} IS NOT ${right}`,
	same: (left, right) => `${left} IS ${right}`,
});
