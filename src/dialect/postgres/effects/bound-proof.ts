import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { PartitionBound } from "../../../core/operation.ts";
import { impliesNotNull, isColumn } from "./not-null.ts";

/** What the validated CHECKs of a table say about one column. */
interface Facts {
	readonly notNull: boolean;
	readonly atLeast: readonly Limit[];
	readonly atMost: readonly Limit[];
	/** The column is one of these, when the list is there. */
	readonly values?: readonly Expression[];
}

interface Limit {
	readonly value: Expression;
	readonly inclusive: boolean;
}

/**
 * True when constraints of a table prove that its rows lie within the bound, so that ATTACH does not read
 * them. Judged for one plain key column; several keys and hash bounds count as unproved.
 * Source: QueuePartitionConstraintValidation in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
export function boundIsProved(
	table: Table,
	parent: Table | undefined,
	bound: PartitionBound,
): boolean {
	const key = keyColumn(parent);
	if (key === undefined) return false;
	const facts = factsOn(table, key);
	if (bound.kind === "range") {
		const [from] = bound.from;
		const [to] = bound.to;
		if (!facts.notNull) return false;
		return (
			(isUnbounded(from) || reaches(facts.atLeast, from, 1)) &&
			(isUnbounded(to) || reaches(facts.atMost, to, -1))
		);
	}
	if (bound.kind !== "list" || !facts.values) return false;
	const nullable = bound.values.some(isNull);
	if (!nullable && !facts.notNull) return false;
	return facts.values.every((value) => bound.values.some((other) => compare(value, other) === 0));
}

/** True when constraints of the default partition prove that no row of it belongs to the bound. */
export function boundIsExcluded(
	table: Table,
	parent: Table | undefined,
	bound: PartitionBound,
): boolean {
	const key = keyColumn(parent);
	if (key === undefined) return false;
	const parts = checksOf(table);
	return (
		factsExclude(factsFrom(parts, key), bound) || parts.some((part) => excludes(part, key, bound))
	);
}

function factsExclude(facts: Omit<Facts, "notNull">, bound: PartitionBound): boolean {
	if (bound.kind === "range") {
		const [from] = bound.from;
		const [to] = bound.to;
		return (
			(!isUnbounded(to) && reaches(facts.atLeast, to, 1)) ||
			(!isUnbounded(from) && reaches(facts.atMost, from, -1))
		);
	}
	if (bound.kind !== "list" || !facts.values) return false;
	return facts.values.every((value) =>
		bound.values.every((other) => {
			const order = compare(value, other);
			return order !== undefined && order !== 0;
		}),
	);
}

/**
 * True when a condition leaves out every row of the bound: it names all values of a list with NOT IN, or
 * each of its alternatives lies outside. A key without a value is outside unless the list has NULL.
 */
function excludes(part: Expression, key: string, bound: PartitionBound): boolean {
	switch (part.kind) {
		case "or":
			return part.operands.every((operand) => excludes(operand, key, bound));
		case "isNull":
			return (
				!part.negated &&
				isColumn(part.operand, key) &&
				!(bound.kind === "list" && bound.values.some(isNull))
			);
		case "in":
			return (
				part.negated &&
				bound.kind === "list" &&
				isColumn(part.operand, key) &&
				bound.values.every((value) => part.list.some((other) => compare(value, other) === 0))
			);
		default:
			return factsExclude(factsFrom(conjuncts(part), key), bound);
	}
}

function keyColumn(parent: Table | undefined): string | undefined {
	const [key, ...more] = parent?.partitionBy?.keys ?? [];
	return key?.kind === "column" && more.length === 0 ? key.path.at(-1) : undefined;
}

function checksOf(table: Table): readonly Expression[] {
	return table.constraints.flatMap((constraint) =>
		constraint.type === "check" && constraint.validated && constraint.enforced
			? conjuncts(constraint.expression)
			: [],
	);
}

function factsOn(table: Table, column: string): Facts {
	const parts = checksOf(table);
	const notNull =
		table.columns.some(({ name, notNull: marked }) => name === column && marked) ||
		parts.some((part) => impliesNotNull(part, column));
	return { notNull, ...factsFrom(parts, column) };
}

function factsFrom(parts: readonly Expression[], column: string): Omit<Facts, "notNull"> {
	const comparisons = parts.flatMap((part) => comparisonsOf(part, column));
	const values = parts.map((part) => valuesOf(part, column)).find((list) => list !== undefined);
	const limits = (operators: readonly string[]): readonly Limit[] =>
		comparisons
			.filter(({ operator }) => operators.includes(operator))
			.map(({ operator, value }) => ({ value, inclusive: operator !== "<" && operator !== ">" }));
	return {
		atLeast: limits([">=", ">", "="]),
		atMost: limits(["<=", "<", "="]),
		...(values ? { values } : {}),
	};
}

function conjuncts(expression: Expression): readonly Expression[] {
	return expression.kind === "and" ? expression.operands.flatMap(conjuncts) : [expression];
}

