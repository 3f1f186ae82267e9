import type { Rule as EslintRule } from "eslint";
import type { Finding } from "../core/finding.ts";
import type { FilledFix } from "../core/fix.ts";
import type { Rule } from "../core/rule.ts";
import { rules } from "../generated/rules.ts";
import { verdictFor } from "./judge.ts";

type Context = EslintRule.RuleContext;

/** ESLint makes these without asking; everything else a person has to choose. */
function isSafe({ safety }: FilledFix): boolean {
	return safety === "safe";
}

function fixWith({ edits }: FilledFix) {
	return (fixer: EslintRule.RuleFixer) =>
		edits.map(({ range, text }) => fixer.replaceTextRange([range.start, range.end], text));
}

function report(context: Context, { range, message, help, fixes }: Finding): void {
	const { sourceCode } = context;
	const safe = fixes.find(isSafe);
	const others = fixes.filter((fix) => fix !== safe);
	context.report({
		message: `${message} ${help}`,
		loc: {
			start: sourceCode.getLocFromIndex(range.start),
			end: sourceCode.getLocFromIndex(range.end),
		},
		...(safe && { fix: fixWith(safe) }),
		suggest: others.map((fix) => ({ desc: fix.title, fix: fixWith(fix) })),
	});
}

/** Files of which a rule has already told that nothing can be said of them. */
const toldProblems = new WeakSet<object>();

function reportFile(context: Context, id: string): void {
	const { sourceCode, filename } = context;
	const verdict = verdictFor(sourceCode, { file: filename, text: sourceCode.text });
	if (verdict.kind === "findings") {
		for (const finding of verdict.findings) if (finding.rule === id) report(context, finding);
		return;
	}
	// The parser of a program is not ours: the first rule that is asked says it for all.
	if (toldProblems.has(sourceCode)) return;
	toldProblems.add(sourceCode);
	const { message, line, column } = verdict;
	context.report({ message, loc: { line, column: column - 1 } });
}

function eslintRule({ id, summary, preset }: Rule): EslintRule.RuleModule {
	return {
		meta: {
			type: preset === "all" ? "suggestion" : "problem",
			docs: { description: summary, recommended: preset === "recommended" },
			languages: ["lockkeeper/sql", "js/js"],
			fixable: "code",
			hasSuggestions: true,
			schema: [],
		},
		create(context) {
			const listener = (): void => {
				reportFile(context, id);
			};
			return { SqlFile: listener, Program: listener };
		},
	};
}

/** Every rule of lockkeeper as one of ESLint: it tells what lockkeeper has found in the file. */
export const eslintRules: Readonly<Record<string, EslintRule.RuleModule>> = Object.fromEntries(
	rules.map((rule) => [rule.id, eslintRule(rule)]),
);
