import type { Node, Parameter, Step, WithItem } from "../program.ts";
import { readArguments, readExpression, readExpressionList } from "./expressions.ts";
import { tokenizePython } from "./tokens.ts";
import { takeName, walkPython, type PythonWalk } from "./walk.ts";

/**
 * Returns the statements of a Python program. What is not understood becomes `other`: no text makes it
 * fail, and nothing is run (grammar: https://docs.python.org/3/reference/grammar.html).
 */
export function parsePython(source: string): readonly Step[] {
	const walk = walkPython(source, tokenizePython(source));
	const steps: Step[] = [];
	while (!walk.isKind("end")) steps.push(...readStatement(walk));
	return steps;
}

function readStatement(walk: PythonWalk): readonly Step[] {
	const start = walk.token.start;
	if (walk.token.kind !== "name" && walk.token.kind !== "operator") {
		if (walk.token.kind === "string" || walk.token.kind === "number") return readSimple(walk);
		walk.at++;
		return [];
	}
	if (walk.take("async")) return readStatement(walk);
	if (walk.take("def")) return [readFunction(walk, start)];
	if (walk.take("class")) return [readClass(walk, start)];
	if (walk.take("with")) return [readWith(walk, start)];
	if (walk.take("if", "elif")) return [readBranch(walk, start)];
	if (walk.take("for")) return [readLoop(walk, start)];
	if (walk.is("try") && isBlockHere(walk)) return readTry(walk, start);
	if (walk.is("break", "continue")) {
		const leaves = walk.is("break") ? "loop" : "round";
		skipLine(walk);
		return [{ kind: "leave", leaves, range: walk.since(start) }];
	}
	if (walk.is("try", "else", "finally", "except", "while", "match", "case")) {
		const block = readBlock(walk, start);
		if (block) return [block];
	}
	if (walk.is("@", "import", "from", "pass", "global", "nonlocal", "del")) {
		skipLine(walk);
		return [];
	}
	return readSimple(walk);
}

function readSimple(walk: PythonWalk): readonly Step[] {
	const steps: Step[] = [];
	for (;;) {
		const start = walk.token.start;
		const leaves = walk.is("return") ? "function" : walk.is("raise") ? "error" : undefined;
		walk.take("return", "raise", "assert", "yield", "await");
		const value = readExpressionList(walk);
		if (walk.take(":")) readExpression(walk);
		if (walk.take("=")) {
			let assigned = readExpressionList(walk);
			const targets = [value];
			while (walk.take("=")) {
				targets.push(assigned);
				assigned = readExpressionList(walk);
			}
			for (const target of targets) {
				steps.push({ kind: "assign", target, value: assigned, range: walk.since(start) });
			}
		} else if (walk.is("+=")) {
			walk.at++;
			const right = readExpressionList(walk);
			const range = walk.since(start);
			const sum: Node = { kind: "binary", operator: "+", left: value, right, range };
			steps.push({ kind: "assign", target: value, value: sum, range });
		} else {
			steps.push({ kind: "expression", value, range: walk.since(start) });
		}
		if (leaves) steps.push({ kind: "leave", leaves, range: walk.since(start) });
		if (!walk.take(";")) break;
	}
	skipLine(walk);
	return steps;
}

function skipLine(walk: PythonWalk): void {
	while (!["newline", "end", "indent", "dedent"].includes(walk.token.kind)) walk.at++;
	walk.takeKind("newline");
}

function readBody(walk: PythonWalk): readonly Step[] {
	while (!walk.is(":") && walk.token.kind !== "newline" && walk.token.kind !== "end") walk.at++;
	walk.take(":");
	if (!walk.takeKind("newline")) return readSimple(walk);
	if (!walk.takeKind("indent")) return [];
	const steps: Step[] = [];
	while (walk.token.kind !== "dedent" && walk.token.kind !== "end") {
		steps.push(...readStatement(walk));
	}
	walk.takeKind("dedent");
	return steps;
}

