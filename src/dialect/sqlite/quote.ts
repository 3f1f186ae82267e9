import type { Expression, QualifiedName, TypeName } from "../../core/expression.ts";

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

function quoteString(value: string): string {
	return `'${value.replaceAll("'", "''")}'`;
}

/**
 * Returns the expression as SQL, or undefined where the tree does not keep all that the statement said
 * (subqueries, CASE, window functions ...).
 */
export function quoteExpression(expression: Expression): string | undefined {
	switch (expression.kind) {
		case "literal":
			if (expression.type === "string") return quoteString(expression.value);
			if (expression.type === "null") return "NULL";
			return expression.type === "bit" ? undefined : expression.value;
		case "column":
			return expression.path.map((part) => (part === "*" ? part : quoteIdentifier(part))).join(".");
		case "call":
			return call(expression);
		case "cast":
			return wrap(expression.operand, (text) => `CAST(${text} AS ${quoteType(expression.type)})`);
		case "collate":
			return wrap(expression.operand, (text) => `${text} COLLATE ${expression.collation.name}`);
		case "operator":
			return operator(expression.operator, expression.operands);
		case "and":
			return joined(expression.operands, " AND ");
		case "or":
			return joined(expression.operands, " OR ");
		case "not":
			return wrap(expression.operand, (text) => `NOT ${text}`);
		case "isNull":
			return wrap(
				expression.operand,
				(text) => `${text} IS ${expression.negated ? "NOT " : ""}NULL`,
			);
		case "distinct":
			return joined(expression.operands, expression.negated ? " IS " : " IS NOT ");
		case "in": {
			const list = listed(expression.list);
			if (list === undefined) return undefined;
			const word = expression.negated ? "NOT IN" : "IN";
			return wrap(expression.operand, (text) => `${text} ${word} (${list})`);
		}
		case "between": {
			const ends = joined([expression.low, expression.high], " AND ");
			if (ends === undefined) return undefined;
			const word = expression.negated ? "NOT BETWEEN" : "BETWEEN";
			return wrap(expression.operand, (text) => `${text} ${word} ${ends}`);
		}
		default:
			return undefined;
	}
}

function call({
	function: name,
	arguments: given,
	aggregate,
}: Extract<Expression, { readonly kind: "call" }>): string | undefined {
	if (aggregate) return undefined;
	if (given.length === 0 && /^current_(date|time|timestamp)$/i.test(name.name)) {
		return name.name.toUpperCase();
	}
	const list = listed(given);
	return list === undefined ? undefined : `${name.name}(${list})`;
}

function listed(expressions: readonly Expression[]): string | undefined {
	const texts = expressions.map(quoteExpression);
	return texts.includes(undefined) ? undefined : texts.join(", ");
}

function operator(name: string, operands: readonly Expression[]): string | undefined {
	const [only] = operands;
	if (operands.length === 1 && only) {
		return wrap(only, (text) => (/^\w/.test(name) ? `${name} ${text}` : `${name}${text}`));
	}
	return joined(operands, ` ${name} `);
}

function joined(operands: readonly Expression[], by: string): string | undefined {
	const texts = operands.map((operand) => wrap(operand, (text) => text));
	return texts.includes(undefined) ? undefined : texts.join(by);
}

/** Parentheses around everything that is not one word: no precedence to get wrong. */
function wrap(expression: Expression, write: (text: string) => string): string | undefined {
	const text = quoteExpression(expression);
	if (text === undefined) return undefined;
	const isWord = ["literal", "column", "call", "cast"].includes(expression.kind);
	return write(isWord ? text : `(${text})`);
}
