import type { QualifiedName } from "../../core/expression.ts";
import type { Range } from "../../core/source.ts";
import { isComment, nameOf, stringOf, type Lexis, type Token } from "./token.ts";

/** Where a statement stops being what the grammar knows. */
export class NotUnderstood extends Error {
	readonly at: Range;

	constructor(message: string, at: Range) {
		super(message);
		this.at = at;
	}
}

/** A place among the tokens of one statement, and the questions a grammar asks there. */
export class Cursor {
	readonly text: string;
	readonly lexis: Lexis;
	readonly tokens: readonly Token[];
	/** The words in capitals; other tokens are themselves. */
	readonly #texts: (string | undefined)[] = [];
	at = 0;

	constructor(text: string, tokens: readonly Token[], lexis: Lexis) {
		this.text = text;
		this.lexis = lexis;
		this.tokens = tokens.filter((token) => !isComment(token));
	}

	get token(): Token | undefined {
		return this.tokens[this.at];
	}

	get isAtEnd(): boolean {
		return this.at >= this.tokens.length;
	}

	/** What stands ahead: a word in capitals, a mark as it is, "" for strings, quoted names and the end. */
	peek(ahead = 0): string {
		const index = this.at + ahead;
		return (this.#texts[index] ??= this.#textOf(this.tokens[index]));
	}

	#textOf(token: Token | undefined): string {
		switch (token?.kind) {
			case "word":
				return this.text.slice(token.start, token.end).toUpperCase();
			case "operator":
			case "punctuation":
				return this.text.slice(token.start, token.end);
			case "delimiter":
				return ";";
			default:
				return "";
		}
	}

	kind(ahead = 0): Token["kind"] | undefined {
		return this.tokens[this.at + ahead]?.kind;
	}

	/** True when these words and marks stand here. */
	is(...expected: readonly string[]): boolean {
		return expected.every((one, ahead) => this.peek(ahead) === one);
	}

	isAny(expected: ReadonlySet<string>): boolean {
		return expected.has(this.peek());
	}

	/** Passes over these words and marks when they stand here. */
	take(...expected: readonly string[]): boolean {
		if (!this.is(...expected)) return false;
		this.at += expected.length;
		return true;
	}

	/** Passes over one of these and returns it. */
	takeAny<Word extends string>(...expected: readonly Word[]): Word | undefined {
		const found = expected.find((one) => this.peek() === one);
		if (found !== undefined) this.at++;
		return found;
	}

	expect(...expected: readonly string[]): void {
		for (const one of expected) if (!this.take(one)) this.fail(`${one} is missing`);
	}

	advance(): Token {
		const { token } = this;
		if (!token) return this.fail();
		this.at++;
		return token;
	}

	/** Stops reading here. */
	fail(why?: string): never {
		const { token } = this;
		const last = this.tokens.at(-1);
		const end = last?.end ?? 0;
		if (!token)
			throw new NotUnderstood(why ?? "the statement ends too early", {
				start: last?.start ?? 0,
				end,
			});
		const shown = this.text.slice(token.start, Math.min(token.end, token.start + 40));
		throw new NotUnderstood(
			`syntax error at or near "${shown}"${why === undefined ? "" : `: ${why}`}`,
			{
				start: token.start,
				end: token.end,
			},
		);
	}

	expectEnd(): void {
		if (!this.isAtEnd) this.fail();
	}

	/** The place from a token up to the one before the cursor. */
	rangeFrom(first: number): Range {
		const start = this.tokens[first]?.start ?? this.tokens.at(-1)?.end ?? 0;
		const end = this.tokens[this.at - 1]?.end ?? start;
		return { start, end: Math.max(start, end) };
	}

	/** Whether a name can stand here: a word, a quoted name, or a string where databases take one for a name. */
	isName(ahead = 0): boolean {
		const kind = this.kind(ahead);
		return kind === "word" || kind === "quotedName" || this.#isStringName(ahead);
	}

	/** In SQLite any string, in MySQL a double-quoted one (ANSI_QUOTES). */
	#isStringName(ahead: number): boolean {
		const token = this.tokens[this.at + ahead];
		if (token?.kind !== "string") return false;
		const quote = this.text[token.start];
		return quote === '"' || (quote === "'" && this.lexis.doubleQuotes === "name");
	}

	name(): string {
		if (!this.isName()) return this.fail("a name is missing");
		return nameOf(this.text, this.advance());
	}

	/** Whether a word stands here that names nothing without quotes. */
	isReserved(): boolean {
		return this.kind() === "word" && this.lexis.reservedNames?.has(this.peek()) === true;
	}

	/** The name of a table, a column or an index. */
	identifier(): string {
		if (this.isReserved()) return this.fail("a name is missing, or in need of quotes");
		return this.name();
	}

	/** A name, or a name in front of it with a dot. */
	qualifiedName(): QualifiedName {
		const first = this.at;
		const name = this.identifier();
		if (!this.is(".") || !this.isName(1)) return { name, range: this.rangeFrom(first) };
		this.at++;
		const own = this.name();
		return { schema: name, name: own, range: this.rangeFrom(first) };
	}

	isString(): boolean {
		return this.kind() === "string";
	}

	/** A string, in MySQL several in a row. */
	string(): string {
		if (!this.isString()) return this.fail("a string is missing");
		let value = "";
		while (this.isString()) value += stringOf(this.text, this.advance(), this.lexis);
		return value;
	}

	/** The text of the token here, whatever it is. */
	raw(): string {
		const { start, end } = this.advance();
		return this.text.slice(start, end);
	}

	/** `( one, two )`. */
	list<T>(one: () => T): readonly T[] {
		this.expect("(");
		const items = this.commaList(one);
		this.expect(")");
		return items;
	}

	commaList<T>(one: () => T): readonly T[] {
		const items = [one()];
		while (this.take(",")) items.push(one());
		return items;
	}

	/** Passes over parentheses and what stands in them. */
	skipParentheses(): void {
		this.expect("(");
		for (let depth = 1; depth > 0; this.at++) {
			if (this.isAtEnd) this.fail();
			if (this.is("(")) depth++;
			if (this.is(")")) depth--;
		}
	}

	/** Runs a reading and goes back when it does not succeed. */
	attempt<T>(read: () => T): T | undefined {
		const before = this.at;
		try {
			return read();
		} catch (error) {
			if (!(error instanceof NotUnderstood)) throw error;
			this.at = before;
			return undefined;
		}
	}
}
