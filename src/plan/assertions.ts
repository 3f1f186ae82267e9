import type { Catalog } from "../catalog/catalog.ts";
import { columnsIn } from "../catalog/expression.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { ConstraintDefinition, Operation, OperationOf } from "../core/operation.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName, quoteString } from "../dialect/postgres/quote.ts";
import { nameOfConstraint, quoteColumns } from "./constraint-text.ts";
import type { Assertion } from "./plan.ts";

/** An assertion that can be held against a schema of ours too; undefined: that does not tell. */
export interface CheckedAssertion extends Assertion {
	readonly holds?: (catalog: Catalog) => boolean | undefined;
}

/** What must hold before an operation, and what holds after it. */
export interface OperationAssertions {
	readonly before: readonly CheckedAssertion[];
	readonly after: readonly CheckedAssertion[];
}

const none: OperationAssertions = { before: [], after: [] };

const regclass = (name: QualifiedName): string => `to_regclass(${quoteString(quoteName(name))})`;

/** Whether a relation of the name is known; undefined where the history may not tell. */
function knowsRelation(catalog: Catalog, name: QualifiedName): boolean {
	return (catalog.table(name) ?? catalog.view(name) ?? catalog.index(name)) !== undefined;
}

const isThere = (name: QualifiedName): CheckedAssertion => ({
	says: `${name.name} exists`,
	sql: `SELECT ${regclass(name)} IS NOT NULL;`,
	holds: (catalog) => knowsRelation(catalog, name) || undefined,
});

const isMissing = (name: QualifiedName): CheckedAssertion => ({
	says: `there is no ${name.name} yet`,
	sql: `SELECT ${regclass(name)} IS NULL;`,
	holds: (catalog) => !knowsRelation(catalog, name),
});

const isGone = (name: QualifiedName): CheckedAssertion => ({
	says: `${name.name} is gone`,
	sql: `SELECT ${regclass(name)} IS NULL;`,
	holds: (catalog) => (knowsRelation(catalog, name) ? false : undefined),
});

function column(
	table: QualifiedName,
	name: string,
	says: string,
	{ negated = false, condition = "" } = {},
): Assertion {
	return {
		says,
		sql: `SELECT ${negated ? "NOT " : ""}EXISTS (SELECT FROM pg_attribute WHERE attrelid = ${regclass(table)} AND attname = ${quoteString(name)} AND NOT attisdropped${condition});`,
	};
}

/** Whether a table has a column; undefined where the history does not make the table. */
function knowsColumn(catalog: Catalog, table: QualifiedName, name: string): boolean | undefined {
	const known = catalog.table(table);
	return known?.complete === true ? known.columns.some((other) => other.name === name) : undefined;
}

const not = (value: boolean | undefined): boolean | undefined =>
	value === undefined ? undefined : !value;

const hasColumn = (table: QualifiedName, name: string): CheckedAssertion => ({
	...column(table, name, `${table.name} has the column ${name}`),
	holds: (catalog) => knowsColumn(catalog, table, name),
});

const lacksColumn = (table: QualifiedName, name: string): CheckedAssertion => ({
	...column(table, name, `${table.name} has no column ${name}`, { negated: true }),
	holds: (catalog) => not(knowsColumn(catalog, table, name)),
});

function constraint(
	table: QualifiedName,
	name: string,
	says: string,
	{ negated = false, condition = "" } = {},
): Assertion {
	return {
		says,
		sql: `SELECT ${negated ? "NOT " : ""}EXISTS (SELECT FROM pg_constraint WHERE conrelid = ${regclass(table)} AND conname = ${quoteString(name)}${condition});`,
	};
}

function knowsConstraint(
	catalog: Catalog,
	table: QualifiedName,
	name: string,
): boolean | undefined {
	const known = catalog.table(table);
	return known?.complete === true
		? known.constraints.some((other) => other.name === name)
		: undefined;
}

const hasConstraint = (table: QualifiedName, name: string): CheckedAssertion => ({
	...constraint(table, name, `${table.name} has the constraint ${name}`),
	holds: (catalog) => knowsConstraint(catalog, table, name),
});

