import type { Range } from "../../core/source.ts";
import type { Lexis, Token, TokenKind } from "./token.ts";

const BLANK = 1;
const WORD = 2;
const DIGIT = 3;
const PUNCTUATION = 4;
const OPERATOR = 5;

const classes = buildClasses();

function buildClasses(): Uint8Array {
	const built = new Uint8Array(128);
	const assign = (characters: string, value: number): void => {
		for (const character of characters) built[character.charCodeAt(0)] = value;
	};
	assign(" \t\n\r\f\v", BLANK);
	assign("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$", WORD);
	assign("0123456789", DIGIT);
	assign("(),;.{}[]", PUNCTUATION);
	assign("!%&*+-/<=>^|~:", OPERATOR);
	return built;
}

/** Letters beyond ASCII belong to words; the byte order mark and the no-break space are no letters. */
function classOf(code: number): number {
	if (code < 128) return classes[code] ?? 0;
	if (code === 0xfeff) return BLANK;
	return code === 0xa0 || Number.isNaN(code) ? 0 : WORD;
}

function continuesWord(code: number): boolean {
	const value = classOf(code);
	return value === WORD || value === DIGIT;
}

const operators = ["<=>", "->>", "<<", ">>", "<=", ">=", "<>", "!=", "==", "||", "&&", ":=", "->"];

/**
 * Cuts a text into tokens, one when asked, in linear time. Never fails: what cannot be read is an
 * `invalid` token. The content of a comment that the server runs is code: its marks are passed over.
 */
export class Tokenizer {
	readonly text: string;
	readonly #lexis: Lexis;
	readonly #end: number;
	#at: number;
	#delimiter = ";";
	/** Inside a comment that the server runs. */
	#runsComment = false;

	constructor(text: string, lexis: Lexis, range: Range = { start: 0, end: text.length }) {
		this.text = range.end < text.length ? text.slice(0, range.end) : text;
		this.#lexis = lexis;
		this.#at = range.start;
		this.#end = this.text.length;
	}

	get delimiter(): string {
		return this.#delimiter;
	}

	/** Reads a DELIMITER command whose word was read last, and sets the delimiter: the next characters without a blank. */
	readDelimiterCommand(word: Token): Token {
		const rest = /\s*(\S+)[^\r\n]*/y;
		rest.lastIndex = word.end;
		const match = rest.exec(this.text);
		this.#delimiter = match?.[1] ?? this.#delimiter;
		const end = word.end + (match?.[0].trimEnd().length ?? 0);
		this.#at = end;
		return { kind: "clientCommand", start: word.start, end };
	}

	next(): Token | undefined {
		for (;;) {
			const start = this.#at;
			if (start >= this.#end) return undefined;
			const code = this.text.charCodeAt(start);
			const value = classOf(code);
			if (value === BLANK) this.#at++;
			else if (this.#startsDelimiter(start)) {
				return this.#token("delimiter", start, start + this.#delimiter.length);
			} else if (this.#runsComment && this.text.startsWith("*/", start)) {
				this.#runsComment = false;
				this.#at = start + 2;
			} else if (code === 47 && this.#entersComment(start)) {
				this.#runsComment = true;
			} else return this.#read(start, code, value);
		}
	}

	#startsDelimiter(at: number): boolean {
		if (this.text.charCodeAt(at) !== this.#delimiter.charCodeAt(0)) return false;
		return this.text.startsWith(this.#delimiter, at);
	}

	#token(kind: TokenKind, start: number, end: number): Token {
		this.#at = end < 0 ? this.#end : end;
		return end < 0 ? { kind: "invalid", start, end: this.#end } : { kind, start, end };
	}

	#read(start: number, code: number, value: number): Token {
		const { text } = this;
		if (code === 45 && text[start + 1] === "-" && this.#dashesBeginComment(start)) {
			return this.#token("lineComment", start, this.#endOfLine(start));
		}
		if (code === 35 && this.#lexis.hashComments) {
			return this.#token("lineComment", start, this.#endOfLine(start));
		}
		if (code === 47 && text[start + 1] === "*") return this.#readComment(start);
		switch (value) {
			case WORD:
				return this.#readWord(start);
			case DIGIT:
				return this.#readNumber(start);
			case PUNCTUATION:
				return this.#readPunctuation(start, code);
			case OPERATOR:
				return this.#readOperator(start);
			default:
				return this.#readQuoted(start, code);
		}
	}

	#readQuoted(start: number, code: number): Token {
		if (code === 39) return this.#token("string", start, this.#endOfQuote(start, code));
		if (code === 34) {
			const kind = this.#lexis.doubleQuotes === "string" ? "string" : "quotedName";
			return this.#token(kind, start, this.#endOfQuote(start, code));
		}
		if (code === 96) return this.#token("quotedName", start, this.#endOfQuote(start, code));
		if (code === 64) return this.#readVariable(start);
		if (code === 63) {
			let end = start + 1;
			while (classOf(this.text.charCodeAt(end)) === DIGIT) end++;
			return this.#token("parameter", start, end);
		}
		return this.#token("invalid", start, start + 1);
	}

