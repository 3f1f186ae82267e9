import type { TypeName } from "../core/expression.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import type { DropTarget, Dependent } from "./dependencies.ts";
import { columnsIn, sameMeaning } from "./expression.ts";
import type { Column, Constraint, Index, Key, Table, View } from "./model.ts";
import { columnsReadBy } from "./query.ts";
import { routineId } from "./routine-id.ts";
import {
	functionUse,
	relationUse,
	typeUse,
	usesOfColumn,
	usesOfConstraint,
	usesOfExpression,
	usesOfIndex,
	usesOfPolicy,
	usesOfTrigger,
	usesOfView,
	type Use,
} from "./uses.ts";

/**
 * Returns what directly depends on an object, as pg_depend has it (documentation, chapter "Dependency
 * Tracking"): what belongs to a table or column goes in silence, what merely uses it needs CASCADE.
 */
export function dependentsOf(catalog: Catalog, target: DropTarget): readonly Dependent[] {
	switch (target.kind) {
		case "table":
			return ofTable(catalog, target.key);
		case "view":
			return [
				...usersOf(catalog, relationUse(target.key), target.key),
				...ofType(catalog, target.key),
			];
		case "sequence":
			return usersOf(catalog, relationUse(target.key));
		case "type":
			return ofType(catalog, target.key);
		case "routine":
			return ofRoutine(catalog, target);
		case "column":
			return ofColumn(catalog, target.relation, target.name);
		case "constraint":
			return ofConstraint(catalog, target.relation, target.name);
		case "index":
			return ofIndex(catalog, target.relation, target.name);
		case "default":
		case "trigger":
		case "policy":
		case "attribute":
		case "domainConstraint":
			return [];
	}
}

function silent(target: DropTarget): Dependent {
	return { target, automatic: true };
}

function loud(target: DropTarget): Dependent {
	return { target, automatic: false };
}

function ofTable(catalog: Catalog, key: Key): readonly Dependent[] {
	return [
		...catalog.partitionsOf(key).map((table) => silent({ kind: "table", key: keyOf(table) })),
		...catalog.childrenOf(key).map((table) => loud({ kind: "table", key: keyOf(table) })),
		...catalog
			.sequencesOwnedBy(key)
			.map((sequence) => silent({ kind: "sequence", key: keyOf(sequence) })),
		...catalog
			.referencesTo(key)
			.filter(({ table }) => keyOf(table) !== key)
			.map(({ table, constraint }) =>
				loud({ kind: "constraint", relation: keyOf(table), name: constraint }),
			),
		...usersOf(catalog, relationUse(key), key),
		...ofType(catalog, key),
	];
}

/** What uses a relation, type or function in its expressions, in other objects than `except`. */
function usersOf(catalog: Catalog, use: Use, except?: Key): readonly Dependent[] {
	const { tables, views } = catalog.usersOf(use);
	return [
		...views
			.filter((view) => keyOf(view) !== except)
			.flatMap((view) =>
				usesOfView(view).includes(use)
					? [loud({ kind: "view", key: keyOf(view) })]
					: triggersUsing(view, use),
			),
		...tables.filter((table) => keyOf(table) !== except).flatMap((table) => partsUsing(table, use)),
	];
}

function triggersUsing(relation: Table | View, use: Use): readonly Dependent[] {
	return relation.triggers
		.filter((trigger) => usesOfTrigger(trigger).includes(use))
		.map(({ name }) => loud({ kind: "trigger", relation: keyOf(relation), name }));
}

function partsUsing(table: Table, use: Use): readonly Dependent[] {
	const relation = keyOf(table);
	const using = <T extends { readonly name: string }>(
		kind: "constraint" | "index" | "policy",
		list: readonly T[],
		usesOfPart: (part: T) => readonly Use[],
	) =>
		list
			.filter((part) => usesOfPart(part).includes(use))
			.map((part) => loud({ kind, relation, name: part.name }));
	return [
		...table.columns
			.filter((column) => usesOfColumn(column).includes(use))
			.map((column) => loud({ kind: howUsed(column, use), relation, name: column.name })),
		...using("constraint", table.constraints, usesOfConstraint),
		...using("index", table.indexes, usesOfIndex),
		...triggersUsing(table, use),
		...using("policy", table.policies, usesOfPolicy),
	];
}

