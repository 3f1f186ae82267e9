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

/** Returns the number after the dot of a version: versions are written 100 times the major plus the minor. */
function minorOf(version: number): number {
	return version % 100;
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
