import type { OperationOf } from "../../core/operation.ts";
import type { MutableCatalog } from "../mutable.ts";
import { configCalls } from "../set-config.ts";

export function setParameter(
	catalog: MutableCatalog,
	{ name, value, scope }: OperationOf<"setParameter">,
): void {
	if (name === "search_path") catalog.setSearchPath(value, scope === "local");
}

/** `SELECT pg_catalog.set_config('search_path', '', false)`, as pg_dump writes it. */
export function setConfig(catalog: MutableCatalog, operation: OperationOf<"select">): void {
	for (const { name, value, scope } of configCalls(operation.query)) {
		if (name === "search_path") catalog.setSearchPath(value, scope === "local");
	}
}
