import type { Config, ProjectConfig } from "../core/config.ts";
import type { DialectId } from "../core/dialect.ts";
import type { Project, ProjectProblem } from "../core/migration.ts";
import type { AppliedHistories } from "./applied/read-applied.ts";
import {
	diskFiles,
	fileNotFound,
	isWithin,
	joinPath,
	parentOf,
	pathFrom,
	relativePath,
	withFile,
	withTexts,
	type Files,
} from "./files.ts";
import { climb, placeAbove, placeAt, plainPlace, searchPlaces, type Place } from "./find.ts";
import { changesSince, type GitChanges } from "./git.ts";
import { matchesGlob } from "./glob.ts";
import { layouts } from "./layouts/index.ts";
import { plain, revisionOf } from "./layouts/plain.ts";
import { looseProject } from "./loose-project.ts";
import { readHistories, type Wanted } from "./read-project.ts";
import { stagedFiles } from "./staged.ts";

/** What a run asks for beside paths and config. */
export interface DiscoveryRequest {
	/** A git reference: what was added since is the candidate release. */
	readonly since?: string;
	/** The address of a PostgreSQL database: what it has not applied yet is the candidate release. */
	readonly appliedFrom?: string;
	/** What the next commit adds is the candidate release, as it is staged. */
	readonly staged?: boolean;
	/** A file that comes from standard input: it replaces or adds the file of that name. */
	readonly stdin?: { readonly path: string; readonly bytes: Uint8Array };
	/** Texts that are read in place of those on the disk, by path from the working directory. */
	readonly edited?: ReadonlyMap<string, string>;
	/** The directory of the config file; its paths are relative to it. The working directory when left out. */
	readonly configDirectory?: string;
	/** The files, read earlier perhaps; those of the disk when left out. */
	readonly files?: Files;
	/** The database that the migrations are for, whatever else says which one it is. */
	readonly dialect?: DialectId;
	/** Leaves out named files that belong to no history, instead of reading them by themselves. */
	readonly historiesOnly?: boolean;
}

/** The projects of a run; `read` reads them anew. */
export interface Discovery {
	/** With other texts in some files, and without the files that are left out. */
	read(
		texts?: ReadonlyMap<string, string>,
		isLeftOut?: (file: string) => boolean,
	): readonly Project[];
}

/**
 * Returns the projects that the paths name, or without paths those of the config, or else those found
 * below the working directory. A problem instead of projects means that nothing could be read: a path
 * that does not exist, an unknown git reference, no migrations at all. What is wrong within a project is
 * in its problems. Projects of every dialect are returned; reading only some is up to the caller.
 */
export async function discoverProjects(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: DiscoveryRequest = {},
): Promise<readonly Project[] | ProjectProblem> {
	const discovery = await openDiscovery(cwd, paths, config, request);
	return "code" in discovery ? discovery : discovery.read();
}

/** Finds the projects as `discoverProjects` does, to be read once or several times. */
export async function openDiscovery(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: DiscoveryRequest,
): Promise<Discovery | ProjectProblem> {
	const { since, stdin } = request;
	const named = [...paths, ...(stdin ? [stdin.path] : [])].map((name) => relativePath(cwd, name));
	const base = relativePath(cwd, request.configDirectory ?? cwd);
	const stored = request.files ?? diskFiles(cwd);
	const staged = request.staged === true ? stagedFiles(cwd, stored) : undefined;
	if (staged && "code" in staged) return staged;
	const disk = staged?.files ?? stored;
	const given = stdin ? withFile(disk, relativePath(cwd, stdin.path), stdin.bytes) : disk;
	const all = withTexts(given, request.edited ?? new Map());
	const files = hiding(all, named, base, config.ignore ?? []);
	const changes = since === undefined ? staged?.changes : changesSince(cwd, since);
	if (changes && "code" in changes) return changes;
	const isNew = stdin !== undefined && !disk.exists(relativePath(cwd, stdin.path));
	const grown = changes && isNew ? withAdded(changes, relativePath(cwd, stdin.path)) : changes;
	const found = await wantedPlaces(named, config, base, files);
	if ("code" in found) return found;
	const wanted = request.historiesOnly === true ? found.filter((want) => "place" in want) : found;
	// A commit without migrations is none to stop.
	if (wanted.length === 0) return staged ? { read: () => [] } : noMigrations(named);
	for (const want of wanted) if ("place" in want) await want.place.layout.load?.();
	const applied = await appliedHistories(request.appliedFrom, wanted);
	if (applied && "code" in applied) return applied;
	return {
		read(texts = new Map(), isLeftOut) {
			const texted = withTexts(files, texts);
			const context = {
				files: isLeftOut ? without(texted, isLeftOut) : texted,
				config,
				...(grown ? { since: grown } : {}),
				...(request.dialect && { dialect: request.dialect }),
				...(applied ? { applied } : {}),
			};
			return wanted.flatMap((want) =>
				"place" in want ? readHistories(want, context) : [looseProject(want.files, context)],
			);
		},
	};
}

async function appliedHistories(
	url: string | undefined,
	wanted: readonly (Wanted | Loose)[],
): Promise<AppliedHistories | ProjectProblem | undefined> {
	if (url === undefined) return undefined;
	const layoutIds = new Set(
		wanted.flatMap((want) => ("place" in want ? [want.place.layout.id] : [])),
	);
	const [{ askLive }, { readApplied }] = await Promise.all([
		import("./live-database.ts"),
		import("./applied/read-applied.ts"),
	]);
	return askLive(url, (database) => readApplied(database, layoutIds));
}