function readFunction(walk: PythonWalk, start: number): Step {
	const name = takeName(walk);
	const parameters: Parameter[] = [];
	if (walk.take("(")) {
		while (!walk.is(")") && walk.token.kind !== "end" && walk.token.kind !== "newline") {
			walk.take("*", "**", "/");
			const parameter = takeName(walk);
			if (walk.take(":")) readExpression(walk);
			const value = walk.take("=") ? readExpression(walk) : undefined;
			if (parameter !== "") parameters.push({ name: parameter, ...(value ? { value } : {}) });
			if (!walk.take(",") && !walk.is(")")) walk.at++;
		}
		walk.take(")");
	}
	if (walk.take("->")) readExpression(walk);
	return { kind: "function", name, parameters, body: readBody(walk), range: walk.since(start) };
}

function readClass(walk: PythonWalk, start: number): Step {
	const name = takeName(walk);
	const bases = walk.is("(") ? readArguments(walk).args : [];
	return { kind: "class", name, bases, body: readBody(walk), range: walk.since(start) };
}

function readWith(walk: PythonWalk, start: number): Step {
	const items: WithItem[] = [];
	// with (a as b, c as d): the parentheses hold items.
	const from = walk.at;
	let isWrapped = walk.take("(");
	const read = (): void => {
		do {
			const value = readExpression(walk);
			const name = walk.take("as") ? takeName(walk) : "";
			items.push(name === "" ? { value } : { value, name });
		} while (walk.take(",") && !walk.is(")"));
	};
	read();
	if (isWrapped && walk.take(")") && !walk.is(":")) isWrapped = false;
	if (isWrapped ? !walk.is(":") : !walk.is(":")) {
		items.length = 0;
		walk.at = from;
		read();
	}
	return { kind: "with", items, body: readBody(walk), range: walk.since(start) };
}

function readBranch(walk: PythonWalk, start: number): Step {
	const condition = readExpression(walk);
	const body = readBody(walk);
	let otherwise: readonly Step[] = [];
	const next = walk.token.start;
	if (walk.take("elif")) otherwise = [readBranch(walk, next)];
	else if (walk.take("else")) otherwise = readBody(walk);
	return { kind: "branch", condition, body, otherwise, range: walk.since(start) };
}

function readLoop(walk: PythonWalk, start: number): Step {
	const targets: string[] = [];
	while (!walk.is("in") && walk.token.kind !== "newline" && walk.token.kind !== "end") {
		if (walk.token.kind === "name") targets.push(walk.token.text);
		walk.at++;
	}
	walk.take("in");
	const over = readExpressionList(walk);
	return { kind: "loop", targets, over, body: readBody(walk), range: walk.since(start) };
}

/** `match` and `case` are names too: without a colon at the end of the line it is none of these. */
function readBlock(walk: PythonWalk, start: number): Step | undefined {
	let end = walk.at;
	while (!["newline", "end"].includes(walk.tokens[end]?.kind ?? "end")) end++;
	const from = walk.at;
	const hasColon = walk.tokens
		.slice(from, end)
		.some((token) => token.kind === "operator" && token.text === ":");
	if (!hasColon) return undefined;
	const last = walk.tokens[end - 1];
	if (last?.kind === "operator" && last.text === ":") walk.at = end - 1;
	else walk.at++;
	return { kind: "block", body: readBody(walk), range: walk.since(start) };
}

/** True when the line is the head of a block. */
function isBlockHere(walk: PythonWalk): boolean {
	const next = walk.tokens[walk.at + 1];
	return next?.kind === "operator" && next.text === ":";
}

function readTry(walk: PythonWalk, start: number): readonly Step[] {
	walk.take("try");
	const body = [...readBody(walk)];
	const handlers: (readonly Step[])[] = [];
	const after: Step[] = [];
	for (;;) {
		if (walk.take("except")) handlers.push(readBody(walk));
		else if (walk.take("else")) body.push(...readBody(walk));
		else if (walk.take("finally")) after.push(...readBody(walk));
		else break;
	}
	return [{ kind: "choice", sides: [body, ...handlers], range: walk.since(start) }, ...after];
}
