import { standIn, type Replacement } from "./replacement.ts";
import { isComment, isWord, type Token } from "./token.ts";
import { tokenize } from "./tokenizer.ts";

const variableName = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y;
const variableTest = /:\{\?([A-Za-z0-9_\u0080-\uffff]+)\}/y;
const quotedVariable = /^(['"])[A-Za-z0-9_\u0080-\uffff]+\1$/;

/**
 * Returns the psql variables of a text with what stands in for each: `:x`, `:'x'`, `:"x"`, `:{?x}`. A cast (`::`)
 * is none, nor the colon of an array slice (`a[1:n]`) or of a JSON constructor (`'key':value`). psql
 * itself decides by which variables are set, which the text does not tell.
 */
export function findPsqlVariables(text: string): readonly Replacement[] {
	if (!/:(?=[A-Za-z_\u0080-\uffff'"{])/.test(text)) return [];
	const found: Replacement[] = [];
	const subscripts: boolean[] = [];
	let before: Token | undefined;
	const tokens = tokenize(text);
	for (const [index, token] of tokens.entries()) {
		if (isComment(token)) continue;
		if (token.kind === "punctuation") {
			const mark = text.slice(token.start, token.end);
			if (mark === "[") subscripts.push(isValue(text, before) && !isWord(text, before, "array"));
			else if (mark === "]") subscripts.pop();
			else if (mark === ":" && mayPrecede(text, before, subscripts.at(-1) === true)) {
				const variable = variableAt(text, token, tokens[index + 1]);
				if (variable) found.push(variable);
			}
		}
		before = token;
	}
	return found;
}

function variableAt(text: string, colon: Token, next: Token | undefined): Replacement | undefined {
	const { start } = colon;
	if (next?.start !== colon.end) return undefined;
	if (next.kind === "word") {
		variableName.lastIndex = next.start;
		const name = variableName.exec(text)?.[0];
		if (name === undefined) return undefined;
		const end = next.start + name.length;
		return { name, start, end, text: standIn(name, end - start) };
	}
	if (next.kind === "string" || next.kind === "quotedIdentifier") {
		const quoted = text.slice(next.start, next.end);
		if (!quotedVariable.test(quoted)) return undefined;
		const name = quoted.slice(1, -1);
		const quote = quoted.charAt(0);
		return { name, start, end: next.end, text: quote + standIn(name, name.length + 1) + quote };
	}
	variableTest.lastIndex = start;
	const name = variableTest.exec(text)?.[1];
	if (name === undefined) return undefined;
	const end = variableTest.lastIndex;
	return { name, start, end, text: standIn(name, end - start) };
}

/** True when a colon after this token may start a variable; a name that it touches may: `orders_:suffix`. */
function mayPrecede(text: string, before: Token | undefined, inSubscript: boolean): boolean {
	if (inSubscript && (isValue(text, before) || isMark(text, before, "["))) return false;
	if (before?.kind !== "word") return !isValue(text, before);
	return true;
}

function isValue(text: string, token: Token | undefined): boolean {
	switch (token?.kind) {
		case "word":
		case "quotedIdentifier":
		case "string":
		case "dollarString":
		case "number":
		case "parameter":
			return true;
		default:
			return isMark(text, token, ")") || isMark(text, token, "]");
	}
}

function isMark(text: string, token: Token | undefined, mark: string): boolean {
	return token?.kind === "punctuation" && text[token.start] === mark;
}
