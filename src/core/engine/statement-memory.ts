import type { ReadMemory } from "../dialect.ts";
import type { SourceFile } from "../source.ts";
import type { Statement } from "../statement.ts";
import { movedStatement } from "./moved-statement.ts";

interface Known {
	/** As it was parsed, with the offset at which its text began then. */
	readonly parsed: Statement;
	readonly parsedAt: number;
	/** The statements of this text in the reading `reading` and, by where they begin, the one before it. */
	readonly now: Map<number, Statement>;
	before: ReadonlyMap<number, Statement>;
	reading: number;
}

/** A text that has gone comes back when a quote is closed again, or an edit taken back. */
const readingsKept = 50;

/**
 * Remembers the statements of an open file by their text. A statement that stands where it stood before
 * is the same object; one that has moved is not parsed again.
 */
export class StatementMemory implements ReadMemory {
	readonly #known = new Map<string, Known>();
	#reading = 0;

	/** Begins a new reading of the file; texts that have gone long ago are forgotten. */
	startReading(): void {
		this.#reading++;
		if (this.#reading % readingsKept !== 0) return;
		for (const [text, { reading }] of this.#known) {
			if (reading < this.#reading - readingsKept) this.#known.delete(text);
		}
	}

	/** Forgets everything: texts are read in another way from now on. */
	clear(): void {
		this.#known.clear();
	}

	recall(text: string, file: SourceFile, start: number): Statement | undefined {
		const known = this.#known.get(text);
		if (!known) return undefined;
		if (known.reading !== this.#reading) {
			known.before = new Map(known.now);
			known.now.clear();
			known.reading = this.#reading;
		}
		const same = known.now.get(start) ?? known.before.get(start);
		const statement =
			same?.file === file ? same : movedStatement(known.parsed, file, start - known.parsedAt);
		known.now.set(start, statement);
		return statement;
	}

	keep(text: string, start: number, statement: Statement): void {
		this.#known.set(text, {
			parsed: statement,
			parsedAt: start,
			now: new Map([[start, statement]]),
			before: new Map(),
			reading: this.#reading,
		});
	}
}
