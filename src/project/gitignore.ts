import { ancestorsOf, joinPath, pathFrom, type Files } from "./files.ts";

/**
 * Returns globs, relative to a directory, for what the common lines of .gitignore files in it and above
 * it ignore: names, folders and paths. Where a file takes some of it back with `!`, only its plain names
 * count, so that nothing is passed over that git keeps.
 */
export function gitIgnoredGlobs(directory: string, files: Files): readonly string[] {
	return ancestorsOf(directory, files).flatMap((ancestor) => {
		const file = joinPath(ancestor, ".gitignore");
		const text = files.exists(file) ? files.read(file).file?.text : undefined;
		const below = pathFrom(ancestor, directory, files.cwd);
		return text === undefined ? [] : globsOf(text, below);
	});
}

function globsOf(text: string, below: string): readonly string[] {
	const lines = text.split(/\r?\n/).map((line) => line.trim());
	const kept = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
	return lines.flatMap((entry) => {
		if (entry === "" || entry.startsWith("#") || entry.startsWith("!")) return [];
		if (kept.length > 0 && entry.includes("*")) return [];
		if (kept.some((line) => line.includes(entry.replace(/^\/|\/$/g, "")))) return [];
		const isAnchored = entry.replace(/\/$/, "").includes("/");
		const body = entry.replace(/^\//, "").replace(/\/$/, "");
		const base = isAnchored ? pathBelow(body, below) : `**/${body}`;
		if (base === undefined) return [];
		return entry.endsWith("/") ? [`${base}/**`] : [base, `${base}/**`];
	});
}

/** Returns an anchored entry as seen from a folder below its file; undefined when it lies elsewhere. */
function pathBelow(body: string, below: string): string | undefined {
	if (below === "" || body.startsWith("**/")) return body;
	return body.startsWith(`${below}/`) ? body.slice(below.length + 1) : undefined;
}
