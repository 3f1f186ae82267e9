import { endOfLine } from "./quotes.ts";
import { isComment, isWord, type Token } from "./token.ts";

/**
 * Returns the offset after the psql command whose backslash stands at `start`. It takes the rest of the
 * line, or ends after `\\`, which lets SQL follow; `\;` is two characters long. Source: psql reference,
 * "Meta-Commands"; \copy and \! always take the whole line.
 */
export function endOfMetaCommand(text: string, start: number): number {
	if (text[start + 1] === ";") return start + 2;
	if (/^\\(?:copy\b|!)/.test(text.slice(start, start + 6))) return endOfLine(text, start);
	let quote = "";
	for (let at = start + 1; at < text.length; at++) {
		const character = text.charAt(at);
		if (character === "\n" || character === "\r") return at;
		if (quote !== "") {
			if (character === quote) quote = "";
		} else if (character === "'" || character === '"' || character === "`") quote = character;
		else if (character === "\\" && text[at + 1] === "\\") return at + 2;
	}
	return text.length;
}

const sendingCommands = new Set(
	";,g,gx,gset,gexec,gdesc,crosstabview,watch,parse,sendpipeline".split(","),
);

/** True when psql sends the statement before this command to the server, as a semicolon would. */
export function endsStatement(text: string, command: Token): boolean {
	const name = /^\\(;|[a-z]+)/.exec(
		text.slice(command.start, Math.min(command.end, command.start + 16)),
	);
	return sendingCommands.has(name?.[1] ?? "");
}

/** True when the lines after this \copy command are its data. */
export function isCopyCommandFromStdin(text: string, command: Token): boolean {
	if (!text.startsWith("\\copy", command.start)) return false;
	return /\bfrom\s+stdin\b/i.test(text.slice(command.start, command.end));
}

/** True when the tokens from `first` on are COPY ... FROM STDIN: the client reads data lines after it. */
export function isCopyFromStdin(text: string, tokens: readonly Token[], first: number): boolean {
	let at = first;
	while (isComment(tokens[at])) at++;
	if (!isWord(text, tokens[at], "copy")) return false;
	let afterFrom = false;
	for (at++; at < tokens.length; at++) {
		const token = tokens[at];
		if (isComment(token)) continue;
		if (afterFrom && isWord(text, token, "stdin")) return true;
		afterFrom = isWord(text, token, "from");
	}
	return false;
}

/**
 * Returns the offset after the data lines of a COPY that start at `start`: after the `\.` that stands
 * alone on a line, or the end of the text when there is none.
 */
export function endOfCopyData(text: string, start: number): number {
	let at = text.indexOf("\\.", start);
	while (at >= 0) {
		if (isCopyEnd(text, start, at)) return at + 2;
		at = text.indexOf("\\.", at + 2);
	}
	return text.length;
}

function isCopyEnd(text: string, start: number, at: number): boolean {
	const before = at === start ? "\n" : text[at - 1];
	const after = text[at + 2] ?? "\n";
	return before === "\n" && (after === "\n" || text.startsWith("\r\n", at + 2));
}
