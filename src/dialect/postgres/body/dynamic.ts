import { evaluateText } from "./evaluate.ts";
import type { Scope } from "./scope.ts";

/** The statements that an EXECUTE runs; `all` when each of them runs, else one of them does. */
export type DynamicSql =
	{ readonly statements: readonly string[]; readonly all: boolean } | { readonly reason: string };

/** Statements that begin so change neither the schema nor data, whatever follows. */
const harmless =
	/^\s*(?:select|values|table|show|explain|set|reset|notify|listen|analyze|analyse|comment|grant|revoke|alter\s+(?:database|role|user|default\s+privileges))\b/i;

/** Returns what EXECUTE of this expression runs, as far as it is known before. */
export function resolveDynamic(expression: string, scope: Scope): DynamicSql {
	const result = evaluateText(expression, scope);
	if ("values" in result) return { statements: result.values, all: result.all };
	if (harmless.test(result.prefix)) return { statements: [], all: true };
	const start = result.prefix.trim().replace(/\s+/g, " ").slice(0, 60);
	const beginning = start === "" ? "" : `, it begins with "${start}"`;
	return {
		reason: `EXECUTE runs SQL that depends on ${result.missing} and is known only at run time${beginning}`,
	};
}
