import { nearestOf } from "../core/config-shape.ts";
import { rules } from "../generated/rules.ts";

/** Returns what to say to a rule id that does not exist, with the one that was likely meant. */
export function noSuchRule(id: string): { readonly message: string; readonly hint: string } {
	const nearest = nearestOf(
		id,
		rules.map((rule) => rule.id),
	);
	const list = "lockkeeper rules lists them all.";
	return {
		message: `There is no rule ${id}.`,
		hint: nearest === undefined ? list : `Did you mean ${nearest}? ${list}`,
	};
}
