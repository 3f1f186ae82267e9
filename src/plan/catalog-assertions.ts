import type { Catalog } from "../catalog/catalog.ts";
import type { Table } from "../catalog/model.ts";
import type { QualifiedName } from "../core/expression.ts";
import { quoteName, quoteString } from "../dialect/postgres/quote.ts";
import type { Assertion } from "./plan.ts";

/** An assertion that can be held against a schema of ours too; undefined: that does not tell. */
export interface CheckedAssertion extends Assertion {
	readonly holds?: (catalog: Catalog) => boolean | undefined;
}

/** Returns the relation of a name for the server, NULL where it is not there. */
export const regclass = (name: QualifiedName): string =>
	`to_regclass(${quoteString(quoteName(name))})`;

/** Whether a relation of the name is known. */
function knowsRelation(catalog: Catalog, name: QualifiedName): boolean {
	return (catalog.table(name) ?? catalog.view(name) ?? catalog.index(name)) !== undefined;
}

/** Holds where the relation is there, after what makes it. */
export const isThere = (name: QualifiedName): CheckedAssertion => ({
	says: `${name.name} exists`,
	sql: `SELECT ${regclass(name)} IS NOT NULL;`,
	holds: (catalog) => knowsRelation(catalog, name) || undefined,
});

/** Holds before what makes the relation. */
export const isMissing = (name: QualifiedName): CheckedAssertion => ({
	says: `there is no ${name.name} yet`,
	sql: `SELECT ${regclass(name)} IS NULL;`,
	holds: (catalog) => !knowsRelation(catalog, name),
});

/** Holds after what drops the relation. */
export const isGone = (name: QualifiedName): CheckedAssertion => ({
	says: `${name.name} is gone`,
	sql: `SELECT ${regclass(name)} IS NULL;`,
	holds: (catalog) => (knowsRelation(catalog, name) ? false : undefined),
});

/** What a table has by name, and where the server keeps it. */
type PartKind = "column" | "constraint";

const places: Readonly<Record<PartKind, (table: string, name: string) => string>> = {
	column: (table, name) =>
		`pg_attribute WHERE attrelid = ${table} AND attname = ${name} AND NOT attisdropped`,
	constraint: (table, name) => `pg_constraint WHERE conrelid = ${table} AND conname = ${name}`,
};

const namesOf: Readonly<Record<PartKind, (table: Table) => readonly { readonly name: string }[]>> =
	{
		column: ({ columns }) => columns,
		constraint: ({ constraints }) => constraints,
	};

/** Returns an assertion about a part of a table; `condition` goes on with what else it must be. */
export function partIs(
	kind: PartKind,
	table: QualifiedName,
	name: string,
	says: string,
	{ negated = false, condition = "" } = {},
): Assertion {
	const place = places[kind](regclass(table), quoteString(name));
	return { says, sql: `SELECT ${negated ? "NOT " : ""}EXISTS (SELECT FROM ${place}${condition});` };
}

/** Whether a table has a part; undefined where the history does not make the table. */
export function knowsPart(
	catalog: Catalog,
	kind: PartKind,
	table: QualifiedName,
	name: string,
): boolean | undefined {
	const known = catalog.table(table);
	if (known?.complete !== true) return undefined;
	return namesOf[kind](known).some((other) => other.name === name);
}

/** Holds where a table has a part. */
export const hasPart = (kind: PartKind, table: QualifiedName, name: string): CheckedAssertion => ({
	...partIs(kind, table, name, `${table.name} has the ${kind} ${name}`),
	holds: (catalog) => knowsPart(catalog, kind, table, name),
});

/** Holds where a table lacks a part. */
export const lacksPart = (
	kind: PartKind,
	table: QualifiedName,
	name: string,
): CheckedAssertion => ({
	...partIs(kind, table, name, `${table.name} has no ${kind} ${name}`, { negated: true }),
	holds: (catalog) => {
		const known = knowsPart(catalog, kind, table, name);
		return known === undefined ? undefined : !known;
	},
});
