import type { Expression } from "../core/expression.ts";
import { columnsIn, sameMeaning } from "./expression.ts";
import { implies } from "./implication.ts";
import type { Column, Constraint, Table } from "./model.ts";
import type { RowCopy } from "./rebuild.ts";

/** Something that a table refuses since it was made anew, and did not before. */
export interface Restriction {
	readonly type: "notNull" | "check" | "unique" | "foreignKey" | "strict";
	/** Columns as the new table calls them. */
	readonly columns: readonly string[];
	/** True when the copy puts other values in: then no row that is there breaks it. */
	readonly mended: boolean;
}

/** A NOT NULL column without a default: an INSERT that leaves it out fails. */
export interface Requirement {
	readonly column: Column;
	/** It was not there before, or it had a default. */
	readonly was: "absent" | "filled";
	/** True when the copy gives the rows that are there a value. */
	readonly copied: boolean;
}

type Made = Pick<RowCopy, "original" | "columns" | "omits">;

function isSame(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}

function columnOf(table: Table, name: string): Column | undefined {
	return table.columns.find((column) => isSame(column.name, name));
}

/** True for the INTEGER PRIMARY KEY, which numbers its rows itself. */
function isRowId(table: Table, column: Column): boolean {
	if (table.withoutRowid || column.type?.name !== "integer") return false;
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" && key.columns.length === 1 && key.columns[0] === column.name;
}

function isInKey({ constraints }: Table, { name }: Column): boolean {
	return constraints.some((one) => one.type === "primaryKey" && one.columns.includes(name));
}

function hasValue(table: Table, column: Column): boolean {
	const { default: value } = column;
	if (value && !(value.kind === "literal" && value.type === "null")) return true;
	return column.generated !== undefined || isRowId(table, column);
}

/** What the copy takes for a column: the column of the old table, or another value; nothing when it is left out. */
function sourceOf({ columns }: Made, name: string): { readonly column?: string } | undefined {
	for (const [to, from] of columns) {
		if (isSame(to, name)) return from === undefined ? {} : { column: from };
	}
	return undefined;
}

/** Returns the columns that INSERTs of the code before must name now, and need not have named. */
export function requirementsOf(copy: Made, now: Table): readonly Requirement[] {
	if (!copy.original.complete || hasInsertTrigger(now)) return [];
	return now.columns.flatMap((column): readonly Requirement[] => {
		if (!column.notNull || hasValue(now, column)) return [];
		const source = sourceOf(copy, column.name);
		const before = columnOf(copy.original, column.name);
		if (before) {
			const isLost = before.notNull && hasValue(copy.original, before);
			return isLost ? [{ column, was: "filled", copied: true }] : [];
		}
		// It is one of the old columns under another name.
		if (source?.column !== undefined) return [];
		return [{ column, was: "absent", copied: source !== undefined }];
	});
}

/** A trigger before INSERT may fill what is left out; what it does is not known here. */
function hasInsertTrigger({ triggers }: Table): boolean {
	return triggers.some(({ timing, events }) => timing === "before" && events.includes("insert"));
}

/** Returns what the new table refuses of the values that the old one took. */
export function restrictionsOf(copy: Made, now: Table): readonly Restriction[] {
	const { original } = copy;
	if (!original.complete) return [];
	const strict: Restriction = { type: "strict", columns: [], mended: false };
	return [
		...requiredIn(copy, now),
		...now.constraints.flatMap((constraint) => addedBy(constraint, copy, now)),
		...(now.strict && !original.strict ? [strict] : []),
	];
}

function requiredIn(copy: Made, now: Table): readonly Restriction[] {
	return now.columns.flatMap((column): readonly Restriction[] => {
		if (!column.notNull || column.generated || isRowId(now, column)) return [];
		const source = sourceOf(copy, column.name);
		const before = columnOf(copy.original, source?.column ?? column.name);
		// SQLite lets NULL into the primary key, by an old mistake; nobody means it.
		if (!before || before.notNull || isInKey(copy.original, before)) return [];
		const isFilled = copy.original.filled?.has(before.name) ?? false;
		const mended = source?.column === undefined || isFilled || copy.omits === "filter";
		return [{ type: "notNull", columns: [column.name], mended }];
	});
}

/** The same expression in the words of the old table. */
function inOldWords(name: string, copy: Made): string {
	return sourceOf(copy, name)?.column ?? name;
}

function addedBy(constraint: Constraint, copy: Made, now: Table): readonly Restriction[] {
	const { original } = copy;
	const isKnown = (name: string): boolean =>
		columnOf(original, inOldWords(name, copy)) !== undefined;
	const isMended = (columns: readonly string[]): boolean =>
		copy.omits !== undefined ||
		columns.some((name) => sourceOf(copy, name)?.column === undefined) ||
		columns.some((name) => original.filled?.has(inOldWords(name, copy)));
	switch (constraint.type) {
		case "check": {
			const columns = [...columnsIn(constraint.expression)];
			if (!columns.every(isKnown) || isImplied(constraint.expression, original)) return [];
			return [{ type: "check", columns, mended: isMended(columns) }];
		}
		case "unique":
		case "primaryKey": {
			const { columns } = constraint;
			if (!columns.every(isKnown) || isUnique(original, columns, copy)) return [];
			return [{ type: "unique", columns, mended: isMended(columns) }];
		}
		case "foreignKey": {
			const { columns, references } = constraint;
			const wasThere = original.constraints.some(
				(own) =>
					own.type === "foreignKey" &&
					isSame(own.references.name, references.name) &&
					sameMeaning(own.columns, columns),
			);
			if (wasThere || !columns.every(isKnown) || isSame(references.name, now.name)) return [];
			return [{ type: "foreignKey", columns, mended: true }];
		}
		default:
			return [];
	}
}

/** True when the checks and NOT NULLs of the old table let no row through that this one stops. */
function isImplied(wanted: Expression, { constraints, columns }: Table): boolean {
	const given: Expression[] = constraints.flatMap((own) =>
		own.type === "check" && own.enforced ? [own.expression] : [],
	);
	for (const { name, notNull } of columns) {
		if (!notNull) continue;
		given.push({ kind: "isNull", negated: true, operand: { kind: "column", path: [name] } });
	}
	return implies({ kind: "and", operands: given }, wanted);
}

/** True when the table that this one was made from let no two rows have the same values in the columns. */
export function wasUnique({ copyOf }: Table, columns: readonly string[]): boolean {
	return copyOf !== undefined && copyOf.replaced && isUnique(copyOf.original, columns, copyOf);
}

function isUnique(
	{ constraints, indexes }: Table,
	columns: readonly string[],
	copy: Made,
): boolean {
	const own = columns.map((name) => inOldWords(name, copy).toLowerCase());
	const covers = (key: readonly string[]): boolean =>
		key.length > 0 && key.every((name) => own.includes(name.toLowerCase()));
	if (
		constraints.some(
			(one) => (one.type === "unique" || one.type === "primaryKey") && covers(one.columns),
		)
	)
		return true;
	return indexes.some(({ unique, where, elements }) => {
		const key = elements.map(({ expression }) =>
			expression.kind === "column" ? (expression.path.at(-1) ?? "") : "",
		);
		return unique && !where && !key.includes("") && covers(key);
	});
}
