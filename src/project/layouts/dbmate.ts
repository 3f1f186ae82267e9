import { rowEach } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	duplicateRevisions,
	firstMarked,
	linesOf,
	readInto,
	sqlNames,
	verifySections,
	type Line,
} from "./section.ts";

/** As dbmate finds its markers (pkg/dbmate/migration.go); after the verb may stand options. */
const marker = /^--\s*migrate:(up|down)(\s*$|\s+\S+)/;

/** dbmate: one file a migration, with `-- migrate:up` and `-- migrate:down` blocks. */
export const dbmate: Layout = {
	id: "dbmate",
	name: "dbmate",
	orderedBy: "the file names as text",
	applied: rowEach("schema_migrations", "version"),
	ownsFolders: false,

	detect(directory, files) {
		const name = firstMarked(directory, files, /^--\s*migrate:up\b/m);
		return name === undefined ? undefined : { why: `-- migrate:up in ${name}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		const names = sqlNames(directory, files).filter((name) => /^\d/.test(name));
		const revision = (name: string): string => /^\d+/.exec(name)?.[0] ?? name;
		problems.push(
			...duplicateRevisions(
				names.map((name) => ({ revision: revision(name), file: joinPath(directory, name) })),
				"dbmate",
			),
		);
		for (const name of names) {
			const path = joinPath(directory, name);
			const file = readInto(path, files, problems);
			if (!file) continue;
			const { up, down } = blocksOf(file);
			if (up.length === 0) problems.push(noMarker(path));
			migrations.push({
				id: revision(name),
				name: name.replace(/^\d+_?/, "").replace(/\.sql$/i, ""),
				up,
				down,
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},

	write({ directory, revision, name, sql, runs, down = "" }) {
		const option = runs === "alone" ? " transaction:false" : "";
		const text = `-- migrate:up${option}\n${sql}\n-- migrate:down\n${down}`;
		return [{ path: joinPath(directory, `${revision}_${name}.sql`), text }];
	},
};

function noMarker(path: string): ProjectProblem {
	return {
		code: "badMarker",
		severity: "error",
		file: path,
		message: `${path} has no "-- migrate:up" line: dbmate refuses it`,
		hint: 'Put "-- migrate:up" on a line of its own before the first statement.',
	};
}

interface Marker {
	readonly line: Line;
	readonly verb: "up" | "down";
}

function markersOf(file: SourceFile): readonly Marker[] {
	return linesOf(file.text).flatMap((line): readonly Marker[] => {
		const verb = marker.exec(line.text)?.[1];
		return verb === "up" || verb === "down" ? [{ line, verb }] : [];
	});
}

function blocksOf(file: SourceFile): { readonly up: Section[]; readonly down: Section[] } {
	const up: Section[] = [];
	const down: Section[] = [];
	const markers = markersOf(file);
	for (const [index, { line, verb }] of markers.entries()) {
		const end = markers[index + 1]?.line.range.start ?? file.text.length;
		// Without its transaction dbmate sends the block as one message (pkg/dbmate/db.go).
		const isBare = /\stransaction:false(?:\s|$)/.test(line.text);
		const range = { start: line.next, end };
		const markerEnd = line.range.start + line.text.trimEnd().length;
		const option = { range: { start: markerEnd, end: markerEnd }, text: " transaction:false" };
		(verb === "up" ? up : down).push({
			file,
			range,
			transaction: isBare ? "implicit" : "file",
			...(!isBare && { wayOut: { edit: option, then: "implicit", counts: "section" } }),
		});
	}
	return { up, down };
}
