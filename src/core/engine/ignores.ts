import type { Directive } from "../directive.ts";
import type { Finding } from "../finding.ts";
import { placeIn, type Range } from "../source.ts";
import type { Statement } from "../statement.ts";
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

/** The ignore directives of the judged files, and which of them a finding needed. */
export class IgnoreBook {
	readonly #byFile = new Map<string, Ignore[]>();

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

	/** True when a directive covers the finding; the directive then counts as used. */
	covers(finding: Finding): boolean {
		let covered = false;
		for (const { directive, covers, used } of this.#byFile.get(finding.file) ?? []) {
			if (!directive.rules.includes(finding.rule)) continue;
			const { start } = finding.range;
			if (covers && (start < covers.start || start > covers.end)) continue;
			used.add(finding.rule);
			covered = true;
		}
		return covered;
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
