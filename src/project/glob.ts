const compiled = new Map<string, RegExp>();

/**
 * True when a path with forward slashes matches a glob: `*` and `?` stay within a folder name, `**` is
 * any number of folders, `{a,b}` is one of several. A glob that names a folder matches what is in it.
 */
export function matchesGlob(glob: string, path: string): boolean {
	let pattern = compiled.get(glob);
	if (!pattern) {
		pattern = new RegExp(`^${sourceOf(glob.replace(/^\.\//, "").replace(/\/$/, ""))}(?:/.*)?$`);
		compiled.set(glob, pattern);
	}
	return pattern.test(path);
}

function sourceOf(glob: string): string {
	let depth = 0;
	return glob.replace(/\*\*\/|\*\*|[*?{},]|[.+^$()|[\]\\]/g, (mark) => {
		if (mark === "**/") return "(?:[^/]*/)*";
		if (mark === "**") return ".*";
		if (mark === "*") return "[^/]*";
		if (mark === "?") return "[^/]";
		if (mark === "{") return depth++ >= 0 ? "(?:" : "";
		if (mark === "}") return depth > 0 && depth-- > 0 ? ")" : "\\}";
		if (mark === ",") return depth > 0 ? "|" : ",";
		return `\\${mark}`;
	});
}
