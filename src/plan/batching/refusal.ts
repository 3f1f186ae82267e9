import type { QualifiedName } from "../../core/expression.ts";
import type { RecipeRefusal } from "../recipe.ts";
import type { BatchesOf } from "./batches-of.ts";

/** Returns why a change stays in one statement, in sentences. */
export function refusalOf({
	why,
	instead,
}: Extract<BatchesOf, { readonly is: "whole" }>): RecipeRefusal {
	return { refused: `As it stands it cannot be cut into batches: ${why}. ${instead}` };
}

/** Returns the same for a table without a key by which its rows are taken one after the other. */
export function noKey({ name }: QualifiedName): RecipeRefusal {
	return refusalOf({
		is: "whole",
		why: `no unique key of ${name} without NULL is known to go by`,
		instead: `Give ${name} one first.`,
	});
}
