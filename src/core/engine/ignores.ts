import type { Directive } from "../directive.ts";
import type { Finding } from "../finding.ts";
import { meansAlias, type ForeignIgnore } from "../foreign-ignores.ts";
import { placeIn, positionAt, type Range } from "../source.ts";
import type { Comment, Statement } from "../statement.ts";
import { aliasesIn } from "../tools.ts";
import type { Scope } from "./context.ts";
import type { ActiveRule } from "./lint.ts";

interface Ignore {
	readonly directive: Directive & { readonly verb: "ignore" | "ignore-file" };
	readonly file: string;
	/** What it covers; absent: the whole file. */
	readonly covers?: Range;
	readonly context: Scope;
	readonly used: Set<string>;
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

	add(directive: Directive, statement: Statement, context: Scope): void {
		if (directive.verb !== "ignore" && directive.verb !== "ignore-file") return;
		const ignores = this.#byFile.get(statement.file.path) ?? [];
		this.#byFile.set(statement.file.path, ignores);
		ignores.push({
			directive,
			file: statement.file.path,
			...(directive.verb === "ignore" && { covers: placeIn(statement.file, statement.range) }),
			context,
			used: new Set(),
		});
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
		readonly context: Scope;
	}[] {
		const on = new Set(active.map(({ rule }) => rule.id));
		return [...this.#byFile.values()].flat().flatMap(({ directive, used, context }) => {
			const rules = directive.rules.filter((rule) => on.has(rule) && !used.has(rule));
			return rules.length > 0 ? [{ directive, rules, context }] : [];
		});
	}
}