/** A column goes with its type and its generation expression; a default goes alone. */
function howUsed(column: Column, use: Use): "column" | "default" {
	const isType = column.type !== undefined && typeUse(column.type) === use;
	const generates =
		column.generated !== undefined && usesOfExpression(column.generated.expression).includes(use);
	const whole = isType || generates;
	return whole ? "column" : "default";
}

function ofType(catalog: Catalog, key: Key): readonly Dependent[] {
	const isIt = (type: TypeName | undefined) =>
		type?.schema !== undefined && `${type.schema}.${type.name}` === key;
	const found: Dependent[] = [...usersOf(catalog, `type:${key}`)];
	for (const type of catalog.types()) {
		if (type.kind === "domain" && isIt(type.base)) {
			found.push(loud({ kind: "type", key: keyOf(type) }));
		} else if (type.kind === "composite") {
			for (const attribute of type.attributes) {
				if (!isIt(attribute.type)) continue;
				found.push(loud({ kind: "attribute", type: keyOf(type), name: attribute.name }));
			}
		}
	}
	for (const routine of catalog.allRoutines()) {
		if (!isIt(routine.returns) && !routine.argumentTypes.some(isIt)) continue;
		found.push(loud({ kind: "routine", key: keyOf(routine), id: routineId(routine) }));
	}
	return found;
}

/** A name with several overloads does not tell which one an expression calls: only triggers are sure. */
function ofRoutine(
	catalog: Catalog,
	target: Extract<DropTarget, { readonly kind: "routine" }>,
): readonly Dependent[] {
	const overloads = catalog.routinesByKey(target.key);
	const schema = overloads[0]?.schema;
	const name = overloads[0]?.name ?? "";
	const users = usersOf(catalog, functionUse(name)).filter(({ target: { kind, ...part } }) => {
		if (kind !== "trigger" || !("relation" in part)) return overloads.length === 1;
		const relation = catalog.tableByKey(part.relation) ?? catalog.viewByKey(part.relation);
		const trigger = relation?.triggers.find((candidate) => candidate.name === part.name);
		return target.id === "" && trigger?.function.schema === schema;
	});
	const domains: Dependent[] = [];
	if (overloads.length !== 1) return users;
	for (const type of catalog.types()) {
		if (type.kind !== "domain") continue;
		for (const constraint of type.constraints) {
			if (!usesOfConstraint(constraint).includes(functionUse(name))) continue;
			domains.push(loud({ kind: "domainConstraint", type: keyOf(type), name: constraint.name }));
		}
	}
	return [...users, ...domains];
}

function ofColumn(catalog: Catalog, relation: Key, name: string): readonly Dependent[] {
	const table = catalog.tableByKey(relation);
	if (!table) return [];
	const named = `${relation}.${name}`;
	return [
		...table.indexes
			.filter((index) => index.constraint === undefined && indexUses(index, name))
			.map((index) => silent({ kind: "index", relation, name: index.name })),
		...table.constraints
			.filter((constraint) => constraintUses(constraint, name, table))
			.map((constraint) => silent({ kind: "constraint", relation, name: constraint.name })),
		...catalog
			.sequencesOwnedBy(relation)
			.filter((sequence) => sequence.ownedBy?.column === name)
			.map((sequence) => silent({ kind: "sequence", key: keyOf(sequence) })),
		...table.columns
			.filter((column) => column.generated && columnsIn(column.generated.expression).has(name))
			.map((column) => loud({ kind: "column", relation, name: column.name })),
		...table.triggers
			.filter((trigger) => trigger.columns.includes(name))
			.map((trigger) => loud({ kind: "trigger", relation, name: trigger.name })),
		...referencesToColumn(catalog, relation, name),
		...viewsReading(catalog, relation, named),
		...policiesReading(catalog, relation, named),
	];
}

