import type { Node, Step } from "./program.ts";

/** What a name stands for, and where the names in that are looked up. */
interface Binding {
	readonly node: Node;
	readonly scope: Scope;
}

type FunctionStep = Extract<Step, { kind: "function" }>;

/** The names known at a place of a program. */
export interface Scope {
	readonly parent?: Scope;
	readonly names: Map<string, Binding>;
	readonly functions: Map<string, FunctionStep>;
}

/** Returns an empty scope inside another one. */
export function scopeIn(parent?: Scope): Scope {
	return { ...(parent ? { parent } : {}), names: new Map(), functions: new Map() };
}

/** Gives a name a meaning in a scope. */
export function bind(scope: Scope, name: string, node: Node, nodeScope: Scope): void {
	// A name that stands for itself (x = x + 1) would be looked up for ever.
	const frozen = { ...nodeScope, names: new Map(nodeScope.names) };
	scope.names.set(name, { node, scope: frozen });
}

/** Takes a name out of reach: it holds what only the running program knows. */
export function forget(scope: Scope, name: string): void {
	const range = { start: 0, end: 0 };
	scope.names.set(name, { node: { kind: "other", range }, scope });
}

export function functionNamed(scope: Scope, name: string): FunctionStep | undefined {
	return scope.functions.get(name) ?? (scope.parent && functionNamed(scope.parent, name));
}

function bindingOf(scope: Scope, name: string): Binding | undefined {
	return scope.names.get(name) ?? (scope.parent && bindingOf(scope.parent, name));
}

/** A node with the scope in which its names are looked up. */
export interface Placed {
	readonly node: Node;
	readonly scope: Scope;
}

/** Follows names to what they stand for. */
export function resolve(node: Node, scope: Scope, depth = 0): Placed {
	if (depth > 20) return { node, scope };
	if (node.kind === "name") {
		const binding = bindingOf(scope, node.name);
		return binding ? resolve(binding.node, binding.scope, depth + 1) : { node, scope };
	}
	// %w[a b].freeze
	if (node.kind === "member" && node.name === "freeze") return resolve(node.of, scope, depth + 1);
	if (node.kind === "binary" && node.operator === "[]") {
		const of = resolve(node.left, scope, depth + 1);
		const key = resolve(node.right, scope, depth + 1).node;
		const item = itemOf(of.node, key);
		return item ? resolve(item, of.scope, depth + 1) : { node, scope };
	}
	return { node, scope };
}

function itemOf(of: Node, key: Node): Node | undefined {
	if (of.kind === "list" && key.kind === "number") return of.items.at(Number(key.text));
	if (of.kind !== "map") return undefined;
	const wanted = plainText(key);
	return of.entries.find((entry) => plainText(entry.key) === wanted && wanted !== undefined)?.value;
}

/** Returns a literal's text when the program puts nothing in. */
export function plainText(node: Node): string | undefined {
	if (node.kind === "number") return node.text;
	if (node.kind !== "text") return undefined;
	return node.parts.every((part) => part.kind === "characters")
		? node.parts.map((part) => part.text).join("")
		: undefined;
}
