import type { Expression, QualifiedName } from "../../core/expression.ts";
import type { Cursor } from "./cursor.ts";
import type { Grammar } from "./grammar.ts";
import { isQueryAhead, readQuery } from "./query.ts";
import { readPrimary } from "./primary.ts";

/** How tight the operators bind, from loose to tight. Source: the precedence tables of both manuals. */
const binding = {
	assignment: 1,
	or: 2,
	xor: 3,
	and: 4,
	not: 5,
	comparison: 7,
	bitOr: 9,
	bitAnd: 10,
	shift: 11,
	sum: 12,
	product: 13,
	power: 14,
	concatenation: 15,
	unary: 16,
	collate: 17,
} as const;

const symbols: Readonly<Record<string, number>> = {
	":=": binding.assignment,
	OR: binding.or,
	XOR: binding.xor,
	AND: binding.and,
	"&&": binding.and,
	"=": binding.comparison,
	"==": binding.comparison,
	"<=>": binding.comparison,
	">=": binding.comparison,
	">": binding.comparison,
	"<=": binding.comparison,
	"<": binding.comparison,
	"<>": binding.comparison,
	"!=": binding.comparison,
	"|": binding.bitOr,
	"&": binding.bitAnd,
	"<<": binding.shift,
	">>": binding.shift,
	"+": binding.sum,
	"-": binding.sum,
	"*": binding.product,
	"/": binding.product,
	"%": binding.product,
	DIV: binding.product,
	MOD: binding.product,
	"^": binding.power,
	"->": binding.concatenation,
	"->>": binding.concatenation,
};

/** Comparisons that are words. */
const wordComparisons = new Set([
	"IS",
	"LIKE",
	"RLIKE",
	"REGEXP",
	"GLOB",
	"MATCH",
	"IN",
	"BETWEEN",
	"ISNULL",
	"NOTNULL",
	"NOT",
	"MEMBER",
	"SOUNDS",
]);

export function readExpression(cursor: Cursor, grammar: Grammar, least = 0): Expression {
	return new ExpressionReader(cursor, grammar).read(least);
}

/** An operand without operators behind it, as DEFAULT takes it. */
export function readOperand(cursor: Cursor, grammar: Grammar): Expression {
	return readExpression(cursor, grammar, binding.collate);
}

class ExpressionReader {
	readonly #cursor: Cursor;
	readonly #grammar: Grammar;

	constructor(cursor: Cursor, grammar: Grammar) {
		this.#cursor = cursor;
		this.#grammar = grammar;
	}

	read(least: number): Expression {
		let left = this.#prefix();
		for (;;) {
			const next = this.#infix(left, least);
			if (!next) return left;
			left = next;
		}
	}

	#prefix(): Expression {
		const cursor = this.#cursor;
		if (cursor.take("NOT")) return { kind: "not", operand: this.read(binding.not) };
		if (cursor.is("!") && cursor.peek(1) !== "=") {
			cursor.at++;
			return { kind: "not", operand: this.read(binding.unary) };
		}
		const sign = cursor.takeAny("-", "+", "~");
		if (sign) return signed(sign, this.read(binding.unary));
		if (cursor.is("BINARY") && !cursor.isAtEnd && this.#startsOperand(1)) {
			cursor.at++;
			return { kind: "other", what: "binary", operands: [this.read(binding.unary)] };
		}
		return readPrimary(cursor, this.#grammar);
	}

