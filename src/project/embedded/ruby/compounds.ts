import type { Node, Step } from "../program.ts";
import { readExpression } from "./expressions.ts";
import { readBodyToEnd, readStatements } from "./statements.ts";
import type { RubyWalk } from "./walk.ts";

const blockWords = new Set(["if", "unless", "while", "until", "case", "begin", "for"]);

/** True at a word that begins statements up to an `end`. */
export function isBlockWord(walk: RubyWalk): boolean {
	return walk.token.kind === "name" && blockWords.has(walk.token.text);
}

/** if, unless, for, case, while, until and begin. */
export function readCompound(walk: RubyWalk): Step {
	const start = walk.token.start;
	if (walk.take("if")) return readBranch(walk, start, false);
	if (walk.take("unless")) return readBranch(walk, start, true);
	if (walk.take("for")) return readLoop(walk, start);
	const isCase = walk.is("case");
	const isBegin = walk.is("begin");
	walk.at++;
	if (!isBegin && !walk.isKind("newline")) readCondition(walk);
	walk.take("do");
	if (isCase) return readCases(walk, start);
	return { kind: "block", body: readBodyToEnd(walk), range: walk.since(start) };
}

function readCases(walk: RubyWalk, start: number): Step {
	const sides = [readStatements(walk)];
	while (walk.is("when", "in", "else")) {
		walk.at++;
		if (!walk.isKind("newline")) skipHeader(walk);
		sides.push(readStatements(walk));
	}
	walk.take("end");
	return { kind: "choice", sides, range: walk.since(start) };
}

/** Goes behind what stands between a word such as `when` and its statements. */
export function skipHeader(walk: RubyWalk): void {
	while (!walk.isKind("newline") && !walk.isKind("end") && !walk.is("then")) walk.at++;
	walk.take("then");
}

function readCondition(walk: RubyWalk): Node {
	const kept = walk.keepsDo;
	walk.keepsDo = true;
	const condition = readExpression(walk);
	walk.keepsDo = kept;
	return condition;
}

function readBranch(walk: RubyWalk, start: number, isUnless: boolean): Step {
	const condition = readCondition(walk);
	walk.take("then");
	const body = readStatements(walk);
	let otherwise: readonly Step[] = [];
	const next = walk.token.start;
	if (walk.take("elsif")) {
		otherwise = [readBranch(walk, next, false)];
	} else {
		if (walk.take("else")) otherwise = readStatements(walk);
		walk.take("end");
	}
	const range = walk.since(start);
	return isUnless
		? { kind: "branch", condition, body: otherwise, otherwise: body, range }
		: { kind: "branch", condition, body, otherwise, range };
}

function readLoop(walk: RubyWalk, start: number): Step {
	const targets: string[] = [];
	while (!walk.is("in") && !walk.isKind("newline") && !walk.isKind("end")) {
		if (walk.token.kind === "name") targets.push(walk.token.text);
		walk.at++;
	}
	walk.take("in");
	const over = readCondition(walk);
	walk.take("do");
	const body = readStatements(walk);
	walk.take("end");
	return { kind: "loop", targets, over, body, range: walk.since(start) };
}
