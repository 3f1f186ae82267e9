import { databaseNames, isRead } from "../core/dialect.ts";
import type { Migration, Project, Section, TransactionClass } from "../core/migration.ts";
import { showServerVersion } from "../core/server-version.ts";
import { countOf, type Palette } from "./report.ts";
import { wrap } from "./wrap.ts";

/** Of each run of migrations in the same state so many are shown at its begin and at its end. */
const shownAtEnds = { begin: 2, end: 5 } as const;

const problemsShown = 5;

const transactionWords: Readonly<Record<TransactionClass, string>> = {
	all: "all pending migrations in one",
	file: "one for each migration",
	implicit: "one for each message of several statements",
	none: "none",
};

export type MigrationState = "baseline" | "released" | "candidate";

/** Returns what a run of lint does with a migration: judge it, or replay it to know the schema. */
export function stateOf({ baseline, candidate }: Migration): MigrationState {
	if (baseline === true) return "baseline";
	return candidate ? "candidate" : "released";
}

/** Returns how the tool runs a migration; undefined for a program, of which nothing is known. */
export function transactionOf({ up }: Migration): TransactionClass | undefined {
	return up[0]?.transaction;
}

/** Returns the file that a migration is known by. */
export function fileOf({ up, down, programFile }: Migration): string {
	return up[0]?.file.path ?? programFile ?? down[0]?.file.path ?? "";
}

/** Returns the parts that a migration has, in words. */
export function partsOf({ up, down, verify, programFile }: Migration): readonly string[] {
	const part = (name: string, sections: readonly Section[]): readonly string[] =>
		sections.length === 0 ? [] : [sections.length === 1 ? name : `${name} (${sections.length})`];
	const program = programFile === undefined ? [] : ["program"];
	return [...program, ...part("up", up), ...part("down", down), ...part("verify", verify)];
}

function countStates(migrations: readonly Migration[]): string {
	const words: Readonly<Record<MigrationState, readonly [string, string]>> = {
		baseline: ["baseline", "baselines"],
		released: ["released", "released"],
		candidate: ["candidate", "candidates"],
	};
	return (["baseline", "released", "candidate"] as const)
		.map((state) => {
			const count = migrations.filter((migration) => stateOf(migration) === state).length;
			return count === 0 ? "" : countOf(count, ...words[state]);
		})
		.filter((text) => text !== "")
		.join(", ");
}

/** The transaction classes with how many migrations have them, the most frequent first. */
function classesOf(
	migrations: readonly Migration[],
): readonly (readonly [TransactionClass, number])[] {
	const counts = new Map<TransactionClass, number>();
	for (const migration of migrations) {
		const transaction = transactionOf(migration);
		if (transaction) counts.set(transaction, (counts.get(transaction) ?? 0) + 1);
	}
	return [...counts].sort((a, b) => b[1] - a[1]);
}

function transactionLine(migrations: readonly Migration[]): string {
	const detects = migrations.some(({ up }) => up.some((one) => one.perStatementDetection === true));
	return classesOf(migrations)
		.map(([transaction, count], at) => {
			const words = transactionWords[transaction];
			if (at > 0) return `${countOf(count, "migration")} with ${words}`;
			return detects ? `${words}, left out where a statement forbids one` : words;
		})
		.join("; ");
}

const placeholderWords: Readonly<Record<Migration["placeholders"][number], string>> = {
	dollarBrace: "${name}",
	doubleBrace: "{{name}}",
	percent: "%NAME%",
	psql: ":name of psql",
	doubledSemicolon: ";; for ;",
};

function facts(project: Project): readonly (readonly [string, string])[] {
	const { layout, migrations, dialect } = project;
	const database = isRead(dialect) ? databaseNames[dialect] : dialect;
	const placeholders = new Set(
		migrations.flatMap((one) => one.placeholders.map((style) => placeholderWords[style])),
	);
	return [
		["layout", `${layout.name} (${layout.why})`],
		["database", `${database} (${project.dialectWhy})`],
		...(isRead(dialect)
			? [
					[
						"version",
						`${showServerVersion(dialect, project.serverVersion)} (${project.serverVersionWhy})`,
					] as const,
				]
			: []),
		...(layout.orderedBy === undefined ? [] : [["order", `by ${layout.orderedBy}`] as const]),
		["migrations", `${countStates(migrations) || "none"} (${project.candidatesWhy})`],
		...(classesOf(migrations).length === 0
			? []
			: [["transaction", transactionLine(migrations)] as const]),
		...(placeholders.size === 0 ? [] : [["placeholders", [...placeholders].join(", ")] as const]),
	];
}

