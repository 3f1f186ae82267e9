import type {
	CommonTable,
	Expression,
	FromItem,
	QualifiedName,
	Query,
} from "../core/expression.ts";
import type { OperationOf } from "../core/operation.ts";
import { isAggregate, isBatchSize, isConstant } from "./batch-size.ts";
import type { Catalog } from "./catalog.ts";
import { conditionsOf, isAlways, type Condition } from "./conditions.ts";
import { fixedColumns, type Source, type Sources } from "./fixed-columns.ts";
import { uniqueKeysOf } from "./unique-keys.ts";

export type DataChange = OperationOf<"insert" | "update" | "delete" | "merge">;

/**
 * How many rows a data change can touch. `bounded`: those that the statement names, or one batch.
 * `filtered`: a part that nobody can tell beforehand. `whole`: every row.
 */
export type Extent = "bounded" | "filtered" | "whole";

/** Where a data change stands. */
export interface ChangeScope {
	readonly catalog: Catalog;
	/** True for a relation that is known to have few rows. */
	isSmall(relation: QualifiedName): boolean;
	/** True for a column that is NULL in every row: the release has added it and filled it nowhere. */
	isUnfilled(table: QualifiedName, column: string): boolean;
	/** WITH entries of the statement that the change is part of. */
	readonly commonTables: readonly CommonTable[];
	/** In a DO block or function a name that is no column is a variable: one value. */
	readonly inBody: boolean;
}

/** Returns how many rows of its table the change can touch, as far as the catalog proves it. */
export function extentOf(change: DataChange, scope: ChangeScope): Extent {
	const inner = { ...scope, commonTables: [...change.ctes, ...scope.commonTables] };
	switch (change.kind) {
		case "insert":
			return change.source.kind === "query" ? extentOfQuery(change.source.query, inner) : "bounded";
		case "update":
			return extentOfTarget(change, change.from, inner);
		case "delete":
			return extentOfTarget(change, change.using, inner);
		case "merge":
			return extentOfMerge(change, inner);
	}
}

function extentOfTarget(
	change: OperationOf<"update" | "delete">,
	from: readonly FromItem[],
	scope: ChangeScope,
): Extent {
	if (change.limit && isBatchSize(change.limit)) return "bounded";
	const target = targetOf(change);
	const conditions = conditionsOf(change.where, from);
	if (conditions.some(({ expression }) => isAlways(expression, false))) return "bounded";
	if (smallSources([target, ...sourcesIn(from, scope)], conditions, scope).has(target.alias)) {
		return "bounded";
	}
	const filters = conditions.filter(
		({ expression }) => !isAlways(expression, true) && !findsNoValue(expression, target, scope),
	);
	return filters.length === 0 ? "whole" : "filtered";
}

/** True for IS NULL of a column that is NULL in every row. */
function findsNoValue(
	condition: Expression,
	{ table, alias }: Source,
	scope: ChangeScope,
): boolean {
	if (condition.kind !== "isNull" || condition.negated || !table) return false;
	if (condition.operand.kind !== "column") return false;
	const { path } = condition.operand;
	const [qualifier, column] = [path.at(-2), path.at(-1)];
	if (column === undefined || (qualifier !== undefined && qualifier !== alias)) return false;
	return scope.isUnfilled(table, column);
}

function extentOfMerge(merge: OperationOf<"merge">, scope: ChangeScope): Extent {
	const using = sourcesIn([merge.using], scope);
	const sourceIsSmall = using.every(({ small }) => small);
	const touchesTarget = merge.actions.some((action) => action === "update" || action === "delete");
	if (!touchesTarget) return sourceIsSmall ? "bounded" : "filtered";
	const target = targetOf(merge);
	const small = smallSources([target, ...using], conditionsOf(merge.on, [merge.using]), scope);
	return sourceIsSmall && small.has(target.alias) ? "bounded" : "filtered";
}