	#dashesBeginComment(start: number): boolean {
		if (!this.#lexis.dashesNeedBlank) return true;
		// Drizzle cuts its files at this line and never sends it.
		if (this.text.startsWith("--> statement-breakpoint", start)) return true;
		const next = this.text.charCodeAt(start + 2);
		return Number.isNaN(next) || next <= 32;
	}

	#endOfLine(start: number): number {
		const end = this.text.indexOf("\n", start);
		const line = end < 0 ? this.#end : end;
		return this.text.charCodeAt(line - 1) === 13 ? line - 1 : line;
	}

	/** True at a comment whose content the server runs; the place then moves into it. */
	#entersComment(start: number): boolean {
		const { runsComment } = this.#lexis;
		if (!runsComment || this.text[start + 1] !== "*") return false;
		const head = /\/\*(M?)!(\d{5,6})?/y;
		head.lastIndex = start;
		const match = head.exec(this.text);
		if (!match) return false;
		const [whole, maria, version] = match;
		const runs = runsComment({
			maria: maria !== "",
			...(version !== undefined && { version: Number(version) }),
		});
		if (runs) this.#at = start + whole.length;
		return runs;
	}

	#readComment(start: number): Token {
		const close = this.text.indexOf("*/", start + 2);
		if (close < 0 && this.#lexis.openComments) return this.#token("blockComment", start, this.#end);
		return this.#token("blockComment", start, close < 0 ? -1 : close + 2);
	}

	/** Backticks and double-quoted names know no backslash; -1 when the quote is never closed. */
	#endOfQuote(start: number, quote: number): number {
		const { text } = this;
		const isName = quote === 96 || (quote === 34 && this.#lexis.doubleQuotes === "name");
		const escapes = this.#lexis.backslashEscapes && !isName;
		const mark = String.fromCharCode(quote);
		let at = start + 1;
		let backslash = escapes ? text.indexOf("\\", at) : -1;
		for (;;) {
			const close = text.indexOf(mark, at);
			if (close < 0) return -1;
			if (backslash >= 0 && backslash < close) {
				at = backslash + 2;
				backslash = text.indexOf("\\", at);
			} else if (text.charCodeAt(close + 1) === quote) at = close + 2;
			else return close + 1;
		}
	}

	#readVariable(start: number): Token {
		const { text } = this;
		let end = start + 1;
		if (text[end] === "@") end++;
		const quote = text.charCodeAt(end);
		if (quote === 39 || quote === 34 || quote === 96) {
			return this.#token("parameter", start, this.#endOfQuote(end, quote));
		}
		while (continuesWord(text.charCodeAt(end)) || text[end] === ".") end++;
		return this.#token("parameter", start, this.#cutAtDelimiter(start, end));
	}

	#readWord(start: number): Token {
		const { text } = this;
		const next = text.charCodeAt(start + 1);
		if (next === 39 && "xXbBnN".includes(text[start] ?? "")) {
			return this.#token("string", start, this.#endOfQuote(start + 1, next));
		}
		let end = start + 1;
		while (continuesWord(text.charCodeAt(end))) end++;
		return this.#token("word", start, this.#cutAtDelimiter(start, end));
	}

	/** A delimiter such as `$$` may touch the word before it. */
	#cutAtDelimiter(start: number, end: number): number {
		if (this.#delimiter === ";") return end;
		const cut = this.text.indexOf(this.#delimiter, start);
		return cut > start && cut < end ? cut : end;
	}

	/** A name may begin with digits, in MySQL. */
	#readNumber(start: number): Token {
		const number =
			/0[xX][0-9a-fA-F]+|0b[01]+|(?:\d[\d_]*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y;
		number.lastIndex = start;
		const end = start + (number.exec(this.text)?.[0].length ?? 1);
		if (!continuesWord(this.text.charCodeAt(end)) || this.#startsDelimiter(end)) {
			return this.#token("number", start, end);
		}
		return this.#readWord(start);
	}

	#readPunctuation(start: number, code: number): Token {
		if (code === 46 && classOf(this.text.charCodeAt(start + 1)) === DIGIT) {
			const before = this.text.charCodeAt(start - 1);
			if (!continuesWord(before) && before !== 96 && before !== 34) return this.#readNumber(start);
		}
		if (code === 91 && this.#lexis.brackets) {
			const close = this.text.indexOf("]", start);
			return this.#token("quotedName", start, close < 0 ? -1 : close + 1);
		}
		return this.#token("punctuation", start, start + 1);
	}

	#readOperator(start: number): Token {
		const { text } = this;
		if (
			this.#lexis.namedParameters &&
			text[start] === ":" &&
			classOf(text.charCodeAt(start + 1)) === WORD
		) {
			let end = start + 1;
			while (continuesWord(text.charCodeAt(end))) end++;
			return this.#token("parameter", start, end);
		}
		for (const operator of operators) {
			if (text.startsWith(operator, start)) {
				return this.#token("operator", start, start + operator.length);
			}
		}
		return this.#token("operator", start, start + 1);
	}
}

/** Returns all tokens of a text, or of a part of it. */
export function tokenize(text: string, lexis: Lexis, range?: Range): readonly Token[] {
	const tokenizer = new Tokenizer(text, lexis, range);
	const tokens: Token[] = [];
	for (let token = tokenizer.next(); token; token = tokenizer.next()) tokens.push(token);
	return tokens;
}
