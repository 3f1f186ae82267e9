import type { DialectId } from "../core/dialect.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { IndexName } from "../core/operation.ts";
import type { Index, Key, OtherObject, Routine, Sequence, Table, UserType, View } from "./model.ts";
import type { Use } from "./uses.ts";

/** Returns the identity of an object. */
export function keyOf(object: { readonly schema: string; readonly name: string }): Key {
	return `${object.schema}.${object.name}`;
}

/**
 * The schema as it stands before an operation. Read by effects and rules; changed only by `replay`.
 * A lookup that finds nothing means "not known", not "does not exist".
 */
export interface Catalog {
	/** Whose rules of names and dependents hold. */
	readonly dialect: DialectId;
	/** Schemas in which an unqualified name is looked up, and the first is where objects are made. */
	readonly searchPath: readonly string[];
	/** The key a name resolves to: an existing relation on the search path, else the schema where it would be made. */
	resolve(name: QualifiedName): Key;
	table(name: QualifiedName): Table | undefined;
	tableByKey(key: Key): Table | undefined;
	tables(): Iterable<Table>;
	view(name: QualifiedName): View | undefined;
	viewByKey(key: Key): View | undefined;
	views(): Iterable<View>;
	index(name: IndexName): { readonly index: Index; readonly relation: Table | View } | undefined;
	indexByKey(key: Key): { readonly index: Index; readonly relation: Table | View } | undefined;
	sequence(name: QualifiedName): Sequence | undefined;
	sequences(): Iterable<Sequence>;
	type(name: QualifiedName): UserType | undefined;
	types(): Iterable<UserType>;
	/** Every overload of the name. */
	routines(name: QualifiedName): readonly Routine[];
	routinesByKey(key: Key): readonly Routine[];
	allRoutines(): Iterable<Routine>;
	schema(name: string): OtherObject | undefined;
	schemas(): Iterable<OtherObject>;
	extension(name: string): OtherObject | undefined;
	/** Direct partitions of a table, and with `deep` those below them. */
	partitionsOf(key: Key, deep?: boolean): readonly Table[];
	/** Direct inheritance children that are not partitions. */
	childrenOf(key: Key): readonly Table[];
	/** Tables with a foreign key to this one, and the constraints. */
	referencesTo(key: Key): readonly { readonly table: Table; readonly constraint: string }[];
	/** Views and materialized views that read the relation, directly. */
	viewsOn(key: Key): readonly View[];
	/** Tables and views that use a relation, a type or a function. */
	usersOf(use: Use): { readonly tables: readonly Table[]; readonly views: readonly View[] };
	/** Sequences that belong to columns of a table. */
	sequencesOwnedBy(table: Key): readonly Sequence[];
	/** The table of extended statistics. */
	statisticsTable(name: QualifiedName): Key | undefined;
	/** Tables with a column of this type (a domain, an enum ...), arrays of it included. */
	tablesUsingType(key: Key): readonly { readonly table: Table; readonly column: string }[];
}

/**
 * True when the history made every table it speaks of: then a name that it does not know is the name
 * of nothing, and IF EXISTS does nothing. A single file, or a history that starts in the middle, proves
 * no such thing.
 */
export function historyIsWhole(catalog: Catalog): boolean {
	let some = false;
	for (const table of catalog.tables()) {
		if (!table.complete) return false;
		some = true;
	}
	return some;
}
