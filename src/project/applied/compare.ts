import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { compareDigits } from "../layouts/section.ts";
import { mainFile } from "../releases.ts";
import type { HistoryTable } from "./history-table.ts";
import type { AppliedHistory, AppliedRow } from "./read-applied.ts";

/** What a database has applied of a history, and where the two differ. */
export interface AppliedMigrations {
	readonly table: string;
	readonly applied: ReadonlySet<MigrationSource>;
	readonly problems: readonly ProjectProblem[];
}

function isSame(a: string, b: string): boolean {
	if (a === b) return true;
	return /^\d+$/.test(a) && /^\d+$/.test(b) && compareDigits(a, b) === 0;
}

const ownId = ({ id }: MigrationSource): string => id;

interface Match {
	readonly source: MigrationSource;
	readonly row: AppliedRow;
}

/** Returns what the rows of a history table say about the migrations in the files. */
export function compareWithApplied(
	sources: readonly MigrationSource[],
	definition: HistoryTable,
	history: AppliedHistory,
): AppliedMigrations {
	const revisionOf = definition.revisionOf ?? ownId;
	const matches: Match[] = [];
	const unknown: AppliedRow[] = [];
	for (const row of history.rows) {
		const source = sources.find((one) => isSame(revisionOf(one), row.revision));
		if (source) matches.push({ source, row });
		else unknown.push(row);
	}
	const applied = new Set(matches.filter(({ row }) => !row.failed).map(({ source }) => source));
	if (definition.holds === "newest") {
		const newest = Math.max(-1, ...matches.map(({ source }) => sources.indexOf(source)));
		for (const source of sources.slice(0, newest)) applied.add(source);
	}
	return {
		table: history.table,
		applied,
		problems: [
			...unknown.map((row) => appliedButMissing(row, history.table)),
			...matches.flatMap((match) => changed(match, definition, history.table)),
			...matches
				.filter(({ row }) => row.failed)
				.map((match) => failedHalfway(match, history.table)),
			...appliedOutOfOrder(matches, sources),
		],
	};
}

function fileOf(source: MigrationSource): Pick<ProjectProblem, "file"> {
	const file = mainFile(source);
	return file === undefined ? {} : { file };
}

function appliedButMissing({ revision }: AppliedRow, table: string): ProjectProblem {
	return {
		code: "appliedButMissing",
		severity: "warning",
		message: `${table} says that ${revision} is applied, but no file has this revision`,
		hint: "The database has what the files do not tell: look for a deleted or renamed migration, or for another branch.",
	};
}

function changed(
	{ source, row }: Match,
	{ checksumsOf }: HistoryTable,
	table: string,
): readonly ProjectProblem[] {
	const expected = checksumsOf?.(source) ?? [];
	if (row.checksum === undefined || expected.length === 0) return [];
	if (expected.includes(row.checksum.toLowerCase().replace(/^\\x/, ""))) return [];
	return [
		{
			code: "checksumDiffers",
			severity: "warning",
			...fileOf(source),
			message: `${source.id} was changed after it was applied: its checksum in ${table} is another one`,
			hint: "Take the change back and write a new migration: the database ran the old text.",
		},
	];
}

function failedHalfway({ source }: Match, table: string): ProjectProblem {
	return {
		code: "failedMigration",
		severity: "warning",
		...fileOf(source),
		message: `${source.id} failed half-way, says ${table}: what it changed is not known`,
		hint: "Mend the database and the tool's history before anything else is applied.",
	};
}

/** Once: after the first one out of order the rest follows. */
function appliedOutOfOrder(
	matches: readonly Match[],
	sources: readonly MigrationSource[],
): readonly ProjectProblem[] {
	const ordered = matches.filter(({ source }) => source.repeatable !== true);
	for (const [at, { source }] of ordered.entries()) {
		const earlier = ordered[at - 1]?.source;
		if (!earlier || sources.indexOf(earlier) < sources.indexOf(source)) continue;
		return [
			{
				code: "appliedOutOfOrder",
				severity: "info",
				...fileOf(source),
				message: `${source.id} was applied after ${earlier.id}, which comes later in the files`,
				hint: "A new database runs them in the order of the files; check that both orders give the same schema.",
			},
		];
	}
	return [];
}
