import type { Range } from "../../../../core/source.ts";
import type { Built } from "../tool.ts";
import { wordsOf, type Value } from "../values.ts";

interface Column {
	readonly sql: string;
	readonly range: Range;
	readonly before?: string;
}

export interface Draft {
	readonly table: string;
	readonly name: string;
	readonly schema?: string;
	readonly isNew: boolean;
	readonly columns: Column[];
	/** Statements after the table, and after the new columns, is there. */
	readonly after: Built[];
	readonly altered: Built[];
	readonly comments: Built[];
	readonly checks: string[];
	primary?: { readonly sql: string };
	hasKey: boolean;
	inherits?: string;
}

export function given(value: Value): string | undefined {
	return value.kind === "none" || value.kind === "null" ? undefined : wordsOf(value);
}

export function named(value: Value): string {
	const name = given(value);
	return name === undefined ? "" : `constraint ${name} `;
}

/** table_column_column_kind in lower case (_indexCommand of lib/schema/tablecompiler.js). */
export function keyName({ name }: Draft, columns: readonly string[], kind: string): string {
	return `${name.replace(/\.|-/g, "_")}_${columns.join("_")}_${kind}`.toLowerCase();
}
