import type { Catalog } from "../catalog/catalog.ts";
import type { Table } from "../catalog/model.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { CatalogQuestions, PartKind, PartState } from "./dialects/plan-dialect.ts";
import type { Assertion } from "./plan.ts";

/** An assertion that can be held against a schema of ours too; undefined: that does not tell. */
export interface CheckedAssertion extends Assertion {
	readonly holds?: (catalog: Catalog) => boolean | undefined;
}

/** Whether a relation of the name is known. */
function knowsRelation(catalog: Catalog, name: QualifiedName): boolean {
	return (catalog.table(name) ?? catalog.view(name) ?? catalog.index(name)) !== undefined;
}

const namesOf: Readonly<Record<PartKind, (table: Table) => readonly { readonly name: string }[]>> =
	{
		column: ({ columns }) => columns,
		constraint: ({ constraints }) => constraints,
	};

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

/** Returns an assertion, or none where the server cannot be asked. */
export function asserted(
	says: string,
	condition: string | undefined,
	holds?: CheckedAssertion["holds"],
): readonly CheckedAssertion[] {
	return condition === undefined
		? []
		: [{ says, sql: `SELECT ${condition};`, ...(holds && { holds }) }];
}

/** Returns the assertions about names, in the words of one database. */
export function catalogAssertions(asks: CatalogQuestions) {
	return {
		/** Holds where the relation is there. */
		isThere: (name: QualifiedName) =>
			asserted(
				`${name.name} exists`,
				asks.relation(name),
				(catalog) => knowsRelation(catalog, name) || undefined,
			),
		/** Holds after what makes the relation, until it gets another name. */
		isMade: (name: QualifiedName) =>
			asserted(`${name.name} exists`, asks.relation(name), (catalog) =>
				knowsRelation(catalog, name),
			),
		/** Holds before what makes the relation. */
		isMissing: (name: QualifiedName) =>
			asserted(
				`there is no ${name.name} yet`,
				asks.noRelation(name),
				(catalog) => !knowsRelation(catalog, name),
			),
		/** Holds after what drops the relation. */
		isGone: (name: QualifiedName) =>
			asserted(`${name.name} is gone`, asks.noRelation(name), (catalog) =>
				knowsRelation(catalog, name) ? false : undefined,
			),
		/** Holds where a table has a part. */
		hasPart: (kind: PartKind, table: QualifiedName, name: string) =>
			asserted(
				`${table.name} has the ${kind} ${name}`,
				asks.part(kind, table, name),
				(catalog: Catalog) => knowsPart(catalog, kind, table, name),
			),
		/** Holds where a table lacks a part. */
		lacksPart: (kind: PartKind, table: QualifiedName, name: string) => {
			const condition = asks.part(kind, table, name);
			return asserted(
				`${table.name} has no ${kind} ${name}`,
				condition === undefined ? undefined : `NOT ${condition}`,
				(catalog: Catalog) => {
					const known = knowsPart(catalog, kind, table, name);
					return known === undefined ? undefined : !known;
				},
			);
		},
		/** Holds where a part of a table is what it shall be. */
		partIs: (
			kind: PartKind,
			table: QualifiedName,
			name: string,
			is: { readonly state: PartState; readonly says: string },
		) => asserted(is.says, asks.part(kind, table, name, is.state)),
	};
}
