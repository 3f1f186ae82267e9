/** A token of Python, with its place. */
export type Token =
	| ({ readonly kind: "name" | "number" | "operator"; readonly text: string } & Place)
	| ({
			readonly kind: "string";
			/** The letters before the quote, in lower case: r, f, b, u. */
			readonly prefix: string;
			readonly inner: { readonly start: number; readonly end: number };
	  } & Place)
	| ({ readonly kind: "newline" | "indent" | "dedent" | "end" } & Place);

interface Place {
	readonly start: number;
	readonly end: number;
}

const blank = /[ \t\f]*(?:\\\r?\n[ \t\f]*)*/y;
const comment = /#[^\r\n]*/y;
const lineEnd = /\r\n|\n|\r/y;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const number = /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?)[jJ]?/y;
const quote = /([rRbBuUfFtT]{0,3})("""|'''|"|')/y;
const operator = /\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%@&|^=!<>:]=|\*\*|\/\/|->|<<|>>|[^\s\w]/uy;

/** Returns the tokens of a Python program; a text that is none gives tokens too. */
export function tokenizePython(text: string): readonly Token[] {
	const tokens: Token[] = [];
	const indents = [0];
	let at = text.startsWith("\uFEFF") ? 1 : 0;
	let depth = 0;
	let isLineStart = true;
	const match = (pattern: RegExp): RegExpExecArray | null => {
		pattern.lastIndex = at;
		return pattern.exec(text);
	};
	while (at < text.length) {
		const lead = match(blank)?.[0] ?? "";
		const lineAt = at;
		at += lead.length;
		const note = match(comment);
		if (note) at += note[0].length;
		const end = match(lineEnd);
		if (end) {
			if (!isLineStart && depth === 0) {
				tokens.push({ kind: "newline", start: at, end: at + end[0].length });
			}
			at += end[0].length;
			isLineStart = depth === 0 || isLineStart;
			continue;
		}
		if (at >= text.length) break;
		if (isLineStart) {
			tokens.push(...indentation(indents, widthOf(text.slice(lineAt, at)), at));
			isLineStart = false;
		}
		const token = tokenAt(text, at, match);
		if (token.kind === "operator") {
			if ("([{".includes(token.text)) depth++;
			if (")]}".includes(token.text)) depth = Math.max(0, depth - 1);
		}
		tokens.push(token);
		at = token.end;
	}
	tokens.push({ kind: "newline", start: at, end: at }, ...indentation(indents, 0, at));
	tokens.push({ kind: "end", start: at, end: at });
	return tokens;
}

function widthOf(lead: string): number {
	let width = 0;
	for (const character of lead) width += character === "\t" ? 8 - (width % 8) : 1;
	return width;
}

function indentation(indents: number[], width: number, at: number): readonly Token[] {
	const tokens: Token[] = [];
	if (width > (indents.at(-1) ?? 0)) {
		indents.push(width);
		return [{ kind: "indent", start: at, end: at }];
	}
	while (width < (indents.at(-1) ?? 0)) {
		indents.pop();
		tokens.push({ kind: "dedent", start: at, end: at });
	}
	return tokens;
}

function tokenAt(
	text: string,
	start: number,
	match: (pattern: RegExp) => RegExpExecArray | null,
): Token {
	const opened = match(quote);
	if (opened) {
		const [all, prefix = "", mark = ""] = opened;
		const innerStart = start + all.length;
		const innerEnd = closingQuote(text, innerStart, mark);
		const isClosed = text.startsWith(mark, innerEnd);
		const inner = { start: innerStart, end: innerEnd };
		const end = isClosed ? innerEnd + mark.length : innerEnd;
		return { kind: "string", prefix: prefix.toLowerCase(), inner, start, end };
	}
	for (const [kind, pattern] of [
		["name", word],
		["number", number],
		["operator", operator],
	] as const) {
		const found = match(pattern)?.[0];
		if (found) return { kind, text: found, start, end: start + found.length };
	}
	return { kind: "operator", text: text.slice(start, start + 1), start, end: start + 1 };
}

/** An unclosed string ends with its line, an unclosed one in three quotes with the text. */
function closingQuote(text: string, from: number, mark: string): number {
	for (let at = from; at < text.length; at++) {
		const character = text[at];
		if (character === "\\") at++;
		else if (text.startsWith(mark, at)) return at;
		else if (mark.length === 1 && (character === "\n" || character === "\r")) return at;
	}
	return text.length;
}
