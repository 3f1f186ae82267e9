import { callsIn } from "../../core/engine/expressions.ts";
import type { Expression } from "../../core/expression.ts";
import type { Constancy } from "./batch-words.ts";

/** Returns what the functions of an expression make of it; one that is in no list may be anything. */
export function callConstancy(
	expression: Expression,
	{ pure, clock, random }: Readonly<Record<"pure" | "clock" | "random", ReadonlySet<string>>>,
): Constancy {
	let found: Constancy = "constant";
	for (const { function: called } of callsIn([expression])) {
		const name = called.name.toLowerCase();
		if (called.schema !== undefined) return "unknown";
		if (pure.has(name)) continue;
		if (random.has(name)) found = "random";
		else if (!clock.has(name)) return "unknown";
		else if (found === "constant") found = "clock";
	}
	return found;
}
