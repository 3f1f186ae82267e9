import type { Situation } from "../../../core/dialect.ts";
import { noEffect, type Effect } from "../../../core/effect.ts";
import type { Operation } from "../../../core/operation.ts";

/** The effects of operations that the server runs as one command, one for each in their order. */
export function effects(
	operations: readonly Operation[],
	_situation: Situation,
): readonly Effect[] {
	return operations.map(() => noEffect);
}
