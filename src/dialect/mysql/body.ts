import type { Operation } from "../../core/operation.ts";
import type { Reached, StatementPart } from "../../core/statement.ts";
import { Cursor, NotUnderstood } from "../tolerant/cursor.ts";

export type ReadStatement = (cursor: Cursor) => readonly Operation[];

/** How the statement at hand is reached inside its body. */
type Path = Pick<Reached, "conditional" | "loop">;

/**
 * Reads the body of a routine, trigger or event: its SQL statements in order, and how each is reached.
 * What it cannot read is `unanalyzable`; the cursor then stands at the end of the statement.
 */
export function readBody(cursor: Cursor, readStatement: ReadStatement): readonly StatementPart[] {
	const parts: StatementPart[] = [];
	const first = cursor.at;
	try {
		new BodyReader(cursor, readStatement, parts).statement({ conditional: false });
		cursor.take(";");
		if (cursor.kind() === "word" && cursor.peek(1) === "") cursor.at++;
		cursor.expectEnd();
	} catch (error) {
		if (!(error instanceof NotUnderstood)) throw error;
		cursor.at = cursor.tokens.length;
		const range = cursor.rangeFrom(first);
		const reason = `the body cannot be read: ${error.message}`;
		parts.push(partOf({ kind: "unanalyzable", reason, range }, { conditional: false }));
	}
	return parts;
}

function partOf(operation: Operation, path: Path): StatementPart {
	return { operations: [operation], range: operation.range, reached: { via: "function", ...path } };
}

class BodyReader {
	readonly #cursor: Cursor;
	readonly #readStatement: ReadStatement;
	readonly #parts: StatementPart[];

	constructor(cursor: Cursor, readStatement: ReadStatement, parts: StatementPart[]) {
		this.#cursor = cursor;
		this.#readStatement = readStatement;
		this.#parts = parts;
	}

	statement(path: Path): void {
		const cursor = this.#cursor;
		if (cursor.isName() && cursor.peek(1) === ":") cursor.at += 2;
		const conditional: Path = { ...path, conditional: true };
		const loop: Path = { conditional: true, loop: { commits: false } };
		switch (cursor.peek()) {
			case "BEGIN":
				cursor.at++;
				cursor.take("NOT", "ATOMIC");
				this.#until(path, "END");
				cursor.expect("END");
				this.#skipLabel();
				return;
			case "IF":
				this.#branches(conditional);
				return;
			case "CASE":
				this.#cases(conditional);
				return;
			case "LOOP":
				cursor.at++;
				this.#until(loop, "END");
				this.#end("LOOP");
				return;
			case "WHILE":
			case "FOR":
				this.#loop(loop);
				return;
			case "REPEAT":
				cursor.at++;
				this.#until(loop, "UNTIL");
				this.#skipTo("END");
				this.#end("REPEAT");
				return;
			case "DECLARE":
				this.#declare(conditional);
				return;
			default:
				this.#simple(path);
		}
	}

	/** Statements with a semicolon behind each, up to one of these words. */
	#until(path: Path, ...ends: readonly string[]): void {
		const cursor = this.#cursor;
		while (!cursor.isAtEnd && !ends.includes(cursor.peek())) {
			if (cursor.take(";")) continue;
			this.statement(path);
			if (!cursor.take(";") && !ends.includes(cursor.peek())) cursor.fail();
		}
	}

	#end(word: string): void {
		this.#cursor.expect("END", word);
		this.#skipLabel();
	}

	#skipLabel(): void {
		const cursor = this.#cursor;
		if (cursor.isName() && cursor.peek(1) === ";") cursor.at++;
	}

	#branches(path: Path): void {
		const cursor = this.#cursor;
		cursor.expect("IF");
		this.#skipTo("THEN");
		cursor.expect("THEN");
		this.#until(path, "ELSEIF", "ELSE", "END");
		while (cursor.take("ELSEIF")) {
			this.#skipTo("THEN");
			cursor.expect("THEN");
			this.#until(path, "ELSEIF", "ELSE", "END");
		}
		if (cursor.take("ELSE")) this.#until(path, "END");
		this.#end("IF");
	}

	#cases(path: Path): void {
		const cursor = this.#cursor;
		cursor.expect("CASE");
		this.#skipTo("WHEN");
		while (cursor.take("WHEN")) {
			this.#skipTo("THEN");
			cursor.expect("THEN");
			this.#until(path, "WHEN", "ELSE", "END");
		}
		if (cursor.take("ELSE")) this.#until(path, "END");
		this.#end("CASE");
	}

	#loop(path: Path): void {
		const cursor = this.#cursor;
		const word = cursor.peek();
		cursor.at++;
		this.#skipTo("DO");
		cursor.expect("DO");
		this.#until(path, "END");
		this.#end(word);
	}

	/** A handler has a statement of its own; all other declarations are only names. */
	#declare(path: Path): void {
		const cursor = this.#cursor;
		cursor.expect("DECLARE");
		const isHandler =
			/^(?:CONTINUE|EXIT|UNDO)$/.test(cursor.peek()) && cursor.peek(1) === "HANDLER";
		if (!isHandler) {
			this.#skipTo(";");
			return;
		}
		cursor.at += 2;
		cursor.expect("FOR");
		cursor.commaList(() => {
			if (cursor.take("SQLSTATE")) {
				cursor.take("VALUE");
				cursor.string();
			} else if (!cursor.take("NOT", "FOUND")) cursor.raw();
		});
		this.statement(path);
	}

	#simple(path: Path): void {
		const cursor = this.#cursor;
		const word = cursor.peek();
		const first = cursor.at;
		this.#skipTo(";");
		const inside = cursor.tokens.slice(first, cursor.at);
		if (/^(?:RETURN|LEAVE|ITERATE|OPEN|FETCH|CLOSE|SIGNAL|RESIGNAL|GET)$/.test(word)) return;
		const range = cursor.rangeFrom(first);
		if (word === "EXECUTE" || word === "PREPARE") {
			const reason = "the statement is put together while it runs";
			this.#parts.push(partOf({ kind: "unanalyzable", reason, range }, path));
			return;
		}
		const own = new Cursor(cursor.text, inside, cursor.lexis);
		try {
			const operations = this.#readStatement(own);
			own.expectEnd();
			this.#parts.push({ operations, range, reached: { via: "function", ...path } });
		} catch (error) {
			if (!(error instanceof NotUnderstood)) throw error;
			this.#parts.push(partOf({ kind: "unanalyzable", reason: error.message, range }, path));
		}
	}

	/** Passes over an expression: up to a word or mark outside of parentheses and CASE ... END. */
	#skipTo(word: string): void {
		const cursor = this.#cursor;
		let depth = 0;
		while (!cursor.isAtEnd) {
			const text = cursor.peek();
			if (depth === 0 && text === word) return;
			if (text === "(" || text === "CASE") depth++;
			if (text === ")" || (text === "END" && depth > 0)) depth--;
			if (text === "END" && depth === 0 && word === ";") return;
			cursor.at++;
		}
	}
}
