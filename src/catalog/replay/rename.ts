import type { Expression, QualifiedName, Query, TypeName } from "../../core/expression.ts";
import { keyOf } from "../catalog.ts";
import { mapList, nextvalArgument, nextvalOf, readName, replaceIn } from "../expression.ts";
import type { Constraint, Index, Key, Routine, Table, UserType, View } from "../model.ts";
import type { MutableCatalog, Place } from "../mutable.ts";
import { replaceInQuery } from "../qualify.ts";
import { takePlace } from "../rebuild.ts";
import { renameInTriggers } from "../trigger-uses.ts";
import { relationUse, typeUse } from "../uses.ts";
import { changeExpressions } from "./table-expressions.ts";

/**
 * Gives a table, view, sequence or index another name or schema and tells everything that refers to
 * it. Indexes, constraints and owned sequences of a table keep their names and follow into a schema.
 */
export function moveRelation(catalog: MutableCatalog, from: Place, to: Place): void {
	const key = keyOf(from);
	const newKey = keyOf(to);
	if (key === newKey || catalog.relationExists(newKey)) return;
	const table = catalog.tableByKey(key);
	const view = catalog.viewByKey(key);
	const sequence = catalog.sequenceByKey(key);
	if (table) moveTable(catalog, table, to);
	else if (view) {
		catalog.removeView(key);
		const indexes = view.indexes.map((index) => ({ ...index, schema: to.schema }));
		catalog.putView({ ...view, ...to, indexes });
		retarget(catalog, from, to);
	} else if (sequence) {
		catalog.removeSequence(key);
		catalog.putSequence({ ...sequence, ...to });
		retarget(catalog, from, to);
	} else if (catalog.indexByKey(key)) renameIndexTo(catalog, key, to.name);
	else if (catalog.typeByKey(key)) moveType(catalog, from, to);
}

function moveTable(catalog: MutableCatalog, table: Table, to: Place): void {
	const from = { schema: table.schema, name: table.name };
	const key = keyOf(from);
	const newKey = keyOf(to);
	const sequences = catalog.sequencesOwnedBy(key);
	const partitions = catalog.partitionsOf(key);
	catalog.removeTable(key);
	const schema = catalog.indexSchema(to);
	const indexes = mapList(table.indexes, (index) => {
		const own = catalog.dialect === "sqlite" ? renamedAutomatic(index, table, to.name) : index;
		return own.schema === schema ? own : { ...own, schema };
	});
	const constraints = catalog.isMysql ? renamedKeys(table, to.name) : table.constraints;
	const formerKey = table.formerKey ?? key;
	const isRemembered = catalog.dialect === "sqlite" && !table.copyOf;
	catalog.putTable({ ...table, ...to, indexes, constraints, ...(isRemembered && { formerKey }) });
	retarget(catalog, from, to);
	if (catalog.dialect === "sqlite") renameInTriggers(catalog, key, newKey);
	if (table.copyOf?.from === newKey) takePlace(catalog, newKey);
	for (const sequence of sequences) {
		const place = { schema: to.schema, name: sequence.name };
		const ownedBy = { table: newKey, column: sequence.ownedBy?.column ?? "" };
		catalog.removeSequence(keyOf(sequence));
		catalog.putSequence({ ...sequence, ...place, ownedBy });
		if (sequence.schema !== to.schema) {
			retarget(catalog, { schema: sequence.schema, name: sequence.name }, place);
		}
	}
	if (table.schema === to.schema) return;
	for (const partition of partitions) {
		const now = catalog.tableByKey(keyOf(partition)) ?? partition;
		catalog.putTable({
			...now,
			indexes: mapList(now.indexes, (index) => followParent(index, table, to.schema)),
		});
	}
}

/** SQLite names the indexes of keys after their table. */
function renamedAutomatic(index: Index, table: Table, to: string): Index {
	const prefix = `sqlite_autoindex_${table.name}_`;
	if (!index.name.startsWith(prefix)) return index;
	return { ...index, name: `sqlite_autoindex_${to}_${index.name.slice(prefix.length)}` };
}

/** MySQL renames the foreign keys that it has named itself, t_ibfk_1. */
function renamedKeys(table: Table, to: string): readonly Constraint[] {
	const prefix = `${table.name}_ibfk_`;
	return mapList(table.constraints, (constraint) =>
		constraint.type === "foreignKey" && constraint.name.startsWith(prefix)
			? { ...constraint, name: `${to}_ibfk_${constraint.name.slice(prefix.length)}` }
			: constraint,
	);
}

function followParent<T extends { readonly parent?: Key }>(
	index: T,
	table: Table,
	schema: string,
): T {
	const parent = table.indexes.find((candidate) => keyOf(candidate) === index.parent);
	return parent ? { ...index, parent: keyOf({ schema, name: parent.name }) } : index;
}

/** Moves a user type and tells the columns, routines and other types that use it. */
export function moveType(catalog: MutableCatalog, from: Place, to: Place): void {
	const key = keyOf(from);
	const type = catalog.typeByKey(key);
	if (!type || catalog.typeByKey(keyOf(to))) return;
	catalog.removeType(key);
	catalog.putType({ ...type, ...to });
	retarget(catalog, from, to);
}

