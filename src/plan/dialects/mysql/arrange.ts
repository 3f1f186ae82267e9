import type { Piece } from "../../piece.ts";

const sessionSetting = /^SET\s+(?:SESSION\s+)?(?:foreign_key_checks|unique_checks|sql_mode)\s*=/i;

/** What a statement sets for its session belongs to every attempt at its step, also after a new connection. */
function withSettings(piece: Piece): Piece {
	const [first] = piece.sql;
	if (first === undefined || !sessionSetting.test(first)) return piece;
	return {
		...piece,
		sql: piece.sql.filter((sql) => !sessionSetting.test(sql)),
		settings: [...piece.settings, first],
	};
}

const dropTrigger = /^DROP\s+TRIGGER\s+(?!IF\b)/i;

/**
 * Locks of tables end with their connection, and every statement commits. Triggers that fill a column go when its name
 * is changed: broken off in between, a write fails until the step is run again, and none is lost.
 */
function withLockedTables(piece: Piece): Piece {
	if (!piece.sql.some((sql) => /^LOCK\s+TABLES\b/i.test(sql))) return piece;
	const drops = piece.sql.filter((sql) => dropTrigger.test(sql));
	const rest = piece.sql.filter((sql) => !dropTrigger.test(sql));
	const end = rest.findIndex((sql) => /^UNLOCK\s+TABLES\b/i.test(sql));
	return {
		...piece,
		sql: rest.toSpliced(
			end,
			0,
			...drops.map((sql) => sql.replace(dropTrigger, "DROP TRIGGER IF EXISTS ")),
		),
	};
}

/**
 * A statement whose end is not known is told by what holds after its step: each stands in one of its own, but for
 * those between LOCK TABLES and UNLOCK TABLES.
 */
function oneByOne(piece: Piece): readonly Piece[] {
	const { sql, transaction, title, checks, undo } = piece;
	const isOne = sql.length < 2 || sql.some((text) => /^LOCK\s+TABLES\b/i.test(text));
	if (isOne || transaction !== "none" || undo !== undefined || piece.holds || piece.proves) {
		return [piece];
	}
	return sql.map((text, at) => ({
		...piece,
		sql: [text],
		title: `${title} (${at + 1} of ${sql.length})`,
		follows: piece.follows || at > 0,
		checks: at === sql.length - 1 ? checks : [],
	}));
}

/** Turns the steps of a recipe into what can be broken off at any instant. */
export function arrangeMysql(pieces: readonly Piece[]): readonly Piece[] {
	return pieces.flatMap((piece) => oneByOne(withLockedTables(withSettings(piece))));
}
