import type { ReadOptions } from "../core/dialect.ts";
import type { Statement } from "../core/statement.ts";

/** Reads a statement. One whose reading throws is unread, where somebody takes what was thrown. */
export function readContained(
	place: Pick<Statement, "file" | "range" | "placeholders">,
	{ fault }: Pick<ReadOptions, "fault">,
	read: () => Statement,
): Statement {
	try {
		return read();
	} catch (error) {
		if (!fault) throw error;
		fault(error, place);
		const message = "lockkeeper has a bug that this statement meets";
		const unread = { reason: "bug", message, at: place.range } as const;
		return { ...place, comments: [], parts: [], unread };
	}
}