function withAdded(changes: GitChanges, file: string): GitChanges {
	return { ...changes, added: new Set([...changes.added, file]) };
}

/** Hides what the config ignores from the layouts, except for what the command line names. */
function hiding(
	files: Files,
	named: readonly string[],
	base: string,
	ignore: readonly string[],
): Files {
	if (ignore.length === 0) return files;
	const isHidden = (file: string): boolean =>
		!named.includes(relativePath(files.cwd, file)) &&
		ignore.some((glob) => matchesGlob(glob, pathFrom(base, file, files.cwd)));
	return without(files, isHidden);
}

/** Returns the files as if some were not there; what knows their names can still read them. */
function without(files: Files, isHidden: (file: string) => boolean): Files {
	return {
		...files,
		exists: (file) => !isHidden(file) && files.exists(file),
		list: (directory) =>
			files.list(directory).filter((name) => !isHidden(joinPath(directory, name))),
	};
}

/** Files without a place of their own, read one after the other. */
interface Loose {
	readonly files: readonly string[];
}

async function wantedPlaces(
	named: readonly string[],
	config: Config,
	base: string,
	files: Files,
): Promise<readonly (Wanted | Loose)[] | ProjectProblem> {
	const configured = configuredPlaces(config.projects ?? [], base, files);
	if ("code" in configured) return configured;
	if (named.length === 0) {
		if (configured.length > 0) return configured.map((place) => ({ place }));
		return (await searchPlaces(".", files)).map((place) => {
			const highest = climb(place, files);
			if (highest === place && isWithin(".", place.root)) return { place };
			return { place: highest, named: { files: [], directories: ["."] } };
		});
	}
	const collected = new Map<string, { place: Place; files: string[]; directories: string[] }>();
	const loose: string[] = [];
	const collect = (place: Place): { files: string[]; directories: string[] } => {
		const known = collected.get(place.root) ?? { place, files: [], directories: [] };
		collected.set(place.root, known);
		return known;
	};
	for (const name of named) {
		if (!files.exists(name)) return fileNotFound(name);
		if (isDirectory(name, files)) {
			const places = await placesOfDirectory(name, configured, files);
			for (const place of places) collect(place).directories.push(name);
			continue;
		}
		const place = placeOfFile(name, configured, files);
		if (place) collect(place).files.push(name);
		else loose.push(name);
	}
	const wanted = [...collected.values()].map(({ place, ...rest }) => ({ place, named: rest }));
	return loose.length > 0 ? [...wanted, { files: loose }] : wanted;
}

function isDirectory(name: string, files: Files): boolean {
	if (name === "." || name === ".." || name.endsWith("/..")) return true;
	const last = name.slice(name.lastIndexOf("/") + 1);
	return files.list(parentOf(name)).includes(`${last}/`);
}

async function placesOfDirectory(
	directory: string,
	configured: readonly Place[],
	files: Files,
): Promise<readonly Place[]> {
	const inside = configured.filter(({ root }) => isWithin(directory, root));
	if (inside.length > 0) return inside;
	const around = configured.filter(({ root }) => isWithin(root, directory));
	if (around.length > 0) return around;
	const found = await searchPlaces(directory, files);
	if (found.length > 0) return found.map((place) => climb(place, files));
	const above = placeAbove(directory, files);
	if (above) return [above];
	const hasSql = files.list(directory).some((name) => /\.sql$/i.test(name));
	return hasSql ? [plainPlace(directory)] : [];
}

function placeOfFile(file: string, configured: readonly Place[], files: Files): Place | undefined {
	const around = configured.find(({ root }) => isWithin(root, file));
	if (around) return around;
	const place = placeAbove(parentOf(file), files);
	if (place?.layout !== plain) return place;
	const name = file.slice(file.lastIndexOf("/") + 1);
	return revisionOf(name) ? place : undefined;
}

function configuredPlaces(
	projects: readonly ProjectConfig[],
	base: string,
	files: Files,
): readonly Place[] | ProjectProblem {
	const places: Place[] = [];
	for (const settings of projects) {
		const root = relativePath(files.cwd, joinPath(base, settings.root));
		if (!files.exists(root)) {
			return { ...fileNotFound(root), hint: "The config names it as the root of a project." };
		}
		const layout = layouts.find(({ id }) => id === settings.layout);
		if (settings.layout !== undefined && !layout) {
			return {
				code: "unknownLayout",
				severity: "error",
				message: `the config names the layout "${settings.layout}", which is not known`,
				hint: `Known layouts: ${layouts.map(({ id }) => id).join(", ")}.`,
			};
		}
		const found = placeAt(root, files, settings.layout);
		const configured = { ...plainPlace(root), layout: layout ?? plain };
		places.push({ ...(found ?? { ...configured, detection: { why: "the config" } }), settings });
	}
	return places;
}

function noMigrations(named: readonly string[]): ProjectProblem {
	const where = named.length === 0 ? "below this directory" : `in ${named.join(", ")}`;
	return {
		code: named.length === 0 ? "noMigrations" : "emptyDirectory",
		severity: "error",
		message: `no migrations were found ${where}`,
		hint: "Name the directory of the migrations, or list it under projects in lockkeeper.config.json.",
	};
}
