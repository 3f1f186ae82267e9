import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { Operation, OperationOf } from "../core/operation.ts";
import { asserted, catalogAssertions, type CheckedAssertion } from "./catalog-assertions.ts";
import { nameOfConstraint } from "./constraint-text.ts";
import type { CatalogQuestions } from "./dialects/plan-dialect.ts";
import type { Assertion } from "./plan.ts";
import { cleanRows } from "./row-assertions.ts";

/** What must hold before an operation, and what holds after it. */
export interface OperationAssertions {
	readonly before: readonly CheckedAssertion[];
	readonly after: readonly CheckedAssertion[];
}

const none: OperationAssertions = { before: [], after: [] };

function indexName({ index, table }: OperationOf<"createIndex">): QualifiedName | undefined {
	return index && { ...(table.schema !== undefined && { schema: table.schema }), name: index.name };
}

function createIndex(
	operation: OperationOf<"createIndex">,
	catalog: Catalog,
	asks: CatalogQuestions,
): OperationAssertions {
	const { table, unique, elements, where, nullsNotDistinct, ifNotExists } = operation;
	const name = indexName(operation);
	const columns = elements.flatMap(({ expression }) =>
		expression.kind === "column" ? expression.path.slice(-1) : [],
	);
	const isPlain = columns.length === elements.length && !where && !nullsNotDistinct;
	const isKnown = catalog.table(table)?.empty === false;
	const names = columns.map(asks.quoteIdentifier);
	const filled = names.map((part) => `${part} IS NOT NULL`).join(" AND ");
	const distinct: Assertion = {
		says: `no two rows of ${table.name} have the same ${columns.join(", ")}`,
		sql: `SELECT NOT EXISTS (${asks.selectAny} FROM ${asks.quoteName(table)} WHERE ${filled} GROUP BY ${names.join(", ")} HAVING count(*) > 1);`,
	};
	return {
		before: [
			...(name && !ifNotExists ? indexIsMissing(name, table, asks) : []),
			...(unique && isPlain && isKnown ? [distinct] : []),
		],
		after: name
			? asserted(
					`${name.name} exists${operation.only ? "" : " and is valid"}`,
					asks.index(name, table, !operation.only),
				)
			: [],
	};
}

const indexIsMissing = (
	name: QualifiedName,
	table: QualifiedName,
	asks: CatalogQuestions,
): readonly CheckedAssertion[] =>
	asserted(
		`there is no ${name.name} yet`,
		asks.noIndex(name, table),
		(catalog) => !hasIndex(catalog, name, table),
	);

function hasIndex(
	catalog: Catalog,
	name: QualifiedName,
	table: QualifiedName | undefined,
): boolean {
	return (
		(catalog.table(name) ??
			catalog.view(name) ??
			catalog.index({ ...name, ...(table && { table }) })) !== undefined
	);
}

function dropIndex(
	{ index, ifExists }: OperationOf<"dropIndex">,
	asks: CatalogQuestions,
): OperationAssertions {
	const { table } = index;
	const isKnown = (catalog: Catalog): boolean => hasIndex(catalog, index, table);
	return {
		before: ifExists
			? []
			: asserted(
					`${index.name} exists`,
					asks.index(index, table, false),
					(catalog) => isKnown(catalog) || undefined,
				),
		after: asserted(`${index.name} is gone`, asks.noIndex(index, table), (catalog) =>
			isKnown(catalog) ? false : undefined,
		),
	};
}

function ofConstraint(
	operation: OperationOf<"addConstraint">,
	catalog: Catalog,
	asks: CatalogQuestions,
): OperationAssertions {
	const { table, constraint: definition } = operation;
	const { hasPart, lacksPart } = catalogAssertions(asks);
	const name = nameOfConstraint(definition, table);
	const isNew = catalog.table(table)?.empty === true;
	return {
		before: [
			...(definition.name === undefined ? [] : lacksPart("constraint", table, name)),
			...(isNew ? [] : cleanRows(table, definition, catalog, asks)),
		],
		after: definition.name === undefined ? [] : hasPart("constraint", table, name),
	};
}

/** Returns what must hold before an operation and what holds after it, as queries of the server's catalogs. */
export function assertionsOf(
	operation: Operation,
	catalog: Catalog,
	asks: CatalogQuestions,
): OperationAssertions {
	const { isThere, isMade, isMissing, isGone, hasPart, lacksPart, partIs } =
		catalogAssertions(asks);
	switch (operation.kind) {
		case "createTable":
			return operation.persistence === "temporary"
				? none
				: {
						before: operation.ifNotExists ? [] : isMissing(operation.table),
						after: isMade(operation.table),
					};
		case "dropTable":
			return {
				before: operation.ifExists ? [] : isThere(operation.table),
				after: isGone(operation.table),
			};
		case "renameTable": {
			const to = { ...operation.table, name: operation.to };
			// The new name alone may have been another relation's before.
			return {
				before: [...isThere(operation.table), ...isMissing(to)],
				after: [...isMade(to), ...isGone(operation.table)],
			};
		}
		case "addColumn": {
			const { table, column: added, ifNotExists, ifTableExists } = operation;
			const before = ifTableExists ? [] : isThere(table);
			return {
				before: ifNotExists ? before : [...before, ...lacksPart("column", table, added.name)],
				after: hasPart("column", table, added.name),
			};
		}
		case "dropColumn":
			return {
				before: operation.ifExists ? [] : hasPart("column", operation.table, operation.column),
				after: lacksPart("column", operation.table, operation.column),
			};
		case "renameColumn":
			return {
				before: [
					...hasPart("column", operation.table, operation.column),
					...lacksPart("column", operation.table, operation.to),
				],
				after: hasPart("column", operation.table, operation.to),
			};
		case "setNotNull":
			return {
				before: hasPart("column", operation.table, operation.column),
				after: partIs("column", operation.table, operation.column, {
					state: "notNull",
					says: `${operation.column} is NOT NULL`,
				}),
			};
		case "createIndex":
			return createIndex(operation, catalog, asks);
		case "dropIndex":
			return dropIndex(operation, asks);
		case "addConstraint":
			return ofConstraint(operation, catalog, asks);
		case "validateConstraint":
			return {
				before: hasPart("constraint", operation.table, operation.constraint),
				after: partIs("constraint", operation.table, operation.constraint, {
					state: "validated",
					says: `${operation.constraint} is validated`,
				}),
			};
		case "dropConstraint":
			return {
				before: operation.ifExists
					? []
					: hasPart("constraint", operation.table, operation.constraint),
				after: lacksPart("constraint", operation.table, operation.constraint),
			};
		case "createTrigger":
			return {
				before: isThere(operation.table),
				after: [
					{
						says: `${operation.table.name} has the trigger ${operation.trigger}`,
						sql: `SELECT ${asks.trigger(operation.table, operation.trigger)};`,
					},
				],
			};
		case "createView":
		case "createMaterializedView":
			return { before: [], after: isThere(operation.view) };
		case "dropView":
			return { before: [], after: isGone(operation.view) };
		default:
			return none;
	}
}
