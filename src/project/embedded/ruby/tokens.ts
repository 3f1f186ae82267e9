import type { Range } from "../../../core/source.ts";
import { quotedToken, type RubyString } from "./strings.ts";

/** A token of Ruby. `spaced`: blanks stand before it, which decides what a command's argument is. */
export type RubyToken = Range & { readonly spaced: boolean } & (
		| { readonly kind: "name"; readonly text: string }
		| { readonly kind: "number"; readonly text: string }
		| { readonly kind: "operator"; readonly text: string }
		| { readonly kind: "label"; readonly text: string }
		| { readonly kind: "variable"; readonly text: string }
		| RubyString
		| { readonly kind: "newline" }
		| { readonly kind: "end" }
	);

const blank = /(?:[ \t\f\v\u00A0]|\\\r?\n)+/y;
const lineEnd = /\r?\n|\r/y;
const embeddedDocument = /=begin\b[^]*?(?:\n=end[^\n]*|$)/y;
const word = /[\p{L}_][\p{L}\p{N}_]*(?:[?!](?![=~]))?/uy;
const labelEnd = /:(?![:])/y;
const variable = /(?:@@?|\$)[\p{L}_][\p{L}\p{N}_]*|\$[^\s\w]/uy;
const number = /0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[ri]*/y;
const symbol = /:(?:[\p{L}_@$][\p{L}\p{N}_]*[?!=]?(?!>)|\[\]=?|<=>|===?|[<>]=?|[+\-*/%!])/uy;
const operator =
	/\*\*=|<=>|===|\.\.\.|<<=|>>=|\|\|=|&&=|&\.|=>|->|::|\.\.|\*\*|==|!=|>=|<=|&&|\|\||=~|!~|<<|>>|[-+*/%|&^]=|[^\s\w]/uy;
