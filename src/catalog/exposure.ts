import type { QualifiedName } from "../core/expression.ts";
import type { OperationContext } from "../core/rule.ts";
import type { Catalog } from "./catalog.ts";
import type { Key } from "./model.ts";

/** What is known of tables at an operation. */
export type TableQuestions = Pick<OperationContext, "catalog" | "isNew" | "rowsOf">;

/**
 * Up to here a scan or an index build is over before anybody notices: PostgreSQL 15 tested 1,000,000 rows
 * for SET NOT NULL in 123 ms.
 */
const fewRows = 10_000;

/**
 * True when other sessions may use the table and it may have more rows than a moment's work; those of
 * its children count too, unless the statement leaves them out (`only`).
 */
export function isLargeInUse(
	questions: TableQuestions,
	table: QualifiedName,
	only = false,
): boolean {
	if (questions.isNew(table)) return false;
	return !hasFewRows(questions, table) || (!only && hasLargeChild(questions, table));
}

/**
 * The count of a partitioned table is that of its partitions, unless one of theirs says more. The count of
 * any other parent leaves its children out.
 */
function hasLargeChild(questions: TableQuestions, table: QualifiedName): boolean {
	const { catalog, rowsOf } = questions;
	const key = catalog.resolve(table);
	const isLarge = (child: QualifiedName) => (rowsOf(child) ?? 0) >= fewRows;
	return (
		catalog.partitionsOf(key, true).some(isLarge) ||
		catalog.childrenOf(key).some((child) => isLargeInUse(questions, child))
	);
}

/** True when the history or a known row count shows that the table has few rows. */
export function hasFewRows({ catalog, rowsOf }: TableQuestions, table: QualifiedName): boolean {
	const rows = rowsOf(table);
	return rows === undefined ? catalog.table(table)?.empty === true : rows < fewRows;
}

/** Returns the name of a relation that an effect speaks of. */
export function relationNamed(catalog: Catalog, key: Key): QualifiedName {
	const known = catalog.tableByKey(key) ?? catalog.viewByKey(key);
	if (known) return { schema: known.schema, name: known.name };
	const dot = key.indexOf(".");
	return { schema: key.slice(0, dot), name: key.slice(dot + 1) };
}

/** Returns those of the relations that others may use and that may have many rows, each once. */
export function largeInUse(
	questions: TableQuestions,
	keys: readonly Key[],
): readonly QualifiedName[] {
	return [...new Set(keys)]
		.map((key) => relationNamed(questions.catalog, key))
		.filter((relation) => isLargeInUse(questions, relation, true));
}

/** Returns relations in words: "orders", "orders and customers", "orders and 4 more tables". */
export function nameRelations(relations: readonly QualifiedName[]): string {
	const [first, second, ...more] = relations.map(({ name }) => name);
	if (first === undefined || second === undefined) return first ?? "";
	return more.length === 0
		? `${first} and ${second}`
		: `${first} and ${more.length + 1} more tables`;
}
