import type { Range } from "../../../core/source.ts";
import type { CallNode, MapEntry, Node, Parameter, Step } from "../program.ts";
import { stringParts } from "./strings.ts";
import { tokenizeRuby, type RubyToken } from "./tokens.ts";

const maximumDepth = 80;

const binaryOperators: readonly (readonly string[])[] = [
	["or", "and"],
	["..", "..."],
	["||"],
	["&&"],
	["==", "!=", "=~", "!~", "===", "<=>"],
	["<", ">", "<=", ">="],
	["|", "^", "&"],
	["<<", ">>"],
	["+", "-"],
	["*", "/", "%", "**"],
];

const assignments = new Set(["=", "||=", "&&=", "+=", "-=", "<<="]);
const blockWords = new Set(["if", "unless", "while", "until", "case", "begin", "for"]);
/** Words that end a list of statements. */
const endWords = new Set(["end", "else", "elsif", "when", "in", "rescue", "ensure"]);
const leaveWords: ReadonlyMap<string, "function" | "loop" | "round" | "error"> = new Map([
	["return", "function"],
	["break", "loop"],
	["next", "round"],
	["raise", "error"],
] as const);
const modifiers = new Set(["if", "unless", "while", "until", "rescue"]);
/** Words that begin no argument of a command. */
const noArgument = new Set([...modifiers, "and", "or", "do", "then", "end", "in", "else"]);

type Block = NonNullable<CallNode["block"]>;

/**
 * Returns the statements of a Ruby program, as far as migrations need them. What is not understood
 * becomes `other`: no text makes it fail, and nothing is run (https://docs.ruby-lang.org/en/3.4/syntax_rdoc.html).
 */
export function parseRuby(source: string): readonly Step[] {
	return new RubyParser(source, tokenizeRuby(source)).program();
}

/** The parser's state is its place in the tokens. */
class RubyParser {
	readonly #source: string;
	readonly #tokens: readonly RubyToken[];
	#at = 0;
	#depth = 0;
	/** In a command's arguments `do` belongs to the command. */
	#keepsDo = false;

	constructor(source: string, tokens: readonly RubyToken[]) {
		this.#source = source;
		this.#tokens = tokens;
	}

