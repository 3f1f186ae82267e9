import { createCatalog, type CatalogContent } from "../../catalog/mutable.ts";
import type { Migration } from "../migration.ts";
import { Replay } from "./history.ts";
import type { LintInput, LintResult } from "./lint.ts";
import { Linter, type LinterMemory } from "./linter.ts";

/**
 * What the first migrations of a history leave behind and what is found in them, as data: a history that begins
 * with the same ones is judged from there.
 */
export interface JudgedPast {
	/** How many migrations it is the past of. */
	readonly migrations: number;
	readonly catalog: CatalogContent;
	readonly linter: LinterMemory;
}

/**
 * Returns after how many migrations a past may end: where a release ends of which nothing follows. No
 * judgement of what stands before depends on what follows, except in ways that a past keeps open.
 */
export function endsOfReleases(migrations: readonly Migration[]): readonly number[] {
	const last = new Map(migrations.map(({ release }, at) => [release, at]));
	const ends: number[] = [];
	let reach = -1;
	for (const [at, { release }] of migrations.entries()) {
		reach = Math.max(reach, last.get(release) ?? at);
		if (reach === at) ends.push(at + 1);
	}
	return ends;
}

/** Judges what follows a past, or a whole history. Keeps the pasts that end after so many migrations. */
export function judgeAfter(
	input: LintInput,
	past: JudgedPast | undefined,
	ends: ReadonlySet<number>,
	keep: (past: JudgedPast) => void,
): LintResult {
	const linter = new Linter(input);
	const replay = new Replay(input.history, linter);
	if (past) {
		const catalog = createCatalog({ dialect: input.history.dialect.id });
		catalog.restore(past.catalog);
		replay.beginAfter({ migrations: past.migrations, catalog });
		linter.recall(past.linter);
	}
	do {
		const { migration, section } = replay.place;
		const reached = section < 0 && ends.has(migration) ? replay.past() : undefined;
		if (reached) {
			const { migrations, catalog } = reached;
			keep({ migrations, catalog: catalog.content(), linter: linter.memory() });
		}
	} while (replay.advance());
	return linter.judgement();
}
