import path from "node:path";
import type { WorkspaceFolder } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { loadConfig } from "../project/config-file.ts";
import { diskFiles, relativePath, type Files } from "../project/files.ts";
import type { Complaint } from "./notices.ts";
import { openMigration, type OpenMigration, type Surroundings } from "./open-migration.ts";
import { pathOf, uriOf } from "./positions.ts";
import { defaultSettings, sameSettings, type Settings } from "./settings.ts";

/** Reading a longer text takes many seconds, in which no other document is judged. */
const mostCharacters = 10_000_000;

/** A config that is a program may never have loaded. */
const configMilliseconds = 10_000;

/** A directory that the editor has open, or that of a file outside of these. */
interface Folder {
	readonly directory: string;
	files: Files;
	settings: Settings;
}

/** The folders of the editor with what was read from them. */
export class Workspace {
	readonly #folders = new Map<string, Folder>();
	/** Directories that the editor has open, absolute. */
	#roots: readonly string[] = [];
	/** Those of a directory of which nothing else is known. */
	#settings: Settings = defaultSettings;
	readonly #documents: () => readonly TextDocument[];
	readonly #complain: (complaint: Complaint) => void;

	constructor(documents: () => readonly TextDocument[], complain: (complaint: Complaint) => void) {
		this.#documents = documents;
		this.#complain = complain;
	}

	add(folders: readonly Pick<WorkspaceFolder, "uri">[]): void {
		const added = folders.flatMap(({ uri }) => pathOf(uri) ?? []);
		this.#roots = [...new Set([...this.#roots, ...added])];
	}

	remove(folders: readonly WorkspaceFolder[]): void {
		const removed = new Set(folders.map(({ uri }) => pathOf(uri)));
		this.#roots = this.#roots.filter((root) => !removed.has(root));
		for (const root of removed) if (root !== undefined) this.#folders.delete(root);
	}

	/** The directories that the editor has open, as addresses. */
	roots(): readonly string[] {
		return this.#roots.map((root) => uriOf(root, "."));
	}

	/** Sets what one directory, or all, are to be judged with; returns whether that is something else. */
	setSettings(settings: Settings, root?: string): boolean {
		const directory = root === undefined ? undefined : pathOf(root);
		const isAll = directory === undefined;
		const meant = isAll ? [...this.#folders.values()] : [this.#folderAt(directory)];
		const isOther = meant.some((folder) => !sameSettings(folder.settings, settings));
		for (const folder of meant) folder.settings = settings;
		if (isAll) this.#settings = settings;
		return isOther;
	}

	/** Reads everything anew from the disk when it is next asked for. */
	forgetFiles(): void {
		for (const folder of this.#folders.values()) folder.files = diskFiles(folder.directory);
	}

	/** Returns the document as part of its history; undefined for one that is none of ours. */
	async open(document: TextDocument): Promise<OpenMigration | undefined> {
		const { uri } = document;
		const folder = this.#folderOf(uri);
		const absolute = pathOf(uri);
		if (!folder || absolute === undefined || !folder.settings.enable) return undefined;
		const file = relativePath(folder.directory, absolute);
		// A directory is no document, and all below it would be searched.
		if (file === ".") return undefined;
		if (document.getText().length > mostCharacters) {
			this.#complain({
				message: `${file} is too long to be judged while it is edited`,
				hint: "lockkeeper lint judges it.",
			});
			return undefined;
		}
		const opened = await openMigration(file, await this.#surroundings(folder, file));
		if (opened && "code" in opened) {
			this.#complain(opened);
			return undefined;
		}
		return opened;
	}

	/** What is read for a file; a config that cannot be used is left out, with a complaint. */
	async #surroundings(folder: Folder, file: string): Promise<Surroundings> {
		const { directory, files, settings } = folder;
		const loaded = await inTime(loadConfig(directory, settings.configPath, [file]));
		if ("code" in loaded) this.#complain(loaded);
		return {
			directory,
			files,
			config: "code" in loaded ? {} : loaded.config,
			configDirectory: "code" in loaded ? directory : loaded.directory,
			request: settings.preset === undefined ? {} : { preset: settings.preset },
			texts: this.#textsIn(directory),
		};
	}

	/** What is being edited counts as it stands in the editor. */
	#textsIn(directory: string): ReadonlyMap<string, string> {
		return new Map(
			this.#documents().flatMap((document): readonly [string, string][] => {
				const absolute = pathOf(document.uri);
				return absolute === undefined
					? []
					: [[relativePath(directory, absolute), document.getText()]];
			}),
		);
	}

	#folderOf(uri: string): Folder | undefined {
		const absolute = pathOf(uri);
		if (absolute === undefined) return undefined;
		const around = this.#roots
			.filter((root) => absolute === root || absolute.startsWith(root + path.sep))
			.sort((a, b) => b.length - a.length);
		return this.#folderAt(around[0] ?? path.dirname(absolute));
	}

	#folderAt(directory: string): Folder {
		const known = this.#folders.get(directory);
		if (known) return known;
		const folder = { directory, files: diskFiles(directory), settings: this.#settings };
		this.#folders.set(directory, folder);
		return folder;
	}
}

/** Waits for a config; a complaint when it takes too long. */
async function inTime<Loaded>(config: Promise<Loaded>): Promise<Loaded | SlowConfig> {
	let timer: NodeJS.Timeout | undefined;
	const slow = new Promise<SlowConfig>((resolve) => {
		timer = setTimeout(() => {
			const message = `the config has not loaded in ${configMilliseconds / 1000} seconds`;
			resolve({ code: "slowConfig", message, hint: "It is left out until it changes." });
		}, configMilliseconds);
	});
	try {
		return await Promise.race([config, slow]);
	} finally {
		clearTimeout(timer);
	}
}

interface SlowConfig extends Complaint {
	readonly code: "slowConfig";
}