function viewsReading(catalog: Catalog, relation: Key, column: string): readonly Dependent[] {
	return catalog
		.viewsOn(relation)
		.filter((view: View) => view.dependsOnColumns.includes(column))
		.map((view) => loud({ kind: "view", key: keyOf(view) }));
}

function policiesReading(catalog: Catalog, relation: Key, column: string): readonly Dependent[] {
	const own = catalog.tableByKey(relation);
	const tables = [...(own ? [own] : []), ...catalog.usersOf(relationUse(relation)).tables];
	return [...new Set(tables)].flatMap((table) =>
		table.policies
			.filter((policy) =>
				[policy.using, policy.withCheck].some(
					(expression) => expression && columnsReadBy(catalog, expression, table).has(column),
				),
			)
			.map((policy) => loud({ kind: "policy", relation: keyOf(table), name: policy.name })),
	);
}

function referencesToColumn(catalog: Catalog, relation: Key, name: string): readonly Dependent[] {
	return catalog.referencesTo(relation).flatMap(({ table, constraint }) => {
		const foreignKey = table.constraints.find((candidate) => candidate.name === constraint);
		return foreignKey?.type === "foreignKey" && foreignKey.referencedColumns.includes(name)
			? [loud({ kind: "constraint", relation: keyOf(table), name: constraint })]
			: [];
	});
}

function indexUses(index: Index, column: string): boolean {
	return (
		index.include.includes(column) ||
		index.elements.some(({ expression }) => columnsIn(expression).has(column)) ||
		(index.where !== undefined && columnsIn(index.where).has(column))
	);
}

/** True when a constraint is over a column, in its expression included. */
export function constraintUses(constraint: Constraint, column: string, table: Table): boolean {
	if (constraint.type === "check") return columnsIn(constraint.expression).has(column);
	const index = table.indexes.find((candidate) => candidate.constraint === constraint.name);
	if (index && indexUses(index, column)) return true;
	return constraint.type !== "exclude" && constraint.columns.includes(column);
}

function ofConstraint(catalog: Catalog, relation: Key, name: string): readonly Dependent[] {
	const table = catalog.tableByKey(relation);
	const index = table?.indexes.find((candidate) => candidate.constraint === name);
	return index ? ofIndex(catalog, relation, index.name) : [];
}

/** The indexes of partitions go along; foreign keys that rest on a unique index need CASCADE. */
function ofIndex(catalog: Catalog, relation: Key, name: string): readonly Dependent[] {
	const table = catalog.tableByKey(relation);
	const index = table?.indexes.find((candidate) => candidate.name === name);
	if (!table || !index) return [];
	const parent = keyOf(index);
	const attached = catalog.partitionsOf(relation).flatMap((partition) =>
		partition.indexes
			.filter((candidate) => candidate.parent === parent)
			.map((candidate) =>
				silent({
					kind: candidate.constraint === undefined ? "index" : "constraint",
					relation: keyOf(partition),
					name: candidate.name,
				}),
			),
	);
	return [...attached, ...(index.unique ? foreignKeysOn(catalog, table, index) : [])];
}

/** The server takes the first unique index over the referenced columns (transformFkeyCheckAttrs). */
function foreignKeysOn(catalog: Catalog, table: Table, index: Index): readonly Dependent[] {
	return catalog.referencesTo(keyOf(table)).flatMap((reference) => {
		const foreignKey = reference.table.constraints.find(
			({ name }) => name === reference.constraint,
		);
		if (foreignKey?.type !== "foreignKey" || foreignKey.inherited === true) return [];
		const first = table.indexes.find(
			(candidate) =>
				candidate.unique &&
				candidate.where === undefined &&
				sameMeaning(columnNames(candidate), [...foreignKey.referencedColumns].sort()),
		);
		if (first !== index) return [];
		return [
			loud({
				kind: "constraint",
				relation: keyOf(reference.table),
				name: reference.constraint,
			}),
		];
	});
}

function columnNames(index: Index): readonly string[] {
	return index.elements
		.map(({ expression }) => (expression.kind === "column" ? (expression.path.at(-1) ?? "") : ""))
		.sort();
}
