import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	firstMarked,
	linesOf,
	noUpMarker,
	oneMessage,
	readInto,
	sqlNames,
	verifySections,
} from "./section.ts";

/** Rambler: every `-- rambler up` and `-- rambler down` begins a text that is sent by itself. */
export const rambler: Layout = {
	id: "rambler",
	name: "Rambler",
	orderedBy: "the file names as text",
	applied: rowEach("migrations", "migration"),
	ownsFolders: false,

	detect(directory, files) {
		const name = firstMarked(directory, files, /^-- rambler\s+up\b/m);
		return name === undefined ? undefined : { why: `-- rambler up in ${name}` };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const name of sqlNames(directory, files)) {
			const path = joinPath(directory, name);
			const file = readInto(path, files, problems);
			if (!file) continue;
			const up = sections(file, "up", dialect);
			if (up.length === 0) problems.push(noUpMarker(path, "-- rambler up", "Rambler"));
			migrations.push({
				id: name,
				name: name.replace(/^\d+_?/, "").replace(/\.sql$/i, ""),
				up,
				// The last one is undone first (migration.go, Down).
				down: sections(file, "down", dialect).reverse(),
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},
};

function sections(file: SourceFile, verb: "up" | "down", dialect: DatabaseId): Section[] {
	const markers = linesOf(file.text).filter(({ text }) => text.startsWith("-- rambler"));
	return markers.flatMap((line, index) => {
		if (line.text.slice("-- rambler".length).trim() !== verb) return [];
		const end = markers[index + 1]?.range.start ?? file.text.length;
		return [{ file, range: { start: line.next, end }, transaction: oneMessage(dialect) }];
	});
}
