import { joinPath, type Files } from "./files.ts";

/**
 * Returns globs for the common lines of a directory's .gitignore: names, folders and paths. Lines with
 * `!` are left out, so that nothing is searched which git would ignore without them.
 */
export function gitIgnoredGlobs(directory: string, files: Files): readonly string[] {
	const path = joinPath(directory, ".gitignore");
	if (!files.exists(path)) return [];
	const text = files.read(path).file?.text ?? "";
	return text.split(/\r?\n/).flatMap((line) => {
		const entry = line.trim();
		if (entry === "" || entry.startsWith("#") || entry.startsWith("!")) return [];
		const isAnchored = entry.replace(/\/$/, "").includes("/");
		const body = entry.replace(/^\//, "").replace(/\/$/, "");
		const base = isAnchored ? body : `**/${body}`;
		return entry.endsWith("/") ? [`${base}/**`] : [base, `${base}/**`];
	});
}
