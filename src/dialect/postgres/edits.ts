import type { EditPlace } from "../../core/dialect.ts";
import type { StatementChange, TextEdit } from "../../core/fix.ts";
import type { Statement } from "../../core/statement.ts";
import { commonEdits, insertBefore, insertion, withCase, writtenBy } from "../edits.ts";
import { isComment, isWord, type Token } from "./token.ts";
import { tokenize } from "./tokenizer.ts";

/**
 * Returns the edits that make a change, in order; undefined where the statement's text does not allow it.
 * Inserted SQL takes over the statement's indentation, its line ends and its case of keywords.
 */
export function editsFor(
	statement: Statement,
	change: StatementChange,
	place: EditPlace,
): readonly TextEdit[] | undefined {
	const written = writtenBy(statement, place, tokenize);
	switch (change.kind) {
		case "addConcurrently":
			return addConcurrently(statement, withCase("CONCURRENTLY", written));
		case "addNotValid":
			return [insertion(change.range.end, ` ${withCase("NOT VALID", written)}`)];
		case "setParameter": {
			const scope = place.inTransaction ? "SET LOCAL" : "SET";
			return insertBefore(written, `${scope} ${change.name} = ${change.value};`);
		}
		case "setOnlineClauses":
			return undefined;
		default:
			return commonEdits(written, change);
	}
}

/** What stands before CONCURRENTLY in each statement that has it. */
const beforeConcurrently: readonly (readonly (readonly string[])[])[] = [
	[["create"], ["unique", ""], ["index"]],
	[["drop"], ["index"]],
	[["reindex"], ["index", "table", "schema", "database"]],
	[["refresh"], ["materialized"], ["view"]],
];

function addConcurrently(statement: Statement, word: string): readonly TextEdit[] | undefined {
	const { text } = statement.file;
	const tokens = tokenize(text, statement.range).filter((token) => !isComment(token));
	const added = ` ${word}`;
	if (isWord(text, tokens[0], "alter")) return [insertion(statement.range.end, added)];
	const words = withoutOptions(text, tokens);
	for (const form of beforeConcurrently) {
		const last = lastOf(form, text, words);
		if (last) return [insertion(last.end, added)];
	}
	return undefined;
}

/** REINDEX (VERBOSE) TABLE: the options in parentheses stand between both words. */
function withoutOptions(text: string, tokens: readonly Token[]): readonly Token[] {
	if (text[tokens[1]?.start ?? -1] !== "(") return tokens;
	const closing = tokens.findIndex(({ start }) => text[start] === ")");
	return [...tokens.slice(0, 1), ...tokens.slice(closing + 1)];
}

/** The token of the form's last word, undefined when the statement starts otherwise. */
function lastOf(
	form: readonly (readonly string[])[],
	text: string,
	tokens: readonly Token[],
): Token | undefined {
	let at = 0;
	for (const words of form) {
		if (words.some((word) => word !== "" && isWord(text, tokens[at], word))) at++;
		else if (!words.includes("")) return undefined;
	}
	return tokens[at - 1];
}
