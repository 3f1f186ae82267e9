import type { Migration, ProjectProblem, Section } from "../core/migration.ts";
import type { SourceFile } from "../core/source.ts";
import { diskFiles, withFile } from "./files.ts";

/**
 * Returns a history made of the named files and nothing else, in the order given: those of `history`
 * are replayed, `explained` is looked at. What `history` makes is in use and may have rows; each statement
 * commits by itself unless the files say BEGIN.
 */
export function explicitHistory(
	cwd: string,
	history: readonly string[],
	explained: readonly string[],
	stdin?: { readonly path: string; readonly bytes: Uint8Array },
): readonly Migration[] | ProjectProblem {
	const disk = diskFiles(cwd);
	const files = stdin ? withFile(disk, stdin.path, stdin.bytes) : disk;
	const texts: SourceFile[] = [];
	for (const name of [...history, ...explained, ...(stdin ? [stdin.path] : [])]) {
		const reading = files.read(name);
		if (!reading.file) return reading.problem;
		texts.push(reading.file);
	}
	return texts.map((file, order) => {
		const section: Section = {
			file,
			range: { start: 0, end: file.text.length },
			transaction: "none",
		};
		return {
			id: file.path,
			name: file.path,
			layout: "plain",
			order,
			release: order < history.length ? "before" : "explained",
			candidate: order >= history.length,
			up: [section],
			down: [],
			verify: [],
			placeholders: [],
		};
	});
}
