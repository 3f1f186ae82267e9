import type { Finding } from "../finding.ts";
import type { FilledFix } from "../fix.ts";
import type { Migration } from "../migration.ts";
import type { CodeObject } from "../reference.ts";
import type { Statement } from "../statement.ts";

/** A finding that stands, with what is added to it at the end. */
export interface Kept {
	readonly finding: Finding;
	readonly statement: Pick<Statement, "file" | "range">;
	/** Made last: a fix depends on what follows in the file. */
	readonly fixes: () => readonly FilledFix[];
	/** The place of its migration in the history. */
	readonly order: number;
	/** What code may still name. */
	readonly code: CodeObject | undefined;
}

/** A finding that stands as data, with the fixes made. */
export type KeptData = Omit<Kept, "fixes" | "statement"> & { readonly fixes: readonly FilledFix[] };

/** Returns a finding that stands as data. */
export function keptData({ fixes, statement: _statement, ...kept }: Kept): KeptData {
	return { ...kept, fixes: fixes() };
}

/** Returns the finding that the data is of, in one of the migrations. */
export function keptFrom({ fixes, ...kept }: KeptData, migrations: readonly Migration[]): Kept {
	const { file: path, range } = kept.finding;
	const { up = [], down = [], verify = [] } = migrations[kept.order] ?? {};
	const section = [...up, ...down, ...verify].find(({ file }) => file.path === path);
	const statement = { file: section?.file ?? { path, text: "" }, range };
	return { ...kept, statement, fixes: () => fixes };
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
