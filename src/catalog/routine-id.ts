import type { TypeName } from "../core/expression.ts";
import type { Routine } from "./model.ts";

/** Returns what tells overloads apart: the argument types without their modifiers. */
export function routineId(routine: Pick<Routine, "argumentTypes">): string {
	return signatureOf(routine.argumentTypes);
}

export function signatureOf(types: readonly TypeName[]): string {
	return types
		.map((type) => `${type.schema ?? ""}.${type.name}${type.dimensions > 0 ? "[]" : ""}`)
		.join(", ");
}
