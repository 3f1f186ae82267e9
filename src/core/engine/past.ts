import type { MutableCatalog } from "../../catalog/mutable.ts";
import type { Migration } from "../migration.ts";
import type { History } from "./history.ts";

/** What the first migrations of a history leave behind, with all of their releases ended. */
export interface Past {
	/** How many migrations it is the past of. */
	readonly migrations: number;
	readonly catalog: MutableCatalog;
	/** The names that stand in for the placeholders of these migrations. */
	readonly standIns: ReadonlyMap<string, string>;
}

interface Kept {
	readonly history: History;
	readonly pasts: Past[];
}

/** Between two pasts that are kept for another file so many migrations are replayed again at most. */
const stride = 100;

/** So many histories are remembered: those of the files that are open in turn. */
const most = 4;

/** Keeps what histories leave behind, so that another file of the same one is not replayed from the start. */
export class PastBook {
	#kept: readonly Kept[] = [];

	/** Returns the latest past of at most `end` migrations that the history shares with one replayed before. */
	latest(history: History, end: number): Past | undefined {
		let longest: readonly Past[] = [];
		for (const known of this.#kept) {
			const same = sameMigrations(known.history, history);
			const pasts = known.pasts.filter(({ migrations }) => migrations <= same);
			if ((pasts.at(-1)?.migrations ?? 0) > (longest.at(-1)?.migrations ?? 0)) longest = pasts;
		}
		this.#kept = [{ history, pasts: [...longest] }, ...this.#kept].slice(0, most);
		return longest.findLast(({ migrations }) => migrations <= end);
	}

	/** True when the past of so many migrations is worth keeping. */
	misses(history: History, migrations: number, end: number): boolean {
		if (migrations === 0 || (migrations % stride !== 0 && migrations !== end)) return false;
		const known = this.#kept.find((kept) => kept.history === history);
		return known !== undefined && (known.pasts.at(-1)?.migrations ?? 0) < migrations;
	}

	keep(history: History, past: Past): void {
		this.#kept.find((kept) => kept.history === history)?.pasts.push(past);
	}
}

/** How many migrations two histories have in common at their start; none when they are read differently. */
function sameMigrations(a: History, b: History): number {
	if (surroundingsOf(a) !== surroundingsOf(b)) return 0;
	const differs = a.migrations.findIndex((one, at) => !isSame(one, b.migrations[at]));
	return differs < 0 ? a.migrations.length : differs;
}

function surroundingsOf({ dialect, version, searchPath, settings }: History): string {
	return JSON.stringify([dialect.id, dialect.engine, version, searchPath, [...(settings ?? [])]]);
}

function isSame(a: Migration, b: Migration | undefined): boolean {
	return a === b || (a.id === b?.id && JSON.stringify(a) === JSON.stringify(b));
}
