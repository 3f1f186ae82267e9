import type { DialectId } from "./dialect.ts";

/** As people write it in the config: 14, "8.0", "8.0.29", "10.11", "3.45". */
export type WrittenVersion = number | string;

/**
 * What is taken where nothing says which server it is. Numbers are those of the server itself: PostgreSQL's
 * major version, 80029 for MySQL 8.0.29, 101106 for MariaDB 10.11.6, 3045001 for SQLite 3.45.1; without the
 * last number it is the series (80000 is MySQL 8.0).
 */
export const defaultServerVersions: Readonly<Record<DialectId, number>> = {
	postgres: 14,
	mysql: 80_000,
	mariadb: 101_100,
	sqlite: 3_045_000,
};

/** Why a version was taken that nothing names. */
export const assumedVersion = "nothing says otherwise";

/** Major versions that a server can have: a version in the config may be meant for another project. */
const plausible: Readonly<Record<DialectId, readonly [number, number]>> = {
	postgres: [8, 99],
	mysql: [5, 9],
	mariadb: [10, 99],
	sqlite: [3, 3],
};

/** Returns the number of a written version; undefined when that database has no such version. */
export function serverVersionNumber(
	dialect: DialectId,
	written: WrittenVersion,
): number | undefined {
	const [major = 0, minor = 0, patch = 0] = partsOf(dialect, String(written));
	const [least, most] = plausible[dialect];
	if (!(major >= least && major <= most)) return undefined;
	switch (dialect) {
		case "postgres":
			return major;
		case "mysql":
		case "mariadb":
			return major * 10_000 + minor * 100 + patch;
		case "sqlite":
			return major * 1_000_000 + minor * 1_000 + patch;
	}
}

/** A whole number of several digits is the server's own (80029, 3045001), or 57 and 80 for 5.7 and 8.0. */
function partsOf(dialect: DialectId, written: string): readonly number[] {
	if (dialect === "postgres" || !/^\d{2,}$/.test(written)) return written.split(".").map(Number);
	const number = Number(written);
	if (dialect === "sqlite") {
		if (number >= 3_000_000) return split(number, 1_000_000, 1_000);
		return number >= 30_000 ? split(number, 10_000, 100) : [Math.floor(number / 100), number % 100];
	}
	if (number >= 10_000) return split(number, 10_000, 100);
	return dialect === "mysql" ? [Math.floor(number / 10), number % 10] : [number];
}

function split(number: number, major: number, minor: number): readonly number[] {
	return [Math.floor(number / major), Math.floor((number % major) / minor), number % minor];
}

/** Returns a version as people write it: 14, 8.0, 8.0.29, 3.45. */
export function showServerVersion(dialect: DialectId, version: number): string {
	if (dialect === "postgres") return String(version);
	const unit = dialect === "sqlite" ? 1_000 : 100;
	const [major = 0, minor = 0, patch = 0] = split(version, unit * unit, unit);
	return `${major}.${minor}${patch === 0 ? "" : `.${patch}`}`;
}
