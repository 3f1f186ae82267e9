import type { EditPlace } from "../../core/dialect.ts";
import type { StatementChange, TextEdit } from "../../core/fix.ts";
import type { Range } from "../../core/source.ts";
import type { Statement } from "../../core/statement.ts";
import {
	commonEdits,
	insertBefore,
	insertion,
	withCase,
	writtenBy,
	type Written,
	type WrittenToken,
} from "../edits.ts";
import type { Lexis } from "../tolerant/token.ts";
import { tokenize } from "../tolerant/tokenizer.ts";

/** Returns the edits that make a change, in order; undefined where the statement's text does not allow it. */
export function editsFor(
	statement: Statement,
	change: StatementChange,
	place: EditPlace,
	lexis: Lexis,
): readonly TextEdit[] | undefined {
	const written = writtenBy(statement, place, (text, range) => tokenize(text, lexis, range));
	if (adds(change) && !endsWithSemicolon(written)) return undefined;
	switch (change.kind) {
		case "addConcurrently":
		case "addNotValid":
			return undefined;
		case "setParameter":
			return insertBefore(written, `SET SESSION ${change.name} = ${change.value};`);
		case "setOnlineClauses":
			return setOnlineClauses(written, change);
		default:
			return commonEdits(written, change);
	}
}

/** True for a change that adds statements: they end with a semicolon. */
function adds(change: StatementChange): boolean {
	if (change.kind === "replaceStatement") return /;\s*\S/.test(change.sql);
	return change.kind === "insertBefore" || change.kind === "setParameter";
}

/** False where DELIMITER has set something else. */
function endsWithSemicolon({ statement, text, place, cut }: Written): boolean {
	const following = cut(text, { start: statement.range.end, end: place.within.end });
	const next = following.find(({ kind }) => kind !== "lineComment" && kind !== "blockComment");
	return next === undefined || text[next.start] === ";";
}

type OnlineChange = Extract<StatementChange, { readonly kind: "setOnlineClauses" }>;

/** ALTER TABLE takes the clauses after commas, CREATE INDEX and DROP INDEX without. */
function setOnlineClauses(
	written: Written,
	{ algorithm, lock }: OnlineChange,
): readonly TextEdit[] | undefined {
	const { statement, text, tokens } = written;
	const [first, second] = tokens;
	const last = tokens.at(-1);
	if (!first || !second || !last) return undefined;
	// The end of a comment that the server runs is no place for more.
	if (text.slice(last.end, statement.range.end).trim() !== "") return undefined;
	const isAlter = wordOf(text, first) === "ALTER";
	const removed = clausesIn(text, tokens);
	const clauses = [
		`ALGORITHM=${algorithm.toUpperCase()}`,
		...(lock === undefined ? [] : [`LOCK=${lock.toUpperCase()}`]),
	].map((clause) => withCase(clause, written));
	const added = clauses.map((clause) => (isAlter ? `, ${clause}` : ` ${clause}`)).join("");
	return [
		...removed.map((range): TextEdit => ({ range, text: "" })),
		insertion(statement.range.end, added),
	];
}

function wordOf(text: string, token: WrittenToken | undefined): string {
	return token?.kind === "word" ? text.slice(token.start, token.end).toUpperCase() : "";
}

const asks = /^(?:DEFAULT|INSTANT|NOCOPY|INPLACE|COPY|NONE|SHARED|EXCLUSIVE)$/;

/** The clauses that are there, each with the comma that belongs to it. */
function clausesIn(text: string, tokens: readonly WrittenToken[]): readonly Range[] {
	const found: Range[] = [];
	tokens.forEach((token, at) => {
		const word = wordOf(text, token);
		if (word !== "ALGORITHM" && word !== "LOCK") return;
		const isEqual = isSign(text, tokens[at + 1], "=");
		const value = tokens[at + (isEqual ? 2 : 1)];
		if (!value || !asks.test(wordOf(text, value))) return;
		const before = tokens[at - 1];
		const after = tokens[at + (isEqual ? 3 : 2)];
		if (before && isSign(text, before, ",")) found.push({ start: before.start, end: value.end });
		else if (after && isSign(text, after, ","))
			found.push({ start: token.start, end: tokens[at + (isEqual ? 4 : 3)]?.start ?? after.end });
		else found.push({ start: before?.end ?? token.start, end: value.end });
	});
	return found;
}

function isSign(text: string, token: WrittenToken | undefined, sign: string): boolean {
	return token !== undefined && text.slice(token.start, token.end) === sign;
}
