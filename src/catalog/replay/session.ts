import type { Expression } from "../../core/expression.ts";
import type { OperationOf } from "../../core/operation.ts";
import type { MutableCatalog } from "../mutable.ts";

export function setParameter(
	catalog: MutableCatalog,
	{ name, value, scope }: OperationOf<"setParameter">,
): void {
	if (name === "search_path") catalog.setSearchPath(value, scope === "local");
}

/** `SELECT pg_catalog.set_config('search_path', '', false)`, as pg_dump writes it. */
export function setConfig(catalog: MutableCatalog, operation: OperationOf<"select">): void {
	for (const { expression } of operation.query.targets) {
		if (expression.kind !== "call" || expression.function.name !== "set_config") continue;
		const [name, value, local] = expression.arguments.map(literal);
		if (name !== "search_path" || value === undefined) continue;
		catalog.setSearchPath(value, local === "true" || local === "t");
	}
}

function literal(expression: Expression): string | undefined {
	if (expression.kind === "cast") return literal(expression.operand);
	return expression.kind === "literal" ? expression.value : undefined;
}
