import type { Range } from "../../core/source.ts";

/** What the tokens of all languages have in common. */
type WalkedToken = Range & { readonly kind: string; readonly text?: string };

/** A walk through the tokens of a program, for a parser that looks at one token after the other. */
export class TokenWalk<Token extends WalkedToken> {
	readonly source: string;
	readonly tokens: readonly Token[];
	/** The place in the tokens. */
	at = 0;
	/** How deep the expression at this place is nested. */
	depth = 0;
	readonly #end: Token;

	/** `end` stands for what comes after the last token. */
	constructor(source: string, tokens: readonly Token[], end: Token) {
		this.source = source;
		this.tokens = tokens;
		this.#end = end;
	}

	get token(): Token {
		return this.tokens[this.at] ?? this.#end;
	}

	/** True at one of these words or operators. */
	is(...texts: readonly string[]): boolean {
		return this.#oneOf(texts) !== undefined;
	}

	isKind(kind: Token["kind"]): boolean {
		return this.token.kind === kind;
	}

	/** Goes on behind one of these words or operators; false where there is none. */
	take(...texts: readonly string[]): boolean {
		if (!this.is(...texts)) return false;
		this.at++;
		return true;
	}

	/** Goes on behind one of these words or operators and returns which it was. */
	takeOneOf(texts: readonly string[]): string | undefined {
		const taken = this.#oneOf(texts);
		if (taken !== undefined) this.at++;
		return taken;
	}

	takeKind(kind: Token["kind"]): boolean {
		if (!this.isKind(kind)) return false;
		this.at++;
		return true;
	}

	#oneOf(texts: readonly string[]): string | undefined {
		const { kind, text } = this.token;
		if (text === undefined || (kind !== "name" && kind !== "operator")) return undefined;
		return texts.includes(text) ? text : undefined;
	}

	/** The place from a start to the last token that was taken. */
	since(start: number): Range {
		return { start, end: Math.max(start, this.tokens[this.at - 1]?.end ?? start) };
	}
}
