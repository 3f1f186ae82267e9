import { contractObject, defineRule } from "#core";
import type { OperationOf, Routine, TypeName } from "#core";
import { signatureOf } from "../src/catalog/routine-id.ts";

type Callable = Pick<Routine, "argumentTypes" | "defaults">;

function leastArguments({ argumentTypes, defaults }: Callable): number {
	return argumentTypes.length - defaults;
}

/** The fewest arguments with which a call of either means both; undefined when no call does. */
function commonCall(one: Callable, other: Callable): readonly TypeName[] | undefined {
	const most = Math.min(one.argumentTypes.length, other.argumentTypes.length);
	for (let count = Math.max(leastArguments(one), leastArguments(other)); count <= most; count++) {
		const types = one.argumentTypes.slice(0, count);
		if (signatureOf(types) === signatureOf(other.argumentTypes.slice(0, count))) return types;
	}
	return undefined;
}

function showArguments(types: readonly TypeName[]): string {
	return types.map(({ name, dimensions }) => name + "[]".repeat(dimensions)).join(", ");
}

export default defineRule({
	id: "no-ambiguous-overload",
	summary: "Disallow a function whose defaults make calls of an existing function ambiguous.",
	why: `CREATE OR REPLACE FUNCTION replaces a function with the same argument types only. With one argument more it
makes a second function beside the first. When the additional argument has a default, a call with the old arguments
fits both, and from then on every such call fails with 42725, function is not unique (measured on PostgreSQL 14, 17
and 18): in the application, in triggers and in other functions.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Drop the old form in the same transaction, or give the new one another name or no defaults.",
	messages: {
		ambiguous:
			"Calls of {function}({arguments}) fail: they fit this function and the one that is there already.",
	},
	examples: [
		{
			before: `CREATE FUNCTION order_total(order_id bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';`,
			bad: `SET lock_timeout = '2s';
CREATE OR REPLACE FUNCTION order_total(order_id bigint, currency text DEFAULT 'EUR') RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';`,
			good: `SET lock_timeout = '2s';
BEGIN;
DROP FUNCTION order_total(bigint);
CREATE FUNCTION order_total(order_id bigint, currency text DEFAULT 'EUR') RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';
COMMIT;`,
		},
	],
	on: {
		createFunction(operation: OperationOf<"createFunction">, context) {
			const { catalog } = context;
			const { schema = catalog.searchPath[0] ?? "public", name } = operation.function;
			const own = signatureOf(operation.argumentTypes);
			const key = `${schema}.${name}`;
			const there = catalog.routinesByKey(key);
			// Replaced: what is ambiguous was so before.
			if (there.some((other) => signatureOf(other.argumentTypes) === own)) return;
			for (const other of there) {
				const call = commonCall(operation, other);
				if (!call) continue;
				context.report({
					message: "ambiguous",
					at: operation,
					data: {
						function: contractObject(catalog, key).shown,
						arguments: showArguments(call),
					},
					related: context.placeOf(other.origin, "The other one is created here."),
					atReleaseEnd(after) {
						const left = after.routinesByKey(key).map((one) => signatureOf(one.argumentTypes));
						const both = left.includes(own) && left.includes(signatureOf(other.argumentTypes));
						return both ? undefined : "settled";
					},
				});
			}
		},
	},
});
