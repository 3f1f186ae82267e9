import type { EmbeddedSql, Section, TransactionClass } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";

/** Returns the section of what a program sends in one go. */
export function embeddedSection(
	file: SourceFile,
	embedded: readonly EmbeddedSql[],
	transaction: TransactionClass,
): Section {
	const starts = embedded.map(({ range }) => range.start);
	const ends = embedded.map(({ range }) => range.end);
	const range =
		embedded.length === 0
			? { start: 0, end: 0 }
			: { start: Math.min(...starts), end: Math.max(...ends) };
	return { file, range, transaction, embedded };
}
