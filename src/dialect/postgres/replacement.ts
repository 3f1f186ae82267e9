import type { Range } from "../../core/source.ts";

/** A place that a migration tool fills in before it sends the SQL. */
export interface Placeholder extends Range {
	readonly name: string;
}

/** What stands in for a placeholder; as wide as the placeholder. */
export interface Replacement extends Placeholder {
	readonly text: string;
}

/** Returns a name of this width made of a placeholder's name: never a keyword, the same for the same input. */
export function standIn(name: string, width: number): string {
	const letters = name.toLowerCase().replace(/[^a-z0-9_]/g, "_");
	return `_${letters}`.slice(0, width).padEnd(width, "_");
}