interface Comparison {
	readonly operator: string;
	readonly value: Expression;
}

const mirrored: Readonly<Record<string, string>> = {
	"<": ">",
	"<=": ">=",
	">": "<",
	">=": "<=",
	"=": "=",
};

function comparisonsOf(part: Expression, column: string): readonly Comparison[] {
	if (part.kind === "between" && !part.negated && isColumn(part.operand, column)) {
		return [
			{ operator: ">=", value: part.low },
			{ operator: "<=", value: part.high },
		];
	}
	if (part.kind !== "operator") return [];
	const [left, right] = part.operands;
	if (!left || !right) return [];
	if (isColumn(left, column)) return [{ operator: part.operator, value: right }];
	const operator = mirrored[part.operator];
	return isColumn(right, column) && operator ? [{ operator, value: left }] : [];
}

function valuesOf(part: Expression, column: string): readonly Expression[] | undefined {
	if (part.kind === "in" && !part.negated && isColumn(part.operand, column)) return part.list;
	const equal = comparisonsOf(part, column).find(({ operator }) => operator === "=");
	return equal ? [equal.value] : undefined;
}

/** True when some limit lies at the wanted value or further (direction 1 upward, -1 downward). */
function reaches(
	limits: readonly Limit[],
	wanted: Expression | undefined,
	direction: 1 | -1,
): boolean {
	if (!wanted) return false;
	return limits.some(({ value, inclusive }) => {
		const order = compare(value, wanted);
		if (order === undefined) return false;
		// Rows at the limit itself: "at most 1000, 1000 included" proves nothing of a bound that ends before 1000.
		if (order === 0) return direction === 1 || !inclusive;
		return Math.sign(order) === direction;
	});
}

function isUnbounded(value: Expression | undefined): boolean {
	if (value?.kind === "column") return /^(minvalue|maxvalue)$/i.test(value.path.at(-1) ?? "");
	return value?.kind === "other" && /^(minvalue|maxvalue)$/i.test(value.what);
}

function isNull(value: Expression): boolean {
	return value.kind === "literal" && value.type === "null";
}

/** The order of two constants; undefined where it cannot be told from their text. */
function compare(one: Expression, other: Expression): number | undefined {
	const left = constantOf(one);
	const right = constantOf(other);
	if (left === undefined || right === undefined) return undefined;
	if (typeof left === "number" && typeof right === "number") return left - right;
	const [first, second] = [String(left), String(right)];
	const dates = isDate(first) && isDate(second);
	const [low, high] = dates ? [padDate(first), padDate(second)] : [first, second];
	if (low === high) return 0;
	return low < high ? -1 : 1;
}

function constantOf(value: Expression): string | number | undefined {
	if (value.kind === "cast") return constantOf(value.operand);
	if (value.kind === "operator" && value.operator === "-" && value.operands.length === 1) {
		const [operand] = value.operands;
		const inner = operand && constantOf(operand);
		return typeof inner === "number" ? -inner : undefined;
	}
	if (value.kind !== "literal" || value.type === "null") return undefined;
	return /^-?\d+(\.\d+)?$/.test(value.value) ? Number(value.value) : value.value;
}

function isDate(text: string): boolean {
	return /^\d{4}-\d{2}-\d{2}/.test(text);
}

function padDate(text: string): string {
	return `${text.replace("T", " ")}${" 00:00:00".slice(Math.max(0, text.length - 10))}`;
}

/**
 * False when no row within the bound can pass the condition. True where that cannot be told; for the
 * default partition, false only when the condition fixes the key to one value.
 */
export function mayHold(
	bound: PartitionBound,
	parent: Table | undefined,
	where: Expression,
): boolean {
	const key = keyColumn(parent);
	if (key === undefined) return true;
	const parts = conjuncts(where);
	const comparisons = parts.flatMap((part) => comparisonsOf(part, key));
	const values = parts.map((part) => valuesOf(part, key)).find((list) => list !== undefined);
	if (bound.kind === "default") return values?.length !== 1;
	if (values) return values.some((value) => isWithin(value, bound));
	if (bound.kind !== "range") return true;
	const [from] = bound.from;
	const [to] = bound.to;
	return !comparisons.some(({ operator, value }) => {
		if (operator.startsWith(">") && to && !isUnbounded(to)) return (compare(value, to) ?? -1) >= 0;
		if (operator.startsWith("<") && from && !isUnbounded(from)) {
			const order = compare(value, from) ?? 1;
			return order < 0 || (order === 0 && operator === "<");
		}
		return false;
	});
}

function isWithin(value: Expression, bound: PartitionBound): boolean {
	if (bound.kind === "list") {
		return bound.values.some((other) => (compare(value, other) ?? 0) === 0);
	}
	if (bound.kind !== "range") return true;
	const [from] = bound.from;
	const [to] = bound.to;
	const aboveFrom = !from || isUnbounded(from) || (compare(value, from) ?? 0) >= 0;
	const belowTo = !to || isUnbounded(to) || (compare(value, to) ?? -1) < 0;
	return aboveFrom && belowTo;
}
