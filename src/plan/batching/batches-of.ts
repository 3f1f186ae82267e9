import { columnsIn, visitExpression } from "../../catalog/expression.ts";
import type { Column } from "../../catalog/model.ts";
import type { Expression } from "../../core/expression.ts";
import type { OperationOf } from "../../core/operation.ts";
import type { BatchedTable, BatchWords } from "./batch-words.ts";
import { outcomeOf, type ChangedRow, type Held } from "./filter-outcome.ts";
import { columnsOf, unsafeRows } from "./unsafe-rows.ts";

type Change = OperationOf<"update" | "delete">;
type Assignments = OperationOf<"update">["set"];

/**
 * A change in batches, or why it must stay in one statement. `pending` is true exactly for the rows that the statement
 * would still change: false as soon as a row is done, whatever other rows hold.
 */
export type BatchesOf =
	| { readonly is: "batches"; readonly set?: string; readonly pending?: string }
	| {
			readonly is: "whole";
			/** A part of a sentence: why. */
			readonly why: string;
			/** What could be written instead, as a sentence. */
			readonly instead: string;
	  };

type Whole = Extract<BatchesOf, { readonly is: "whole" }>;

const byRanges =
	"Change one range of keys after the other, and note in the same transaction how far it came.";
const orByRanges = `Or c${byRanges.slice(1)}`;
const withMark = `Give the table a column that says which rows are done, set it in the same UPDATE and take only rows where it is not set. ${orByRanges}`;

const whole = (why: string, instead: string): Whole => ({ is: "whole", why, instead });

/**
 * Returns how a change is made batch by batch so that each row is changed once, after any number of repeats and
 * breaks, with the same result as the statement has in one piece.
 */
export function batchesOf(operation: Change, of: BatchedTable, words: BatchWords): BatchesOf {
	const form = problemOfForm(operation);
	if (form !== undefined) return whole(form, byRanges);
	const filter = operation.where && words.quoteExpression(operation.where);
	if (operation.where && filter === undefined) {
		return whole(
			hasQuery(operation.where)
				? "its condition asks other rows, and their answer may change from batch to batch"
				: "its condition has a form that is not carried over to batches",
			"Write the keys of the rows into a table of its own first, and go by that one.",
		);
	}
	const constancy = operation.where && words.constancyOf(operation.where, of);
	if (constancy === "random" || constancy === "unknown") {
		return whole(
			"its condition may give another answer each time that it is asked",
			"Write the keys of the rows into a table of its own first, and go by that one.",
		);
	}
	const problem = unsafeRows(operation, of, words);
	if (problem !== undefined) return whole(problem, byRanges);
	if (operation.kind === "delete") {
		return { is: "batches", ...(filter !== undefined && { pending: filter }) };
	}
	return ofUpdate(operation, filter, of, words);
}

function problemOfForm(operation: Change): string | undefined {
	const { ctes, limit, qualifiers = [] } = operation;
	const others = operation.kind === "update" ? operation.from : operation.using;
	if (ctes.length > 0) return "it starts with WITH";
	if (others.length > 0) return "it reads other tables";
	if (limit) return "it takes a limited number of rows";
	if (qualifiers.length > 0) return `it says ${qualifiers.join(" and ")}`;
	if (operation.kind === "update" && operation.set.some(({ part }) => part)) {
		return "it changes a part of a column's value";
	}
	return undefined;
}

function hasQuery(expression: Expression): boolean {
	let found = false;
	visitExpression(expression, ({ kind }) => {
		found ||= kind === "subquery";
	});
	return found;
}

function ofUpdate(
	{ set, where }: OperationOf<"update">,
	filter: string | undefined,
	of: BatchedTable,
	words: BatchWords,
): BatchesOf {
	const texts = set.map(({ column, value }) => {
		const text = words.quoteExpression(value);
		return text === undefined ? undefined : `${words.quoteIdentifier(column)} = ${text}`;
	});
	if (texts.includes(undefined)) {
		const asks = set.some(({ value }) => hasQuery(value));
		return whole(
			asks
				? "its new values are read from other rows"
				: "a new value has a form that is not carried over to batches",
			withMark,
		);
	}
	const changed = changedColumns(set, of, words);
	const own = set.find(({ value }) => reads(value, changed, words));
	const ends = where !== undefined && endsByItself(set, where, of, words);
	const unsure = set.find(({ value }) => words.constancyOf(value, of) !== "constant");
	const unknown = set.find(({ value }) => words.constancyOf(value, of) === "unknown");
	const problem =
		problemOfTriggers(set, own !== undefined, of, words) ??
		(unknown && problemOfCall(unknown.column)) ??
		(ends ? undefined : problemOfValues(own, unsure));
	if (problem) return problem;
	const assignments = texts.join(", ");
	if (ends && filter !== undefined) return { is: "batches", set: assignments, pending: filter };
	const left = set.map(({ column, value }) => notYet(column, value, of, words));
	const unclear = set.find((_, at) => left[at] === undefined);
	if (unclear) {
		return whole(
			`nothing tells for sure whether ${unclear.column} holds its new value already`,
			withMark,
		);
	}
	const any = left.length > 1 ? `(${left.join(" OR ")})` : left.join("");
	return {
		is: "batches",
		set: assignments,
		pending: filter === undefined ? any : `(${filter}) AND ${any}`,
	};
}