	program(): readonly Step[] {
		const steps: Step[] = [];
		while (!this.#isKind("end")) {
			steps.push(...this.#statements());
			if (!this.#isKind("end")) this.#at++;
		}
		return steps;
	}

	alone(): Node {
		return this.#expression();
	}

	get #token(): RubyToken {
		return this.#tokens[this.#at] ?? { kind: "end", start: 0, end: 0, spaced: true };
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

	#isKind(kind: RubyToken["kind"]): boolean {
		return this.#token.kind === kind;
	}

	#since(start: number): Range {
		return { start, end: Math.max(start, this.#tokens[this.#at - 1]?.end ?? start) };
	}

	#skipLines(): void {
		while (this.#isKind("newline") || this.#is(";")) this.#at++;
	}

	/** The statements up to a word that ends them, which is left. */
	#statements(close = ""): readonly Step[] {
		const steps: Step[] = [];
		for (;;) {
			this.#skipLines();
			const token = this.#token;
			if (token.kind === "end" || (close !== "" && this.#is(close))) return steps;
			if (token.kind === "name" && endWords.has(token.text)) return steps;
			const before = this.#at;
			steps.push(...this.#statement());
			if (this.#at === before) this.#at++;
		}
	}

	#statement(): readonly Step[] {
		const start = this.#token.start;
		if (this.#take("def")) return [this.#function(start)];
		if (this.#take("class", "module")) return [this.#class(start)];
		const step = this.#leaving(start) ?? [this.#simple(start)];
		return this.#modified(step, start);
	}

	/** `return`, `next` or `break`, with the value that it gives back, and `raise`. */
	#leaving(start: number): readonly Step[] | undefined {
		const token = this.#token;
		const leaves = token.kind === "name" ? leaveWords.get(token.text) : undefined;
		if (!leaves) return undefined;
		this.#at++;
		const isBare =
			this.#isKind("newline") || this.#isKind("end") || this.#is(...modifiers, "}", ";");
		const value = isBare ? [] : [this.#simple(start)];
		return [...value, { kind: "leave", leaves, range: this.#since(start) }];
	}

	#simple(start: number): Step {
		if (this.#isBlockWord()) return this.#compound();
		const target = this.#expression();
		const token = this.#token;
		if (token.kind === "operator" && assignments.has(token.text)) {
			this.#at++;
			this.#skipLines();
			let value = this.#expression();
			if (token.text === "+=") {
				const range = this.#since(start);
				value = { kind: "binary", operator: "+", left: target, right: value, range };
			}
			return { kind: "assign", target, value, range: this.#since(start) };
		}
		const range = this.#since(start);
		// A word by itself calls a method.
		const value: Node =
			target.kind === "name" || target.kind === "member"
				? { kind: "call", callee: target, args: [], named: new Map(), range: target.range }
				: target;
		return { kind: "expression", value, range };
	}

	/** `statement if condition`. */
	#modified(steps: readonly Step[], start: number): readonly Step[] {
		let result = steps;
		for (
			let token = this.#token;
			token.kind === "name" && modifiers.has(token.text);
			token = this.#token
		) {
			this.#at++;
			const condition = this.#expression();
			const range = this.#since(start);
			if (token.text === "rescue") continue;
			const [body, otherwise] = token.text === "unless" ? [[], result] : [result, []];
			result = [{ kind: "branch", condition, body, otherwise, range }];
		}
		return result;
	}

	#isBlockWord(): boolean {
		return this.#token.kind === "name" && blockWords.has(this.#token.text);
	}

	#compound(): Step {
		const start = this.#token.start;
		if (this.#take("if")) return this.#branch(start, false);
		if (this.#take("unless")) return this.#branch(start, true);
		if (this.#take("for")) return this.#for(start);
		const isCase = this.#is("case");
		const isBegin = this.#is("begin");
		this.#at++;
		if (!isBegin && !this.#isKind("newline")) this.#conditionOf();
		this.#take("do");
		if (isCase) return this.#cases(start);
		return { kind: "block", body: this.#bodyToEnd(), range: this.#since(start) };
	}

	#cases(start: number): Step {
		const sides = [this.#statements()];
		while (this.#is("when", "in", "else")) {
			this.#at++;
			if (!this.#isKind("newline")) this.#skipHeader();
			sides.push(this.#statements());
		}
		this.#take("end");
		return { kind: "choice", sides, range: this.#since(start) };
	}

	#skipHeader(): void {
		while (!this.#isKind("newline") && !this.#isKind("end") && !this.#is("then")) this.#at++;
		this.#take("then");
	}

	#conditionOf(): Node {
		const kept = this.#keepsDo;
		this.#keepsDo = true;
		const condition = this.#expression();
		this.#keepsDo = kept;
		return condition;
	}

	#branch(start: number, isUnless: boolean): Step {
		const condition = this.#conditionOf();
		this.#take("then");
		const body = this.#statements();
		let otherwise: readonly Step[] = [];
		const next = this.#token.start;
		if (this.#take("elsif")) {
			otherwise = [this.#branch(next, false)];
		} else {
			if (this.#take("else")) otherwise = this.#statements();
			this.#take("end");
		}
		const range = this.#since(start);
		return isUnless
			? { kind: "branch", condition, body: otherwise, otherwise: body, range }
			: { kind: "branch", condition, body, otherwise, range };
	}

	#for(start: number): Step {
		const targets: string[] = [];
		while (!this.#is("in") && !this.#isKind("newline") && !this.#isKind("end")) {
			if (this.#token.kind === "name") targets.push(this.#token.text);
			this.#at++;
		}
		this.#take("in");
		const over = this.#conditionOf();
		this.#take("do");
		const body = this.#statements();
		this.#take("end");
		return { kind: "loop", targets, over, body, range: this.#since(start) };
	}

	/** The statements of a def or a block, with what rescues them, to its `end`. */
	#bodyToEnd(): readonly Step[] {
		const start = this.#token.start;
		const body = [...this.#statements()];
		const handlers: (readonly Step[])[] = [];
		const after: Step[] = [];
		while (this.#is("rescue", "ensure", "else")) {
			if (this.#take("rescue")) {
				this.#skipHeader();
				handlers.push(this.#statements());
			} else if (this.#take("else")) body.push(...this.#statements());
			else if (this.#take("ensure")) after.push(...this.#statements());
		}
		this.#take("end");
		if (handlers.length === 0) return [...body, ...after];
		const sides = [body, ...handlers];
		return [{ kind: "choice", sides, range: this.#since(start) }, ...after];
	}

	#function(start: number): Step {
		let name = "";
		do {
			const token = this.#token;
			if (token.kind === "name") name = token.text;
			if (token.kind === "name" || token.kind === "operator") this.#at++;
		} while (this.#take("."));
		const parameters = this.#parameters();
		if (this.#take("=")) {
			this.#skipLines();
			return {
				kind: "function",
				name,
				parameters,
				body: this.#statement(),
				range: this.#since(start),
			};
		}
		return {
			kind: "function",
			name,
			parameters,
			body: this.#bodyToEnd(),
			range: this.#since(start),
		};
	}

	#parameters(): readonly Parameter[] {
		const parameters: Parameter[] = [];
		const isWrapped = this.#take("(");
		while (!this.#isKind("end") && !this.#is(")", ";", "=")) {
			if (this.#isKind("newline")) {
				if (!isWrapped) break;
				this.#at++;
				continue;
			}
			const token = this.#token;
			this.#at++;
			if (token.kind !== "name" && token.kind !== "label") continue;
			const hasValue =
				token.kind === "label" ? !this.#is(",", ")") && !this.#isKind("newline") : this.#take("=");
			parameters.push({ name: token.text, ...(hasValue ? { value: this.#expression() } : {}) });
		}
		if (isWrapped) this.#take(")");
		return parameters;
	}

	#class(start: number): Step {
		const own = this.#expression();
		const name = own.kind === "member" || own.kind === "name" ? own.name : "";
		// class A < B is read as a comparison.
		const bases = own.kind === "binary" ? [own.right] : [];
		const left = own.kind === "binary" && own.left.kind === "name" ? own.left.name : name;
		return { kind: "class", name: left, bases, body: this.#bodyToEnd(), range: this.#since(start) };
	}

	#expression(level = -1): Node {
		const start = this.#token.start;
		if (this.#depth > maximumDepth) {
			this.#at++;
			return { kind: "other", range: this.#since(start) };
		}
		if (level === -1) return this.#ternary(start);
		if (level >= binaryOperators.length) return this.#unary();
		this.#depth++;
		let left = this.#expression(level + 1);
		this.#depth--;
		for (;;) {
			const token = this.#token;
			const isOperator = token.kind === "name" || token.kind === "operator";
			if (!isOperator || !(binaryOperators[level] ?? []).includes(token.text)) return left;
			this.#at++;
			this.#skipLines();
			const right = this.#expression(level + 1);
			left = { kind: "binary", operator: token.text, left, right, range: this.#since(start) };
		}
	}

	#ternary(start: number): Node {
		this.#depth++;
		const value = this.#expression(0);
		this.#depth--;
		if (!this.#take("?")) return value;
		this.#skipLines();
		this.#expression();
		this.#skipLines();
		if (this.#take(":")) {
			this.#skipLines();
			this.#expression();
		}
		return { kind: "other", range: this.#since(start) };
	}

	#unary(): Node {
		const start = this.#token.start;
		if (this.#is("!", "not", "*", "**", "&", "~", "defined?", "+")) {
			const isNot = this.#is("!", "not");
			this.#at++;
			if (this.#is(",", ")")) return { kind: "other", range: this.#since(start) };
			const right = this.#unary();
			const range = this.#since(start);
			return isNot
				? { kind: "binary", operator: "not", left: right, right, range }
				: { kind: "other", range };
		}
		if (this.#take("-")) {
			const value = this.#unary();
			const range = this.#since(start);
			return value.kind === "number"
				? { ...value, text: `-${value.text}`, range }
				: { kind: "other", range };
		}
		return this.#trailers(this.#atom(), start);
	}

	#trailers(atom: Node, start: number): Node {
		let node = atom;
		for (;;) {
			// A chain goes on in the next line: foo\n  .bar
			const ahead = this.#nextAfterLines();
			if (
				this.#isKind("newline") &&
				ahead?.kind === "operator" &&
				/^(?:\.|&\.)$/.test(ahead.text)
			) {
				this.#skipLines();
			}
			if (this.#take(".", "&.", "::")) {
				const token = this.#token;
				if (token.kind === "name" || token.kind === "label") this.#at++;
				const name = token.kind === "name" || token.kind === "label" ? token.text : "call";
				node = { kind: "member", of: node, name, range: this.#since(start) };
				node = this.#called(node, start);
			} else if (this.#is("[") && !this.#token.spaced) {
				this.#at++;
				const [key] = this.#list("]");
				const range = this.#since(start);
				node = {
					kind: "binary",
					operator: "[]",
					left: node,
					right: key ?? { kind: "other", range },
					range,
				};
			} else {
				return node;
			}
		}
	}

	#nextAfterLines(): RubyToken | undefined {
		let at = this.#at;
		while (this.#tokens[at]?.kind === "newline") at++;
		return this.#tokens[at];
	}

	/** The arguments and the block of a method's name. */
	#called(callee: Node, start: number): Node {
		let args: readonly Node[] = [];
		let named: ReadonlyMap<string, Node> = new Map();
		let isCall = false;
		if (this.#is("(") && !this.#token.spaced) {
			this.#at++;
			({ args, named } = this.#arguments(")"));
			isCall = true;
		} else if (this.#beginsArgument()) {
			const kept = this.#keepsDo;
			this.#keepsDo = true;
			({ args, named } = this.#arguments(""));
			this.#keepsDo = kept;
			isCall = true;
		}
		const block = this.#block();
		if (!isCall && !block) return callee;
		const range = this.#since(start);
		return { kind: "call", callee, args, named, range, ...(block ? { block } : {}) };
	}

	/** True where a value stands after a name and a blank: `add_column :orders`. */
	#beginsArgument(): boolean {
		const token = this.#token;
		if (!token.spaced) return false;
		if (["string", "number", "label", "variable"].includes(token.kind)) return true;
		if (token.kind === "name") return !noArgument.has(token.text);
		if (token.kind !== "operator") return false;
		if (token.text === "[" || token.text === "->" || token.text === "::") return true;
		const next = this.#tokens[this.#at + 1];
		return /^(?:-|\*|\*\*|&|!)$/.test(token.text) && next?.spaced === false;
	}

	#block(): Block | undefined {
		if (this.#is("do") && !this.#keepsDo) {
			this.#at++;
			const kept = this.#keepsDo;
			this.#keepsDo = false;
			const parameters = this.#blockParameters();
			const body = this.#bodyToEnd();
			this.#keepsDo = kept;
			return { parameters, body };
		}
		if (!this.#is("{")) return undefined;
		this.#at++;
		const kept = this.#keepsDo;
		this.#keepsDo = false;
		const parameters = this.#blockParameters();
		const body = this.#statements("}");
		this.#keepsDo = kept;
		this.#take("}");
		return { parameters, body };
	}

	#blockParameters(): readonly string[] {
		const names: string[] = [];
		if (!this.#take("|")) return names;
		while (!this.#is("|") && !this.#isKind("end") && !this.#isKind("newline")) {
			if (this.#token.kind === "name") names.push(this.#token.text);
			this.#at++;
		}
		this.#take("|");
		return names;
	}

	/** Arguments to a closing mark, or of a command to the end of its line. */
	#arguments(close: string): Pick<CallNode, "args" | "named"> {
		const args: Node[] = [];
		const named = new Map<string, Node>();
		const kept = this.#keepsDo;
		if (close !== "") this.#keepsDo = false;
		for (;;) {
			if (close !== "") this.#skipLines();
			if (this.#isKind("end") || (close !== "" && this.#is(close))) break;
			const before = this.#at;
			this.#argument(args, named);
			if (close !== "") this.#skipLines();
			if (this.#take(",")) {
				this.#skipLines();
				continue;
			}
			if (close === "" || this.#is(close)) break;
			if (this.#at === before) this.#at++;
		}
		if (close !== "") this.#take(close);
		this.#keepsDo = kept;
		return { args, named };
	}

	#argument(args: Node[], named: Map<string, Node>): void {
		const token = this.#token;
		if (token.kind === "label") {
			this.#at++;
			this.#skipLines();
			named.set(
				token.text,
				this.#is(",", ")") ? { kind: "name", name: token.text, range: token } : this.#expression(),
			);
			return;
		}
		const value = this.#expression();
		if (!this.#take("=>")) {
			args.push(value);
			return;
		}
		this.#skipLines();
		const right = this.#expression();
		const key = value.kind === "text" ? value.parts[0] : undefined;
		if (key?.kind === "characters") named.set(key.text, right);
	}

	#list(close: string): readonly Node[] {
		const { args, named } = this.#arguments(close);
		if (named.size === 0) return args;
		const entries = mapEntries(named);
		const range = {
			start: entries[0]?.key.range.start ?? 0,
			end: entries.at(-1)?.value.range.end ?? 0,
		};
		return [...args, { kind: "map", entries, range }];
	}

	#atom(): Node {
		const token = this.#token;
		const { start } = token;
		if (token.kind === "newline" || token.kind === "end")
			return { kind: "other", range: { start, end: start } };
		if (token.kind === "label") return { kind: "other", range: { start, end: start } };
		if (token.kind === "string") return this.#strings();
		const range = { start, end: token.end };
		if (this.#isBlockWord()) {
			this.#compound();
			return { kind: "other", range: this.#since(start) };
		}
		this.#at++;
		if (token.kind === "number")
			return { kind: "number", text: token.text.replaceAll("_", ""), range };
		if (token.kind === "variable") return { kind: "name", name: token.text, range };
		if (token.kind === "name")
			return this.#called({ kind: "name", name: token.text, range }, start);
		if (token.text === "(") return this.#parenthesised(start);
		if (token.text === "[") {
			const items = this.#list("]");
			return { kind: "list", items, range: this.#since(start) };
		}
		if (token.text === "{") {
			const { named } = this.#arguments("}");
			return { kind: "map", entries: mapEntries(named), range: this.#since(start) };
		}
		if (token.text === "->") {
			if (this.#is("(")) this.#parameters();
			const block = this.#block();
			const callee: Node = { kind: "name", name: "lambda", range };
			const more = { args: [], named: new Map(), range: this.#since(start) };
			return { kind: "call", callee, ...more, ...(block ? { block } : {}) };
		}
		if (/^[)\]},;:]$/.test(token.text)) this.#at--;
		return { kind: "other", range };
	}

	#parenthesised(start: number): Node {
		const kept = this.#keepsDo;
		this.#keepsDo = false;
		const steps = this.#statements(")");
		this.#keepsDo = kept;
		this.#take(")");
		const [only] = steps;
		if (steps.length === 1 && only?.kind === "expression") return only.value;
		return { kind: "other", range: this.#since(start) };
	}

	#strings(): Node {
		const start = this.#token.start;
		const first = this.#token;
		if (first.kind !== "string") return { kind: "other", range: first };
		this.#at++;
		const range = { start, end: first.end };
		if (first.isOther === true) return { kind: "other", range };
		const parse = (inner: Range): Node =>
			new RubyParser(this.#source, tokenizeRuby(this.#source, inner)).alone();
		const read = stringParts(this.#source, first, parse);
		if (first.isList === true && first.body) return this.#words(first.body, range);
		const next = this.#token;
		if (next.kind === "string" && next.body && !first.isHeredoc && first.body && !next.isOther) {
			// Literals beside each other are one text.
			const rest = this.#strings();
			const parts = rest.kind === "text" ? [...read.parts, ...rest.parts] : read.parts;
			return { kind: "text", parts, range: this.#since(start) };
		}
		return { kind: "text", ...read, range };
	}

	#words(body: Range, range: Range): Node {
		const words = this.#source
			.slice(body.start, body.end)
			.split(/\s+/)
			.filter((word) => word !== "");
		const items = words.map((text): Node => ({
			kind: "text",
			parts: [{ kind: "characters", text }],
			range,
		}));
		return { kind: "list", items, range };
	}
}

function mapEntries(named: ReadonlyMap<string, Node>): readonly MapEntry[] {
	return [...named].map(([text, value]) => ({
		key: { kind: "text", parts: [{ kind: "characters", text }], range: value.range },
		value,
	}));
}
