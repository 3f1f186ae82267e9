import type { ReadMemory } from "../dialect.ts";
import type { SourceFile } from "../source.ts";
import type { Statement } from "../statement.ts";
import { movedStatement } from "../moved-statement.ts";

/** A statement with the text that it was read from. */
interface Read {
	readonly text: string;
	readonly statement: Statement;
}

interface Parsed {
	readonly statement: Statement;
	/** Where its text began when it was parsed. */
	readonly start: number;
}

/** So many texts are remembered: one that has gone comes back when a quote is closed again. */
const most = 10_000;

/**
 * Remembers the statements of an open file by their text. A statement that stands where it stood before
 * is the same object; one that has moved is not parsed again.
 */
export class StatementMemory implements ReadMemory {
	readonly #parsed = new Map<string, Parsed>();
	/** What was read in this reading and in the one before, by where its text begins. */
	#now = new Map<number, Read>();
	#before: ReadonlyMap<number, Read> = new Map();

	/** Begins a new reading of the file. */
	startReading(): void {
		this.#before = this.#now;
		this.#now = new Map();
		if (this.#parsed.size > most + this.#before.size) this.#parsed.clear();
	}

	recall(text: string, file: SourceFile, start: number): Statement | undefined {
		const parsed = this.#parsed.get(text);
		if (!parsed) return undefined;
		const same = this.#now.get(start) ?? this.#before.get(start);
		const statement =
			same?.text === text && same.statement.file === file
				? same.statement
				: movedStatement(parsed.statement, file, start - parsed.start);
		this.#now.set(start, { text, statement });
		return statement;
	}

	keep(text: string, start: number, statement: Statement): void {
		this.#parsed.set(text, { statement, start });
		this.#now.set(start, { text, statement });
	}
}