/** The columns that are other ones after the change: those that the server computes from them, too. */
function changedColumns(
	set: Assignments,
	{ table }: BatchedTable,
	{ columnKey }: BatchWords,
): ReadonlySet<string> {
	const changed = new Set(set.map(({ column }) => columnKey(column)));
	for (const { name, onUpdate } of table?.columns ?? []) if (onUpdate) changed.add(columnKey(name));
	for (let before = -1; before < changed.size;) {
		before = changed.size;
		for (const { name, generated } of table?.columns ?? []) {
			const from = generated ? [...columnsIn(generated.expression)] : [];
			if (from.some((one) => changed.has(columnKey(one)))) changed.add(columnKey(name));
		}
	}
	return changed;
}

function reads(value: Expression, columns: ReadonlySet<string>, words: BatchWords): boolean {
	return [...columnsIn(value)].some((name) => columns.has(words.columnKey(name)));
}

function problemOfValues(
	own: Assignments[number] | undefined,
	unsure: Assignments[number] | undefined,
): Whole | undefined {
	if (own) {
		return whole(
			`${own.column} is made from a value that the statement itself changes: a second look at a row would change it again`,
			withMark,
		);
	}
	if (!unsure) return undefined;
	return whole(
		`the new ${unsure.column} is another one each time that it is computed: nothing tells which rows have theirs`,
		`Add a condition that is false for a row that is done, such as ${unsure.column} IS NULL. ${orByRanges}`,
	);
}

const problemOfCall = (column: string): Whole =>
	whole(
		`the function that makes the new ${column} is not known to look at nothing but the row`,
		"Declare the function IMMUTABLE where it is that, or compute the values into a table of its own first.",
	);

const timeTypes = /^(?:date|time|timetz|timestamp|timestamptz|datetime)$/i;

/**
 * A trigger on UPDATE may write what new values are made from, most of all the time of the change. The runner looks at
 * each batch whether its rows are done; what people repeat by hand has nobody who looks.
 */
function problemOfTriggers(
	set: Assignments,
	readsOwn: boolean,
	{ table }: BatchedTable,
	{ columnKey }: BatchWords,
): Whole | undefined {
	const fires = table?.triggers.find(
		({ events, state, forEach, timing }) =>
			events.includes("update") &&
			state !== "disabled" &&
			forEach === "row" &&
			timing !== "insteadOf",
	);
	if (!table || !fires) return undefined;
	const read = new Set(set.flatMap(({ value }) => [...columnsIn(value)].map(columnKey)));
	const readsTime = table.columns.some(
		({ name, type }) => read.has(columnKey(name)) && timeTypes.test(type?.name ?? ""),
	);
	return readsOwn || readsTime
		? whole(`trigger ${fires.name} may change what the new values are made from`, withMark)
		: undefined;
}

/** The condition is false or NULL for every row that has its new values. */
function endsByItself(
	set: Assignments,
	where: Expression,
	of: BatchedTable,
	words: BatchWords,
): boolean {
	const columns = columnsOf(of, words);
	const held = new Map<string, Held>();
	for (const { column, value } of set) {
		const key = words.columnKey(column);
		const isNull = value.kind === "literal" && value.type === "null";
		// What the server makes of NULL here depends on its mode.
		if (isNull && columns.get(key)?.notNull === true) continue;
		if (value.kind === "literal") held.set(key, { is: "literal", literal: value });
		else if (words.isNeverNull(value)) held.set(key, { is: "notNull" });
	}
	const row: ChangedRow = {
		holds: (column) => held.get(words.columnKey(column)),
		compare(name, one, other) {
			const column = columns.get(words.columnKey(name));
			return column && words.compare(column, one, other, of);
		},
	};
	return !outcomeOf(where, row).true;
}

function notYet(
	name: string,
	value: Expression,
	of: BatchedTable,
	words: BatchWords,
): string | undefined {
	if (value.kind === "literal" && value.type === "null") {
		return `${words.quoteIdentifier(name)} IS NOT NULL`;
	}
	const column: Column | undefined = columnsOf(of, words).get(words.columnKey(name));
	return column && words.differs(column, value, of);
}
