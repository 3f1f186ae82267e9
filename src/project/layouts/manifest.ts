import { ancestorsOf, joinPath, type Files } from "../files.ts";

/** Returns the text of the nearest file of a name in a directory or above it. */
export function textAbove(directory: string, files: Files, name: string): string | undefined {
	const path = ancestorsOf(directory, files)
		.map((folder) => joinPath(folder, name))
		.find((candidate) => files.exists(candidate));
	return path === undefined ? undefined : (files.read(path).file?.text ?? "");
}

/** True when a file of a name in a directory or above it matches: a workspace has several. */
export function isMentionedAbove(
	directory: string,
	files: Files,
	name: string,
	pattern: RegExp,
): boolean {
	return ancestorsOf(directory, files)
		.map((folder) => joinPath(folder, name))
		.some((path) => files.exists(path) && pattern.test(files.read(path).file?.text ?? ""));
}

/** True when a file or folder of a name lies in a directory or above it. */
export function isAbove(directory: string, files: Files, name: string): boolean {
	return ancestorsOf(directory, files).some((folder) => files.exists(joinPath(folder, name)));
}
