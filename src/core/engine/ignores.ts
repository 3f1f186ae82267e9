import type { Directive } from "../directive.ts";
import type { Finding } from "../finding.ts";
import { meansAlias, type ForeignIgnore } from "../foreign-ignores.ts";
import type { Migration } from "../migration.ts";
import { placeIn, positionAt, type Range, type SourceFile } from "../source.ts";
import type { Comment, Statement } from "../statement.ts";
import { aliasesIn } from "../tools.ts";
import type { ActiveRule } from "./lint.ts";

interface Ignore {
	readonly directive: Directive & { readonly verb: "ignore" | "ignore-file" };
	readonly file: SourceFile;
	/** Where its statement stands. */
	readonly statement: Range;
	/** What it covers; absent: the whole file. */
	readonly covers?: Range;
	readonly migration: Migration;
	readonly used: Set<string>;
}

/** The directives of a file as data. */
export interface IgnoreMemory {
	/** Each with the place of its migration in the history. */
	readonly ignores: readonly (Omit<Ignore, "migration" | "used"> & {
		readonly migration: number;
	})[];
	readonly foreign: ReadonlyMap<string, readonly Foreign[]>;
}

/** What a comment for another tool leaves out here. */
interface Foreign {
	readonly rules: ReadonlySet<string> | "all";
	/** The statement it belongs to, and the line on which it stands; absent: the whole file. */
	readonly covers?: { readonly range: Range; readonly line: number };
}

function isWithin({ start }: Range, { start: from, end }: Range): boolean {
	return start >= from && start <= end;
}

/** The ignore directives of the judged files, and which of them a finding needed. */
export class IgnoreBook {
	readonly #byFile = new Map<string, Ignore[]>();
	readonly #foreign = new Map<string, Foreign[]>();

	add(directive: Directive, statement: Statement, migration: Migration): void {
		if (directive.verb !== "ignore" && directive.verb !== "ignore-file") return;
		this.#listOf(statement.file).push({
			directive,
			file: statement.file,
			statement: statement.range,
			...(directive.verb === "ignore" && { covers: placeIn(statement.file, statement.range) }),
			migration,
			used: new Set(),
		});
	}

	/** Returns what has been added so far as data. */
	memory(migrations: readonly Migration[]): IgnoreMemory {
		const places = new Map(migrations.map((migration, at) => [migration, at]));
		return {
			ignores: [...this.#byFile.values()].flat().map(({ used: _used, migration, ...ignore }) => ({
				...ignore,
				migration: places.get(migration) ?? -1,
			})),
			foreign: new Map([...this.#foreign].map(([file, comments]) => [file, [...comments]])),
		};
	}

	/** Adds what was there before. */
	recall({ ignores, foreign }: IgnoreMemory, migrations: readonly Migration[]): void {
		for (const { migration: place, ...ignore } of ignores) {
			const migration = migrations[place];
			if (migration) this.#listOf(ignore.file).push({ ...ignore, migration, used: new Set() });
		}
		for (const [file, comments] of foreign) this.#foreign.set(file, [...comments]);
	}

	#listOf({ path }: SourceFile): Ignore[] {
		const ignores = this.#byFile.get(path) ?? [];
		this.#byFile.set(path, ignores);
		return ignores;
	}

	/** Returns a function that takes out what is added from now on. */
	remember(): () => void {
		const lengths = new Map<readonly unknown[], number>();
		for (const list of [...this.#byFile.values(), ...this.#foreign.values()]) {
			lengths.set(list, list.length);
		}
		return () => {
			for (const list of [...this.#byFile.values(), ...this.#foreign.values()]) {
				list.length = lengths.get(list) ?? 0;
			}
		};
	}

	/** Forgets which directives a finding needed. */
	forgetUse(): void {
		for (const ignores of this.#byFile.values()) for (const { used } of ignores) used.clear();
	}

	/** Adds a comment for another tool: it counts for the rules that have one of its names as alias. */
	addForeign(
		{ tool, names, scope }: ForeignIgnore,
		comment: Comment,
		statement: Statement,
		active: readonly ActiveRule[],
	): void {
		const { file } = statement;
		const range = placeIn(file, statement.range);
		const isMeant = ({ rule }: ActiveRule): boolean =>
			aliasesIn(rule, tool).some(
				(alias) => names === "all" || names.some((name) => meansAlias(tool, name, alias)),
			);
		const foreign = this.#foreign.get(file.path) ?? [];
		this.#foreign.set(file.path, foreign);
		foreign.push({
			rules: names === "all" ? "all" : new Set(active.filter(isMeant).map(({ rule }) => rule.id)),
			...(scope === "statement" && {
				covers: { range, line: positionAt(file, comment.range.start).line },
			}),
		});
	}

	/** True when a directive covers the finding; the directive then counts as used. */
	covers(finding: Finding): boolean {
		let covered = false;
		for (const { directive, covers, used } of this.#byFile.get(finding.file) ?? []) {
			if (!directive.rules.includes(finding.rule)) continue;
			if (covers && !isWithin(finding.range, covers)) continue;
			used.add(finding.rule);
			covered = true;
		}
		return covered || this.#isCoveredForeign(finding);
	}

	#isCoveredForeign({ file, rule, range, start }: Finding): boolean {
		return (this.#foreign.get(file) ?? []).some(
			({ rules, covers }) =>
				(rules === "all" || rules.has(rule)) &&
				(!covers || isWithin(range, covers.range) || start.line === covers.line),
		);
	}

	/** Returns the directives with rules that were on, or are not known at all, and ignored nothing. */
	unused(active: readonly ActiveRule[]): readonly {
		readonly directive: Directive;
		readonly rules: readonly string[];
		readonly file: SourceFile;
		readonly statement: Range;
		readonly migration: Migration;
	}[] {
		const on = new Set(active.map(({ rule }) => rule.id));
		return [...this.#byFile.values()].flat().flatMap(({ directive, used, ...place }) => {
			const rules = directive.rules.filter((rule) => on.has(rule) && !used.has(rule));
			return rules.length > 0 ? [{ ...place, directive, rules }] : [];
		});
	}
}
