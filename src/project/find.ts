import type { ProjectConfig } from "../core/config.ts";
import {
	ancestorsOf,
	folderName,
	isWithin,
	joinPath,
	nameOf,
	parentOf,
	pathFrom,
	relativePath,
	type Files,
} from "./files.ts";
import { databaseNamed } from "./database-names.ts";
import { gitIgnoredGlobs } from "./gitignore.ts";
import { layouts } from "./layouts/index.ts";
import type { Detection, Layout } from "./layouts/layout.ts";
import { plain, revisionOf } from "./layouts/plain.ts";

/** A directory of migrations and how it was recognised. */
export interface Place {
	readonly root: string;
	readonly layout: Layout;
	readonly detection: Detection;
	/** What the config says of it. */
	readonly settings?: ProjectConfig;
}

const neverSearched = [
	"**/node_modules/**",
	"**/.git/**",
	"**/vendor/**",
	"**/.lockkeeper/**",
	"**/dist/**",
	"**/target/**",
	"**/.venv/**",
	"**/site-packages/**",
];

/** Programs count only in folders with the names that their tools give. */
const migrationFiles = [
	"**/*.{sql,fizz}",
	"**/{*migrate,migrations,versions}/*.{py,rb}",
	"**/*migrat*/**/*.{js,ts,cjs,mjs,cts,mts}",
];

/**
 * Searches a directory for migrations of any layout. Returns the places from the top down. Plain SQL
 * files count only where folder names or numbers say that they are migrations.
 */
export async function searchPlaces(base: string, files: Files): Promise<readonly Place[]> {
	const { default: glob } = await import("fast-glob");
	const sqlFiles = await glob(migrationFiles, {
		cwd: joinPath(files.cwd, base),
		caseSensitiveMatch: false,
		dot: true,
		followSymbolicLinks: false,
		suppressErrors: true,
		ignore: [...neverSearched, ...gitIgnoredGlobs(base, files)],
	});
	const places: Place[] = [];
	for (const directory of directoriesOf(sqlFiles, base)) {
		if (isSeedFolder(directory, base, files)) continue;
		if (places.some((place) => owns(place, directory, files))) continue;
		const place = placeAt(directory, files);
		if (!place || places.some(({ root }) => root === place.root)) continue;
		if (place.layout === plain && !isMigrationPlace(directory, base, files)) continue;
		places.push(place);
	}
	return places;
}

/** Some run seed data with their migration tool: that fills tables, and is no history of the schema. */
function isSeedFolder(directory: string, base: string, files: Files): boolean {
	return pathFrom(base, directory, files.cwd)
		.split("/")
		.some((folder) => /^seed(?:s|ers?|ing)?$/i.test(folder));
}

/** Returns the directories of files and those above them up to the base, the highest first. */
function directoriesOf(names: readonly string[], base: string): readonly string[] {
	const directories = new Set<string>([base]);
	for (const name of names) {
		let directory = parentOf(name);
		while (directory !== ".") {
			const full = joinPath(base, directory);
			if (directories.has(full)) break;
			directories.add(full);
			directory = parentOf(directory);
		}
	}
	const depth = (directory: string): number => directory.split("/").length;
	return [...directories].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

function owns(place: Place, directory: string, files: Files): boolean {
	if (!place.layout.ownsFolders || !isWithin(place.root, directory)) return false;
	if (place.layout.ownsDatabaseFolders === true) return true;
	// A folder named for a database is a history of its own.
	return !pathFrom(place.root, directory, files.cwd)
		.split("/")
		.some((folder) => databaseNamed(folder) !== undefined);
}

/** Returns the place at a directory itself, by the first layout that recognises it. */
export function placeAt(directory: string, files: Files, layoutId?: string): Place | undefined {
	for (const layout of layouts) {
		if (layoutId !== undefined && layout.id !== layoutId) continue;
		const detection = layout.detect(directory, files);
		if (detection) return { root: layout.home?.(directory, files) ?? directory, layout, detection };
	}
	return undefined;
}

/** Returns the place that a directory or a file's directory belongs to, looking upward. */
export function placeAbove(directory: string, files: Files): Place | undefined {
	const above = ancestorsOf(directory, files);
	for (const [steps, ancestor] of above.entries()) {
		for (const layout of layouts) {
			if (layout === plain || (steps > 0 && !layout.ownsFolders)) continue;
			const detection = layout.detect(ancestor, files);
			if (!detection) continue;
			const root = layout.home?.(ancestor, files) ?? ancestor;
			return climb({ root: relativePath(files.cwd, root), layout, detection }, files);
		}
	}
	return placeAt(directory, files);
}

/** A layout with folders is recognised in its folders too: the history begins at the highest. */
export function climb(place: Place, files: Files): Place {
	if (!place.layout.ownsFolders) return place;
	let highest = place;
	for (const ancestor of ancestorsOf(place.root, files).slice(1)) {
		const detection = place.layout.detect(ancestor, files);
		if (!detection) continue;
		const found = { root: relativePath(files.cwd, ancestor), layout: place.layout, detection };
		if (owns(found, place.root, files)) highest = found;
	}
	return highest;
}

/** Returns every .sql file directly in a directory as plain files, whatever their names. */
export function plainPlace(root: string): Place {
	return { root, layout: plain, detection: { why: "the directory was named" } };
}

const noise =
	/^(?:tests?|__tests__|testdata|test-data|fixtures?|seeds?|seeders?|examples?|samples?|demos?|docs?|queries|query|snapshots?|benchmarks?|bench|mocks?)$/i;
const migrationWords =
	/migrat|^(?:updates?|upgrades?|changes?|changesets?|patches|deltas?|versions|evolutions|revisions)$/i;

/** A number, or a word for a change and then the number: zm_update-1.36.4.sql. */
const ordered = /^(?:(?:[a-z]+[_-])?(?:migration|update|upgrade|patch|delta)s?[_-]v?)?\d/i;

/** Many repositories hold numbered SQL files that are no migrations: seeds, tests, queries. */
function isMigrationPlace(directory: string, base: string, files: Files): boolean {
	const folders = pathFrom(base, directory, files.cwd)
		.split("/")
		.filter((folder) => folder !== "");
	if (folders.some((folder) => noise.test(folder))) return false;
	const chain = [folderName(base, files), ...folders].slice(-3);
	if (chain.some((folder) => migrationWords.test(folder))) return true;
	const names = files.list(directory).filter((name) => /\.sql$/i.test(name));
	const numbered = names.filter((name) => ordered.test(name) && revisionOf(nameOf(name)));
	return numbered.length >= 2 && numbered.length >= names.length * 0.8;
}
