import type { Range } from "../../../core/source.ts";
import { quoteIdentifier, quoteString } from "../../../dialect/postgres/quote.ts";
import { lastName, type CallNode, type Node } from "../program.ts";
import { resolve, type Scope } from "../scope.ts";
import { hasHole, hole, nameOf } from "../sql-text.ts";
import { textOf } from "../text.ts";

/** What an argument of a builder's call comes to; a text may have holes. */
export type Value =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "number"; readonly text: string }
	| { readonly kind: "boolean"; readonly value: boolean }
	| { readonly kind: "null" }
	| { readonly kind: "list"; readonly items: readonly Value[] }
	| { readonly kind: "map"; readonly entries: ReadonlyMap<string, Value> }
	/** SQL that is put in as it stands. */
	| { readonly kind: "sql"; readonly sql: string }
	| { readonly kind: "call"; readonly call: CallNode; readonly scope: Scope }
	| { readonly kind: "path"; readonly path: readonly string[] }
	| { readonly kind: "unknown"; readonly name: string }
	| { readonly kind: "none" };

/** A call whose SQL depends on what only the running program knows. */
export class Unknowable extends Error {}

/** Returns SQL for the calls and names that a tool puts into SQL as they are, `knex.fn.now()`. */
export type RawOf = (node: Node, scope: Scope) => string | undefined;

/** What is not given. */
export const none: Value = { kind: "none" };

/** Returns what an expression comes to. */
export function valueOf(node: Node | undefined, scope: Scope, rawOf: RawOf, depth = 0): Value {
	if (!node || depth > 40) return none;
	const found = resolve(node, scope);
	const raw = rawOf(found.node, found.scope);
	if (raw !== undefined) return { kind: "sql", sql: raw };
	const inner = (each: Node): Value => valueOf(each, found.scope, rawOf, depth + 1);
	const text = textOf(found.node, found.scope);
	if (text) return { kind: "text", text: text.text };
	const value = found.node;
	switch (value.kind) {
		case "number":
			return { kind: "number", text: value.text };
		case "list":
			return { kind: "list", items: value.items.map(inner) };
		case "map":
			return mapOf(value, inner);
		case "call":
			return { kind: "call", call: value, scope: found.scope };
		case "name":
			return wordOf(value.name);
		case "member":
			return memberOf(value, found.scope, inner);
		default:
			return { kind: "unknown", name: lastName(value) ?? "value" };
	}
}

function wordOf(name: string): Value {
	if (name === "true" || name === "false") return { kind: "boolean", value: name === "true" };
	if (name === "null") return { kind: "null" };
	if (name === "undefined") return none;
	return { kind: "unknown", name };
}

function mapOf(node: Extract<Node, { kind: "map" }>, inner: (node: Node) => Value): Value {
	const entries = new Map<string, Value>();
	for (const { key, value } of node.entries) {
		const name = key.kind === "text" && key.parts.length === 1 ? inner(key) : undefined;
		if (name?.kind !== "text") {
			const computed = inner(key);
			// { [Op.is]: null }
			if (computed.kind === "path") entries.set(computed.path.join("."), inner(value));
			else if (computed.kind !== "text") throw new Unknowable("a key is not written in the file");
			else entries.set(computed.text, inner(value));
		} else if (name.text === "...") {
			const spread = inner(value);
			if (spread.kind !== "map") throw new Unknowable("what it spreads is not written in the file");
			for (const [each, given] of spread.entries) entries.set(each, given);
		} else entries.set(name.text, inner(value));
	}
	return { kind: "map", entries };
}

function memberOf(
	node: Extract<Node, { kind: "member" }>,
	scope: Scope,
	inner: (node: Node) => Value,
): Value {
	const of = resolve(node.of, scope).node;
	if (of.kind === "map") {
		const value = inner(of);
		if (value.kind === "map") return value.entries.get(node.name) ?? none;
	}
	const path: string[] = [];
	for (let at: Node = node; ; at = at.of) {
		if (at.kind === "name") path.unshift(at.name);
		if (at.kind !== "member") break;
		path.unshift(at.name);
	}
	return { kind: "path", path };
}

/** Returns the entry of a map, nothing for anything else. */
export function entry(value: Value, key: string): Value {
	return value.kind === "map" ? (value.entries.get(key) ?? none) : none;
}

/** True for an option that is given and not false. */
export function isOn(value: Value): boolean {
	if (value.kind === "none" || value.kind === "null") return false;
	return value.kind !== "boolean" || value.value;
}

/** Returns a text or number as a text; a hole for what is not known. */
export function wordsOf(value: Value): string {
	switch (value.kind) {
		case "text":
		case "number":
			return value.text;
		case "sql":
			return value.sql;
		case "unknown":
			return hole(value.name);
		case "path":
			return hole(value.path.at(-1) ?? "value");
		case "boolean":
			return String(value.value);
		case "call":
			return hole(lastName(value.call) ?? "value");
		default:
			throw new Unknowable("an argument is missing or of an unknown form");
	}
}

/** Returns the texts of a list, or the one text. */
export function wordList(value: Value): readonly string[] {
	if (value.kind === "none") return [];
	return value.kind === "list" ? value.items.map(wordsOf) : [wordsOf(value)];
}

/** Returns the name quoted, `schema.table` as two names. */
export function dotted(text: string): string {
	return hasHole(text) ? text : text.split(".").map(quoteIdentifier).join(".");
}

/** Returns the names quoted, in parentheses. */
export function columnList(names: readonly string[]): string {
	return `(${names.map(nameOf).join(", ")})`;
}

/** Returns a value as SQL in the way drivers send it: strings quoted, objects as JSON. */
export function constantOf(value: Value): string {
	switch (value.kind) {
		case "null":
		case "none":
			return "NULL";
		case "text":
			return hasHole(value.text) ? hole("value") : quoteString(value.text);
		case "list":
		case "map":
			return quoteString(jsonOf(value));
		default:
			return wordsOf(value);
	}
}

function jsonOf(value: Value): string {
	switch (value.kind) {
		case "list":
			return `[${value.items.map(jsonOf).join(",")}]`;
		case "map":
			return `{${[...value.entries].map(([key, each]) => `${JSON.stringify(key)}:${jsonOf(each)}`).join(",")}}`;
		case "text":
			return JSON.stringify(value.text);
		case "null":
		case "none":
			return "null";
		default:
			return wordsOf(value);
	}
}

/** One call of a chain like `db.schema.createTable(...).addColumn(...)`. */
export interface Link {
	readonly name: string;
	readonly call: CallNode;
	/** From the method's name to the end of its arguments. */
	readonly range: Range;
}

/** Returns the calls of a chain from its root on; `table.string("x").notNull` has two links. */
export function chainOf(call: CallNode): { readonly root: Node; readonly links: readonly Link[] } {
	const links: Link[] = [];
	let node: Node = call;
	while (node.kind === "call" && node.callee.kind === "member") {
		const callee: Extract<Node, { kind: "member" }> = node.callee;
		const range = { start: callee.range.end - callee.name.length, end: node.range.end };
		links.unshift({ name: callee.name, call: node, range });
		node = callee.of;
	}
	return { root: node, links };
}
