import type { Finding, Severity } from "../finding.ts";
import type { Report } from "../rule.ts";
import { fillMessage } from "./findings.ts";

type Latest = NonNullable<Report<string>["latest"]>;

interface Repeat {
	readonly key: string;
	readonly words: string;
	readonly release: string;
}

const ranks: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/** What `RepeatBook` knows, as data. Its findings are those of the list that they were added to. */
export interface RepeatMemory {
	readonly gravest: ReadonlyMap<string, Finding>;
	readonly outdone: ReadonlySet<Finding>;
	readonly repeats: ReadonlyMap<Finding, Repeat>;
}

/** Knows which findings say again what another one says. */
export class RepeatBook {
	/** The gravest finding so far, by rule and key. */
	#gravest = new Map<string, Finding>();
	#outdone = new Set<Finding>();
	#repeats = new Map<Finding, Repeat>();

	/** Returns a function that brings back what is known now. */
	remember(): () => void {
		const memory = this.memory();
		return () => {
			this.recall(memory);
		};
	}

	/** Returns what is known now as data. */
	memory(): RepeatMemory {
		return {
			gravest: new Map(this.#gravest),
			outdone: new Set(this.#outdone),
			repeats: new Map(this.#repeats),
		};
	}

	/** Knows what was known then, and nothing else. */
	recall({ gravest, outdone, repeats }: RepeatMemory): void {
		this.#gravest = new Map(gravest);
		this.#outdone = new Set(outdone);
		this.#repeats = new Map(repeats);
	}

	/** Returns whether the finding is the first with its keys or graver than the one before, which it replaces. */
	isWorse(once: string | readonly string[], finding: Finding): boolean {
		const keys = [once].flat().map((key) => `${finding.rule} ${key}`);
		const known = keys.flatMap((key) => this.#gravest.get(key) ?? []);
		const graver = known.find(({ severity }) => ranks[severity] >= ranks[finding.severity]);
		if (!graver) for (const other of known) this.#outdone.add(other);
		for (const key of keys) this.#gravest.set(key, graver ?? finding);
		return graver === undefined;
	}

	/** True for a finding that a graver one has replaced. */
	isOutdone(finding: Finding): boolean {
		return this.#outdone.has(finding);
	}

	/** Notes that only those of the last release count. */
	add({ key, words }: Latest, release: string, finding: Finding): void {
		this.#repeats.set(finding, { key: `${finding.rule} ${key}`, words, release });
	}

	/** Returns the findings without those that the last release with the same key says again. */
	latestOf<Kept extends { readonly finding: Finding }>(found: readonly Kept[]): readonly Kept[] {
		if (this.#repeats.size === 0) return found;
		const last = new Map<string, string>();
		const migrations = new Map<string, Set<string>>();
		for (const { finding } of found) {
			const repeat = this.#repeats.get(finding);
			if (!repeat) continue;
			last.set(repeat.key, repeat.release);
			const of = migrations.get(repeat.key) ?? new Set();
			migrations.set(repeat.key, of.add(`${repeat.release} ${finding.migration}`));
		}
		return found.flatMap((kept) => {
			const repeat = this.#repeats.get(kept.finding);
			if (!repeat) return [kept];
			if (last.get(repeat.key) !== repeat.release) return [];
			const before = [...(migrations.get(repeat.key) ?? [])].filter(
				(migration) => !migration.startsWith(`${repeat.release} `),
			).length;
			if (before === 0) return [kept];
			const words = fillMessage(repeat.words, {
				migrations:
					before === 1
						? "1 earlier migration"
						: `${before.toLocaleString("en-US")} earlier migrations`,
			});
			return [{ ...kept, finding: { ...kept.finding, because: [...kept.finding.because, words] } }];
		});
	}
}
