import type { Directive } from "../directive.ts";
import type { Migration } from "../migration.ts";
import type { Evidence } from "../rule.ts";

/** What contract directives say, held against the history. */
export class EvidenceBook {
	readonly #migrations: readonly Migration[];
	/** Migration id -> object -> the revision named by since. */
	readonly #given = new Map<string, Map<string, string>>();

	constructor(migrations: readonly Migration[]) {
		this.#migrations = migrations;
	}

	add(directive: Directive, migration: Migration): void {
		if (directive.verb !== "contract") return;
		const given = this.#given.get(migration.id) ?? new Map<string, string>();
		given.set(directive.object.toLowerCase(), directive.since);
		this.#given.set(migration.id, given);
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
