import type { Finding } from "../finding.ts";
import type { FilledFix } from "../fix.ts";
import type { CodeObject } from "../reference.ts";
import type { Statement } from "../statement.ts";

/** A finding that stands, with what is added to it at the end. */
export interface Kept {
	readonly finding: Finding;
	readonly statement: Statement;
	/** Made last: a fix depends on what follows in the file. */
	readonly fixes: () => readonly FilledFix[];
	/** The place of its migration in the history. */
	readonly order: number;
	/** What code may still name. */
	readonly code: CodeObject | undefined;
}

function identityOf({ rule, file, range, message }: Finding): string {
	return `${rule} ${file} ${range.start} ${range.end} ${message}`;
}

/** Findings in the order of their making, each once. */
export class FindingList {
	readonly #kept: Kept[] = [];
	readonly #seen = new Set<string>();

	get kept(): readonly Kept[] {
		return this.#kept;
	}

	add(kept: Kept): void {
		const identity = identityOf(kept.finding);
		if (this.#seen.has(identity)) return;
		this.#seen.add(identity);
		this.#kept.push(kept);
	}

	/** Returns a function that takes out what is added from now on. */
	remember(): () => void {
		const { length } = this.#kept;
		return () => {
			for (const { finding } of this.#kept.splice(length)) this.#seen.delete(identityOf(finding));
		};
	}
}
