import type { Directive } from "../directive.ts";
import type { Migration } from "../migration.ts";
import type { Evidence } from "../rule.ts";

/** What contract directives say, held against the history. */
export class EvidenceBook {
	readonly #migrations: readonly Migration[];
	/** Migration id -> object -> the revision named by since. */
	#given: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map();

	constructor(migrations: readonly Migration[]) {
		this.#migrations = migrations;
	}

	add(directive: Directive, migration: Migration): void {
		if (directive.verb !== "contract") return;
		const given = new Map(this.#given.get(migration.id));
		given.set(directive.object.toLowerCase(), directive.since);
		this.#given = new Map(this.#given).set(migration.id, given);
	}

	/** Returns a function that brings back what is given now. */
	remember(): () => void {
		const given = this.#given;
		return () => {
			this.#given = given;
		};
	}

	/** Returns the directives of a migration that have been read, the same text for the same directives. */
	given(migration: Migration): string {
		return JSON.stringify([...(this.#given.get(migration.id) ?? [])].sort());
	}

	/** Returns what the migration's directives say about one of the spellings of an object. */
	find(migration: Migration, spellings: readonly string[]): Evidence {
		const given = this.#given.get(migration.id);
		const spelling = spellings.find((name) => given?.has(name.toLowerCase()));
		const since = spelling && given?.get(spelling.toLowerCase());
		if (!since) return { kind: "none" };
		const revision = this.#migrations.find(
			(other) =>
				other.id === since || other.name === since || `${other.id}_${other.name}` === since,
		);
		if (revision?.release === migration.release) return { kind: "sameRelease", since };
		if (!revision || revision.order > migration.order) return { kind: "unknownRevision", since };
		return { kind: "accepted", since };
	}
}
