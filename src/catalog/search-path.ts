/**
 * Returns the schemas of a search_path value: `"$user", public` gives public. The names are
 * folded already; `$user`, pg_catalog and empty names are dropped.
 */
export function readSearchPath(value: string): readonly string[] {
	const names: string[] = [];
	for (const match of value.matchAll(/"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^,\s"'][^,]*)/g)) {
		const quoted = match[1]?.replaceAll('""', '"') ?? match[2]?.replaceAll("''", "'");
		const name = quoted ?? (match[3] ?? "").trim();
		if (name !== "" && name !== "$user" && name !== "pg_catalog") names.push(name);
	}
	return names;
}
