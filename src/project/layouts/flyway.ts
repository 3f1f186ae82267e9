import { flywayChecksums } from "../applied/checksums.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { compareText, folderName, joinPath, nameOf, type Files } from "../files.ts";
import { databaseNamed } from "../database-names.ts";
import { flywaySettings, type FlywaySettings } from "./flyway-settings.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	compareDigits,
	duplicateRevisions,
	folderNames,
	readInto,
	sqlFilesBelow,
	sqlNames,
	verifySections,
	wholeFile,
} from "./section.ts";

/** Flyway: V2__name.sql once each, U2__name.sql undoes, B2__name.sql a baseline, R__name.sql again. */
export const flyway: Layout = {
	id: "flyway",
	name: "Flyway",
	orderedBy: "the version number in the file name, repeatable ones last",
	applied: {
		table: "flyway_schema_history",
		also: ["schema_version"],
		rows: `SELECT coalesce(version, replace(description, ' ', '_')), checksum::text, NOT success FROM {table}
			WHERE type NOT IN ('SCHEMA', 'BASELINE', 'DELETE') ORDER BY installed_rank`,
		holds: "each",
		revisionOf: ({ id, repeatable }) =>
			repeatable === true ? id.replaceAll(" ", "_") : id.replaceAll("_", "."),
		checksumsOf: flywayChecksums,
	},
	whenGone: "its validation fails",
	comparesNames: true,
	ownsFolders: true,

	detect(directory, files) {
		const here = sqlNames(directory, files).find(isVersioned);
		if (here !== undefined) return { why: `file names like ${here}` };
		if (!/^migrations?$/i.test(folderName(directory, files))) return undefined;
		const below = scripts(directory, files).filter((script) => script.kind === "V");
		const versions = new Set(below.map((script) => script.version.join(".")));
		const first = below[0];
		if (!first || versions.size < below.length) return undefined;
		return { why: `file names like ${nameOf(first.file)} in its folders` };
	},

	home(directory, files) {
		const name = folderName(directory, files);
		const parent = joinPath(directory, "..");
		const longerNames = folderNames(parent, files).filter((other) => isLonger(name, other));
		const first = longerNames.find((other) =>
			companions(joinPath(parent, other), files).includes(joinPath(parent, name)),
		);
		return first === undefined ? directory : joinPath(parent, first);
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const settings = flywaySettings(directory, files);
		const folders = [directory, ...companions(directory, files)];
		const all = folders.flatMap((folder) => scripts(folder, files));
		const versioned = all.filter((script) => script.kind === "V").sort(byVersion);
		const undo = new Map(
			all.filter((script) => script.kind === "U").map((script) => [key(script), script.file]),
		);
		problems.push(
			...duplicateRevisions(
				versioned.map((script) => ({ revision: key(script), file: script.file })),
				"Flyway",
			),
		);
		const migrations: MigrationSource[] = [];
		const add = (script: Script, more: Partial<MigrationSource>): void => {
			const source = sourceOf(script, undo.get(key(script)), files, problems, settings);
			if (source) migrations.push({ ...source, ...more });
		};
		for (const script of baselines(all, versioned, problems)) add(script, { baseline: true });
		for (const script of versioned) add(script, {});
		const repeatable = all.filter((script) => script.kind === "R");
		for (const script of repeatable.sort((a, b) => compareText(a.description, b.description))) {
			add(script, { repeatable: true });
		}
		return { migrations, problems: [...problems, ...strayConfigs(directory, files)] };
	},
};

function isLonger(name: string, beginning: string): boolean {
	return (
		name !== beginning && /^[_-]/.test(name.slice(beginning.length)) && name.startsWith(beginning)
	);
}

/**
 * Returns the folders beside a directory whose names begin with its own and that share no version with
 * it: several locations of one history (flyway.locations), such as migration and migration_data.
 */
function companions(directory: string, files: Files): readonly string[] {
	const name = folderName(directory, files);
	const parent = joinPath(directory, "..");
	const versions = (folder: string): readonly string[] =>
		scripts(folder, files).flatMap((script) => (script.kind === "V" ? [key(script)] : []));
	const taken = new Set(versions(directory));
	if (taken.size === 0) return [];
	return folderNames(parent, files)
		.filter((other) => isLonger(other, name) && databaseNamed(other) === databaseNamed(name))
		.map((other) => joinPath(parent, other))
		.filter((folder) => {
			const own = versions(folder);
			if (own.length === 0 || own.some((version) => taken.has(version))) return false;
			for (const version of own) taken.add(version);
			return true;
		});
}

/** Flyway reads V5__x.sql.conf; V5__x.conf it passes over without a word. */
function strayConfigs(directory: string, files: Files): readonly ProjectProblem[] {
	const names = files.list(directory);
	return names
		.filter((name) => /\.conf$/i.test(name) && !/\.sql\.conf$/i.test(name))
		.filter((name) => names.includes(name.replace(/\.conf$/i, ".sql")))
		.map((name) => ({
			code: "badFileName",
			severity: "warning",
			file: joinPath(directory, name),
			message: `${joinPath(directory, name)} has no effect: Flyway looks for ${name.replace(/\.conf$/i, ".sql.conf")}`,
			hint: "Rename it, or remove it.",
		}));
}

