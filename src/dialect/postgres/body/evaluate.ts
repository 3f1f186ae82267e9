import type { Expression, Query } from "../../../core/expression.ts";
import { lowerQuery } from "../lower/query.ts";
import { createLowerSource } from "../lower/source.ts";
import { parseStatement } from "../parser.ts";
import { split } from "../splitter.ts";
import { formatTexts, quoteIdentifier, quoteLiteral } from "./format.ts";
import type { Scope } from "./scope.ts";

/** All texts that an expression can be, or how far its text is known and what is missing. */
export type Evaluation =
	| {
			readonly values: readonly string[];
			/** Each value is used, as in a loop. */ readonly all: boolean;
	  }
	| { readonly prefix: string; readonly missing: string };

/** More values than this are not worth following. */
const valueLimit = 200;

/** Returns what is known of an expression's text before it runs. */
export function evaluateText(text: string, scope: Scope): Evaluation {
	const expression = queryOf(`SELECT ${text}`)?.targets[0]?.expression;
	return expression ? evaluate(expression, scope) : { prefix: "", missing: text };
}

/** Returns the elements of a constant array (or of the rows of `SELECT unnest(array)`), or undefined. */
export function evaluateArray(text: string, scope: Scope): readonly string[] | undefined {
	const query = queryOf(text) ?? queryOf(`SELECT ${text}`);
	const target = query?.targets.length === 1 ? query.targets[0]?.expression : undefined;
	const [from] = query?.from ?? [];
	const source = from?.kind === "function" ? from.call : target;
	if (!source || (query?.from.length ?? 0) > 1 || query?.where) return undefined;
	return elementsOf(isCall(source, "unnest") ? source.arguments[0] : source, scope);
}

function queryOf(text: string): Query | undefined {
	const [piece] = split(text, { psql: false });
	const parsed = piece && parseStatement(text, piece);
	if (!piece || !parsed || !("tree" in parsed)) return undefined;
	const source = createLowerSource(text.slice(piece.start, piece.end), piece.start, piece.tokens);
	return lowerQuery(parsed.tree, source);
}

type Call = Extract<Expression, { readonly kind: "call" }>;

function isCall(expression: Expression, name: string): expression is Call {
	return expression.kind === "call" && expression.function.name === name;
}

function elementsOf(
	expression: Expression | undefined,
	scope: Scope,
): readonly string[] | undefined {
	if (expression?.kind === "cast") return elementsOf(expression.operand, scope);
	if (expression?.kind === "literal") return arrayLiteral(expression.value);
	if (expression?.kind === "column") {
		const texts = scope.expressions.get(expression.path.join("."));
		return texts?.length === 1
			? evaluateArray(texts[0] ?? "", without(scope, expression))
			: undefined;
	}
	if (expression?.kind !== "other" || expression.what !== "array") return undefined;
	const elements = expression.operands.map((operand) => evaluate(operand, scope));
	const values = elements.flatMap((element) =>
		"values" in element && element.values.length === 1 ? element.values : [],
	);
	return values.length === elements.length ? values : undefined;
}

/** `'{orders,invoices}'`: plain elements only. */
function arrayLiteral(text: string): readonly string[] | undefined {
	const inside = /^\{([^{}"\\]*)\}$/.exec(text.trim())?.[1];
	return inside?.split(",").map((element) => element.trim());
}

/** A variable that is set from itself has no end. */
function without(scope: Scope, { path }: { readonly path: readonly string[] }): Scope {
	const expressions = new Map(scope.expressions);
	expressions.delete(path.join("."));
	return { ...scope, expressions };
}

function evaluate(expression: Expression, scope: Scope): Evaluation {
	switch (expression.kind) {
		case "literal":
			if (expression.type === "null") return { prefix: "", missing: "NULL" };
			return { values: [expression.value], all: false };
		case "cast":
		case "collate":
			return evaluate(expression.operand, scope);
		case "column":
			return evaluateVariable(expression.path, scope);
		case "operator":
			if (expression.operator !== "||") return { prefix: "", missing: "an expression" };
			return join(expression.operands.map((operand) => evaluate(operand, scope)));
		case "call":
			return evaluateCall(expression, scope);
		default:
			return { prefix: "", missing: "an expression" };
	}
}

function evaluateVariable(path: readonly string[], scope: Scope): Evaluation {
	const name = path.join(".");
	const looped = scope.loops.get(name);
	if (looped) return { values: looped, all: true };
	const texts = scope.expressions.get(name);
	if (!texts) return { prefix: "", missing: name };
	const inner = without(scope, { path });
	const outcomes = texts.map((text) => evaluateText(text, inner));
	const unknown = outcomes.find((outcome) => "missing" in outcome);
	if (unknown) return outcomes.length === 1 ? unknown : { prefix: "", missing: name };
	const known = outcomes.filter((outcome) => "values" in outcome);
	const values = [...new Set(known.flatMap((outcome) => outcome.values))];
	const written = values.filter((value) => value !== "");
	return {
		values: written.length > 0 ? written : values,
		all: known.every(({ all }) => all) && known.length === 1,
	};
}

function evaluateCall(call: Call, scope: Scope): Evaluation {
	const values = call.arguments.map((argument) => evaluate(argument, scope));
	const [first = { prefix: "", missing: "an argument" }, ...rest] = values;
	switch (call.function.name) {
		case "format":
			return join([first, ...rest], ([template = "", ...inserted]) =>
				formatTexts(template, inserted),
			);
		case "concat":
			return join(values);
		case "quote_ident":
			return join([first], ([text = ""]) => quoteIdentifier(text));
		case "quote_literal":
		case "quote_nullable":
			return join([first], ([text = ""]) => quoteLiteral(text));
		case "lower":
			return join([first], ([text = ""]) => text.toLowerCase());
		default:
			return { prefix: "", missing: `${call.function.name}()` };
	}
}

/** Puts the texts of all parts together, each value with each; a missing part ends what is known. */
function join(
	parts: readonly Evaluation[],
	combine: (texts: readonly string[]) => string | undefined = (texts) => texts.join(""),
): Evaluation {
	let rows: readonly (readonly string[])[] = [[]];
	let all = false;
	for (const part of parts) {
		if ("missing" in part) {
			return { prefix: (rows[0] ?? []).join("") + part.prefix, missing: part.missing };
		}
		rows = rows.flatMap((row) => part.values.map((value) => [...row, value]));
		all ||= part.all;
		if (rows.length > valueLimit) return { prefix: "", missing: "one of many values" };
	}
	const values = rows.map(combine);
	const complete = values.filter((value) => value !== undefined);
	if (complete.length < values.length) return { prefix: "", missing: "an argument of format()" };
	return { values: complete, all };
}
