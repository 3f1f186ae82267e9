import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { Operation, OperationOf } from "../core/operation.ts";
import { quoteIdentifier, quoteName, quoteString } from "../dialect/postgres/quote.ts";
import {
	hasPart,
	isGone,
	isMissing,
	isThere,
	lacksPart,
	partIs,
	regclass,
	type CheckedAssertion,
} from "./catalog-assertions.ts";
import { nameOfConstraint, quoteColumns } from "./constraint-text.ts";
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
			...(definition.name === undefined ? [] : [lacksPart("constraint", table, name)]),
			...(isNew ? [] : cleanRows(table, definition, catalog)),
		],
		after: definition.name === undefined ? [] : [hasPart("constraint", table, name)],
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
				before: ifNotExists ? before : [...before, lacksPart("column", table, added.name)],
				after: [hasPart("column", table, added.name)],
			};
		}
		case "dropColumn":
			return {
				before: operation.ifExists ? [] : [hasPart("column", operation.table, operation.column)],
				after: [lacksPart("column", operation.table, operation.column)],
			};
		case "renameColumn":
			return {
				before: [
					hasPart("column", operation.table, operation.column),
					lacksPart("column", operation.table, operation.to),
				],
				after: [hasPart("column", operation.table, operation.to)],
			};
		case "setNotNull":
			return {
				before: [hasPart("column", operation.table, operation.column)],
				after: [
					partIs("column", operation.table, operation.column, `${operation.column} is NOT NULL`, {
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
				before: [hasPart("constraint", operation.table, operation.constraint)],
				after: [
					partIs(
						"constraint",
						operation.table,
						operation.constraint,
						`${operation.constraint} is validated`,
						{ condition: " AND convalidated" },
					),
				],
			};
		case "dropConstraint":
			return {
				before: operation.ifExists
					? []
					: [hasPart("constraint", operation.table, operation.constraint)],
				after: [lacksPart("constraint", operation.table, operation.constraint)],
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
