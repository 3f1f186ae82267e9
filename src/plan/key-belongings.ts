import type { Catalog } from "../catalog/catalog.ts";
import { keyOf } from "../catalog/catalog.ts";
import type { Table } from "../catalog/model.ts";
import { makeObjectName } from "../catalog/naming.ts";
import type { TypeName } from "../core/expression.ts";
import type { RecipeStep } from "../core/finding.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";
import { addThenValidate } from "./constraint-steps.ts";
import { constraintText, quoteColumns } from "./constraint-text.ts";

/** What a primary key whose column gets a larger type needs before and when the columns change places. */
export interface KeyBelongings {
	readonly before: readonly RecipeStep[];
	readonly leave: readonly string[];
	readonly take: readonly string[];
}

type Constraint<Type> = Extract<Table["constraints"][number], { readonly type: Type }>;

interface Reference {
	readonly table: Table;
	readonly constraint: Constraint<"foreignKey">;
}

const sizes: Readonly<Record<string, number>> = { int2: 2, int4: 4, int8: 8 };

/** Whole numbers that get more room: each value stays what it is, and old and new ones can be compared. */
export function isWiderNumber(from: TypeName | undefined, to: TypeName): boolean {
	const [before, after] = [sizes[from?.name ?? ""], sizes[to.name]];
	return before !== undefined && after !== undefined && before < after && to.dimensions === 0;
}

function referencesTo(table: Table, catalog: Catalog): readonly Reference[] {
	return catalog.referencesTo(keyOf(table)).flatMap(({ table: child, constraint: name }) => {
		const constraint = child.constraints.find((one) => one.name === name);
		return constraint?.type === "foreignKey" ? [{ table: child, constraint }] : [];
	});
}

const named = ({ schema, name }: Table) => (schema === "public" ? { name } : { schema, name });

/** The same reference to the column that takes the place of the key's. */
function referenceSteps(
	{ table, constraint }: Reference,
	key: readonly string[],
	[column, next]: readonly [string, string],
) {
	const referenced = constraint.referencedColumns.length > 0 ? constraint.referencedColumns : key;
	const text = constraintText({
		...constraint,
		referencedColumns: referenced.map((name) => (name === column ? next : name)),
	});
	if (text === undefined) return undefined;
	const name = makeObjectName(constraint.name, undefined, "new");
	const alter = `ALTER TABLE ${quoteName(named(table))}`;
	const [own, fresh] = [quoteIdentifier(constraint.name), quoteIdentifier(name)];
	return {
		before: addThenValidate(named(table), name, text),
		leave: `${alter} DROP CONSTRAINT ${own};`,
		take: `${alter} RENAME CONSTRAINT ${fresh} TO ${own};`,
	};
}

/** Only what these steps carry over may stand on the column. */
function isPlainKey(table: Table, column: string, catalog: Catalog): boolean {
	const own = table.columns.find(({ name }) => name === column);
	const uses = table.constraints.filter((one) => "columns" in one && one.columns.includes(column));
	const isReadByView = catalog
		.viewsOn(keyOf(table))
		.some(({ dependsOnColumns }) => dependsOnColumns.includes(`${keyOf(table)}.${column}`));
	return (
		table.complete &&
		table.kind === "table" &&
		table.partitionOf === undefined &&
		table.inherits.length === 0 &&
		catalog.childrenOf(keyOf(table)).length === 0 &&
		own?.identity === undefined &&
		own?.generated === undefined &&
		uses.every(({ type }) => type === "primaryKey" || type === "notNull") &&
		!isReadByView
	);
}

/**
 * Returns what gives a table its primary key, and the foreign keys that reference it, over a new column: the index is
 * built and the references are tested beside reads and writes, and all change places in the transaction that changes
 * the names. Undefined where more hangs on the key than that.
 */
export function keyBelongingsOf(
	table: Table,
	place: { readonly column: string; readonly next: string },
	catalog: Catalog,
): KeyBelongings | undefined {
	const { column, next } = place;
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	if (key?.type !== "primaryKey" || !key.columns.includes(column)) return undefined;
	const references = referencesTo(table, catalog);
	const isOrdinary = references.every(
		({ table: child, constraint }) =>
			child.kind === "table" && child.partitionOf === undefined && constraint.validated,
	);
	if (!isPlainKey(table, column, catalog) || !isOrdinary) return undefined;
	if (key.include.length > 0 || key.deferrable || key.withoutOverlaps) return undefined;
	const moved = references.map((one) => referenceSteps(one, key.columns, [column, next]));
	const known = moved.flatMap((one) => one ?? []);
	if (known.length < moved.length) return undefined;
	const target = quoteName(named(table));
	const index = makeObjectName(key.name, undefined, "new");
	const columns = key.columns.map((name) => (name === column ? next : name));
	const locked = [...new Set([table, ...references.map((one) => one.table)].map(keyOf))].flatMap(
		(one) => catalog.tableByKey(one) ?? [],
	);
	return {
		before: [
			{
				title: `Build the index of the key ${key.name} over ${next} while reads and writes go on`,
				sql: `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(index)} ON ${target} (${quoteColumns(columns)});`,
				transaction: "none",
			},
			...known.flatMap(({ before }) => before),
		],
		leave: [
			`LOCK TABLE ${locked.map((one) => quoteName(named(one))).join(", ")} IN ACCESS EXCLUSIVE MODE;`,
			...known.map(({ leave }) => leave),
			`ALTER TABLE ${target} DROP CONSTRAINT ${quoteIdentifier(key.name)};`,
		],
		take: [
			`ALTER TABLE ${target} ADD CONSTRAINT ${quoteIdentifier(key.name)} PRIMARY KEY USING INDEX ${quoteIdentifier(index)};`,
			...known.map(({ take }) => take),
		],
	};
}
