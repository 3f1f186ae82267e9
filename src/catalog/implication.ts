import type { Expression } from "../core/expression.ts";
import { sameMeaning } from "./expression.ts";

/**
 * True when a row that passes the one CHECK passes the other too, as far as their shape tells: AND, OR, lists of
 * values and bounds of a number. A CHECK whose result is NULL passes.
 */
export function implies(given: Expression, wanted: Expression): boolean {
	if (sameMeaning(given, wanted)) return true;
	if (wanted.kind === "and") return wanted.operands.every((part) => implies(given, part));
	if (given.kind === "or") return given.operands.every((part) => implies(part, wanted));
	if (given.kind === "and" && given.operands.some((part) => implies(part, wanted))) return true;
	if (wanted.kind === "or") return wanted.operands.some((part) => implies(given, part));
	// column IS NULL: the other condition is NULL then, and NULL passes.
	if (given.kind === "isNull" && !given.negated) {
		return wanted.kind !== "isNull" && operandOf(wanted, given.operand);
	}
	return impliesValues(given, wanted) || impliesBounds(given, wanted);
}

/** True for a comparison, list or range of that very operand. */
function operandOf(condition: Expression, operand: Expression): boolean {
	const own = valuesOf(condition)?.operand ?? boundsOf(condition)?.operand;
	return own !== undefined && sameMeaning(own, operand);
}

interface Values {
	readonly operand: Expression;
	readonly list: readonly Expression[];
}

function valuesOf(condition: Expression): Values | undefined {
	if (condition.kind === "in" && !condition.negated) {
		return { operand: condition.operand, list: condition.list };
	}
	if (condition.kind !== "operator" || !/^={1,2}$/.test(condition.operator)) return undefined;
	const [operand, value] = condition.operands;
	return operand && value?.kind === "literal" ? { operand, list: [value] } : undefined;
}

function impliesValues(given: Expression, wanted: Expression): boolean {
	const one = valuesOf(given);
	const other = valuesOf(wanted);
	if (!one || !other || !sameMeaning(one.operand, other.operand)) return false;
	return one.list.every((value) => other.list.some((allowed) => sameMeaning(value, allowed)));
}

interface Bound {
	readonly value: number;
	/** False when the bound itself is left out. */
	readonly included: boolean;
}

interface Bounds {
	readonly operand: Expression;
	readonly low?: Bound;
	readonly high?: Bound;
}

function numberIn(expression: Expression | undefined): number | undefined {
	if (expression?.kind !== "literal" || expression.type !== "number") return undefined;
	const value = Number(expression.value);
	return Number.isFinite(value) ? value : undefined;
}

function boundsOf(condition: Expression): Bounds | undefined {
	if (condition.kind === "between") {
		const low = numberIn(condition.low);
		const high = numberIn(condition.high);
		if (condition.negated || low === undefined || high === undefined) return undefined;
		const { operand } = condition;
		return { operand, low: { value: low, included: true }, high: { value: high, included: true } };
	}
	if (condition.kind !== "operator" || !/^[<>]=?$/.test(condition.operator)) return undefined;
	const [left, right] = condition.operands;
	const rightValue = numberIn(right);
	const value = rightValue ?? numberIn(left);
	const operand = rightValue === undefined ? right : left;
	if (value === undefined || !operand) return undefined;
	const bound = { value, included: condition.operator.endsWith("=") };
	const isLow = condition.operator.startsWith(">") === (rightValue !== undefined);
	return isLow ? { operand, low: bound } : { operand, high: bound };
}

function isWithin(own: Bound | undefined, wanted: Bound | undefined, sign: 1 | -1): boolean {
	if (!wanted) return true;
	if (!own) return false;
	if (own.value === wanted.value) return wanted.included || !own.included;
	return sign * (own.value - wanted.value) > 0;
}

function impliesBounds(given: Expression, wanted: Expression): boolean {
	const one = boundsOf(given);
	const other = boundsOf(wanted);
	if (!one || !other || !sameMeaning(one.operand, other.operand)) return false;
	return isWithin(one.low, other.low, 1) && isWithin(one.high, other.high, -1);
}