interface Script {
	readonly file: string;
	readonly kind: "V" | "U" | "B" | "R";
	/** Numbers without trailing zeros: 1.0 is 1. */
	readonly version: readonly string[];
	readonly written: string;
	readonly description: string;
}

const scriptName = /^(?:([VUB])(\d+(?:[._]\d+)*)(?:__(.*))?|R__(.+))\.sql$/i;

function isVersioned(name: string): boolean {
	return /^V\d+(?:[._]\d+)*(?:__.*)?\.sql$/i.test(name) && name.startsWith("V");
}

function scripts(directory: string, files: Files): Script[] {
	// A folder named for a database is a history of its own ({vendor} in flyway.locations).
	const enter = (folder: string): boolean => databaseNamed(folder) === undefined;
	return sqlFilesBelow(directory, files, enter).flatMap((file) => scriptOf(file) ?? []);
}

function scriptOf(file: string): Script | undefined {
	const match = scriptName.exec(nameOf(file));
	if (!match) return undefined;
	const [, prefix, written, description, repeatable] = match;
	if (repeatable !== undefined) {
		if (!nameOf(file).startsWith("R")) return undefined;
		return { file, kind: "R", version: [], written: "", description: repeatable };
	}
	// The prefix is case-sensitive, the suffix is not.
	if (prefix !== "V" && prefix !== "U" && prefix !== "B") return undefined;
	const version = (written ?? "").split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, ""));
	while (version.length > 1 && version.at(-1) === "0") version.pop();
	return { file, kind: prefix, version, written: written ?? "", description: description ?? "" };
}

function key(script: Script): string {
	return script.version.join(".");
}

function byVersion(a: Script, b: Script): number {
	const length = Math.max(a.version.length, b.version.length);
	for (let at = 0; at < length; at++) {
		const difference = compareDigits(a.version[at] ?? "0", b.version[at] ?? "0");
		if (difference !== 0) return difference;
	}
	return compareText(a.file, b.file);
}

/** A baseline only counts when the migrations that it replaces are gone; the newest one wins. */
function baselines(
	all: readonly Script[],
	versioned: readonly Script[],
	problems: ProjectProblem[],
): readonly Script[] {
	const newest = all
		.filter((script) => script.kind === "B")
		.sort(byVersion)
		.at(-1);
	if (!newest) return [];
	const first = versioned[0];
	if (!first || byVersion(first, { ...newest, file: first.file }) > 0) return [newest];
	problems.push({
		code: "supersededBaseline",
		severity: "info",
		file: newest.file,
		message: `${newest.file} is not read: the migrations that it sums up are still here`,
		hint: "Flyway runs the baseline on new databases only; the versioned files tell the same history.",
	});
	return [];
}

function sourceOf(
	script: Script,
	undo: string | undefined,
	files: Files,
	problems: ProjectProblem[],
	settings: FlywaySettings | undefined,
): MigrationSource | undefined {
	const up = sectionOf(script.file, files, problems, settings);
	if (!up) return undefined;
	const down = undo === undefined ? undefined : sectionOf(undo, files, problems, settings);
	return {
		id: script.kind === "R" ? script.description : script.written,
		name: script.description,
		up: [up.section],
		down: down ? [down.section] : [],
		verify: verifySections(script.file, files, problems),
		placeholders: up.replacesPlaceholders ? ["dollarBrace"] : [],
		...(settings && { placeholderValues: settings.placeholders }),
	};
}

function sectionOf(
	path: string,
	files: Files,
	problems: ProjectProblem[],
	general: FlywaySettings | undefined,
): { readonly section: Section; readonly replacesPlaceholders: boolean } | undefined {
	const file = readInto(path, files, problems);
	if (!file) return undefined;
	const settings = scriptConfig(`${path}.conf`, files, problems);
	const own = settings.get("executeintransaction");
	const inTransaction = own === undefined ? general?.inTransaction !== false : own !== "false";
	const transaction = general?.isGrouped === true ? "all" : "file";
	return {
		section: inTransaction
			? wholeFile(file, transaction, { perStatementDetection: true })
			: wholeFile(file, "none"),
		replacesPlaceholders:
			(settings.get("placeholderreplacement") ?? String(general?.replacesPlaceholders ?? true)) !==
			"false",
	};
}

/** Reads a script configuration file: Java properties, here without escapes. */
function scriptConfig(
	path: string,
	files: Files,
	problems: ProjectProblem[],
): ReadonlyMap<string, string> {
	const settings = new Map<string, string>();
	if (!files.exists(path)) return settings;
	const text = readInto(path, files, problems)?.text ?? "";
	for (const match of text.matchAll(/^\s*(?:flyway\.)?(\w+)\s*[=:]\s*(.*?)\s*$/gm)) {
		settings.set((match[1] ?? "").toLowerCase(), (match[2] ?? "").toLowerCase());
	}
	return settings;
}