const heredoc = /<<([~-]?)(?:(["'`])([^\n"'`]+)\2|([A-Z_a-z]\w*))/y;

/** Words after which an expression begins, so that a slash opens a pattern. */
const beforeExpression = new Set(
	"and or not if unless while until elsif when in case return puts then do else begin".split(" "),
);

/** Returns the tokens of a Ruby program; a text that is none gives tokens too. */
export function tokenizeRuby(source: string, range?: Range): readonly RubyToken[] {
	return new RubyScanner(source, range ?? { start: 0, end: source.length }).scan();
}

/** The scanner's state is its place and what came before it. */
class RubyScanner {
	readonly #source: string;
	readonly #end: number;
	readonly #tokens: RubyToken[] = [];
	#at: number;
	#spaced = false;
	/** Where the text goes on after the heredocs that this line opens. */
	#afterHeredocs: number | undefined;

	constructor(source: string, range: Range) {
		this.#source = source.slice(0, range.end);
		this.#end = range.end;
		this.#at = range.start;
	}

	scan(): readonly RubyToken[] {
		while (this.#at < this.#end) {
			const before = this.#at;
			if (this.#skipped()) continue;
			this.#token();
			this.#spaced = false;
			if (this.#at === before) this.#at++;
		}
		const end = { start: this.#end, end: this.#end, spaced: true };
		return [...this.#tokens, { kind: "newline", ...end }, { kind: "end", ...end }];
	}

	#match(pattern: RegExp): RegExpExecArray | null {
		pattern.lastIndex = this.#at;
		return pattern.exec(this.#source);
	}

	/** Blanks, comments and line ends. */
	#skipped(): boolean {
		const space = this.#match(blank);
		if (space) {
			this.#at += space[0].length;
			this.#spaced = true;
			return true;
		}
		if (this.#source[this.#at] === "#") {
			const end = this.#source.slice(this.#at).search(/[\r\n]/);
			this.#at = end === -1 ? this.#end : this.#at + end;
			return true;
		}
		const line = this.#match(lineEnd);
		if (!line) return false;
		const start = this.#at;
		this.#at = Math.max(this.#at + line[0].length, this.#afterHeredocs ?? 0);
		this.#afterHeredocs = undefined;
		this.#spaced = true;
		this.#push({ kind: "newline" }, start, start + line[0].length);
		const document = this.#match(embeddedDocument);
		if (document) this.#at += document[0].length;
		if (this.#source.startsWith("__END__", this.#at)) this.#at = this.#end;
		return true;
	}

	#push(
		token:
			| { kind: "newline" }
			| { kind: "name" | "number" | "operator" | "label" | "variable"; text: string }
			| RubyString,
		start: number,
		end: number,
	): void {
		this.#tokens.push({ ...token, start, end, spaced: this.#spaced });
	}

	#take(kind: "name" | "number" | "operator" | "label" | "variable", text: string): void {
		this.#push({ kind, text }, this.#at, this.#at + text.length);
		this.#at += text.length;
	}

	#token(): void {
		const start = this.#at;
		if (this.#heredoc()) return;
		const quoted = quotedToken(this.#source, start, this.#expectsValue());
		if (quoted) {
			this.#at = quoted.end;
			// "key": value
			const label = this.#match(labelEnd);
			const text = this.#source.slice(start + 1, quoted.end - 1);
			if (label && quoted.mark === '"' && !/[\\#]/.test(text) && this.#previous() !== "?") {
				this.#at++;
				this.#push({ kind: "label", text }, start, this.#at);
				return;
			}
			this.#push(quoted.token, start, quoted.end);
			return;
		}
		const name = this.#match(word)?.[0];
		if (name !== undefined) {
			this.#at += name.length;
			const isLabel = this.#match(labelEnd) && this.#previous() !== "?";
			this.#at = start;
			if (!isLabel) {
				this.#take("name", name);
				return;
			}
			this.#push({ kind: "label", text: name }, start, start + name.length + 1);
			this.#at += name.length + 1;
			return;
		}
		const sign = this.#match(symbol)?.[0];
		if (sign !== undefined && this.#source[start + 1] !== ":") {
			const text = sign.slice(1);
			this.#push(
				{ kind: "string", parts: [{ kind: "characters", text }] },
				start,
				start + sign.length,
			);
			this.#at += sign.length;
			return;
		}
		for (const [kind, pattern] of [
			["variable", variable],
			["number", number],
			["operator", operator],
		] as const) {
			const found = this.#match(pattern)?.[0];
			if (found) {
				this.#take(kind, found);
				return;
			}
		}
		this.#at++;
	}

	#previous(): string | undefined {
		const last = this.#tokens.at(-1);
		return last && "text" in last ? last.text : undefined;
	}

	/** True where a value may begin, so that / and % open a literal. */
	#expectsValue(): boolean {
		const last = this.#tokens.at(-1);
		if (!last || last.kind === "newline" || last.kind === "label") return true;
		if (last.kind === "operator") return !/^[)\]}]$/.test(last.text);
		if (last.kind !== "name") return false;
		if (beforeExpression.has(last.text)) return true;
		// foo /x/ and foo %w[a]: blanks before and none after.
		return this.#spaced && !/\s/.test(this.#source[this.#at + 1] ?? " ");
	}

	#heredoc(): boolean {
		const match = this.#match(heredoc);
		const last = this.#tokens.at(-1);
		if (!match) return false;
		const [all, mode = "", mark, quoted, plain] = match;
		const isShift = mode === "" && (last?.kind === "name" ? !this.#spaced : !this.#expectsValue());
		if (isShift || (mode === "" && plain !== undefined && !/^[A-Z]/.test(plain))) return false;
		const end = this.#at + all.length;
		const line = this.#source.slice(end).search(/\n/);
		const from = this.#afterHeredocs ?? (line === -1 ? this.#end : end + line + 1);
		const closing = new RegExp(
			`^${mode === "" ? "" : "[ \\t]*"}${escapeRegExp(quoted ?? plain ?? "")}\\r?$`,
			"m",
		);
		const found = closing.exec(this.#source.slice(from));
		const bodyEnd = found ? from + found.index : this.#end;
		this.#afterHeredocs = found ? Math.min(bodyEnd + found[0].length + 1, this.#end) : this.#end;
		const body = { start: from, end: bodyEnd };
		this.#push(
			{ kind: "string", parts: [], body, isRaw: mark === "'", isHeredoc: true },
			this.#at,
			end,
		);
		this.#at = end;
		return true;
	}
}

function escapeRegExp(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