/** Returns the places of the migrations to show, or undefined for a gap. */
function selection(
	migrations: readonly Migration[],
	all: boolean,
): readonly (number | undefined)[] {
	if (all || migrations.length <= shownAtEnds.begin + shownAtEnds.end + 3) {
		return migrations.map((_, at) => at);
	}
	const shown: (number | undefined)[] = [];
	for (const [at, migration] of migrations.entries()) {
		const state = stateOf(migration);
		const same = (other: number): boolean => {
			const one = migrations[other];
			return one !== undefined && stateOf(one) === state;
		};
		if (same(at - shownAtEnds.begin) && same(at + shownAtEnds.end)) {
			if (shown.at(-1) !== undefined) shown.push(undefined);
		} else {
			shown.push(at);
		}
	}
	return shown;
}

function rowOf(project: Project, migration: Migration, usual: TransactionClass | undefined) {
	const transaction = transactionOf(migration);
	const isOwnRelease = migration.release === migration.id || migration.release === "candidate";
	const notes = [
		...(isOwnRelease ? [] : [`release ${migration.release}`]),
		...(migration.repeatable === true ? ["repeatable"] : []),
		...(transaction === undefined || transaction === usual
			? []
			: [`transaction: ${transactionWords[transaction]}`]),
		...partsOf(migration).filter((part) => part !== "up"),
	];
	const path = fileOf(migration);
	const inRoot = path.startsWith(`${project.root}/`) ? path.slice(project.root.length + 1) : path;
	return { state: stateOf(migration), id: migration.id, file: inRoot, notes: notes.join(", ") };
}

function listLines(project: Project, palette: Palette, all: boolean): readonly string[] {
	const { migrations } = project;
	const usual = classesOf(migrations)[0]?.[0];
	const rows = selection(migrations, all).map((at) => {
		const migration = at === undefined ? undefined : migrations[at];
		return migration && rowOf(project, migration, usual);
	});
	const widest = (pick: "id" | "file"): number =>
		Math.min(48, Math.max(0, ...rows.map((row) => row?.[pick].length ?? 0)));
	const [idWidth, fileWidth] = [widest("id"), widest("file")];
	const isNamedById = rows.every((row) => row === undefined || row.file.startsWith(row.id));
	return rows.map((row) => {
		if (!row) return palette.faint("  ...");
		const state = row.state.padEnd(9);
		const shownState = row.state === "candidate" ? palette.strong(state) : palette.faint(state);
		const id = isNamedById ? "" : `  ${row.id.padEnd(idWidth)}`;
		const notes = row.notes === "" ? "" : `  ${palette.faint(row.notes)}`;
		return `  ${shownState}${id}  ${notes === "" ? row.file : row.file.padEnd(fileWidth)}${notes}`;
	});
}

function problemLines(project: Project, palette: Palette, width: number): readonly string[] {
	const { problems } = project;
	const lines = problems.slice(0, problemsShown).flatMap(({ severity, message }) => {
		const [first = "", ...rest] = wrap(message, width - 11);
		const label = palette[severity](severity.padEnd(7));
		return [`  ${label}  ${first}`, ...rest.map((line) => `${" ".repeat(11)}${line}`)];
	});
	const more = problems.length - problemsShown;
	return more > 0 ? [...lines, palette.faint(`  ... ${countOf(more, "more problem")}`)] : lines;
}

/**
 * Returns what was detected and why, for a person at a terminal of the given width. Long histories are
 * shown by their ends unless `all` is set.
 */
export function projectText(
	projects: readonly Project[],
	palette: Palette,
	width: number,
	all = false,
): string {
	const blocks = projects.map((project) => {
		const lines = [palette.strong(project.root)];
		for (const [label, value] of facts(project)) {
			const [first = "", ...rest] = wrap(value, width - 16);
			lines.push(`  ${palette.faint(label.padEnd(14))}${first}`);
			for (const line of rest) lines.push(`${" ".repeat(16)}${line}`);
		}
		const problems = problemLines(project, palette, width);
		if (problems.length > 0) lines.push("", ...problems);
		if (project.migrations.length > 0) lines.push("", ...listLines(project, palette, all));
		return lines.map((line) => line.trimEnd()).join("\n");
	});
	return `${blocks.join("\n\n")}\n`;
}
