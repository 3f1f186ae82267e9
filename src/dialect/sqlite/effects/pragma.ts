/** Returns whether a setting is on, off, or never said. SQLite takes 1, on, yes and true alike. */
export function switchOf(
	settings: ReadonlyMap<string, string>,
	name: string,
): "on" | "off" | undefined {
	const value = settings.get(name);
	if (value === undefined) return undefined;
	return /^(1|on|yes|true)$/i.test(value) ? "on" : "off";
}

/**
 * Settings that a transaction keeps as they are: foreign_keys says nothing and does nothing, the others are
 * an error. Source: https://www.sqlite.org/pragma.html, measured.
 */
export const fixedInTransaction: ReadonlySet<string> = new Set(["foreign_keys"]);
