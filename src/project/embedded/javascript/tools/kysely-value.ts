import { lastName, type Node } from "../../program.ts";
import { type Scope } from "../../scope.ts";
import { hole } from "../../sql-text.ts";
import { textOf } from "../../text.ts";
import { constantOf, dotted, valueOf, type Link, type Value } from "../values.ts";

/** sql`now()`, sql.raw("now()"), sql.ref("a"). */
export function rawOf(node: Node, scope: Scope): string | undefined {
	if (node.kind !== "call") return undefined;
	const name = lastName(node.callee);
	const root = node.callee.kind === "member" ? lastName(node.callee.of) : name;
	const [first] = node.args;
	if (root !== "sql" || !first) return undefined;
	const text = textOf(first, scope)?.text;
	if (name === "ref" || name === "table" || name === "id") return text && dotted(text);
	if (name === "lit" || name === "literal" || name === "val") {
		return constantOf(valueOf(first, scope, () => undefined));
	}
	return text ?? hole("sql");
}

/** Returns the value of an argument; sql.raw and sql`` are SQL. */
export function valuesOf(link: Link, scope: Scope): readonly Value[] {
	return link.call.args.map((each) => valueOf(each, scope, rawOf));
}
