import { lastName, type CallNode, type Node } from "./program.ts";
import { resolve, type Placed, type Scope } from "./scope.ts";
import { textOf, textOrHole, type Text } from "./text.ts";

/** A call with the scope in which its arguments are read. */
export interface Call {
	readonly name: string;
	readonly node: CallNode;
	readonly scope: Scope;
}

/** Returns an expression as a call, following names: a column may be made in a variable. */
export function callOf(node: Node, scope: Scope): Call | undefined {
	const found = resolve(node, scope);
	if (found.node.kind !== "call") return undefined;
	return { name: lastName(found.node.callee) ?? "", node: found.node, scope: found.scope };
}

/** Returns the argument at a place (from 0) or of a name. */
export function argument(call: Call, place: number, name?: string): Node | undefined {
	return (name === undefined ? undefined : call.node.named.get(name)) ?? call.node.args[place];
}

export function named(call: Call, ...names: readonly string[]): Node | undefined {
	for (const name of names) {
		const value = call.node.named.get(name);
		if (value) return value;
	}
	return undefined;
}

/** Returns the word that an expression is: `None`, `True`, `nil`. */
export function wordOf(node: Node | undefined, scope: Scope): string | undefined {
	if (!node) return undefined;
	const found = resolve(node, scope).node;
	return found.kind === "name" ? found.name : undefined;
}

/** Returns an expression that is given and is not None or nil. */
export function given(node: Node | undefined, scope: Scope): Node | undefined {
	const word = wordOf(node, scope);
	return word === "None" || word === "nil" ? undefined : node;
}

/** Returns true or false as written, or undefined where it is neither. */
export function flagOf(node: Node | undefined, scope: Scope): boolean | undefined {
	const word = wordOf(node, scope)?.toLowerCase();
	return word === "true" ? true : word === "false" ? false : undefined;
}

/** Returns a named argument that is a word of the program's: True or False. */
export function flag(call: Call, ...names: readonly string[]): boolean | undefined {
	return flagOf(named(call, ...names), call.scope);
}

/** Returns the text of an argument, with a hole where it is not known; undefined when it is not given. */
export function textArgument(call: Call, place: number, name?: string): string | undefined {
	const node = given(argument(call, place, name), call.scope);
	return node && textOrHole(node, call.scope, name);
}

export function namedText(call: Call, ...names: readonly string[]): string | undefined {
	const node = given(named(call, ...names), call.scope);
	return node && textOrHole(node, call.scope, names[0]);
}

export function literalArgument(call: Call, place: number, name?: string): Text | undefined {
	const node = argument(call, place, name);
	return node && textOf(node, call.scope);
}

/** Returns the items of a list; an expression that is none is its only item. */
export function itemsOf(node: Node | undefined, scope: Scope): readonly Placed[] {
	const wanted = given(node, scope);
	if (!wanted) return [];
	const found = resolve(wanted, scope);
	if (found.node.kind !== "list") return [found];
	return found.node.items.map((item) => ({ node: item, scope: found.scope }));
}

/** Returns the texts of a list, or of the one text that is given instead. */
export function textsOf(node: Node | undefined, scope: Scope): readonly string[] {
	return itemsOf(node, scope).map((item) => textOrHole(item.node, item.scope));
}
