import type { Section } from "../../core/migration.ts";
import type { Range, SourceFile } from "../../core/source.ts";
import { linesOf } from "./section.ts";

/** A part of a file whose statements end at line ends, except in the blocks. */
export interface Part {
	readonly start: number;
	end: number;
	readonly blocks: Range[];
}

/** Returns a part that the tool runs in one transaction. */
export function wrappedSection(file: SourceFile, { start, end, blocks }: Part): readonly Section[] {
	const statementRule = { endsAt: "lineEnd", blocks } as const;
	return [{ file, range: { start, end }, transaction: "file", statementRule }];
}

/**
 * Returns the sections of a part without a transaction: the tool sends statement by statement, and each
 * block as one message. Lines of the tool's own are no statements.
 */
export function bareSections(
	file: SourceFile,
	{ start, end, blocks }: Part,
	isOwnLine: (line: string) => boolean,
): readonly Section[] {
	const statementRule = { endsAt: "lineEnd", blocks: [] } as const;
	const sections: Section[] = [];
	const add = (range: Range): void => {
		if (!hasText(file, range, isOwnLine)) return;
		sections.push({ file, range, transaction: "none", statementRule });
	};
	let at = start;
	for (const block of blocks) {
		add({ start: at, end: block.start });
		sections.push({ file, range: block, transaction: "implicit" });
		at = block.end;
	}
	add({ start: at, end });
	return sections;
}

/** True when more than blank lines and the tool's own lines stand there (comments count: directives). */
function hasText(file: SourceFile, range: Range, isOwnLine: (line: string) => boolean): boolean {
	const text = file.text.slice(range.start, range.end);
	return linesOf(text).some((line) => line.text.trim() !== "" && !isOwnLine(line.text));
}
