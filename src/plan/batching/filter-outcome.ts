import type { Expression } from "../../core/expression.ts";
import type { Compared, Literal } from "./batch-words.ts";

/** What a condition may come to, in the logic of three values that SQL has. */
export interface Outcome {
	readonly true: boolean;
	readonly false: boolean;
	readonly null: boolean;
}

/** What a changed row holds in a column. */
export type Held =
	{ readonly is: "literal"; readonly literal: Literal } | { readonly is: "notNull" };

/** A row after its change: what is known of it. */
export interface ChangedRow {
	/** Undefined for a column that is not changed, or whose value is not known. */
	readonly holds: (column: string) => Held | undefined;
	readonly compare: (column: string, held: Literal, other: Literal) => Compared | undefined;
}

const anything: Outcome = { true: true, false: true, null: true };
const isTrue: Outcome = { true: true, false: false, null: false };
const isFalse: Outcome = { true: false, false: true, null: false };
const isNull: Outcome = { true: false, false: false, null: true };
const isKnown: Outcome = { true: true, false: true, null: false };

const not = (outcome: Outcome): Outcome => ({
	true: outcome.false,
	false: outcome.true,
	null: outcome.null,
});

function all(outcomes: readonly Outcome[]): Outcome {
	return {
		true: outcomes.every((one) => one.true),
		false: outcomes.some((one) => one.false),
		null: outcomes.some((one) => one.null) && outcomes.every((one) => one.true || one.null),
	};
}

const any = (outcomes: readonly Outcome[]): Outcome => not(all(outcomes.map(not)));

/** Returns what a condition may come to on a row after its change. */
export function outcomeOf(condition: Expression, row: ChangedRow): Outcome {
	const of = (part: Expression): Outcome => outcomeOf(part, row);
	switch (condition.kind) {
		case "and":
			return all(condition.operands.map(of));
		case "or":
			return any(condition.operands.map(of));
		case "not":
			return not(of(condition.operand));
		case "isNull": {
			const outcome = nullness(condition.operand, row);
			return condition.negated ? not(outcome) : outcome;
		}
		case "operator": {
			const [left, right] = condition.operands;
			if (!left || !right || condition.operands.length > 2) return anything;
			return compared(left, condition.operator, right, row);
		}
		case "distinct": {
			const outcome = distinct(...condition.operands, row);
			return condition.negated ? not(outcome) : outcome;
		}
		case "in": {
			const { operand, list, negated } = condition;
			const outcome = any(list.map((item) => compared(operand, "=", item, row)));
			return negated ? not(outcome) : outcome;
		}
		case "between": {
			const { operand, low, high, negated } = condition;
			const outcome = all([compared(operand, ">=", low, row), compared(operand, "<=", high, row)]);
			return negated ? not(outcome) : outcome;
		}
		case "other": {
			const [operand] = condition.operands;
			const [, negated, word] = /^is (not )?(true|false|unknown)$/.exec(condition.what) ?? [];
			if (!operand || word === undefined) return anything;
			const inner = of(operand);
			const outcome = isExactly(
				inner,
				word === "unknown" ? "null" : word === "true" ? "true" : "false",
			);
			return negated === undefined ? outcome : not(outcome);
		}
		default:
			return ofTruth(condition, row);
	}
}

/** IS TRUE and its kin are never NULL. */
function isExactly(inner: Outcome, which: keyof Outcome): Outcome {
	const others = (["true", "false", "null"] as const).filter((one) => one !== which);
	return { true: inner[which], false: others.some((one) => inner[one]), null: false };
}

function heldBy(expression: Expression, row: ChangedRow): Held | undefined {
	if (expression.kind === "literal") return { is: "literal", literal: expression };
	return expression.kind === "column" ? row.holds(expression.path.at(-1) ?? "") : undefined;
}

function nullness(operand: Expression, row: ChangedRow): Outcome {
	const held = heldBy(operand, row);
	if (!held) return isKnown;
	return held.is === "literal" && held.literal.type === "null" ? isTrue : isFalse;
}

/** A condition that is a value by itself: `WHERE is_active`. */
function ofTruth(condition: Expression, row: ChangedRow): Outcome {
	const held = heldBy(condition, row);
	if (held?.is !== "literal") return anything;
	const { type, value } = held.literal;
	if (type === "null") return isNull;
	if (type === "boolean") return /^t(?:rue)?$/i.test(value) ? isTrue : isFalse;
	return type === "number" && /^\d+$/.test(value)
		? Number(value) === 0
			? isFalse
			: isTrue
		: anything;
}

const mirrored: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

const answers: Readonly<Record<string, readonly Compared[]>> = {
	"=": ["equal"],
	"<>": ["less", "greater", "different"],
	"!=": ["less", "greater", "different"],
	"<": ["less"],
	">": ["greater"],
	"<=": ["less", "equal"],
	">=": ["greater", "equal"],
};

/** Of a column and a literal how they compare; `null`: one of them is NULL. */
function comparison(
	left: Expression,
	right: Expression,
	row: ChangedRow,
): Compared | "null" | undefined {
	if (left.kind !== "column" || right.kind !== "literal") return undefined;
	const column = left.path.at(-1) ?? "";
	const held = row.holds(column);
	if (right.type === "null" || (held?.is === "literal" && held.literal.type === "null")) {
		return "null";
	}
	return held?.is === "literal" ? row.compare(column, held.literal, right) : undefined;
}

function compared(left: Expression, operator: string, right: Expression, row: ChangedRow): Outcome {
	if (left.kind === "literal" && right.kind === "column") {
		return compared(right, mirrored[operator] ?? operator, left, row);
	}
	const wanted = answers[operator];
	const result = comparison(left, right, row);
	if (wanted === undefined || result === undefined) return anything;
	if (result === "null") return isNull;
	// Of two values without a known order only this is sure.
	if (result === "different" && operator !== "=" && wanted.length < 3) return anything;
	return wanted.includes(result) ? isTrue : isFalse;
}

/** IS DISTINCT FROM. */
function distinct(left: Expression, right: Expression, row: ChangedRow): Outcome {
	if (left.kind === "literal" && right.kind === "column") return distinct(right, left, row);
	if (right.kind !== "literal") return isKnown;
	if (right.type === "null") return not(nullness(left, row));
	const held = heldBy(left, row);
	if (held?.is === "literal" && held.literal.type === "null") return isTrue;
	const result = comparison(left, right, row);
	if (result === undefined || result === "null") return isKnown;
	return result === "equal" ? isFalse : isTrue;
}
