import type { Range } from "../../core/source.ts";
import { isComment, type Lexis, type Token } from "./token.ts";
import { Tokenizer } from "./tokenizer.ts";

/** One statement of a text or one command of the client, without its delimiter and comments around it. */
export interface Piece extends Range {
	readonly kind: "sql" | "clientCommand";
	/** False when the text ends before the delimiter. */
	readonly terminated: boolean;
	/** The offset after the delimiter. */
	readonly next: number;
	/** The tokens in the range, comments between them too. */
	readonly tokens: readonly Token[];
	/** All comments between the piece before and this one. */
	readonly leadingComments: readonly Token[];
}

/**
 * Returns the statements of a text one after the other, in linear time; empty ones give none. A semicolon
 * inside the body of a trigger, routine or event does not end the statement.
 */
export function* piecesOf(text: string, lexis: Lexis, range?: Range): Generator<Piece, void> {
	const tokenizer = new Tokenizer(text, lexis, range);
	const body = new BodyTracker(tokenizer.text);
	let comments: Token[] = [];
	let tokens: Token[] = [];
	const close = (terminated: boolean, next: number): Piece | undefined => {
		const last = tokens.findLastIndex((token) => !isComment(token));
		const first = tokens[0];
		const end = tokens[last];
		const rest = tokens.slice(last + 1);
		const leadingComments = comments;
		const inside = tokens.slice(0, last + 1);
		tokens = [];
		body.start();
		if (!first || !end) return undefined;
		comments = rest;
		const { start } = first;
		return { kind: "sql", start, end: end.end, terminated, next, tokens: inside, leadingComments };
	};
	for (let token = tokenizer.next(); token; token = tokenizer.next()) {
		if (isComment(token)) {
			if (tokens.length === 0) comments.push(token);
			else tokens.push(token);
		} else if (tokens.length === 0 && isDelimiterCommand(tokenizer, lexis, token)) {
			const command = tokenizer.readDelimiterCommand(token);
			yield commandPiece(command, comments);
			comments = [];
		} else if (endsStatement(tokenizer, body, token)) {
			const piece = close(true, token.end);
			if (piece) yield piece;
		} else {
			tokens.push(token);
			body.take(token);
		}
	}
	const piece = close(false, tokenizer.text.length);
	if (piece) yield piece;
}

/** Between two delimiters of another kind the server takes several statements with semicolons between them. */
function endsStatement({ text, delimiter }: Tokenizer, body: BodyTracker, token: Token): boolean {
	if (token.kind === "delimiter") return delimiter !== ";" || !body.isOpen;
	return (
		delimiter !== ";" &&
		text[token.start] === ";" &&
		token.kind === "punctuation" &&
		!body.isProgram
	);
}

function isDelimiterCommand({ text }: Tokenizer, lexis: Lexis, token: Token): boolean {
	if (!lexis.delimiterCommand || token.kind !== "word") return false;
	return text.slice(token.start, token.end).toLowerCase() === "delimiter";
}

function commandPiece(token: Token, leadingComments: readonly Token[]): Piece {
	const { start, end } = token;
	const tokens = [token];
	return {
		kind: "clientCommand",
		start,
		end,
		terminated: true,
		next: end,
		tokens,
		leadingComments,
	};
}

/** Words that a statement of a body may follow. */
const statementMayFollow = new Set(["BEGIN", "ATOMIC", "THEN", "ELSE", "DO", "LOOP", "REPEAT"]);
/** Words and marks that the only statement of a body may follow. */
const bodyMayFollow = new Set([
	"ROW",
	"DETERMINISTIC",
	"SQL",
	"DATA",
	"INVOKER",
	"DEFINER",
	"DO",
	")",
]);
const blockWords = new Set(["IF", "LOOP", "WHILE", "REPEAT", "FOR"]);
const otherObjects =
	/^(?:TABLE|VIEW|INDEX|DATABASE|SCHEMA|USER|ROLE|SEQUENCE|SERVER|COLUMN|UNIQUE|VIRTUAL)$/;

type Mode =
	| "unknown"
	/** A CREATE whose object is not named yet. */
	| "maybe"
	| "program"
	| "none";

/** Tells whether a statement is in the middle of a body of BEGIN ... END. */
class BodyTracker {
	readonly #text: string;
	#mode: Mode = "unknown";
	/** What is open: blocks that hold statements, and CASE expressions. */
	#open: ("block" | "expression")[] = [];
	#before = "";
	#inStatements = false;

	constructor(text: string) {
		this.#text = text;
	}

	start(): void {
		this.#mode = "unknown";
		this.#open = [];
		this.#before = "";
		this.#inStatements = false;
	}

	get isOpen(): boolean {
		return this.#open.length > 0;
	}

	/** It is a trigger, routine or event. */
	get isProgram(): boolean {
		return this.#mode === "program";
	}

	take(token: Token): void {
		if (this.#mode === "none") return;
		const { kind, start, end } = token;
		const short = end - start < 16 && kind !== "quotedName" && kind !== "string";
		const word = short ? this.#text.slice(start, end).toUpperCase() : "";
		if (this.#mode === "program") this.#track(kind === "delimiter" ? ";" : word);
		else this.#mode = this.#modeAfter(word);
		this.#before = word;
	}

	#modeAfter(word: string): Mode {
		if (this.#mode === "maybe") {
			if (/^(?:PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE)$/.test(word)) return "program";
			return otherObjects.test(word) ? "none" : "maybe";
		}
		if (this.#before === "BEGIN" && word === "NOT") {
			// MariaDB runs BEGIN NOT ATOMIC ... END without a name.
			this.#enter("block");
			return "program";
		}
		if (this.#before !== "") return "none";
		if (word === "CREATE" || word === "ALTER") return "maybe";
		return word === "BEGIN" ? "unknown" : "none";
	}

	#track(word: string): void {
		const before = this.#before;
		if (before === "END" && (word === "CASE" || blockWords.has(word))) return;
		if (word === "END") this.#open.pop();
		else if (word === "CASE") this.#enter(this.#isStatement(before) ? "block" : "expression");
		else if (word === "BEGIN") this.#enter("block");
		else if (blockWords.has(word) && this.#isStatement(before)) this.#enter("block");
	}

	#enter(kind: "block" | "expression"): void {
		this.#open.push(kind);
		if (kind === "block") this.#inStatements = true;
	}

	#isStatement(before: string): boolean {
		if (this.#open.at(-1) === "expression") return false;
		if (!this.#inStatements) return bodyMayFollow.has(before);
		return before === ";" || before === ":" || statementMayFollow.has(before);
	}
}
