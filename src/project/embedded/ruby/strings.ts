import type { Range } from "../../../core/source.ts";
import type { Node, TextPart } from "../program.ts";

/** A string, a symbol or a list of words. */
export interface RubyString {
	readonly kind: "string";
	readonly parts: readonly { readonly kind: "characters"; readonly text: string }[];
	/** What stands between the marks; a symbol has its text in `parts`. */
	readonly body?: Range;
	/** No values and no escapes. */
	readonly isRaw?: boolean;
	readonly isHeredoc?: boolean;
	/** %w[a b]: a list. */
	readonly isList?: boolean;
	/** A pattern or a command: no text. */
	readonly isOther?: boolean;
}

interface Quoted {
	readonly token: RubyString;
	readonly end: number;
	readonly mark: string;
}

const closings: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

/** Returns the quoted literal at a place; `expectsValue` tells a pattern from a division. */
export function quotedToken(
	source: string,
	start: number,
	expectsValue: boolean,
): Quoted | undefined {
	const first = source[start] ?? "";
	if (first === ":" && (source[start + 1] === '"' || source[start + 1] === "'")) {
		return delimited(source, start + 1, 1, { isRaw: source[start + 1] === "'" });
	}
	if (first === '"' || first === "'" || first === "`") {
		return delimited(source, start, 1, {
			isRaw: first === "'",
			...(first === "`" ? { isOther: true } : {}),
		});
	}
	if (!expectsValue) return undefined;
	if (first === "/") return delimited(source, start, 1, { isOther: true });
	const percent = /^%([qQwWiIrsx]?)([^\w\s])/.exec(source.slice(start, start + 4));
	if (!percent) return undefined;
	const [, letter = "", mark = ""] = percent;
	return delimited(source, start + 1 + letter.length, mark.length, {
		isRaw: "qwis".includes(letter) && letter !== "",
		...("wWiI".includes(letter) && letter !== "" ? { isList: true } : {}),
		...("rx".includes(letter) && letter !== "" ? { isOther: true } : {}),
	});
}

function delimited(
	source: string,
	markAt: number,
	width: number,
	more: Pick<RubyString, "isRaw" | "isList" | "isOther">,
): Quoted {
	const mark = source.slice(markAt, markAt + width);
	const close = closings[mark] ?? mark;
	const start = markAt + width;
	let depth = 0;
	let at = start;
	for (; at < source.length; at++) {
		const character = source[at];
		if (character === "\\") at++;
		else if (character === "#" && source[at + 1] === "{" && more.isRaw !== true) {
			at = closingBrace(source, at + 2);
		} else if (character === close && depth-- === 0) break;
		else if (character === mark && close !== mark) depth++;
	}
	const end = Math.min(at, source.length);
	return {
		token: { kind: "string", parts: [], body: { start, end }, ...more },
		end: Math.min(end + 1, source.length),
		mark,
	};
}

function closingBrace(source: string, from: number): number {
	let depth = 1;
	for (let at = from; at < source.length; at++) {
		if (source[at] === "{") depth++;
		if (source[at] === "}" && --depth === 0) return at;
	}
	return source.length;
}

const escapes: Readonly<Record<string, string>> = {
	n: "\n",
	t: "\t",
	r: "\r",
	s: " ",
	e: "\x1b",
	"0": "\0",
	"\n": "",
};

/** Returns the parts of a literal and, when its characters are the text, where they stand. */
export function stringParts(
	source: string,
	{ body, parts, isRaw = false, isHeredoc = false }: RubyString,
	parse: (range: Range) => Node,
): { readonly parts: readonly TextPart[]; readonly inner?: Range } {
	if (!body) return { parts };
	const read: TextPart[] = [];
	const same = { is: true };
	let from = body.start;
	const characters = (to: number): void => {
		const text = source.slice(from, to);
		const cooked = isRaw ? rawText(text, isHeredoc) : text.replace(/\\(\r?\n|[^])/g, unescape);
		if (cooked !== text) same.is = false;
		if (text !== "") read.push({ kind: "characters", text: cooked });
	};
	for (let at = body.start; at < body.end && !isRaw; at++) {
		if (source[at] === "\\") at++;
		else if (source[at] === "#" && source[at + 1] === "{") {
			const end = Math.min(closingBrace(source, at + 2), body.end);
			characters(at);
			const value = parse({ start: at + 2, end });
			read.push({ kind: "value", source: source.slice(at, end + 1), value });
			from = end + 1;
			at = end;
		}
	}
	characters(body.end);
	return { parts: read, ...(same.is ? { inner: body } : {}) };
}

function unescape(_: string, character: string): string {
	return escapes[character] ?? (character === "\r\n" ? "" : character);
}

/** In single quotes only the quote and the backslash are escaped, in a raw heredoc nothing. */
function rawText(text: string, isHeredoc: boolean): string {
	return isHeredoc ? text : text.replace(/\\(['\\])/g, "$1");
}
