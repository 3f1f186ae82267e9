import type { Piece } from "../../piece.ts";

const sessionSetting = /^SET\s+(?:SESSION\s+)?(foreign_key_checks|unique_checks|sql_mode)\s*=/i;

/** What a statement sets for its session belongs to every attempt at its step, also after a new connection. */
export function arrangeMysql(pieces: readonly Piece[]): readonly Piece[] {
	return pieces.map((piece) => {
		const [first] = piece.sql;
		if (first === undefined || !sessionSetting.test(first)) return piece;
		return {
			...piece,
			sql: piece.sql.filter((sql) => !sessionSetting.test(sql)),
			settings: [...piece.settings, first],
		};
	});
}
