import type { Range } from "../source.ts";

/** How a MySQL statement asks to be run: ALGORITHM=, LOCK=, and MariaDB's WAIT n and NOWAIT (0 seconds). */
export interface OnlineClauses {
	readonly algorithm?: "default" | "instant" | "nocopy" | "inplace" | "copy";
	readonly lock?: "default" | "none" | "shared" | "exclusive";
	readonly waitSeconds?: number;
}

/** What every operation has: its place in the file, and how it is reached when not directly. */
export interface OperationBase {
	readonly range: Range;
	/** MySQL: every operation of the command carries the same; absent when the statement says nothing. */
	readonly online?: OnlineClauses;
}

/** A storage or option setting: `fillfactor = 70`. */
export interface Parameter {
	readonly name: string;
	readonly value?: string;
}