const lacksConstraint = (table: QualifiedName, name: string): CheckedAssertion => ({
	...constraint(table, name, `${table.name} has no constraint ${name}`, { negated: true }),
	holds: (catalog) => not(knowsConstraint(catalog, table, name)),
});

/**
 * A NOT VALID constraint refuses updates of old rows that break it, whatever they change: the rows must be
 * clean before (measured on PostgreSQL 15).
 */
function cleanRows(
	table: QualifiedName,
	definition: ConstraintDefinition,
	catalog: Catalog,
): readonly CheckedAssertion[] {
	if (definition.type === "notNull") {
		const [name] = definition.columns;
		return [noRow(table, [name], `${quoteIdentifier(name)} IS NULL`, `no row has NULL in ${name}`)];
	}
	if (definition.type === "check") {
		const text = quoteExpression(definition.expression);
		return text === undefined
			? []
			: [
					noRow(
						table,
						[...columnsIn(definition.expression)],
						`(${text}) IS FALSE`,
						`no row of ${table.name} breaks the CHECK`,
					),
				];
	}
	return definition.type === "foreignKey" ? orphans(table, definition, catalog) : [];
}

/** In the middle of a step a column may not be there yet: then it cannot be asked for before. */
function noRow(
	table: QualifiedName,
	columns: readonly string[],
	condition: string,
	says: string,
): CheckedAssertion {
	return {
		says,
		sql: `SELECT count(*) = 0 FROM ${quoteName(table)} WHERE ${condition};`,
		holds: (catalog) =>
			columns.some((name) => knowsColumn(catalog, table, name) === false) ? false : undefined,
	};
}

function orphans(
	table: QualifiedName,
	definition: Extract<ConstraintDefinition, { readonly type: "foreignKey" }>,
	catalog: Catalog,
): readonly CheckedAssertion[] {
	const { columns, references, referencedColumns } = definition;
	const key = catalog.table(references)?.constraints.find(({ type }) => type === "primaryKey");
	const targets =
		referencedColumns.length > 0
			? referencedColumns
			: key?.type === "primaryKey"
				? key.columns
				: [];
	if (targets.length !== columns.length) return [];
	const on = columns.map(
		(name, at) => `parent.${quoteIdentifier(targets[at] ?? "")} = child.${quoteIdentifier(name)}`,
	);
	const filled = columns.map((name) => `child.${quoteIdentifier(name)} IS NOT NULL`);
	return [
		{
			says: `every row of ${table.name} finds its row in ${references.name}`,
			sql: `SELECT count(*) = 0 FROM ${quoteName(table)} child WHERE ${filled.join(" AND ")} AND NOT EXISTS (SELECT FROM ${quoteName(references)} parent WHERE ${on.join(" AND ")});`,
			holds: (schema) =>
				columns.some((name) => knowsColumn(schema, table, name) === false) ? false : undefined,
		},
	];
}

function indexName({ index, table }: OperationOf<"createIndex">): QualifiedName | undefined {
	return index && { ...(table.schema !== undefined && { schema: table.schema }), name: index.name };
}

function createIndex(operation: OperationOf<"createIndex">, catalog: Catalog): OperationAssertions {
	const { table, unique, elements, where, nullsNotDistinct, ifNotExists } = operation;
	const name = indexName(operation);
	const columns = elements.flatMap(({ expression }) =>
		expression.kind === "column" ? expression.path.slice(-1) : [],
	);
	const isPlain = columns.length === elements.length && !where && !nullsNotDistinct;
	const isKnown = catalog.table(table)?.empty === false;
	const filled = columns.map((part) => `${quoteIdentifier(part)} IS NOT NULL`).join(" AND ");
	const distinct: Assertion = {
		says: `no two rows of ${table.name} have the same ${columns.join(", ")}`,
		sql: `SELECT NOT EXISTS (SELECT FROM ${quoteName(table)} WHERE ${filled} GROUP BY ${quoteColumns(columns)} HAVING count(*) > 1);`,
	};
	return {
		before: [
			...(name && !ifNotExists ? [isMissing(name)] : []),
			...(unique && isPlain && isKnown ? [distinct] : []),
		],
		after: name
			? [
					{
						says: `${name.name} exists${operation.only ? "" : " and is valid"}`,
						sql: operation.only
							? `SELECT ${regclass(name)} IS NOT NULL;`
							: `SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = ${regclass(name)} AND indisvalid);`,
					},
				]
			: [],
	};
}

