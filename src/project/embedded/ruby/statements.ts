import type { Node, Parameter, Step } from "../program.ts";
import { isBlockWord, readCompound, skipHeader } from "./compounds.ts";
import { readExpression } from "./expressions.ts";
import { modifiers, type RubyWalk } from "./walk.ts";

const assignments = new Set(["=", "||=", "&&=", "+=", "-=", "<<="]);

/** Words that end a list of statements. */
const endWords = new Set(["end", "else", "elsif", "when", "in", "rescue", "ensure"]);

const leaveWords: ReadonlyMap<string, "function" | "loop" | "round" | "error"> = new Map([
	["return", "function"],
	["break", "loop"],
	["next", "round"],
	["raise", "error"],
] as const);

/** The statements up to a word that ends them, which is left. */
export function readStatements(walk: RubyWalk, close = ""): readonly Step[] {
	const steps: Step[] = [];
	for (;;) {
		walk.skipLines();
		const token = walk.token;
		if (token.kind === "end" || (close !== "" && walk.is(close))) return steps;
		if (token.kind === "name" && endWords.has(token.text)) return steps;
		const before = walk.at;
		steps.push(...readStatement(walk));
		if (walk.at === before) walk.at++;
	}
}

function readStatement(walk: RubyWalk): readonly Step[] {
	const start = walk.token.start;
	if (walk.take("def")) return [readFunction(walk, start)];
	if (walk.take("class", "module")) return [readClass(walk, start)];
	const step = readLeaving(walk, start) ?? [readSimple(walk, start)];
	return readModifiers(walk, step, start);
}

/** `return`, `next` or `break`, with the value that it gives back, and `raise`. */
function readLeaving(walk: RubyWalk, start: number): readonly Step[] | undefined {
	const token = walk.token;
	const leaves = token.kind === "name" ? leaveWords.get(token.text) : undefined;
	if (!leaves) return undefined;
	walk.at++;
	const isBare = walk.isKind("newline") || walk.isKind("end") || walk.is(...modifiers, "}", ";");
	const value = isBare ? [] : [readSimple(walk, start)];
	return [...value, { kind: "leave", leaves, range: walk.since(start) }];
}

function readSimple(walk: RubyWalk, start: number): Step {
	if (isBlockWord(walk)) return readCompound(walk);
	const target = readExpression(walk);
	const token = walk.token;
	if (token.kind === "operator" && assignments.has(token.text)) {
		walk.at++;
		walk.skipLines();
		let value = readExpression(walk);
		if (token.text === "+=") {
			const range = walk.since(start);
			value = { kind: "binary", operator: "+", left: target, right: value, range };
		}
		return { kind: "assign", target, value, range: walk.since(start) };
	}
	const range = walk.since(start);
	// A word by itself calls a method.
	const value: Node =
		target.kind === "name" || target.kind === "member"
			? { kind: "call", callee: target, args: [], named: new Map(), range: target.range }
			: target;
	return { kind: "expression", value, range };
}

/** `statement if condition`. */
function readModifiers(walk: RubyWalk, steps: readonly Step[], start: number): readonly Step[] {
	let result = steps;
	for (
		let token = walk.token;
		token.kind === "name" && modifiers.has(token.text);
		token = walk.token
	) {
		walk.at++;
		const condition = readExpression(walk);
		const range = walk.since(start);
		if (token.text === "rescue") continue;
		const [body, otherwise] = token.text === "unless" ? [[], result] : [result, []];
		result = [{ kind: "branch", condition, body, otherwise, range }];
	}
	return result;
}

/** The statements of a def or a block, with what rescues them, to its `end`. */
export function readBodyToEnd(walk: RubyWalk): readonly Step[] {
	const start = walk.token.start;
	const body = [...readStatements(walk)];
	const handlers: (readonly Step[])[] = [];
	const after: Step[] = [];
	while (walk.is("rescue", "ensure", "else")) {
		if (walk.take("rescue")) {
			skipHeader(walk);
			handlers.push(readStatements(walk));
		} else if (walk.take("else")) body.push(...readStatements(walk));
		else if (walk.take("ensure")) after.push(...readStatements(walk));
	}
	walk.take("end");
	if (handlers.length === 0) return [...body, ...after];
	const sides = [body, ...handlers];
	return [{ kind: "choice", sides, range: walk.since(start) }, ...after];
}

function readFunction(walk: RubyWalk, start: number): Step {
	let name = "";
	do {
		const token = walk.token;
		if (token.kind === "name") name = token.text;
		if (token.kind === "name" || token.kind === "operator") walk.at++;
	} while (walk.take("."));
	const parameters = readParameters(walk);
	if (walk.take("=")) {
		walk.skipLines();
		return {
			kind: "function",
			name,
			parameters,
			body: readStatement(walk),
			range: walk.since(start),
		};
	}
	return {
		kind: "function",
		name,
		parameters,
		body: readBodyToEnd(walk),
		range: walk.since(start),
	};
}

/** The parameters of a def or a lambda, in parentheses or to the end of the line. */
export function readParameters(walk: RubyWalk): readonly Parameter[] {
	const parameters: Parameter[] = [];
	const isWrapped = walk.take("(");
	while (!walk.isKind("end") && !walk.is(")", ";", "=")) {
		if (walk.isKind("newline")) {
			if (!isWrapped) break;
			walk.at++;
			continue;
		}
		const token = walk.token;
		walk.at++;
		if (token.kind !== "name" && token.kind !== "label") continue;
		const hasValue =
			token.kind === "label" ? !walk.is(",", ")") && !walk.isKind("newline") : walk.take("=");
		parameters.push({ name: token.text, ...(hasValue ? { value: readExpression(walk) } : {}) });
	}
	if (isWrapped) walk.take(")");
	return parameters;
}

function readClass(walk: RubyWalk, start: number): Step {
	const own = readExpression(walk);
	const name = own.kind === "member" || own.kind === "name" ? own.name : "";
	// class A < B is read as a comparison.
	const bases = own.kind === "binary" ? [own.right] : [];
	const left = own.kind === "binary" && own.left.kind === "name" ? own.left.name : name;
	return { kind: "class", name: left, bases, body: readBodyToEnd(walk), range: walk.since(start) };
}
