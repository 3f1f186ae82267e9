import { callOf, itemsOf, type Call } from "../arguments.ts";
import { lastName, type CallNode, type Node } from "../program.ts";
import { resolve, type Scope } from "../scope.ts";
import { hasHole, hole, nameList, nameOf } from "../sql-text.ts";
import { textOf, textOrHole } from "../text.ts";

/** Returns the name of a table as SQL, of a variable that holds one or of a model's class. */
export type TableNames = (node: Node, scope: Scope) => string | undefined;

/**
 * Returns UPDATE, DELETE or INSERT for a statement that SQLAlchemy builds:
 * `orders.update().where(...).values(paid=True)`. Conditions and values are holes. `"read"`: it changes
 * nothing. Undefined: it cannot be told.
 */
export function builtStatement(
	node: Node,
	scope: Scope,
	tables: TableNames,
): { readonly sql: string } | "read" | undefined {
	const chain = chainOf(node, scope);
	if (chain.length === 0) return undefined;
	if (chain.some(({ name }) => ["select", "exists", "union"].includes(name))) {
		return chain.some(({ name }) => /^(?:insert|update|delete)$/.test(name)) ? undefined : "read";
	}
	const start = chain.find(({ name }) => /^(?:insert|update|delete)$/.test(name));
	if (!start) return undefined;
	const [first] = start.node.args;
	const { callee } = start.node;
	const target = first ?? (callee.kind === "member" ? callee.of : undefined);
	const table = target && (tables(target, start.scope) ?? ofMember(callee, start.scope, tables));
	if (table === undefined) return undefined;
	const condition = chain.some(({ name }) => /^(?:where|filter|filter_by)$/.test(name));
	const where = condition ? ` WHERE ${hole("condition")}` : "";
	if (start.name === "delete") return { sql: `DELETE FROM ${table}${where}` };
	const columns = chain.flatMap((call) => (call.name === "values" ? valueNames(call) : []));
	if (start.name === "insert") {
		const list = columns.length > 0 ? ` ${nameList(columns)}` : "";
		const values = (columns.length > 0 ? columns : ["value"]).map(valueHole);
		return { sql: `INSERT INTO ${table}${list} VALUES (${values.join(", ")})` };
	}
	const set = (columns.length > 0 ? columns : [hole("column")]).map(
		(column) => `${nameOf(column)} = ${valueHole(column)}`,
	);
	return { sql: `UPDATE ${table} SET ${set.join(", ")}${where}` };
}

/** `orders.update(orders.c.id == 1)`: the condition is the argument. */
function ofMember(callee: Node, scope: Scope, tables: TableNames): string | undefined {
	return callee.kind === "member" ? tables(callee.of, scope) : undefined;
}

function valueHole(column: string): string {
	return hole(hasHole(column) ? "value" : `new_${column}`);
}

/** The calls of `a.b().c()`, the first one first. */
function chainOf(node: Node, scope: Scope): readonly Call[] {
	const calls: Call[] = [];
	let current: Node | undefined = node;
	let at = scope;
	while (current && calls.length < 60) {
		const found = resolve(current, at);
		at = found.scope;
		if (found.node.kind === "member") current = found.node.of;
		else if (found.node.kind === "call") {
			const call: CallNode = found.node;
			calls.unshift({ name: lastName(call.callee) ?? "", node: call, scope: at });
			current = call.callee.kind === "member" ? call.callee.of : undefined;
		} else current = undefined;
	}
	return calls;
}

function valueNames(call: Call): readonly string[] {
	const names = [...call.node.named.keys()];
	const [first] = itemsOf(call.node.args[0], call.scope);
	const found = first && resolve(first.node, first.scope);
	if (found?.node.kind !== "map") return names;
	return [...names, ...found.node.entries.map(({ key }) => keyName(key, found.scope))];
}

function keyName(key: Node, scope: Scope): string {
	return textOf(key, scope)?.text ?? (key.kind === "member" ? key.name : textOrHole(key, scope));
}

/** Returns the table of `sa.table("orders", ...)` or `sa.Table("orders", metadata, ...)`. */
export function tableOfCall(node: Node, scope: Scope): string | undefined {
	const call = callOf(node, scope);
	if (!call || !/^(?:table|Table|TableClause)$/.test(call.name)) return undefined;
	const [first] = call.node.args;
	const name = first && textOf(first, call.scope)?.text;
	const schema = call.node.named.get("schema");
	const qualifier = schema && textOf(schema, call.scope)?.text;
	if (name === undefined) return undefined;
	return qualifier === undefined ? nameOf(name) : `${nameOf(qualifier)}.${nameOf(name)}`;
}
