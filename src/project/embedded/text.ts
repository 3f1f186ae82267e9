import type { Range } from "../../core/source.ts";
import { lastName, type CallNode, type Node, type TextPart } from "./program.ts";
import { resolve, type Scope } from "./scope.ts";
import { hasHole, hole } from "./sql-text.ts";

/** A text of the program; what only the running program knows is a hole. */
export interface Text {
	readonly text: string;
	/** The literal, or what the text is put together with. */
	readonly range: Range;
	/** Where the text stands in the file, character for character. */
	readonly inner?: Range;
}

/** Calls that give back the text they are given, in Python and Ruby. */
const wrappers = new Set(["text", "dedent", "f", "cleandoc", "DDL", "str", "quoted_name", "SQL"]);
/** Methods of a text that change blanks only. */
const blankMethods = new Set(["strip", "lstrip", "rstrip", "squish", "chomp", "strip_heredoc"]);
const sameMethods = new Set(["freeze", "to_s", "to_sym", "bindparams", "html_safe", "dup"]);

/** Returns the text that an expression comes to, or undefined when it is no text. */
export function textOf(node: Node, scope: Scope, depth = 0): Text | undefined {
	if (depth > 60) return undefined;
	const found = resolve(node, scope);
	const { node: value } = found;
	if (value.kind === "text") return literalText(value, found.scope, depth);
	if (value.kind === "binary" && value.operator === "+") {
		return joined(value.left, value.right, found.scope, depth);
	}
	if (value.kind === "binary" && value.operator === "%") {
		const template = textOf(value.left, found.scope, depth + 1);
		return template && percentFormatted(template, value.right, found.scope, depth);
	}
	if (value.kind === "call") return textOfCall(value, found.scope, depth);
	if (value.kind === "member" && (blankMethods.has(value.name) || sameMethods.has(value.name))) {
		return textOf(value.of, found.scope, depth + 1);
	}
	return undefined;
}

/** Returns the text, or a hole for an expression whose value is not known. */
export function textOrHole(node: Node, scope: Scope, name = "value"): string {
	const text = textOf(node, scope);
	if (text) return text.text;
	const { node: value } = resolve(node, scope);
	if (value.kind === "number") return value.text;
	return hole(lastName(value) ?? name);
}

type TextNode = Extract<Node, { kind: "text" }>;

function literalText({ parts, range, inner }: TextNode, scope: Scope, depth: number): Text {
	const read = parts.map((part) => partText(part, scope, depth));
	const text = read.map((part) => part.text).join("");
	const isSame = read.every((part) => part.isSame);
	return { text, range, ...(inner && isSame ? { inner } : {}) };
}

function partText(
	part: TextPart,
	scope: Scope,
	depth: number,
): { readonly text: string; readonly isSame: boolean } {
	if (part.kind === "characters") return { text: part.text, isSame: true };
	const text = textOf(part.value, scope, depth + 1)?.text;
	if (text !== undefined && !hasHole(text)) return { text, isSame: false };
	const { node } = resolve(part.value, scope);
	if (node.kind === "number") return { text: node.text, isSame: false };
	return { text: hole(part.source), isSame: true };
}

function joined(left: Node, right: Node, scope: Scope, depth: number): Text | undefined {
	const first = textOf(left, scope, depth + 1);
	const second = textOf(right, scope, depth + 1);
	if (!first && !second) return undefined;
	const range = { start: left.range.start, end: right.range.end };
	const side = (text: Text | undefined, node: Node): string =>
		text?.text ?? textOrHole(node, scope);
	return { text: side(first, left) + side(second, right), range };
}

/** `"... %s" % (a, b)` and `"... %(name)s" % {...}`. */
function percentFormatted(template: Text, values: Node, scope: Scope, depth: number): Text {
	const { node, scope: valueScope } = resolve(values, scope);
	const items = node.kind === "list" ? node.items : [node];
	let next = 0;
	const text = template.text.replace(
		/%(?:\((\w+)\)|<(\w+)>|\{(\w+)\})?([sdr%])?/g,
		(all: string, python?: string, ruby?: string, braces?: string, letter?: string) => {
			if (letter === "%") return "%";
			const key = python ?? ruby ?? braces;
			if (key === undefined && letter === undefined) return all;
			const value = key === undefined ? items[next++] : entryOf(node, key);
			return value
				? (textOf(value, valueScope, depth + 1)?.text ?? textOrHole(value, valueScope))
				: hole(key ?? "value");
		},
	);
	return { text, range: { start: template.range.start, end: values.range.end } };
}

function entryOf(node: Node, key: string): Node | undefined {
	if (node.kind === "call") return node.named.get(key);
	if (node.kind !== "map") return undefined;
	return node.entries.find(
		(entry) =>
			entry.key.kind === "text" &&
			entry.key.parts.every((part) => part.kind === "characters" && part.text === key),
	)?.value;
}

function textOfCall(call: CallNode, scope: Scope, depth: number): Text | undefined {
	const { callee, args, range } = call;
	const name = lastName(callee) ?? "";
	const [first] = args;
	if (callee.kind === "member") {
		if (blankMethods.has(name) || sameMethods.has(name)) return textOf(callee.of, scope, depth + 1);
		if (name === "format") return formatted(call, callee.of, scope, depth);
		if (name === "join" && first) return joinedList(callee.of, first, scope, range, depth);
		if (name === "replace") return replaced(call, callee.of, scope, depth);
		if (name === "as_string") return textOf(callee.of, scope, depth + 1);
	}
	if (wrappers.has(name) && first) return textOf(first, scope, depth + 1);
	// sql.SQL("...").format(...), Identifier("x"), quote_table_name(:orders)
	const isQuoting = /^(?:Identifier|quoted?_(?:table|column)?_?name)$/.test(name);
	if (isQuoting && first) return textOf(first, scope, depth + 1);
	return undefined;
}

function formatted(call: CallNode, of: Node, scope: Scope, depth: number): Text | undefined {
	const template = textOf(of, scope, depth + 1);
	if (!template) return undefined;
	let next = 0;
	const text = template.text.replace(
		/\{\{|\}\}|\{(\w*)(?:![rsa])?(?::[^{}]*)?\}/g,
		(all: string, key?: string) => {
			if (key === undefined) return all.slice(0, 1);
			const index = key === "" ? next++ : /^\d+$/.test(key) ? Number(key) : undefined;
			const value = index === undefined ? call.named.get(key) : call.args[index];
			return value ? textOrHole(value, scope, key) : hole(key || "value");
		},
	);
	return { text, range: call.range };
}

function joinedList(
	separator: Node,
	list: Node,
	scope: Scope,
	range: Range,
	depth: number,
): Text | undefined {
	const between = textOf(separator, scope, depth + 1);
	if (!between) return undefined;
	const { node, scope: itemScope } = resolve(list, scope);
	if (node.kind !== "list") return { text: hole("items"), range };
	return { text: node.items.map((item) => textOrHole(item, itemScope)).join(between.text), range };
}

function replaced(call: CallNode, of: Node, scope: Scope, depth: number): Text | undefined {
	const text = textOf(of, scope, depth + 1);
	const [from, to] = call.args.slice(0, 2).map((node) => textOf(node, scope, depth + 1)?.text);
	if (!text || from === undefined || to === undefined || from === "") return undefined;
	return { text: text.text.replaceAll(from, to), range: call.range };
}
