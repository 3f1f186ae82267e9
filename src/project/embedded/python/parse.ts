import type { Range } from "../../../core/source.ts";
import type { CallNode, MapEntry, Node, Parameter, Step, TextPart, WithItem } from "../program.ts";
import { readString } from "./strings.ts";
import { tokenizePython, type Token } from "./tokens.ts";

/** Nested deeper than this, an expression is taken for an unknown one. */
const maximumDepth = 120;

/** From weak to strong; what migrations do not need binds like its neighbours. */
const binaryOperators: readonly (readonly string[])[] = [
	["if", "else"],
	["or"],
	["and"],
	["in", "not", "is", "==", "!=", "<", ">", "<=", ">="],
	["|", "^", "&"],
	["<<", ">>"],
	["+", "-"],
	["*", "/", "//", "%", "@", "**"],
];

/**
 * Returns the statements of a Python program. What is not understood becomes `other`: no text makes it
 * fail, and nothing is run (grammar: https://docs.python.org/3/reference/grammar.html).
 */
export function parsePython(source: string): readonly Step[] {
	const parser = new PythonParser(source, tokenizePython(source));
	return parser.program();
}

/** The parser's state is its place in the tokens. */
class PythonParser {
	readonly #source: string;
	readonly #tokens: readonly Token[];
	#at = 0;
	#depth = 0;

	constructor(source: string, tokens: readonly Token[]) {
		this.#source = source;
		this.#tokens = tokens;
	}

	program(): readonly Step[] {
		const steps: Step[] = [];
		while (this.#token.kind !== "end") steps.push(...this.#statement());
		return steps;
	}

	/** The expression that stands alone in the text. */
	alone(): Node {
		return this.#expressionList();
	}

	get #token(): Token {
		return this.#tokens[this.#at] ?? { kind: "end", start: 0, end: 0 };
	}

