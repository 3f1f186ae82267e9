import { lint, type ActiveRule, type LintInput } from "../core/engine/lint.ts";

/** A rule that throws where it should report, and what it threw. */
export interface Crash {
	readonly rule: string;
	readonly error: unknown;
}

/**
 * Returns the rules that throw on a history: the others can then go on without them. Empty when the
 * engine throws even without rules.
 */
export function findCrashes(input: LintInput): readonly Crash[] {
	if (errorOf(input, [])) return [];
	return crashesAmong(input, input.rules);
}

function crashesAmong(input: LintInput, rules: readonly ActiveRule[]): readonly Crash[] {
	const thrown = errorOf(input, rules);
	const [first] = rules;
	if (!thrown || !first) return [];
	if (rules.length === 1) return [{ rule: first.rule.id, error: thrown.error }];
	const middle = rules.length >> 1;
	return [
		...crashesAmong(input, rules.slice(0, middle)),
		...crashesAmong(input, rules.slice(middle)),
	];
}

function errorOf(
	input: LintInput,
	rules: readonly ActiveRule[],
): { readonly error: unknown } | undefined {
	try {
		lint({ ...input, rules });
		return undefined;
	} catch (error) {
		return { error };
	}
}
