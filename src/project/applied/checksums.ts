import type { MigrationSource } from "../../core/migration.ts";
import { nameOf } from "../files.ts";

function textOf(migration: MigrationSource): string | undefined {
	return migration.up[0]?.file.text;
}

/** node:crypto and node:zlib are loaded for --applied-from, not at the start of every run. */
function hash(algorithm: "sha1" | "sha256" | "sha384", text: string): string {
	return process
		.getBuiltinModule("node:crypto")
		.createHash(algorithm)
		.update(text, "utf8")
		.digest("hex");
}

/**
 * Flyway's checksum: CRC-32 of the lines without their ends and without a byte order mark, as a signed
 * number (flyway-core, resolver/ChecksumCalculator.java).
 */
export function flywayChecksum(text: string): string {
	const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
	return String(
		process.getBuiltinModule("node:zlib").crc32(Buffer.from(lines.join(""), "utf8")) | 0,
	);
}

export function flywayChecksums(migration: MigrationSource): readonly string[] {
	const text = textOf(migration);
	// A repeatable migration is hashed after its placeholders are filled in.
	const isFilledIn = migration.repeatable === true && text?.includes("${") === true;
	return text === undefined || isFilledIn ? [] : [flywayChecksum(text)];
}

/**
 * Prisma's: SHA-256 of the file. A checkout with other line ends counts as the same file (prisma-engines,
 * schema-connector/src/checksum.rs).
 */
export function prismaChecksums(migration: MigrationSource): readonly string[] {
	const text = textOf(migration);
	if (text === undefined) return [];
	const lf = text.replace(/\r\n/g, "\n");
	return [...new Set([text, lf, lf.replace(/\n/g, "\r\n")])].map((form) => hash("sha256", form));
}

/** Drizzle's: SHA-256 of the file (drizzle-orm/src/migrator.ts). */
export function drizzleHash(migration: MigrationSource): string {
	return hash("sha256", textOf(migration) ?? "");
}

/** sqlx's: SHA-384 of the file (sqlx-core/src/migrate/migration.rs). */
export function sqlxChecksums(migration: MigrationSource): readonly string[] {
	const text = textOf(migration);
	return text === undefined ? [] : [hash("sha384", text)];
}

/** postgres-migrations': SHA-1 of the file's name and its text (src/load-migration.ts). */
export function postgresMigrationsChecksums(migration: MigrationSource): readonly string[] {
	const file = migration.up[0]?.file;
	return file === undefined ? [] : [hash("sha1", nameOf(file.path) + file.text)];
}

/**
 * graphile-migrate's: SHA-1 of the previous hash and the body (src/hash.ts). `previous` is as the header
 * has it, "sha1:..."; empty for the first migration.
 */
export function graphileHash(previous: string, body: string): string {
	return hash("sha1", `${`${previous}\n${body.trim()}`.trim()}\n`);
}

/**
 * Atlas's sums: one running SHA-256 over names and bytes that is not begun anew for each file
 * (sql/migrate/dir.go, NewHashFile).
 */
export function atlasSums(
	files: readonly { readonly name: string; readonly text: string }[],
): ReadonlyMap<string, string> {
	const running = process.getBuiltinModule("node:crypto").createHash("sha256");
	const sums = new Map<string, string>();
	for (const { name, text } of files) {
		running.update(name).update(text, "utf8");
		sums.set(name, running.copy().digest("base64"));
	}
	return sums;
}
