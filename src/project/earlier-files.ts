import { joinPath, nameOf, parentOf, readingOf, compareText, type Files } from "./files.ts";
import type { GitChanges } from "./git.ts";

/** Returns the files as they were at the base of the changes. */
export function filesBefore(files: Files, changes: GitChanges): Files {
	const { added, modified, removed, before } = changes;
	const gone = namesByFolder(removed);
	return {
		...files,
		read(file) {
			if (!modified.has(file) && !removed.has(file)) return files.read(file);
			return readingOf(file, before(file) ?? new Uint8Array());
		},
		exists: (file) =>
			removed.has(file) || gone.has(file) || (!added.has(file) && files.exists(file)),
		list(directory) {
			const names = files.list(directory).filter((name) => !added.has(joinPath(directory, name)));
			return [...new Set([...names, ...(gone.get(joinPath(directory)) ?? [])])].sort(compareText);
		},
	};
}

/** The names of files and of the folders above them, by the folder that holds them. */
function namesByFolder(paths: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> {
	const names = new Map<string, Set<string>>();
	for (const file of paths) {
		let entry = nameOf(file);
		for (let folder = parentOf(file); ; folder = parentOf(folder)) {
			const known = names.get(folder) ?? new Set();
			names.set(folder, known.add(entry));
			if (folder === "." || nameOf(folder) === "..") break;
			entry = `${nameOf(folder)}/`;
		}
	}
	return names;
}
