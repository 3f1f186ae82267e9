import type { Server } from "./server.ts";

/** Bytes that one character takes at most. SHOW CHARACTER SET of MySQL 9.7 and MariaDB 11.8. */
const widths: Readonly<Record<string, number>> = {
	utf8mb4: 4,
	utf16: 4,
	utf16le: 4,
	utf32: 4,
	gb18030: 4,
	utf8mb3: 3,
	eucjpms: 3,
	ujis: 3,
	ucs2: 2,
	big5: 2,
	cp932: 2,
	euckr: 2,
	gb2312: 2,
	gbk: 2,
	sjis: 2,
};

/** A character set by the name that the server shows: utf8 has always meant utf8mb3 there. */
export function characterSetNamed(name: string): string {
	const lower = name.toLowerCase();
	return lower === "utf8" ? "utf8mb3" : lower;
}

/** The character set of a collation: its first word (latin1_swedish_ci); MariaDB's uca1400 ones go with any. */
export function characterSetOf(collation: string): string | undefined {
	const lower = collation.toLowerCase();
	if (lower.startsWith("uca1400_")) return undefined;
	return characterSetNamed(lower.split("_")[0] ?? lower);
}

export function bytesPerCharacter(characterSet: string): number {
	return widths[characterSet] ?? 1;
}

/** The default where nothing says another: of MySQL since 8.0 and MariaDB since 11.6, before it latin1. */
export function defaultCharacterSet({ flavor, version }: Server): string {
	const modern = flavor === "mysql" ? version >= 80_000 : version >= 110_600;
	return modern ? "utf8mb4" : "latin1";
}

/**
 * True when each text of the one set has the same bytes in the other, so that only the metadata changes.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (utf8mb3 to utf8mb4); MariaDB: MDEV-15563, charset.h
 * `Charset::encoding_allows_reinterpret_as`; measured on MariaDB 10.11 and MySQL 9.7.
 */
export function hasSameBytes(from: string, to: string): boolean {
	if (from === to) return true;
	if (from === "utf8mb3") return to === "utf8mb4";
	if (from === "ucs2") return to === "utf16";
	return from === "ascii" && asciiSupersets.has(to);
}

const asciiSupersets = new Set(["utf8mb3", "utf8mb4", "latin1", "latin2", "latin5", "latin7"]);

/** The collation of a character set where none is said. */
export function defaultCollation({ flavor, version }: Server, characterSet: string): string {
	if (characterSet === "latin1") return "latin1_swedish_ci";
	if (characterSet === "utf8mb4" && flavor === "mysql" && version >= 80_000) {
		return "utf8mb4_0900_ai_ci";
	}
	const isUnicode = characterSet.startsWith("utf") || characterSet === "ucs2";
	if (isUnicode && flavor === "mariadb" && version >= 110_500) {
		return `${characterSet}_uca1400_ai_ci`;
	}
	return `${characterSet}_general_ci`;
}
