import type { Expression, QualifiedName, TypeName } from "../../core/expression.ts";
import type { Column } from "../../catalog/model.ts";

/** Returns a name as SQL: words of the server are many and grow, so every name is quoted. */
export function quoteIdentifier(name: string): string {
	return `\`${name.replaceAll("`", "``")}\``;
}

/** Returns the name of an object as SQL; a table without a database stays without. */
export function quoteName({ schema, name }: QualifiedName): string {
	return schema === undefined || schema === "public"
		? quoteIdentifier(name)
		: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

export function quoteColumns(columns: readonly string[]): string {
	return columns.map(quoteIdentifier).join(", ");
}

/** Returns a text as SQL; a backslash is doubled, as it hides the next character. */
export function quoteString(value: string): string {
	return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Returns a type as SQL, with its sign and its character set. */
export function quoteType({ name, modifiers, unsigned, characterSet }: TypeName): string {
	const isList = name === "enum" || name === "set";
	const inside = isList ? modifiers.map(quoteString) : modifiers;
	const arguments_ = inside.length === 0 ? "" : `(${inside.join(isList ? "," : ", ")})`;
	const words = [`${name}${arguments_}`];
	if (unsigned) words.push("unsigned");
	if (characterSet !== undefined) words.push(`CHARACTER SET ${characterSet}`);
	return words.join(" ");
}

/** Returns what stands behind a column's name in its definition; undefined where that is not known. */
export function quoteDefinition(column: Column, notNull = column.notNull): string | undefined {
	if (!column.type || column.generated) return undefined;
	const value = column.default && quoteDefault(column.default);
	if (column.default && value === undefined) return undefined;
	const words = [quoteType(column.type)];
	if (column.collation) words.push(`COLLATE ${column.collation.name}`);
	words.push(notNull ? "NOT NULL" : "NULL");
	if (value !== undefined) words.push(`DEFAULT ${value}`);
	if (column.onUpdate) {
		const update = quoteExpression(column.onUpdate);
		if (update === undefined) return undefined;
		words.push(`ON UPDATE ${update}`);
	}
	if (column.autoIncrement) words.push("AUTO_INCREMENT");
	if (column.comment !== undefined) words.push(`COMMENT ${quoteString(column.comment)}`);
	return words.join(" ");
}

function quoteDefault(value: Expression): string | undefined {
	const text = quoteExpression(value);
	if (text === undefined || value.kind === "literal") return text;
	return value.kind === "call" && timeOfStatement.test(value.function.name) ? text : `(${text})`;
}

const timeOfStatement = /^(?:now|current_timestamp|localtime|localtimestamp)$/i;

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
		case "isNull": {
			const is = expression.negated ? "IS NOT NULL" : "IS NULL";
			return wrap(expression.operand, (text) => `${text} ${is}`);
		}
		case "distinct": {
			const same = joined(expression.operands, " <=> ");
			return same === undefined || expression.negated ? same : `NOT (${same})`;
		}
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
	if (aggregate || name.schema !== undefined) return undefined;
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
	const isWord = ["literal", "column", "call"].includes(expression.kind);
	return write(isWord ? text : `(${text})`);
}
