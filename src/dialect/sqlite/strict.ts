import type { Operation } from "../../core/operation.ts";
import type { Unread } from "../../core/statement.ts";
import { mapBytes } from "../postgres/offsets.ts";
import type { StatementGrammar } from "../tolerant/reader.ts";
import type { Piece } from "../tolerant/splitter.ts";
import { loadStrictGrammar, type FindError, type GrammarError } from "./strict-grammar.ts";

/** A longer statement holds rows, and nobody writes it by hand. */
const longest = 100_000;

/** What the grammar of 3.47 does not know yet: ALTER TABLE on constraints, of SQLite 3.53. */
const newer = new Set<Operation["kind"]>([
	"addConstraint",
	"dropConstraint",
	"setNotNull",
	"dropNotNull",
	"setDefault",
	"dropDefault",
]);

/** Statements on rows have no new words since 3.44, which brought ORDER BY into aggregates. */
const newestWords = 3_044_000;

/** Of these the effects tell better in which version they came. */
const toldByEffects = /^(?:create|drop|add|rename|set|alter|update$)/;

/** Returns the grammar with SQLite's own behind it, as it was in a version. */
export async function strictGrammar(
	grammar: StatementGrammar,
	version: number | undefined,
): Promise<StatementGrammar> {
	const findError = guarded(await loadStrictGrammar());
	const isOld = version !== undefined && version < newestWords;
	const shown = isOld ? showVersion(version) : undefined;
	const findOld = shown === undefined ? undefined : guarded(await loadStrictGrammar(shown));
	return {
		...grammar,
		refuses(text, piece, operations) {
			const sql = text.slice(piece.start, piece.end);
			if (sql.length > longest || operations?.some(({ kind }) => newer.has(kind))) return undefined;
			const error = findError(sql);
			if (error === "unknown") return undefined;
			if (error) return unreadAt(error, sql, piece);
			if (!operations) return notReadYet(piece);
			if (operations.some(({ kind }) => toldByEffects.test(kind))) return undefined;
			const old = findOld?.(sql);
			if (!old || old === "unknown") return undefined;
			return {
				...unreadAt(old, sql, piece),
				hint: `SQLite ${shown ?? ""} does not know this yet, a newer one does: say in the config which serverVersion you have.`,
			};
		},
	};
}

/** A crash of the machine leaves it unusable: from then on it says nothing. */
function guarded(findError: FindError): (sql: string) => GrammarError | "unknown" | undefined {
	let hasCrashed = false;
	return (sql) => {
		if (hasCrashed) return "unknown";
		try {
			return findError(sql);
		} catch {
			hasCrashed = true;
			return "unknown";
		}
	};
}

function unreadAt(error: GrammarError, sql: string, piece: Piece): Unread {
	const place = mapBytes(sql);
	const start = Math.min(piece.start + place(error.start), piece.end - 1);
	const end = Math.max(start + 1, Math.min(piece.start + place(error.end), piece.end));
	const message = error.message.replace(
		/^syntax error near '(.*)'$/s,
		'syntax error at or near "$1"',
	);
	return { reason: "syntax", message, at: { start, end } };
}

/** SQLite takes it, and we cannot tell what it does. */
function notReadYet({ start, end }: Piece): Unread {
	return {
		reason: "unsupported",
		message: "SQLite reads it, lockkeeper does not yet",
		at: { start, end },
	};
}

function showVersion(version: number): string {
	const [major, rest] = [Math.floor(version / 1_000_000), version % 1_000_000];
	return `${major}.${Math.floor(rest / 1000)}.${rest % 1000}`;
}
