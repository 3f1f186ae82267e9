import type { Expression, Query } from "../core/expression.ts";

/** A setting that a query makes. */
export interface ConfigCall {
	/** Lower case. */
	readonly name: string;
	readonly value: string;
	readonly scope: "session" | "local";
}

/** Returns what `SELECT set_config('name', 'value', is_local)` sets, as far as it is written out. */
export function configCalls({ targets }: Query): readonly ConfigCall[] {
	return targets.flatMap(({ expression }): readonly ConfigCall[] => {
		if (expression.kind !== "call" || expression.function.name !== "set_config") return [];
		const [name, value, local] = expression.arguments.map(literal);
		if (name === undefined || value === undefined) return [];
		const scope = local === "true" || local === "t" ? "local" : "session";
		return [{ name: name.toLowerCase(), value, scope }];
	});
}

function literal(expression: Expression): string | undefined {
	if (expression.kind === "cast") return literal(expression.operand);
	return expression.kind === "literal" ? expression.value : undefined;
}