function ofConstraint(
	operation: OperationOf<"addConstraint">,
	catalog: Catalog,
): OperationAssertions {
	const { table, constraint: definition } = operation;
	const name = nameOfConstraint(definition, table);
	const isNew = catalog.table(table)?.empty === true;
	return {
		before: [
			...(definition.name === undefined ? [] : [lacksConstraint(table, name)]),
			...(isNew ? [] : cleanRows(table, definition, catalog)),
		],
		after: definition.name === undefined ? [] : [hasConstraint(table, name)],
	};
}

/** Returns what must hold before an operation and what holds after it, as queries of the server's catalogs. */
export function assertionsOf(operation: Operation, catalog: Catalog): OperationAssertions {
	switch (operation.kind) {
		case "createTable":
			return operation.persistence === "temporary"
				? none
				: {
						before: operation.ifNotExists ? [] : [isMissing(operation.table)],
						after: [isThere(operation.table)],
					};
		case "dropTable":
			return {
				before: operation.ifExists ? [] : [isThere(operation.table)],
				after: [isGone(operation.table)],
			};
		case "renameTable": {
			const to = { ...operation.table, name: operation.to };
			return { before: [isThere(operation.table), isMissing(to)], after: [isThere(to)] };
		}
		case "addColumn": {
			const { table, column: added, ifNotExists, ifTableExists } = operation;
			const before = ifTableExists ? [] : [isThere(table)];
			return {
				before: ifNotExists ? before : [...before, lacksColumn(table, added.name)],
				after: [hasColumn(table, added.name)],
			};
		}
		case "dropColumn":
			return {
				before: operation.ifExists ? [] : [hasColumn(operation.table, operation.column)],
				after: [lacksColumn(operation.table, operation.column)],
			};
		case "renameColumn":
			return {
				before: [
					hasColumn(operation.table, operation.column),
					lacksColumn(operation.table, operation.to),
				],
				after: [hasColumn(operation.table, operation.to)],
			};
		case "setNotNull":
			return {
				before: [hasColumn(operation.table, operation.column)],
				after: [
					column(operation.table, operation.column, `${operation.column} is NOT NULL`, {
						condition: " AND attnotnull",
					}),
				],
			};
		case "createIndex":
			return createIndex(operation, catalog);
		case "dropIndex":
			return {
				before: operation.ifExists ? [] : [isThere(operation.index)],
				after: [isGone(operation.index)],
			};
		case "addConstraint":
			return ofConstraint(operation, catalog);
		case "validateConstraint":
			return {
				before: [hasConstraint(operation.table, operation.constraint)],
				after: [
					constraint(
						operation.table,
						operation.constraint,
						`${operation.constraint} is validated`,
						{ condition: " AND convalidated" },
					),
				],
			};
		case "dropConstraint":
			return {
				before: operation.ifExists ? [] : [hasConstraint(operation.table, operation.constraint)],
				after: [lacksConstraint(operation.table, operation.constraint)],
			};
		case "createTrigger":
			return {
				before: [isThere(operation.table)],
				after: [
					{
						says: `${operation.table.name} has the trigger ${operation.trigger}`,
						sql: `SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ${regclass(operation.table)} AND tgname = ${quoteString(operation.trigger)});`,
					},
				],
			};
		case "createView":
		case "createMaterializedView":
			return { before: [], after: [isThere(operation.view)] };
		case "dropView":
			return { before: [], after: [isGone(operation.view)] };
		default:
			return none;
	}
}
