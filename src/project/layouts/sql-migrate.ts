import { rowEach } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { bareSections, wrappedSection, type Part } from "./line-statements.ts";
import {
	compareDigits,
	firstMarked,
	linesOf,
	noUpMarker,
	readInto,
	sqlNames,
	verifySections,
} from "./section.ts";

/** sql-migrate (rubenv): `-- +migrate Up` and `-- +migrate Down` sections, each with its own options. */
export const sqlMigrate: Layout = {
	id: "sql-migrate",
	name: "sql-migrate",
	orderedBy: "the number at the start of the file name, then the name",
	applied: rowEach("gorp_migrations", "id", "applied_at, id"),
	whenGone: 'it stops: "unknown migration in database"',
	ownsFolders: false,

	detect(directory, files) {
		const name = firstMarked(directory, files, /^-- \+migrate Up\b/m);
		return name === undefined ? undefined : { why: `-- +migrate Up in ${name}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const name of orderedNames(directory, files)) {
			const path = joinPath(directory, name);
			const file = readInto(path, files, problems);
			if (!file) continue;
			const parts = partsOf(file);
			if (!parts.some(({ verb }) => verb === "up")) {
				problems.push(noUpMarker(path, "-- +migrate Up", "sql-migrate"));
			}
			migrations.push({
				id: name,
				name: name.replace(/^\d+[-_]?/, "").replace(/\.sql$/i, ""),
				up: parts.filter(({ verb }) => verb === "up").flatMap((part) => sections(file, part)),
				down: parts.filter(({ verb }) => verb === "down").flatMap((part) => sections(file, part)),
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},
};

/** Names with numbers first and as numbers, then the others by their text (migrate.go, Less). */
function orderedNames(directory: string, files: Files): readonly string[] {
	const digits = (name: string): string | undefined => /^\d+/.exec(name)?.[0];
	return [...sqlNames(directory, files)].sort((a, b) => {
		const [left, right] = [digits(a), digits(b)];
		if (left === undefined || right === undefined) {
			if (left !== right) return left === undefined ? 1 : -1;
			return compareText(a, b);
		}
		return compareDigits(left, right) || compareText(a, b);
	});
}

interface DirectedPart extends Part {
	readonly verb: "up" | "down";
	readonly isBare: boolean;
}

/** A line that begins with exactly this is a command (sqlparse/sqlparse.go). */
const command = /^-- \+migrate\s+(.*?)\s*$/;

function partsOf(file: SourceFile): readonly DirectedPart[] {
	const parts: DirectedPart[] = [];
	let blockStart: number | undefined;
	for (const line of linesOf(file.text)) {
		const words = command.exec(line.text)?.[1]?.toLowerCase().split(/\s+/);
		if (!words) continue;
		const [verb = "", ...options] = words;
		const current = parts.at(-1);
		if (verb === "up" || verb === "down") {
			if (current) current.end = line.range.start;
			const range = { start: line.next, end: file.text.length };
			parts.push({ ...range, blocks: [], verb, isBare: options.includes("notransaction") });
		} else if (verb === "statementbegin" && current) {
			blockStart = line.next;
		} else if (verb === "statementend" && current && blockStart !== undefined) {
			current.blocks.push({ start: blockStart, end: line.range.start });
			blockStart = undefined;
		}
	}
	return parts;
}

function sections(file: SourceFile, part: DirectedPart): readonly Section[] {
	if (!part.isBare) return wrappedSection(file, part);
	return bareSections(file, part, (line) => command.test(line));
}
