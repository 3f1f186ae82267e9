/**
 * First version 3.x of SQLite that has a feature. The year of a rule stands here and nowhere else.
 * Source: https://www.sqlite.org/changes.html; 45 and 53 measured.
 */
const since = {
	renameColumn: 25,
	/** RENAME TABLE checks every view and trigger of the schema, and rewrites what names the table. */
	renameChecksSchema: 26,
	/** VACUUM INTO. */
	vacuumInto: 27,
	generatedColumns: 31,
	updateFrom: 33,
	dropColumn: 35,
	/** RETURNING, MATERIALIZED. */
	strict: 37,
	/** ALTER COLUMN ... SET / DROP NOT NULL, ADD CONSTRAINT ... CHECK, DROP CONSTRAINT. */
	alterConstraint: 53,
} as const;

export type Feature = keyof typeof since;

/** What is taken where nothing says which version it is: 3.45. */
const usualMinor = 45;

/** Returns the number after the dot of a version: 45 for 3.45.1 written as 34501, 3045001 or 345. */
function minorOf(version: number): number {
	if (version >= 3_000_000) return Math.floor(version / 1000) % 1000;
	if (version >= 30_000) return Math.floor(version / 100) % 100;
	return version >= 300 ? version % 100 : usualMinor;
}

export function has(version: number, feature: Feature): boolean {
	return minorOf(version) >= since[feature];
}

/** Returns the first version that has a feature, as people write it: 3.35. */
export function firstWith(feature: Feature): string {
	return `3.${since[feature]}`;
}

/** Returns a version as people write it: 3.45 for 345. */
export function showVersion(version: number): string {
	return `3.${minorOf(version)}`;
}
