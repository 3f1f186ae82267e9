import type { Catalog } from "../catalog/catalog.ts";
import { columnsIn } from "../catalog/expression.ts";
import type { Key } from "../catalog/model.ts";
import type { Expression, QualifiedName } from "../core/expression.ts";
import type { ConstraintDefinition, Operation } from "../core/operation.ts";

/** What an operation reads or changes: an object, or a part of it (a column, a constraint). */
export interface Touch {
	readonly object: Key;
	/** Absent: all of it. */
	readonly part?: string;
	/** It is looked at and left as it is: others may look too. */
	readonly reads?: true;
}

/** What cannot be told stands in the way of everything. */
export const touchesAll: Touch = { object: "*" };

/** Returns an object that both touch: then their order must stay. */
export function commonTouch(a: readonly Touch[], b: readonly Touch[]): Touch | undefined {
	return a.find(({ object, part, reads }) =>
		b.some(
			(other) =>
				object === "*" ||
				other.object === "*" ||
				(object === other.object &&
					!(reads && other.reads) &&
					(part === undefined || other.part === undefined || part === other.part)),
		),
	);
}

function isName(value: object): value is QualifiedName {
	return "name" in value && typeof value.name === "string";
}

/** The objects of the catalog that are named anywhere inside a value, each as a whole. */
function namedIn(value: unknown, catalog: Catalog, found: Set<Key>): void {
	if (Array.isArray(value)) {
		for (const item of value) namedIn(item, catalog, found);
		return;
	}
	if (typeof value !== "object" || value === null) return;
	if (isName(value)) {
		const type = catalog.type(value);
		const [routine] = catalog.routines(value);
		const relation = catalog.table(value) ?? catalog.view(value) ?? catalog.sequence(value);
		for (const object of [type, routine, relation]) {
			if (object) found.add(`${object.schema}.${object.name}`);
		}
	}
	for (const inner of Object.values(value)) namedIn(inner, catalog, found);
}

const subjectFields: ReadonlySet<string> = new Set([
	"table",
	"view",
	"index",
	"sequence",
	"type",
	"domain",
	"function",
	"name",
	"partition",
]);

/** Names of the objects that an operation is about: also of those that it makes. */
function subjectsOf(operation: Operation, catalog: Catalog): readonly Key[] {
	return Object.entries(operation).flatMap(([field, value]: [string, unknown]) => {
		if (!subjectFields.has(field) || typeof value !== "object" || value === null) return [];
		return isName(value) ? [catalog.resolve(value)] : [];
	});
}

function constraintPart(name: string | undefined): readonly string[] {
	return name === undefined ? [] : [`constraint ${name}`];
}

function columnsOf(constraint: ConstraintDefinition): readonly string[] {
	if (constraint.type === "check") return [...columnsIn(constraint.expression)];
	if (constraint.type === "exclude") {
		return constraint.elements.flatMap(({ expression }) => [...columnsIn(expression)]);
	}
	return constraint.columns;
}

/** What a foreign key looks at in the other table: its key, when that can be told. */
function referenced(constraint: ConstraintDefinition, catalog: Catalog): readonly Touch[] {
	if (constraint.type !== "foreignKey") return [];
	const object = catalog.resolve(constraint.references);
	const key = catalog
		.table(constraint.references)
		?.constraints.find(({ type }) => type === "primaryKey");
	const columns =
		constraint.referencedColumns.length > 0
			? constraint.referencedColumns
			: key?.type === "primaryKey"
				? key.columns
				: [];
	return columns.length === 0 ? [{ object }] : columns.map((part) => ({ object, part }));
}

/** The parts of its table that an operation looks at; undefined: all of it. */
function partsOf(operation: Operation, catalog: Catalog): readonly string[] | undefined {
	const expressions = (...all: readonly (Expression | undefined)[]): readonly string[] =>
		all.flatMap((expression) => (expression ? [...columnsIn(expression)] : []));
	switch (operation.kind) {
		case "addColumn": {
			const { name, default: value, generated, constraints } = operation.column;
			return [
				name,
				...expressions(value, generated?.expression),
				...constraints.flatMap(columnsOf),
			];
		}
		case "renameColumn":
			return [operation.column, operation.to];
		case "dropColumn":
		case "alterColumnType":
		case "setNotNull":
		case "dropNotNull":
		case "setDefault":
		case "dropDefault":
		case "addIdentity":
		case "setIdentity":
		case "dropIdentity":
		case "setExpression":
		case "dropExpression":
		case "setColumnStatistics":
		case "setColumnStorage":
		case "setColumnCompression":
			return [operation.column];
		case "addConstraint":
			return [...columnsOf(operation.constraint), ...constraintPart(operation.constraint.name)];
		case "dropConstraint":
		case "validateConstraint":
		case "alterConstraint": {
			const known = catalog
				.table(operation.table)
				?.constraints.find(({ name }) => name === operation.constraint);
			return [...(known ? columnsOf(known) : []), ...constraintPart(operation.constraint)];
		}
		case "createIndex":
			return [
				...operation.elements.flatMap(({ expression }) => [...columnsIn(expression)]),
				...operation.include,
				...expressions(operation.where),
			];
		case "update":
			return [
				...operation.set.map(({ column }) => column),
				...expressions(operation.where, ...operation.set.map(({ value }) => value)),
			];
		default:
			return undefined;
	}
}

function indexTouches(index: QualifiedName, catalog: Catalog): readonly Touch[] {
	const found = catalog.index(index);
	if (!found) return [{ object: catalog.resolve(index) }];
	const object = `${found.relation.schema}.${found.relation.name}`;
	return [
		{ object: `${found.index.schema}.${found.index.name}` },
		...found.index.elements.flatMap(({ expression }) =>
			[...columnsIn(expression)].map((part) => ({ object, part })),
		),
	];
}

/**
 * Returns what an operation reads or changes, with the schema as it stands before it. Two operations with
 * nothing in common may change places.
 */
export function touchesOf(operation: Operation, catalog: Catalog): readonly Touch[] {
	switch (operation.kind) {
		case "unanalyzable":
		case "sessionCommand":
		case "setConstraints":
			return [touchesAll];
		case "doBlock":
		case "setParameter":
		case "begin":
		case "commit":
			return [];
		case "dropIndex":
		case "renameIndex":
			return indexTouches(operation.index, catalog);
		default:
			return tableTouches(operation, catalog);
	}
}

function tableTouches(operation: Operation, catalog: Catalog): readonly Touch[] {
	const parts = partsOf(operation, catalog);
	const named = new Set<Key>();
	if (parts === undefined || !("table" in operation)) {
		for (const key of subjectsOf(operation, catalog)) named.add(key);
		namedIn(operation, catalog, named);
		return [...named].map((object) => ({ object }));
	}
	const object = catalog.resolve(operation.table);
	const isForeignKey = operation.kind === "addConstraint";
	const { table: _table, ...rest } = operation;
	if (!isForeignKey) namedIn(rest, catalog, named);
	named.delete(object);
	const made =
		operation.kind === "createIndex" && operation.index
			? [
					{
						object: catalog.resolve({
							schema: object.slice(0, object.indexOf(".")),
							...operation.index,
						}),
					},
				]
			: [];
	const written =
		operation.kind === "update" ? new Set(operation.set.map(({ column }) => column)) : undefined;
	return [
		...[...new Set(parts)].map((part) => ({
			object,
			part,
			...(written?.has(part) === false && ({ reads: true } as const)),
		})),
		...made,
		...[...named].map((other) => ({ object: other })),
		...(isForeignKey ? referenced(operation.constraint, catalog) : []),
	];
}
