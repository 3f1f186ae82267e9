import { rowNewest } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	duplicateNumbers,
	firstMarked,
	numberedFiles,
	readInto,
	sqlNames,
	verifySections,
	type NumberedFile,
	wayOutByLine,
} from "./section.ts";

const divider = "---- create above / drop below ----";
const bareMarker = /^---- tern: disable-tx ----$/m;
const fileName = /^(\d+)_(.+)\.sql$/;

/** tern (jackc): numbers without gaps, up above and down below a dividing line, Go templates. */
export const tern: Layout = {
	id: "tern",
	name: "tern",
	orderedBy: "the number at the start of the file name",
	applied: rowNewest("schema_version", "version"),
	whenGone: "it stops: a number is missing",
	ownsFolders: false,

	detect(directory, files) {
		const name = firstMarked(
			directory,
			files,
			/^---- (?:create above \/ drop below|tern: disable-tx) ----/m,
		);
		if (name !== undefined) return { why: `tern's markers in ${name}` };
		const first = sqlNames(directory, files).find((one) => fileName.test(one));
		const hasConfig = files.exists(joinPath(directory, "tern.conf"));
		return hasConfig && first !== undefined ? { why: "tern.conf" } : undefined;
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const found = numberedFiles(directory, sqlNames(directory, files), fileName);
		problems.push(...duplicateNumbers(found, "tern"), ...gaps(found));
		const migrations: MigrationSource[] = [];
		for (const { path, digits, title } of found) {
			const file = readInto(path, files, problems);
			if (!file) continue;
			const at = file.text.indexOf(divider);
			const end = at === -1 ? file.text.length : at;
			migrations.push({
				id: digits,
				name: title,
				up: [section(file, 0, end)],
				down: at === -1 ? [] : [section(file, at + divider.length, file.text.length)],
				verify: verifySections(path, files, problems),
				placeholders: ["doubleBrace"],
			});
		}
		return { migrations, problems };
	},
};

/** Without the transaction tern sends statement by statement, each direction by its own marker. */
function section(file: SourceFile, start: number, end: number): Section {
	const isBare = bareMarker.test(file.text.slice(start, end).replaceAll("\r\n", "\n"));
	const range = { start, end };
	if (isBare) return { file, range, transaction: "none" };
	const at = start === 0 && file.text.startsWith("\uFEFF") ? 1 : start;
	const wayOut = wayOutByLine(file, at, "---- tern: disable-tx ----", {
		then: "none",
		counts: "section",
	});
	return { file, range, transaction: "file", wayOut };
}

/** tern refuses to run when a number is missing (migrate/migrate.go, FindMigrations). */
function gaps(found: readonly NumberedFile[]): readonly ProjectProblem[] {
	const numbers = [...new Set(found.map(({ digits }) => Number(digits)))];
	const index = numbers.findIndex((number, at) => number !== at + 1);
	const at = found.find(({ digits }) => Number(digits) === numbers[index]);
	if (index === -1 || !at) return [];
	return [
		{
			code: "missingFile",
			severity: "warning",
			file: at.path,
			message: `${at.path} stands where tern expects migration ${index + 1}: it stops here`,
			hint: "Number the files from 1 on without a gap.",
		},
	];
}
