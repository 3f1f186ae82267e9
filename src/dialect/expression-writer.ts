import type { CallExpression, Expression, QualifiedName, TypeName } from "../core/expression.ts";

/** How a dialect writes what the dialects write each in its own way. */
export interface ExpressionSpelling {
	identifier(name: string): string;
	string(value: string): string;
	/** `given` are the arguments as SQL; undefined where the call cannot be written again. */
	call(call: CallExpression, given: string): string | undefined;
	/** Undefined where casts are not written again. */
	cast(operand: string, type: TypeName): string | undefined;
	collation(name: QualifiedName): string;
	/** An operator before its only operand. */
	unary(operator: string, operand: string): string;
	/** An operator between two operands, where it is not written as it is called. */
	readonly operators: Readonly<Record<string, string>>;
	/** Two values that differ, NULL being a value, and two that do not. */
	distinct(left: string, right: string): string;
	same(left: string, right: string): string;
}

/**
 * Returns what writes an expression as SQL. It returns undefined where the tree does not keep all that the statement
 * said (subqueries, CASE, window functions, aggregates with FILTER ...).
 */
export function expressionWriter(
	spelling: ExpressionSpelling,
): (expression: Expression) => string | undefined {
	return (expression) => write(expression, spelling);
}

function write(expression: Expression, spelling: ExpressionSpelling): string | undefined {
	switch (expression.kind) {
		case "literal":
			return literal(expression, spelling);
		case "column":
			return expression.path
				.map((part) => (part === "*" ? part : spelling.identifier(part)))
				.join(".");
		case "call": {
			const given = listed(expression.arguments, spelling);
			return given === undefined || expression.aggregate || expression.spelled
				? undefined
				: spelling.call(expression, given);
		}
		case "cast": {
			const operand = wrapped(expression.operand, spelling);
			return operand === undefined ? undefined : spelling.cast(operand, expression.type);
		}
		case "collate":
			return around(
				expression.operand,
				(text) => `${text} COLLATE ${spelling.collation(expression.collation)}`,
				spelling,
			);
		case "operator":
			return operator(expression, spelling);
		case "and":
			return joined(expression.operands, " AND ", spelling);
		case "or":
			return joined(expression.operands, " OR ", spelling);
		case "not":
			return around(expression.operand, (text) => `NOT ${text}`, spelling);
		case "isNull": {
			const is = expression.negated ? "IS NOT NULL" : "IS NULL";
			return around(expression.operand, (text) => `${text} ${is}`, spelling);
		}
		case "distinct":
			return distinct(expression, spelling);
		case "in":
			return membership(expression, spelling);
		case "between":
			return between(expression, spelling);
		case "other":
			return other(expression, spelling);
		case "parameter":
		case "subquery":
			return undefined;
	}
}

type Of<Kind extends Expression["kind"]> = Extract<Expression, { readonly kind: Kind }>;

function literal({ type, value }: Of<"literal">, spelling: ExpressionSpelling): string | undefined {
	if (type === "string") return spelling.string(value);
	if (type === "null") return "NULL";
	return type === "bit" ? undefined : value;
}

function other({ what, operands }: Of<"other">, spelling: ExpressionSpelling): string | undefined {
	if (what === "coalesce") {
		const given = listed(operands, spelling);
		return given === undefined ? undefined : `coalesce(${given})`;
	}
	const [operand] = operands;
	if (!operand) return undefined;
	if (/^is (?:not )?(?:true|false|unknown)$/.test(what)) {
		return around(operand, (text) => `${text} ${what.toUpperCase()}`, spelling);
	}
	if (!what.startsWith("interval ")) return undefined;
	const unit = what.slice("interval ".length).toUpperCase();
	return around(operand, (text) => `INTERVAL ${text} ${unit}`, spelling);
}

function operator(
	{ operator: name, operands }: Of<"operator">,
	spelling: ExpressionSpelling,
): string | undefined {
	const spelled = spelling.operators[name] ?? name;
	const [only] = operands;
	if (operands.length === 1 && only) {
		return around(only, (text) => spelling.unary(spelled, text), spelling);
	}
	// `a LIKE b ESCAPE c`.
	if (operands.length === 3 && /\w$/.test(name)) {
		const compared = joined(operands.slice(0, 2), ` ${spelled} `, spelling);
		const escape = joined(operands.slice(2), "", spelling);
		if (compared === undefined || escape === undefined) return undefined;
		return `${compared} ESCAPE ${escape}`;
	}
	return joined(operands, ` ${spelled} `, spelling);
}

function distinct(
	{ operands: [one, other], negated }: Of<"distinct">,
	spelling: ExpressionSpelling,
): string | undefined {
	const left = wrapped(one, spelling);
	const right = wrapped(other, spelling);
	if (left === undefined || right === undefined) return undefined;
	return negated ? spelling.same(left, right) : spelling.distinct(left, right);
}

function membership(
	{ operand, list, negated }: Of<"in">,
	spelling: ExpressionSpelling,
): string | undefined {
	const given = listed(list, spelling);
	if (given === undefined) return undefined;
	return around(operand, (text) => `${text} ${negated ? "NOT IN" : "IN"} (${given})`, spelling);
}

function between(
	{ operand, low, high, negated }: Of<"between">,
	spelling: ExpressionSpelling,
): string | undefined {
	const ends = joined([low, high], " AND ", spelling);
	if (ends === undefined) return undefined;
	const word = negated ? "NOT BETWEEN" : "BETWEEN";
	return around(operand, (text) => `${text} ${word} ${ends}`, spelling);
}

function listed(
	expressions: readonly Expression[],
	spelling: ExpressionSpelling,
): string | undefined {
	const texts = expressions.map((expression) => write(expression, spelling));
	return texts.includes(undefined) ? undefined : texts.join(", ");
}

function joined(
	operands: readonly Expression[],
	by: string,
	spelling: ExpressionSpelling,
): string | undefined {
	const texts = operands.map((operand) => wrapped(operand, spelling));
	return texts.includes(undefined) ? undefined : texts.join(by);
}

function around(
	operand: Expression,
	say: (text: string) => string,
	spelling: ExpressionSpelling,
): string | undefined {
	const text = wrapped(operand, spelling);
	return text === undefined ? undefined : say(text);
}

/** Parentheses around everything that is not one word: no precedence to get wrong. */
function wrapped(expression: Expression, spelling: ExpressionSpelling): string | undefined {
	const text = write(expression, spelling);
	// MySQL takes no parentheses around an interval.
	const isWord =
		["literal", "column", "call", "cast"].includes(expression.kind) ||
		(expression.kind === "other" && expression.what.startsWith("interval "));
	return text === undefined || isWord ? text : `(${text})`;
}

/** A sign stands at its operand, a word apart from it. */
export function writeUnary(operator: string, operand: string): string {
	return /^\w/.test(operator) ? `${operator} ${operand}` : `${operator}${operand}`;
}