	#startsOperand(ahead: number): boolean {
		const kind = this.#cursor.kind(ahead);
		if (kind === undefined || kind === "operator") return false;
		return kind !== "punctuation" || this.#cursor.peek(ahead) === "(";
	}

	#infix(left: Expression, least: number): Expression | undefined {
		const cursor = this.#cursor;
		const text = cursor.peek();
		if (text === "") return undefined;
		if (text === "COLLATE") return least < binding.collate ? this.#collate(left) : undefined;
		if (text === "||") return this.#pipes(left, least);
		const power = symbols[text];
		if (power !== undefined) {
			if (power <= least) return undefined;
			cursor.at++;
			return this.#operation(left, text, power);
		}
		if (least >= binding.comparison || !wordComparisons.has(text)) return undefined;
		return this.#wordComparison(left, text);
	}

	#collate(operand: Expression): Expression {
		const cursor = this.#cursor;
		cursor.at++;
		return { kind: "collate", collation: cursor.qualifiedName(), operand };
	}

	/** `||` is OR in MySQL and puts texts together in SQLite. */
	#pipes(left: Expression, least: number): Expression | undefined {
		const isOr = this.#grammar.family === "mysql";
		const power = isOr ? binding.or : binding.concatenation;
		if (power <= least) return undefined;
		this.#cursor.at++;
		return this.#operation(left, isOr ? "OR" : "||", power);
	}

	#operation(left: Expression, operator: string, power: number): Expression {
		if (power === binding.comparison) {
			const quantified = this.#quantified(left, operator);
			if (quantified) return quantified;
		}
		const right = this.read(operator === ":=" ? 0 : power);
		if (operator === "OR") return chain("or", left, right);
		if (operator === "AND" || operator === "&&") return chain("and", left, right);
		if (operator === "<=>") return { kind: "distinct", negated: true, operands: [left, right] };
		const spelled = operator === "!=" ? "<>" : operator === "==" ? "=" : operator;
		if ((spelled === "||" || spelled === "+" || spelled === "*") && isOperator(left, spelled)) {
			return { kind: "operator", operator: spelled, operands: [...left.operands, right] };
		}
		return { kind: "operator", operator: spelled, operands: [left, right] };
	}

	#quantified(operand: Expression, operator: string): Expression | undefined {
		const cursor = this.#cursor;
		const word = cursor.peek();
		if (!["ANY", "SOME", "ALL"].includes(word) || !cursor.is(word, "(")) return undefined;
		cursor.at += 2;
		const query = readQuery(cursor, this.#grammar);
		cursor.expect(")");
		return { kind: "subquery", form: word === "ALL" ? "all" : "any", operator, operand, query };
	}

	#wordComparison(left: Expression, word: string): Expression | undefined {
		const cursor = this.#cursor;
		if (word === "NOT" && !wordComparisons.has(cursor.peek(1)) && !cursor.is("NOT", "NULL")) {
			return undefined;
		}
		if (cursor.take("ISNULL")) return { kind: "isNull", negated: false, operand: left };
		if (cursor.take("NOTNULL") || cursor.take("NOT", "NULL")) {
			return { kind: "isNull", negated: true, operand: left };
		}
		const negated = cursor.take("NOT");
		const operator = cursor.peek();
		cursor.at++;
		switch (operator) {
			case "IS":
				return this.#is(left);
			case "IN":
				return this.#in(left, negated);
			case "BETWEEN": {
				const low = this.read(binding.comparison);
				cursor.expect("AND");
				return {
					kind: "between",
					negated,
					operand: left,
					low,
					high: this.read(binding.comparison),
				};
			}
			case "MEMBER": {
				cursor.take("OF");
				const list = this.read(binding.comparison);
				return { kind: "other", what: "member of", operands: [left, list] };
			}
			case "SOUNDS":
				cursor.expect("LIKE");
				return operation("SOUNDS LIKE", left, this.read(binding.comparison));
			default:
				return this.#like(left, negated ? `NOT ${operator}` : operator);
		}
	}

	#like(left: Expression, operator: string): Expression {
		const right = this.read(binding.comparison);
		const escape = this.#cursor.take("ESCAPE") ? [this.read(binding.comparison)] : [];
		return { kind: "operator", operator, operands: [left, right, ...escape] };
	}

	#is(operand: Expression): Expression {
		const cursor = this.#cursor;
		const negated = cursor.take("NOT");
		if (cursor.take("NULL")) return { kind: "isNull", negated, operand };
		if (cursor.take("DISTINCT", "FROM")) {
			return { kind: "distinct", negated, operands: [operand, this.read(binding.comparison)] };
		}
		const truth = cursor.takeAny("TRUE", "FALSE", "UNKNOWN");
		if (truth) {
			const what = `is ${negated ? "not " : ""}${truth.toLowerCase()}`;
			return { kind: "other", what, operands: [operand] };
		}
		// SQLite compares with IS and IS NOT.
		const right = this.read(binding.comparison);
		return { kind: "distinct", negated: !negated, operands: [operand, right] };
	}

	#in(operand: Expression, negated: boolean): Expression {
		const cursor = this.#cursor;
		if (!cursor.is("(")) {
			const list = readPrimary(cursor, this.#grammar);
			return { kind: "in", negated, operand, list: [list] };
		}
		if (isQueryAhead(cursor, 1)) {
			cursor.at++;
			const query = readQuery(cursor, this.#grammar);
			cursor.expect(")");
			const found: Expression = { kind: "subquery", form: "any", operator: "=", operand, query };
			return negated ? { kind: "not", operand: found } : found;
		}
		if (cursor.take("(", ")")) return { kind: "in", negated, operand, list: [] };
		return { kind: "in", negated, operand, list: cursor.list(() => this.read(0)) };
	}
}

function signed(sign: string, operand: Expression): Expression {
	if (sign === "-" && operand.kind === "literal" && operand.type === "number") {
		return { ...operand, value: `-${operand.value}` };
	}
	return { kind: "operator", operator: sign, operands: [operand] };
}

function operation(operator: string, left: Expression, right: Expression): Expression {
	return { kind: "operator", operator, operands: [left, right] };
}

type OperatorExpression = Extract<Expression, { readonly kind: "operator" }>;

function isOperator(expression: Expression, operator: string): expression is OperatorExpression {
	return expression.kind === "operator" && expression.operator === operator;
}

/** `a AND b AND c` is one node. */
function chain(kind: "and" | "or", left: Expression, right: Expression): Expression {
	const operands = left.kind === kind ? [...left.operands, right] : [left, right];
	return { kind, operands };
}

/** Returns the call of a function without arguments, as values like CURRENT_TIMESTAMP are. */
export function callOf(name: string, args: readonly Expression[] = []): Expression {
	const called: QualifiedName = { name };
	return { kind: "call", function: called, arguments: args, aggregate: false };
}