/** Points everything that refers to a relation or type by its old place to the new one. */
function retarget(catalog: MutableCatalog, from: Place, to: Place): void {
	const key = keyOf(from);
	const renaming = new Renaming(from, to);
	const relations = catalog.usersOf(relationUse(key));
	const types = catalog.usersOf(typeUse(from));
	const tables = [
		...relations.tables,
		...types.tables,
		...catalog.inheritorsOf(key),
		...catalog.referencesTo(key).map(({ table }) => table),
	];
	for (const tableKey of new Set(tables.map(keyOf))) {
		const table = catalog.tableByKey(tableKey);
		if (table) catalog.putTable(renaming.table(table));
	}
	for (const viewKey of new Set([...relations.views, ...types.views].map(keyOf))) {
		const view = catalog.viewByKey(viewKey);
		if (view) catalog.putView(renaming.view(view));
	}
	for (const type of [...catalog.types()]) {
		const renamed = renaming.type(type);
		if (renamed !== type) catalog.putType(renamed);
	}
	for (const name of new Set([...catalog.allRoutines()].map(keyOf))) {
		const overloads = catalog.routinesByKey(name);
		const renamed = mapList(overloads, (routine) => renaming.routine(routine));
		if (renamed !== overloads) catalog.putRoutines(name, renamed);
	}
}

/** Another place for one relation or type, in whatever refers to it. */
class Renaming {
	readonly #from: Place;
	readonly #to: Place;

	constructor(from: Place, to: Place) {
		this.#from = from;
		this.#to = to;
	}

	#key(key: Key): Key {
		return key === keyOf(this.#from) ? keyOf(this.#to) : key;
	}

	#isIt(name: QualifiedName): boolean {
		return name.schema === this.#from.schema && name.name === this.#from.name;
	}

	#typeName = (type: TypeName): TypeName => (this.#isIt(type) ? { ...type, ...this.#to } : type);

	#expression = (expression: Expression): Expression =>
		replaceIn(expression, {
			type: this.#typeName,
			query: this.#query,
			expression: this.#nextval,
		});

	#nextval = (expression: Expression): Expression => {
		const argument = nextvalArgument(expression);
		const name = argument === undefined ? undefined : readName(argument);
		return name && this.#isIt(name) ? nextvalOf(this.#to) : expression;
	};

	/** The old name stays as the alias, so that the columns of the query go on meaning the same. */
	#query = (query: Query): Query =>
		replaceInQuery(query, {
			type: this.#typeName,
			query: this.#query,
			expression: (inner) => this.#shortPath(this.#nextval(inner)),
			table: (item) =>
				this.#isIt(item.name)
					? { ...item, name: { ...item.name, ...this.#to }, alias: item.alias ?? item.name.name }
					: item,
		});

	#shortPath(expression: Expression): Expression {
		if (expression.kind !== "column" || expression.path.length < 3) return expression;
		const [schema, name] = expression.path.slice(-3);
		const isIt = schema === this.#from.schema && name === this.#from.name;
		return isIt ? { ...expression, path: expression.path.slice(-2) } : expression;
	}

	#constraint = (constraint: Constraint): Constraint =>
		constraint.type === "foreignKey" && this.#isIt(constraint.references)
			? { ...constraint, references: { ...constraint.references, ...this.#to } }
			: constraint;

	table(table: Table): Table {
		const changed = changeExpressions(table, this.#expression);
		const { partitionOf } = table;
		return {
			...changed,
			columns: mapList(changed.columns, (column) => {
				const type = column.type && this.#typeName(column.type);
				return type && type !== column.type ? { ...column, type } : column;
			}),
			constraints: mapList(changed.constraints, this.#constraint),
			inherits: mapList(table.inherits, (key) => this.#key(key)),
			...(partitionOf && {
				partitionOf: { ...partitionOf, parent: this.#key(partitionOf.parent) },
			}),
		};
	}

	view(view: View): View {
		const before = `${keyOf(this.#from)}.`;
		return {
			...view,
			query: this.#query(view.query),
			dependsOn: view.dependsOn.map((key) => this.#key(key)),
			dependsOnColumns: view.dependsOnColumns.map((column) =>
				column.startsWith(before) ? `${keyOf(this.#to)}.${column.slice(before.length)}` : column,
			),
		};
	}

	type(type: UserType): UserType {
		if (type.kind === "domain") {
			const base = this.#typeName(type.base);
			return base === type.base ? type : { ...type, base };
		}
		if (type.kind !== "composite") return type;
		const attributes = mapList(type.attributes, (attribute) => {
			const renamed = this.#typeName(attribute.type);
			return renamed === attribute.type ? attribute : { ...attribute, type: renamed };
		});
		return attributes === type.attributes ? type : { ...type, attributes };
	}

	routine(routine: Routine): Routine {
		const argumentTypes = mapList(routine.argumentTypes, this.#typeName);
		const returns = routine.returns && this.#typeName(routine.returns);
		if (argumentTypes === routine.argumentTypes && returns === routine.returns) return routine;
		return { ...routine, argumentTypes, ...(returns && { returns }) };
	}
}

/** Renames an index; the constraint that owns it has the same name always. */
export function renameIndexTo(catalog: MutableCatalog, key: Key, to: string): void {
	const found = catalog.indexByKey(key);
	if (!found || catalog.relationExists(`${found.index.schema}.${to}`)) return;
	const { index, relation } = found;
	const renamed = { ...index, name: to, ...(index.constraint !== undefined && { constraint: to }) };
	const indexes = relation.indexes.map((candidate) => (candidate === index ? renamed : candidate));
	if ("materialized" in relation) {
		catalog.putView({ ...relation, indexes });
		return;
	}
	const constraints = relation.constraints.map((constraint) =>
		constraint.name === index.constraint ? { ...constraint, name: to } : constraint,
	);
	catalog.putTable({ ...relation, indexes, constraints });
	for (const partition of catalog.partitionsOf(keyOf(relation))) {
		catalog.putTable({
			...partition,
			indexes: mapList(partition.indexes, (own) =>
				own.parent === key ? { ...own, parent: keyOf(renamed) } : own,
			),
		});
	}
}
