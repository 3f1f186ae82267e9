import { databaseNamed } from "../database-names.ts";
import { folderName, joinPath, pathFrom, type Files } from "../files.ts";
import {
	hasSuffix,
	versionKey,
	scriptOf,
	usualNames,
	type FlywayNames,
	type Script,
} from "./flyway-names.ts";
import { flywaySettings, type FlywaySettings } from "./flyway-settings.ts";
import type { Detection } from "./layout.ts";
import { folderNames, sqlFilesBelow } from "./section.ts";

/** A folder with names that only the settings make Flyway's; they are asked for where names look like it. */
export function configuredName(directory: string, files: Files): Detection | undefined {
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
export function locationsOf(
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

export function isLonger(name: string, beginning: string): boolean {
	return (
		name !== beginning && /^[_-]/.test(name.slice(beginning.length)) && name.startsWith(beginning)
	);
}

/**
 * Returns the folders beside a directory whose names begin with its own and that share no version with
 * it: several locations of one history (flyway.locations), such as migration and migration_data.
 */
export function companions(directory: string, files: Files): readonly string[] {
	const name = folderName(directory, files);
	const parent = joinPath(directory, "..");
	const versions = (folder: string): readonly string[] =>
		scriptsIn(folder, files).flatMap((script) => (script.kind === "V" ? [versionKey(script)] : []));
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

/** Returns the scripts in a folder and below it. */
export function scriptsIn(
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
export function filesBelow(
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