function targetOf(change: { readonly table: QualifiedName; readonly alias?: string }): Source {
	return { alias: change.alias ?? change.table.name, small: false, table: change.table };
}

/** Returns how many rows of its sources a query can give. */
export function extentOfQuery(query: Query, scope: ChangeScope): Extent {
	const inner = { ...scope, commonTables: [...query.ctes, ...scope.commonTables] };
	if (query.limit && isBatchSize(query.limit)) return "bounded";
	if (query.values) return "bounded";
	if (query.combined.length > 0) {
		const sides = query.combined.map((side) => extentOfQuery(side, inner));
		if (sides.includes("whole")) return "whole";
		return sides.includes("filtered") ? "filtered" : "bounded";
	}
	const conditions = conditionsOf(query.where, query.from);
	if (conditions.some(({ expression }) => isAlways(expression, false))) return "bounded";
	if (!query.grouped && query.targets.some(({ expression }) => isAggregate(expression))) {
		return "bounded";
	}
	const sources = sourcesIn(query.from, inner);
	const small = smallSources(sources, conditions, inner);
	if (sources.every(({ alias }) => small.has(alias))) return "bounded";
	return query.grouped || conditions.length > 0 ? "filtered" : "whole";
}

function sourcesIn(from: readonly FromItem[], scope: ChangeScope): readonly Source[] {
	return from.flatMap((item) => sourcesOf(item, scope));
}

function sourcesOf(item: FromItem, scope: ChangeScope): readonly Source[] {
	switch (item.kind) {
		case "table":
			return [sourceOfTable(item.name, item.alias, scope)];
		case "query":
			return [{ alias: item.alias ?? "", small: extentOfQuery(item.query, scope) === "bounded" }];
		case "function":
			return [{ alias: item.alias ?? "", small: isConstant(item.call) }];
		case "join":
			return [...sourcesOf(item.left, scope), ...sourcesOf(item.right, scope)];
	}
}

function sourceOfTable(name: QualifiedName, alias: string | undefined, scope: ChangeScope): Source {
	const at = scope.commonTables.findIndex((entry) => entry.name === name.name);
	const entry = name.schema === undefined ? scope.commonTables[at] : undefined;
	if (!entry) return { alias: alias ?? name.name, small: scope.isSmall(name), table: name };
	// An entry sees those before it only, so a recursive one ends here.
	const before = { ...scope, commonTables: scope.commonTables.filter((_, index) => index !== at) };
	return { alias: alias ?? name.name, small: isSmallEntry(entry, before) };
}

function isSmallEntry({ query, operation }: CommonTable, scope: ChangeScope): boolean {
	if (query) return extentOfQuery(query, scope) === "bounded";
	switch (operation?.kind) {
		case "insert":
		case "update":
		case "delete":
		case "merge":
			return extentOf(operation, scope) === "bounded";
		default:
			return false;
	}
}

/** Sources that give few rows: small by themselves, or met by a unique key of fixed values. */
function smallSources(
	list: readonly Source[],
	conditions: readonly Condition[],
	scope: ChangeScope,
): ReadonlySet<string> {
	const small = new Set(list.filter((source) => source.small).map(({ alias }) => alias));
	const { catalog, inBody } = scope;
	const givesFew = (query: Query): boolean => extentOfQuery(query, scope) === "bounded";
	const sources: Sources = { list, catalog, inBody, givesFew, small };
	for (let before = -1; before < small.size;) {
		before = small.size;
		for (const source of list) {
			if (small.has(source.alias) || !source.table) continue;
			const usable = conditions.filter(({ about }) => about?.has(source.alias) ?? true);
			const fixed = fixedColumns(
				source,
				usable.map(({ expression }) => expression),
				sources,
			);
			const keys = [["ctid"], ...uniqueKeysOf(catalog.table(source.table))];
			if (keys.some((key) => key.every((column) => fixed.has(column)))) small.add(source.alias);
		}
	}
	return small;
}
