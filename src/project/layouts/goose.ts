import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { bareSections, wrappedSection, type Part } from "./line-statements.ts";
import {
	compareDigits,
	duplicateNumbers,
	firstMarked,
	linesOf,
	readInto,
	sqlNames,
	verifySections,
	type Line,
	wayOutByLine,
} from "./section.ts";

/** goose: one file a migration, with `-- +goose Up` and `-- +goose Down` sections. */
export const goose: Layout = {
	id: "goose",
	name: "goose",
	orderedBy: "the number at the start of the file name",
	applied: {
		table: "goose_db_version",
		// Old versions add a row for a rollback: the newest row of a version counts.
		rows: `SELECT version_id, NULL, false FROM {table} AS one WHERE version_id > 0 AND is_applied
			AND id = (SELECT max(id) FROM {table} AS other WHERE other.version_id = one.version_id) ORDER BY id`,
		holds: "each",
	},
	ownsFolders: false,

	detect(directory, files) {
		const name = firstMarked(directory, files, /^--\s*\+goose\s+up\b/im);
		return name === undefined ? undefined : { why: `-- +goose Up in ${name}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const names = migrationNames(directory, files);
		problems.push(
			...duplicateNumbers(
				names.map(({ name, digits }) => ({ digits, path: joinPath(directory, name) })),
				"goose",
			),
		);
		const migrations: MigrationSource[] = [];
		for (const { name, digits } of names) {
			const path = joinPath(directory, name);
			const title = name.replace(/^\d+_?/, "").replace(/\.\w+$/, "");
			const common = { id: digits, name: title, placeholders: [] };
			if (name.endsWith(".go")) {
				migrations.push({ ...common, up: [], down: [], verify: [], programFile: path });
				continue;
			}
			const file = readInto(path, files, problems);
			if (!file) continue;
			const { up, down, substitutes } = sectionsOf(file, problems);
			migrations.push({
				...common,
				up,
				down,
				verify: verifySections(path, files, problems),
				placeholders: substitutes ? ["dollarBrace"] : [],
			});
		}
		return { migrations, problems };
	},

	write({ directory, revision, name, sql, runs, down }) {
		const head = runs === "alone" ? "-- +goose NO TRANSACTION\n" : "";
		const back = down === undefined ? "" : `\n-- +goose Down\n${statementBlock(down)}`;
		const text = `${head}-- +goose Up\n${statementBlock(sql)}${back}`;
		return [{ path: joinPath(directory, `${revision}_${name}.sql`), text }];
	},
};

/** goose cuts where a line ends with a semicolon; a block is one statement. */
function statementBlock(sql: string): string {
	const isOne = /^(?:--.*\n)*(?:DO|CREATE (?:FUNCTION|TRIGGER))\b/.test(sql);
	return isOne ? `-- +goose StatementBegin\n${sql.trimEnd()}\n-- +goose StatementEnd\n` : sql;
}

interface Name {
	readonly name: string;
	readonly digits: string;
}

function migrationNames(directory: string, files: Files): readonly Name[] {
	const programs = files
		.list(directory)
		.filter((name) => /^\d+_.*\.go$/.test(name) && !name.endsWith("_test.go"));
	return [...sqlNames(directory, files), ...programs]
		.flatMap((name) => {
			const digits = /^(\d+)_/.exec(name)?.[1];
			return digits === undefined ? [] : [{ name, digits }];
		})
		.sort((a, b) => compareDigits(a.digits, b.digits) || compareText(a.name, b.name));
}

/** goose knows an annotation by "--" and "+goose" in a trimmed line (internal/sqlparser/parser.go). */
function annotationOf(line: string): string | undefined {
	const match = /^\s*--.*?\+goose\s+(.*?)\s*$/i.exec(line);
	return match?.[1]?.toLowerCase().replace(/\s+/g, " ");
}

const isAnnotation = (line: string): boolean => annotationOf(line) !== undefined;

interface Sections {
	readonly up: readonly Section[];
	readonly down: readonly Section[];
	readonly substitutes: boolean;
}

function sectionsOf(file: SourceFile, problems: ProjectProblem[]): Sections {
	const found = { up: new Array<Part>(), down: new Array<Part>() };
	let current: Part | undefined;
	let blockStart: Line | undefined;
	let isBare = false;
	let substitutes = false;
	for (const line of linesOf(file.text)) {
		const annotation = annotationOf(line.text);
		if (annotation === undefined) continue;
		if (annotation === "up" || annotation === "down") {
			if (current) current.end = line.range.start;
			current = { start: line.next, end: file.text.length, blocks: [] };
			found[annotation].push(current);
		} else if (annotation === "statementbegin") {
			blockStart = line;
		} else if (annotation === "statementend" && blockStart && current) {
			current.blocks.push({ start: blockStart.next, end: line.range.start });
			blockStart = undefined;
		} else if (annotation === "no transaction") {
			isBare = true;
		} else if (annotation === "envsub on") {
			substitutes = true;
		}
	}
	if (blockStart) problems.push(openBlock(file, blockStart));
	if (found.up.length === 0) problems.push(noUp(file));
	const first = linesOf(file.text).find((line) => isAnnotation(line.text));
	const wayOut = wayOutByLine(file, first?.range.start ?? 0, "-- +goose NO TRANSACTION", {
		then: "none",
		counts: "file",
	});
	const sections = (part: Part): readonly Section[] =>
		isBare
			? bareSections(file, part, isAnnotation)
			: wrappedSection(file, part).map((section) => ({ ...section, wayOut }));
	return {
		up: found.up.flatMap(sections),
		down: found.down.flatMap(sections),
		substitutes,
	};
}

function openBlock(file: SourceFile, line: Line): ProjectProblem {
	return {
		code: "badMarker",
		severity: "error",
		file: file.path,
		range: line.range,
		message: `${file.path}: "-- +goose StatementBegin" has no "-- +goose StatementEnd"`,
		hint: 'Put "-- +goose StatementEnd" on a line of its own after the statement.',
	};
}

function noUp(file: SourceFile): ProjectProblem {
	return {
		code: "badMarker",
		severity: "error",
		file: file.path,
		message: `${file.path} has no "-- +goose Up" line: goose refuses it`,
		hint: 'Put "-- +goose Up" on a line of its own before the first statement.',
	};
}
