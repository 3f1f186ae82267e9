import { flywayChecksums } from "../applied/checksums.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { compareText, folderName, joinPath, nameOf, pathFrom, type Files } from "../files.ts";
import { databaseNamed } from "../database-names.ts";
import { flywaySettings, type FlywaySettings } from "./flyway-settings.ts";
import { hasSuffix, scriptOf, usualNames, type FlywayNames, type Script } from "./flyway-names.ts";
import type { Detection, Layout, LayoutReading } from "./layout.ts";
import {
	compareDigits,
	duplicateRevisions,
	folderNames,
	isVerifyFile,
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
		const here = sqlNames(directory, files).find(
			(name) => scriptOf(name, usualNames)?.kind === "V",
		);
		if (here !== undefined) return { why: `file names like ${here}` };
		const configured = configuredName(directory, files);
		if (configured !== undefined) return configured;
		if (!/^migrations?$/i.test(folderName(directory, files))) return undefined;
		const below = scripts(directory, files).filter((script) => script.kind === "V");
		const versions = new Set(below.map((script) => script.version.join(".")));
		const first = below[0];
		if (!first || versions.size < below.length) return undefined;
		return { why: `file names like ${nameOf(first.file)} in its folders` };
	},

	home(directory, files) {
		const [location] = locationsOf(directory, files, flywaySettings(directory, files));
		if (location !== undefined) return location;
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
		const locations = locationsOf(directory, files, settings);
		const folders = locations.length > 0 ? locations : [directory, ...companions(directory, files)];
		const names = settings?.names ?? usualNames;
		const all = folders.flatMap((folder) => scripts(folder, files, names));
		if (settings?.validatesNames === true) problems.push(...badNames(folders, files, names));
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

/** A folder with names that only the settings make Flyway's; they are asked for where names look like it. */
function configuredName(directory: string, files: Files): Detection | undefined {
	const candidates = files.list(directory).filter((name) => /\d.*[^/]$/.test(name));
	if (candidates.length === 0) return undefined;
	const settings = flywaySettings(directory, files);
	if (!settings || settings.names === usualNames) return undefined;
	const found = candidates.find((name) => scriptOf(name, settings.names)?.kind === "V");
	return found === undefined
		? undefined
		: { why: `file names like ${found}, as ${settings.file} says` };
}

/**
 * Returns the locations that the settings name, when the directory is one of them and each is there:
 * then they are one history. None with {vendor} or wildcards, which stand for several histories.
 */
function locationsOf(
	directory: string,
	files: Files,
	settings: FlywaySettings | undefined,
): readonly string[] {
	if (!settings || settings.locations.length < 2) return [];
	const found = settings.locations.flatMap((location) => {
		const bases = [settings.folder, joinPath(settings.folder, "..")];
		const places = location.startsWith("classpath:")
			? [...bases, ...bases.map((base) => joinPath(base, "src/main/resources"))]
			: bases;
		const path = location.replace(/^\w+:/, "");
		return places.map((base) => joinPath(base, path)).find((place) => files.exists(place)) ?? [];
	});
	const isOne = found.some((place) => pathFrom(place, directory, files.cwd) === "");
	return isOne && found.length === settings.locations.length ? found : [];
}

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

function scripts(
	directory: string,
	files: Files,
	names: FlywayNames = usualNames,
): readonly Script[] {
	// A folder named for a database is a history of its own ({vendor} in flyway.locations).
	const enter = (folder: string): boolean => databaseNamed(folder) === undefined;
	const found =
		names === usualNames
			? sqlFilesBelow(directory, files, enter)
			: filesBelow(directory, files, enter, 5).filter((file) => hasSuffix(file, names));
	return found.flatMap((file) => scriptOf(file, names) ?? []);
}

/** Files of any name: the settings may give scripts another suffix. */
function filesBelow(
	directory: string,
	files: Files,
	enter: (folder: string) => boolean,
	depth: number,
): readonly string[] {
	return files.list(directory).flatMap((name): readonly string[] => {
		if (!name.endsWith("/")) return [joinPath(directory, name)];
		const folder = name.slice(0, -1);
		if (depth === 0 || folder === "node_modules" || folder.startsWith(".")) return [];
		return enter(folder) ? filesBelow(joinPath(directory, folder), files, enter, depth - 1) : [];
	});
}

/** With validateMigrationNaming Flyway stops at a file whose name it cannot read. */
function badNames(
	folders: readonly string[],
	files: Files,
	names: FlywayNames,
): readonly ProjectProblem[] {
	return folders
		.flatMap((folder) => filesBelow(folder, files, (name) => databaseNamed(name) === undefined, 5))
		.filter((file) => hasSuffix(file, names) && !isVerifyFile(file) && !isCallback(file))
		.filter((file) => !scriptOf(file, names))
		.map((file) => ({
			code: "badFileName",
			severity: "error",
			file,
			message: `${file} stops Flyway: its name is no ${names.prefixes.V}1${names.separator}orders${names.suffixes[0] ?? ""}, and validateMigrationNaming is on`,
			hint: "Rename it, or move it out of the locations.",
		}));
}

/** Scripts that run around migrations: afterMigrate.sql, beforeEachMigrate__grants.sql. */
function isCallback(file: string): boolean {
	return /^(?:before|after|create)[A-Z]\w*\./.test(nameOf(file));
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
