import type { Expression, QualifiedName, TypeName } from "../../core/expression.ts";
import type { Column } from "../../catalog/model.ts";
import { expressionWriter, writeUnary } from "../expression-writer.ts";

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
 * (subqueries, casts, CASE, window functions ...).
 */
export const quoteExpression = expressionWriter({
	identifier: quoteIdentifier,
	string: quoteString,
	call: ({ function: { schema, name } }, given) =>
		schema === undefined ? `${name}(${given})` : undefined,
	cast: () => undefined,
	collation: ({ name }) => name,
	unary: writeUnary,
	operators: {},
	distinct: (left, right) => `NOT (${left} <=> ${right})`,
	same: (left, right) => `${left} <=> ${right}`,
});
