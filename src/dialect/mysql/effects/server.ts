export type Flavor = "mysql" | "mariadb";

/** A server with its version as it numbers itself: 80029 is MySQL 8.0.29, 101106 MariaDB 10.11.6. */
export interface Server {
	readonly flavor: Flavor;
	readonly version: number;
}

/**
 * Returns the server of a version. A series without its last number (80000 is 8.0) stands for its newest
 * release, since that is what people run who do not say more.
 */
export function serverOf(flavor: Flavor, version: number): Server {
	return { flavor, version: version % 100 === 0 ? version + 99 : version };
}

/** A version as people write it: "MySQL 8.0.12". */
export function serverName({ flavor, version }: Server): string {
	const [major, minor, patch] = [
		Math.floor(version / 10_000),
		Math.floor(version / 100) % 100,
		version % 100,
	];
	const product = flavor === "mysql" ? "MySQL" : "MariaDB";
	return `${product} ${major}.${minor}${patch === 0 || patch === 99 ? "" : `.${patch}`}`;
}

/**
 * The first MySQL release of an ability; MariaDB 10.6 and later have all of these.
 *
 * MySQL Reference Manual 8.4, 17.12.1 Online DDL Operations; release notes of 8.0.12, 8.0.16, 8.0.28,
 * 8.0.29, 9.0.0 and 9.1.0.
 */
export const since = {
	/** ALGORITHM=INSTANT: a column at the end, defaults, virtual columns, members at the end of an ENUM. */
	instant: 80_012,
	/** DEFAULT (expression). */
	defaultExpressions: 80_013,
	/** CHECK is enforced; before it is read and forgotten. */
	checks: 80_016,
	instantRename: 80_028,
	/** ADD COLUMN at any place and DROP COLUMN are instant. */
	instantAnywhere: 80_029,
	/** REFERENCES at a column makes a foreign key; before it is read and forgotten. */
	columnReferences: 90_000,
	moreRowVersions: 90_100,
} as const;

/** True when the server has what MySQL has since the given release. */
export function has({ flavor, version }: Server, ability: keyof typeof since): boolean {
	return flavor === "mariadb" || version >= since[ability];
}

/**
 * True when ALGORITHM=COPY lets others write: MariaDB logs their changes and applies them at the end
 * (MDEV-16329, since 11.2).
 */
export function copiesOnline({ flavor, version }: Server): boolean {
	return flavor === "mariadb" && version >= 110_200;
}

/** How many INSTANT changes of columns the rows of a MySQL table take before it is rebuilt. */
export function rowVersionLimit({ version }: Server): number {
	return version >= since.moreRowVersions ? 255 : 64;
}

/**
 * True when a foreign key that comes or goes locks its parent too. MySQL Reference Manual 8.4, 10.11.4 Metadata
 * Locking (since 8.0); measured on MariaDB 10.11, which does not.
 */
export function locksParents({ flavor, version }: Server): boolean {
	return flavor === "mysql" && version >= 80_000;
}