	#is(...texts: readonly string[]): boolean {
		const token = this.#token;
		return (token.kind === "name" || token.kind === "operator") && texts.includes(token.text);
	}

	#take(...texts: readonly string[]): boolean {
		if (!this.#is(...texts)) return false;
		this.#at++;
		return true;
	}

	#takeKind(kind: Token["kind"]): boolean {
		if (this.#token.kind !== kind) return false;
		this.#at++;
		return true;
	}

	#takeName(): string {
		const token = this.#token;
		if (token.kind !== "name") return "";
		this.#at++;
		return token.text;
	}

	#since(start: number): Range {
		return { start, end: Math.max(start, this.#tokens[this.#at - 1]?.end ?? start) };
	}

	#statement(): readonly Step[] {
		const start = this.#token.start;
		if (this.#token.kind !== "name" && this.#token.kind !== "operator") {
			if (this.#token.kind === "string" || this.#token.kind === "number") return this.#simple();
			this.#at++;
			return [];
		}
		if (this.#take("async")) return this.#statement();
		if (this.#take("def")) return [this.#function(start)];
		if (this.#take("class")) return [this.#class(start)];
		if (this.#take("with")) return [this.#with(start)];
		if (this.#take("if", "elif")) return [this.#branch(start)];
		if (this.#take("for")) return [this.#loop(start)];
		if (this.#is("try") && this.#isBlockHere()) return this.#try(start);
		if (this.#is("break", "continue")) {
			const leaves = this.#is("break") ? "loop" : "round";
			this.#skipLine();
			return [{ kind: "leave", leaves, range: this.#since(start) }];
		}
		if (this.#is("try", "else", "finally", "except", "while", "match", "case")) {
			const block = this.#blockStatement(start);
			if (block) return [block];
		}
		if (this.#is("@", "import", "from", "pass", "global", "nonlocal", "del")) {
			this.#skipLine();
			return [];
		}
		return this.#simple();
	}

	#simple(): readonly Step[] {
		const steps: Step[] = [];
		for (;;) {
			const start = this.#token.start;
			const leaves = this.#is("return") ? "function" : this.#is("raise") ? "error" : undefined;
			this.#take("return", "raise", "assert", "yield", "await");
			const value = this.#expressionList();
			if (this.#take(":")) this.#expression();
			if (this.#take("=")) {
				let assigned = this.#expressionList();
				const targets = [value];
				while (this.#take("=")) {
					targets.push(assigned);
					assigned = this.#expressionList();
				}
				for (const target of targets) {
					steps.push({ kind: "assign", target, value: assigned, range: this.#since(start) });
				}
			} else if (this.#is("+=")) {
				this.#at++;
				const right = this.#expressionList();
				const range = this.#since(start);
				const sum: Node = { kind: "binary", operator: "+", left: value, right, range };
				steps.push({ kind: "assign", target: value, value: sum, range });
			} else {
				steps.push({ kind: "expression", value, range: this.#since(start) });
			}
			if (leaves) steps.push({ kind: "leave", leaves, range: this.#since(start) });
			if (!this.#take(";")) break;
		}
		this.#skipLine();
		return steps;
	}

	#skipLine(): void {
		while (!["newline", "end", "indent", "dedent"].includes(this.#token.kind)) this.#at++;
		this.#takeKind("newline");
	}

	#body(): readonly Step[] {
		while (!this.#is(":") && this.#token.kind !== "newline" && this.#token.kind !== "end")
			this.#at++;
		this.#take(":");
		if (!this.#takeKind("newline")) return this.#simple();
		if (!this.#takeKind("indent")) return [];
		const steps: Step[] = [];
		while (this.#token.kind !== "dedent" && this.#token.kind !== "end") {
			steps.push(...this.#statement());
		}
		this.#takeKind("dedent");
		return steps;
	}

	#function(start: number): Step {
		const name = this.#takeName();
		const parameters: Parameter[] = [];
		if (this.#take("(")) {
			while (!this.#is(")") && this.#token.kind !== "end" && this.#token.kind !== "newline") {
				this.#take("*", "**", "/");
				const parameter = this.#takeName();
				if (this.#take(":")) this.#expression();
				const value = this.#take("=") ? this.#expression() : undefined;
				if (parameter !== "") parameters.push({ name: parameter, ...(value ? { value } : {}) });
				if (!this.#take(",") && !this.#is(")")) this.#at++;
			}
			this.#take(")");
		}
		if (this.#take("->")) this.#expression();
		return { kind: "function", name, parameters, body: this.#body(), range: this.#since(start) };
	}

	#class(start: number): Step {
		const name = this.#takeName();
		const bases = this.#is("(") ? this.#arguments().args : [];
		return { kind: "class", name, bases, body: this.#body(), range: this.#since(start) };
	}

	#with(start: number): Step {
		const items: WithItem[] = [];
		// with (a as b, c as d): the parentheses hold items.
		const from = this.#at;
		let isWrapped = this.#take("(");
		const read = (): void => {
			do {
				const value = this.#expression();
				const name = this.#take("as") ? this.#takeName() : "";
				items.push(name === "" ? { value } : { value, name });
			} while (this.#take(",") && !this.#is(")"));
		};
		read();
		if (isWrapped && this.#take(")") && !this.#is(":")) isWrapped = false;
		if (isWrapped ? !this.#is(":") : !this.#is(":")) {
			items.length = 0;
			this.#at = from;
			read();
		}
		return { kind: "with", items, body: this.#body(), range: this.#since(start) };
	}

	#branch(start: number): Step {
		const condition = this.#expression();
		const body = this.#body();
		let otherwise: readonly Step[] = [];
		const next = this.#token.start;
		if (this.#take("elif")) otherwise = [this.#branch(next)];
		else if (this.#take("else")) otherwise = this.#body();
		return { kind: "branch", condition, body, otherwise, range: this.#since(start) };
	}

	#loop(start: number): Step {
		const targets: string[] = [];
		while (!this.#is("in") && this.#token.kind !== "newline" && this.#token.kind !== "end") {
			if (this.#token.kind === "name") targets.push(this.#token.text);
			this.#at++;
		}
		this.#take("in");
		const over = this.#expressionList();
		return { kind: "loop", targets, over, body: this.#body(), range: this.#since(start) };
	}

	/** `match` and `case` are names too: without a colon at the end of the line it is none of these. */
	#blockStatement(start: number): Step | undefined {
		let end = this.#at;
		while (!["newline", "end"].includes(this.#tokens[end]?.kind ?? "end")) end++;
		const from = this.#at;
		const hasColon = this.#tokens
			.slice(from, end)
			.some((token) => token.kind === "operator" && token.text === ":");
		if (!hasColon) return undefined;
		const last = this.#tokens[end - 1];
		if (last?.kind === "operator" && last.text === ":") this.#at = end - 1;
		else this.#at++;
		return { kind: "block", body: this.#body(), range: this.#since(start) };
	}

	/** True when the line is the head of a block. */
	#isBlockHere(): boolean {
		const next = this.#tokens[this.#at + 1];
		return next?.kind === "operator" && next.text === ":";
	}

	#try(start: number): readonly Step[] {
		this.#take("try");
		const body = [...this.#body()];
		const handlers: (readonly Step[])[] = [];
		const after: Step[] = [];
		for (;;) {
			if (this.#take("except")) handlers.push(this.#body());
			else if (this.#take("else")) body.push(...this.#body());
			else if (this.#take("finally")) after.push(...this.#body());
			else break;
		}
		return [{ kind: "choice", sides: [body, ...handlers], range: this.#since(start) }, ...after];
	}

	#expressionList(): Node {
		const start = this.#token.start;
		const first = this.#expression();
		if (!this.#is(",")) return first;
		const items = [first];
		while (this.#take(",")) {
			if (this.#endsList()) break;
			items.push(this.#expression());
		}
		return { kind: "list", items, range: this.#since(start) };
	}

	#endsList(): boolean {
		return this.#token.kind === "newline" || this.#token.kind === "end" || this.#is(")", "=", ":");
	}

	#expression(level = 0): Node {
		const start = this.#token.start;
		if (this.#depth > maximumDepth) {
			this.#at++;
			return { kind: "other", range: this.#since(start) };
		}
		if (level >= binaryOperators.length) return this.#unary();
		this.#depth++;
		let left = this.#expression(level + 1);
		this.#depth--;
		for (;;) {
			const token = this.#token;
			const isOperator = token.kind === "name" || token.kind === "operator";
			if (!isOperator || !(binaryOperators[level] ?? []).includes(token.text)) return left;
			this.#at++;
			const operator =
				token.text === "not" || token.text === "is" ? this.#longer(token.text) : token.text;
			const right = this.#expression(level + 1);
			left = { kind: "binary", operator, left, right, range: this.#since(start) };
		}
	}

	/** `not in`, `is not`. */
	#longer(first: string): string {
		if (first === "not" && this.#take("in")) return "not in";
		if (first === "is" && this.#take("not")) return "is not";
		return first;
	}

	#unary(): Node {
		const start = this.#token.start;
		if (this.#is("*", "**", "~", "+", "await")) {
			this.#at++;
			this.#unary();
			return { kind: "other", range: this.#since(start) };
		}
		if (this.#take("-")) {
			const value = this.#unary();
			const range = this.#since(start);
			return value.kind === "number"
				? { ...value, text: `-${value.text}`, range }
				: { kind: "other", range };
		}
		if (this.#take("not")) {
			const right = this.#unary();
			const range = this.#since(start);
			return { kind: "binary", operator: "not", left: right, right, range };
		}
		if (this.#take("lambda")) {
			while (!this.#is(":") && this.#token.kind !== "newline" && this.#token.kind !== "end")
				this.#at++;
			this.#take(":");
			this.#expression();
			return { kind: "other", range: this.#since(start) };
		}
		return this.#trailers(this.#atom(), start);
	}

	#trailers(atom: Node, start: number): Node {
		let node = atom;
		for (;;) {
			if (this.#take(".")) {
				node = { kind: "member", of: node, name: this.#takeName(), range: this.#since(start) };
			} else if (this.#is("(")) {
				const { args, named } = this.#arguments();
				node = { kind: "call", callee: node, args, named, range: this.#since(start) };
			} else if (this.#take("[")) {
				const key = this.#items("]");
				const left = node;
				const right: Node = key[0] ?? { kind: "other", range: this.#since(start) };
				node = { kind: "binary", operator: "[]", left, right, range: this.#since(start) };
			} else {
				return node;
			}
		}
	}

	#arguments(): Pick<CallNode, "args" | "named"> {
		const args: Node[] = [];
		const named = new Map<string, Node>();
		this.#take("(");
		while (!this.#is(")") && this.#token.kind !== "end") {
			const before = this.#at;
			const value = this.#expression();
			if (value.kind === "name" && this.#take("=")) named.set(value.name, this.#expression());
			else if (this.#is("for", "async")) {
				this.#skipComprehension();
				args.push({ kind: "other", range: value.range });
			} else args.push(value);
			if (!this.#take(",") && !this.#is(")") && this.#at === before) this.#at++;
		}
		this.#take(")");
		return { args, named };
	}

	/** What stands after `for` in a comprehension, to the bracket that ends it. */
	#skipComprehension(): void {
		let depth = 0;
		while (this.#token.kind !== "end") {
			if (this.#is("(", "[", "{")) depth++;
			if (this.#is(")", "]", "}") && depth-- === 0) return;
			this.#at++;
		}
	}

	#items(close: string): readonly Node[] {
		const items: Node[] = [];
		while (!this.#is(close) && this.#token.kind !== "end") {
			const before = this.#at;
			items.push(this.#expression());
			if (this.#is("for", "async")) {
				this.#skipComprehension();
				items.length = 0;
				items.push({ kind: "other", range: this.#since(this.#token.start) });
			}
			if (!this.#take(",") && !this.#is(close) && this.#at === before) this.#at++;
		}
		this.#take(close);
		return items;
	}

	#atom(): Node {
		const token = this.#token;
		const start = token.start;
		if (token.kind === "string") return this.#strings();
		if (token.kind === "newline" || token.kind === "end" || token.kind === "dedent") {
			return { kind: "other", range: { start, end: start } };
		}
		if (this.#is(")", "]", "}", ",", ":", "="))
			return { kind: "other", range: { start, end: start } };
		this.#at++;
		const range = { start, end: token.end };
		if (token.kind === "name") return { kind: "name", name: token.text, range };
		if (token.kind === "number")
			return { kind: "number", text: token.text.replaceAll("_", ""), range };
		if (token.kind !== "operator") return { kind: "other", range };
		if (token.text === "(") return this.#parenthesised(start);
		if (token.text === "[") {
			const items = this.#items("]");
			return { kind: "list", items, range: this.#since(start) };
		}
		if (token.text === "{") return this.#braces(start);
		return { kind: "other", range };
	}

	#parenthesised(start: number): Node {
		const from = this.#at;
		const items = this.#items(")");
		const [only] = items;
		const inside = this.#tokens.slice(from, this.#at - 1);
		const last = inside.at(-1);
		const isTuple = last?.kind === "operator" && last.text === ",";
		if (items.length === 1 && only && !isTuple) return only;
		return { kind: "list", items, range: this.#since(start) };
	}

	#braces(start: number): Node {
		const entries: MapEntry[] = [];
		const items: Node[] = [];
		while (!this.#is("}") && this.#token.kind !== "end") {
			const before = this.#at;
			const key = this.#expression();
			if (this.#take(":")) entries.push({ key, value: this.#expression() });
			else items.push(key);
			if (this.#is("for", "async")) {
				this.#skipComprehension();
				this.#take("}");
				return { kind: "other", range: this.#since(start) };
			}
			if (!this.#take(",") && !this.#is("}") && this.#at === before) this.#at++;
		}
		this.#take("}");
		const range = this.#since(start);
		return items.length > 0 ? { kind: "list", items, range } : { kind: "map", entries, range };
	}

	/** Literals beside each other are one text. */
	#strings(): Node {
		const start = this.#token.start;
		const read: { readonly parts: readonly TextPart[]; readonly inner?: Range }[] = [];
		for (let token = this.#token; token.kind === "string"; token = this.#token) {
			this.#at++;
			const parse = (range: Range): Node => this.#inside(range);
			read.push(readString(this.#source, token.prefix, token.inner, parse));
		}
		const inner = read.length === 1 ? read[0]?.inner : undefined;
		const parts = read.flatMap((one) => one.parts);
		return { kind: "text", parts, range: this.#since(start), ...(inner ? { inner } : {}) };
	}

	/** An expression in braces of an f-string, at its place in the file. */
	#inside(range: Range): Node {
		const text = this.#source.slice(range.start, range.end);
		const tokens = tokenizePython(text).map((token) => shifted(token, range.start));
		return new PythonParser(this.#source, tokens).alone();
	}
}

function shifted(token: Token, by: number): Token {
	const place = { start: token.start + by, end: token.end + by };
	if (token.kind !== "string") return { ...token, ...place };
	const inner = { start: token.inner.start + by, end: token.inner.end + by };
	return { ...token, ...place, inner };
}
