import type { CallNode, Node } from "../program.ts";
import { readExpression } from "./expressions.ts";
import { readBodyToEnd, readStatements } from "./statements.ts";
import { modifiers, type RubyWalk } from "./walk.ts";

/** Words that begin no argument of a command. */
const noArgument = new Set([...modifiers, "and", "or", "do", "then", "end", "in", "else"]);

type Block = NonNullable<CallNode["block"]>;

/** The arguments and the block of a method's name. */
export function readCall(walk: RubyWalk, callee: Node, start: number): Node {
	let args: readonly Node[] = [];
	let named: ReadonlyMap<string, Node> = new Map();
	let isCall = false;
	if (walk.is("(") && !walk.token.spaced) {
		walk.at++;
		({ args, named } = readArguments(walk, ")"));
		isCall = true;
	} else if (beginsArgument(walk)) {
		const kept = walk.keepsDo;
		walk.keepsDo = true;
		({ args, named } = readArguments(walk, ""));
		walk.keepsDo = kept;
		isCall = true;
	}
	const block = readBlock(walk);
	if (!isCall && !block) return callee;
	const range = walk.since(start);
	return { kind: "call", callee, args, named, range, ...(block ? { block } : {}) };
}

/** True where a value stands after a name and a blank: `add_column :orders`. */
function beginsArgument(walk: RubyWalk): boolean {
	const token = walk.token;
	if (!token.spaced) return false;
	if (["string", "number", "label", "variable"].includes(token.kind)) return true;
	if (token.kind === "name") return !noArgument.has(token.text);
	if (token.kind !== "operator") return false;
	if (token.text === "[" || token.text === "->" || token.text === "::") return true;
	const next = walk.tokens[walk.at + 1];
	return /^(?:-|\*|\*\*|&|!)$/.test(token.text) && next?.spaced === false;
}

/** `do |t| ... end` or `{ |t| ... }`; undefined where there is none. */
export function readBlock(walk: RubyWalk): Block | undefined {
	if (walk.is("do") && !walk.keepsDo) {
		walk.at++;
		const kept = walk.keepsDo;
		walk.keepsDo = false;
		const parameters = readBlockParameters(walk);
		const body = readBodyToEnd(walk);
		walk.keepsDo = kept;
		return { parameters, body };
	}
	if (!walk.is("{")) return undefined;
	walk.at++;
	const kept = walk.keepsDo;
	walk.keepsDo = false;
	const parameters = readBlockParameters(walk);
	const body = readStatements(walk, "}");
	walk.keepsDo = kept;
	walk.take("}");
	return { parameters, body };
}

function readBlockParameters(walk: RubyWalk): readonly string[] {
	const names: string[] = [];
	if (!walk.take("|")) return names;
	while (!walk.is("|") && !walk.isKind("end") && !walk.isKind("newline")) {
		if (walk.token.kind === "name") names.push(walk.token.text);
		walk.at++;
	}
	walk.take("|");
	return names;
}

/** Arguments to a closing mark, or of a command to the end of its line. */
export function readArguments(walk: RubyWalk, close: string): Pick<CallNode, "args" | "named"> {
	const args: Node[] = [];
	const named = new Map<string, Node>();
	const kept = walk.keepsDo;
	if (close !== "") walk.keepsDo = false;
	for (;;) {
		if (close !== "") walk.skipLines();
		if (walk.isKind("end") || (close !== "" && walk.is(close))) break;
		const before = walk.at;
		readArgument(walk, args, named);
		if (close !== "") walk.skipLines();
		if (walk.take(",")) {
			walk.skipLines();
			continue;
		}
		if (close === "" || walk.is(close)) break;
		if (walk.at === before) walk.at++;
	}
	if (close !== "") walk.take(close);
	walk.keepsDo = kept;
	return { args, named };
}

function readArgument(walk: RubyWalk, args: Node[], named: Map<string, Node>): void {
	const token = walk.token;
	if (token.kind === "label") {
		walk.at++;
		walk.skipLines();
		named.set(
			token.text,
			walk.is(",", ")") ? { kind: "name", name: token.text, range: token } : readExpression(walk),
		);
		return;
	}
	const value = readExpression(walk);
	if (!walk.take("=>")) {
		args.push(value);
		return;
	}
	walk.skipLines();
	const right = readExpression(walk);
	const key = value.kind === "text" ? value.parts[0] : undefined;
	if (key?.kind === "characters") named.set(key.text, right);
}
