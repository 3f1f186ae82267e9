import { walkExpressions } from "../core/engine/expressions.ts";
import type { Expression, QualifiedName, Query } from "../core/expression.ts";
import { largestBatch, numberOf } from "./batch-size.ts";
import type { Catalog } from "./catalog.ts";

/** One relation of a FROM list, under the name that its columns are called by. */
export interface Source {
	readonly alias: string;
	readonly small: boolean;
	/** Absent for subqueries and functions. */
	readonly table?: QualifiedName;
}

export interface Sources {
	readonly list: readonly Source[];
	readonly catalog: Catalog;
	/** In a body a name that is no column is a variable. */
	readonly inBody: boolean;
	/** True for a query that gives few rows. */
	givesFew(query: Query): boolean;
	/** The sources that are known to give few rows so far. */
	readonly small: Set<string>;
}

/** The columns of a source that the conditions hold to values that are few. */
export function fixedColumns(
	source: Source,
	conditions: readonly Expression[],
	sources: Sources,
): ReadonlySet<string> {
	const fixed = new Set<string>();
	const ranges = new Map<string, { low?: Expression; high?: Expression }>();
	for (const condition of conditions) {
		for (const column of fixedBy(condition, source, sources)) fixed.add(column);
		for (const [column, side, value] of rangeEndsOf(condition, source, sources)) {
			ranges.set(column, { ...ranges.get(column), [side]: value });
		}
	}
	for (const [column, { low, high }] of ranges) {
		if (low && high && isBatchRange(low, high, sources)) fixed.add(column);
	}
	return fixed;
}

function fixedBy(condition: Expression, source: Source, sources: Sources): readonly string[] {
	switch (condition.kind) {
		case "operator":
			return condition.operator === "=" ? fixedByEquality(condition.operands, source, sources) : [];
		case "distinct":
			return condition.negated ? fixedByEquality(condition.operands, source, sources) : [];
		case "in":
			return !condition.negated && condition.list.every((item) => isFixed(item, source, sources))
				? columnsOf(condition.operand, source, sources)
				: [];
		case "subquery":
			return condition.form === "any" &&
				condition.operator === "=" &&
				condition.operand &&
				sources.givesFew(condition.query)
				? columnsOf(condition.operand, source, sources)
				: [];
		case "or":
			return commonTo(condition.operands.map((side) => fixedBySide(side, source, sources)));
		case "other":
			return condition.what === "= any" ? fixedByArray(condition.operands, source, sources) : [];
		default:
			return [];
	}
}

function fixedBySide(side: Expression, source: Source, sources: Sources): ReadonlySet<string> {
	return fixedColumns(source, side.kind === "and" ? side.operands : [side], sources);
}

function commonTo(sides: readonly ReadonlySet<string>[]): readonly string[] {
	const [first, ...others] = sides;
	return [...(first ?? [])].filter((column) => others.every((side) => side.has(column)));
}

function fixedByEquality(
	operands: readonly Expression[],
	source: Source,
	sources: Sources,
): readonly string[] {
	const [left, right] = operands;
	if (!left || !right) return [];
	return [
		...(isFixed(right, source, sources) ? columnsOf(left, source, sources) : []),
		...(isFixed(left, source, sources) ? columnsOf(right, source, sources) : []),
	];
}

/** `id = ANY ('{1,2}')` and `ctid = ANY (ARRAY(SELECT ... LIMIT 1000))`. */
function fixedByArray(
	[operand, array]: readonly Expression[],
	source: Source,
	sources: Sources,
): readonly string[] {
	if (!operand || !array) return [];
	const few =
		array.kind === "subquery" ? sources.givesFew(array.query) : isFixed(array, source, sources);
	return few ? columnsOf(operand, source, sources) : [];
}

/** The columns of the source that an expression is: one, or those of a row. */
function columnsOf(expression: Expression, source: Source, sources: Sources): readonly string[] {
	if (expression.kind === "other" && expression.what === "row") {
		return expression.operands.flatMap((part) => columnsOf(part, source, sources));
	}
	if (expression.kind !== "column") return [];
	const owner = ownerOf(expression.path, sources);
	return owner === source ? expression.path.slice(-1) : [];
}

/** The source that a column belongs to, "variable" for a name that is no column, undefined in doubt. */
function ownerOf(path: readonly string[], sources: Sources): Source | "variable" | undefined {
	const { list, catalog, inBody } = sources;
	const column = path.at(-1) ?? "";
	const qualifier = path.at(-2);
	const otherwise = inBody ? "variable" : undefined;
	if (qualifier !== undefined) return list.find(({ alias }) => alias === qualifier) ?? otherwise;
	const owners = list.filter((source) => mayHave(source, column, catalog));
	return owners.length > 1 ? undefined : (owners[0] ?? otherwise);
}

function mayHave({ table }: Source, column: string, catalog: Catalog): boolean {
	if (column === "ctid") return table !== undefined;
	const known = table && catalog.table(table);
	return !known?.complete || known.columns.some(({ name }) => name === column);
}

/** True for a value that does not depend on the source, or comes from few rows. */
function isFixed(expression: Expression, source: Source, sources: Sources): boolean {
	if (expression.kind === "subquery") return expression.form === "scalar";
	let fixed = true;
	walkExpressions([expression], (part) => {
		if (part.kind === "subquery") fixed = false;
		if (part.kind !== "column") return;
		const owner = ownerOf(part.path, sources);
		if (owner === "variable") return;
		if (owner === undefined || owner === source || !sources.small.has(owner.alias)) fixed = false;
	});
	return fixed;
}

type RangeEnd = readonly [column: string, side: "low" | "high", value: Expression];

function rangeEndsOf(condition: Expression, source: Source, sources: Sources): readonly RangeEnd[] {
	if (condition.kind === "between" && !condition.negated) {
		return columnsOf(condition.operand, source, sources).flatMap((column): RangeEnd[] => [
			[column, "low", condition.low],
			[column, "high", condition.high],
		]);
	}
	if (condition.kind !== "operator") return [];
	const [left, right] = condition.operands;
	if (!left || !right || !/^[<>]=?$/.test(condition.operator)) return [];
	const above = condition.operator.startsWith(">");
	return [
		...columnsOf(left, source, sources).map((column): RangeEnd => [
			column,
			above ? "low" : "high",
			right,
		]),
		...columnsOf(right, source, sources).map((column): RangeEnd => [
			column,
			above ? "high" : "low",
			left,
		]),
	];
}

/** Both ends are numbers not too far apart, or values that a batch loop or the caller gives. */
function isBatchRange(low: Expression, high: Expression, sources: Sources): boolean {
	const from = numberOf(low);
	const to = numberOf(high);
	if (from !== undefined && to !== undefined) return to - from <= largestBatch;
	return isGiven(low, sources) && isGiven(high, sources);
}

function isGiven(expression: Expression, sources: Sources): boolean {
	const kinds = new Set<"given" | "other">();
	walkExpressions([expression], (part) => {
		if (part.kind === "parameter") kinds.add("given");
		if (part.kind === "subquery") kinds.add("other");
		if (part.kind !== "column") return;
		kinds.add(ownerOf(part.path, sources) === "variable" ? "given" : "other");
	});
	return kinds.has("given") && !kinds.has("other");
}
