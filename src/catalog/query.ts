import type { Expression, FromItem, Query, TypeName } from "../core/expression.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import { operandsOf } from "./expression.ts";
import type { Key, Table } from "./model.ts";
import { figureColumnName } from "./naming.ts";
import { typeOf } from "./result-type.ts";

/** A column that a query gives. */
export interface OutputColumn {
	readonly name: string;
	readonly type?: TypeName;
	/** Of a column that a query hands on: schema.table.column of the relation it comes from. */
	readonly base?: string;
}

/** What FROM gives to a query under one name; columns are undefined where they cannot be told. */
export interface Source {
	readonly alias: string;
	readonly key?: Key;
	readonly columns: readonly OutputColumn[] | undefined;
}

/** The names that a query sees: its own sources first, then those of the queries around it. */
export interface Scope {
	readonly catalog: Catalog;
	readonly sources: readonly Source[];
	readonly ctes: ReadonlyMap<string, readonly OutputColumn[] | undefined>;
	/** Columns that JOIN ... USING and NATURAL JOIN made one. */
	readonly merged: readonly string[];
	readonly outer?: Scope;
}

export interface Found {
	readonly source: Source;
	readonly column: OutputColumn;
}

/** What a query reads and gives. */
export interface QueryReading {
	readonly relations: readonly Key[];
	/** schema.table.column */
	readonly columns: readonly string[];
	/** Undefined where the names of the columns cannot be told. */
	readonly output: readonly OutputColumn[] | undefined;
}

/**
 * Returns what a query reads and which columns it gives. With `stars` "left out" the columns that it
 * reads are those it names, not those that a `*` stands for.
 */
export function readQuery(
	catalog: Catalog,
	query: Query,
	stars: "expanded" | "left out" = "expanded",
): QueryReading {
	const relations = new Set<Key>();
	const columns = new Set<string>();
	const scope: Scope = { catalog, sources: [], ctes: new Map(), merged: [] };
	const output = analyze(query, scope, { relations, columns, stars });
	return { relations: [...relations], columns: [...columns], output };
}

/** Returns the columns (schema.table.column) that an expression over a table reads. */
export function columnsReadBy(
	catalog: Catalog,
	expression: Expression,
	table: Table,
): ReadonlySet<string> {
	const uses = { relations: new Set<Key>(), columns: new Set<string>() };
	const source = relationSource(catalog, keyOf(table), table.name);
	analyzeExpression(expression, { catalog, sources: [source], ctes: new Map(), merged: [] }, uses);
	return uses.columns;
}

interface Uses {
	readonly relations: Set<Key>;
	readonly columns: Set<string>;
	/** Whether a `*` reads the columns that it stands for; it does by default. */
	readonly stars?: "expanded" | "left out";
}

function analyze(query: Query, outer: Scope, uses: Uses): readonly OutputColumn[] | undefined {
	const scope = scopeOf(query, outer, uses);
	const inner = (expression: Expression | undefined) => {
		if (expression) analyzeExpression(expression, scope, uses);
	};
	query.targets.forEach((target) => {
		inner(target.expression);
	});
	[query.where, query.having, query.limit].forEach(inner);
	query.values?.flat().forEach(inner);
	const combined = query.combined.map((part) => analyze(part, scope, uses));
	if (query.combined.length > 0) return combineOutputs(combined);
	return query.values ? valuesOutput(query.values, scope) : outputOf(query, scope);
}

/** Returns the scope of a query's expressions, with what its FROM and WITH read noted. */
function scopeOf(query: Query, outer: Scope, uses: Uses): Scope {
	const ctes = new Map(outer.ctes);
	const { catalog } = outer;
	for (const cte of query.ctes) {
		// A recursive entry sees itself; what it gives is not known yet then.
		ctes.set(cte.name, undefined);
		if (!cte.query) continue;
		ctes.set(cte.name, analyze(cte.query, { catalog, sources: [], ctes, merged: [], outer }, uses));
	}
	const before: Scope = { catalog, sources: [], ctes, merged: [], outer };
	const sources: Source[] = [];
	const conditions: Expression[] = [];
	for (const item of query.from) addSources(item, before, uses, sources, conditions);
	const scope: Scope = { catalog, sources, ctes, merged: mergedIn(conditions, sources), outer };
	for (const condition of conditions) analyzeExpression(condition, scope, uses);
	return scope;
}

/** Returns the scope that the expressions of a query see. */
export function scopeOfQuery(query: Query, outer: Scope): Scope {
	return scopeOf(query, outer, { relations: new Set(), columns: new Set() });
}

function mergedIn(
	conditions: readonly Expression[],
	sources: readonly Source[],
): readonly string[] {
	const merged = new Set<string>();
	for (const condition of conditions) {
		if (condition.kind !== "other") continue;
		if (condition.what === "using") {
			for (const column of condition.operands) {
				if (column.kind === "column") merged.add(column.path[0] ?? "");
			}
		} else if (condition.what === "natural") {
			const seen = new Set<string>();
			for (const { name } of sources.flatMap(({ columns }) => columns ?? [])) {
				if (seen.has(name)) merged.add(name);
				seen.add(name);
			}
		}
	}
	return [...merged];
}

function addSources(
	item: FromItem,
	scope: Scope,
	uses: Uses,
	sources: Source[],
	conditions: Expression[],
): void {
	switch (item.kind) {
		case "join":
			addSources(item.left, scope, uses, sources, conditions);
			addSources(item.right, scope, uses, sources, conditions);
			if (item.on) conditions.push(item.on);
			return;
		case "table": {
			const { schema, name } = item.name;
			const alias = item.alias ?? name;
			if (schema === undefined && scope.ctes.has(name)) {
				sources.push({ alias, columns: scope.ctes.get(name) });
				return;
			}
			const key = scope.catalog.resolve(item.name);
			uses.relations.add(key);
			sources.push(relationSource(scope.catalog, key, alias));
			return;
		}
		case "query": {
			// A lateral one sees the sources before it.
			const inner = { ...scope, sources: [...sources] };
			sources.push({ alias: item.alias ?? "", columns: analyze(item.query, inner, uses) });
			return;
		}
		case "function":
			conditions.push(item.call);
			sources.push({ alias: item.alias ?? figureColumnName(item.call) ?? "", columns: undefined });
	}
}

/** Returns what a table or view gives under a name. */
export function relationSource(catalog: Catalog, key: Key, alias: string): Source {
	const table = catalog.tableByKey(key);
	if (table) return { alias, key, columns: table.complete ? table.columns : undefined };
	const view = catalog.viewByKey(key);
	if (!view) return { alias, key, columns: undefined };
	const types = readQuery(catalog, view.query).output;
	const known = view.columns.length > 0 ? view.columns : types?.map(({ name }) => name);
	const columns = known?.map((name, at): OutputColumn => {
		const type = types?.[at]?.type;
		return { name, ...(type && { type }) };
	});
	return { alias, key, columns };
}

/** Returns schema.table.column of the relation that a column comes from. */
export function baseOf({ source, column }: Found): string | undefined {
	return source.key === undefined ? column.base : `${source.key}.${column.name}`;
}

function analyzeExpression(expression: Expression, scope: Scope, uses: Uses): void {
	const open: Expression[] = [expression];
	for (let next = open.pop(); next; next = open.pop()) {
		if (next.kind === "column") {
			if (uses.stars === "left out" && next.path.at(-1) === "*") continue;
			for (const base of basesOf(next.path, scope)) uses.columns.add(base);
		} else if (next.kind === "subquery") {
			analyze(next.query, scope, uses);
			if (next.operand) open.push(next.operand);
		} else open.push(...operandsOf(next));
	}
}

function basesOf(path: readonly string[], scope: Scope): readonly string[] {
	if (path.at(-1) !== "*") {
		const found = findColumn(path, scope);
		const base = found && baseOf(found);
		return base === undefined ? [] : [base];
	}
	return (expandStar(path, scope) ?? []).flatMap((found) => baseOf(found) ?? []);
}

/** Returns the columns of `*` or `t.*`; undefined where they cannot be told. */
export function expandStar(path: readonly string[], scope: Scope): readonly Found[] | undefined {
	const found: Found[] = [];
	for (const source of scope.sources) {
		if (path.length > 1 && !isNamed(source, path.slice(0, -1))) continue;
		if (!source.columns) return undefined;
		for (const column of source.columns) found.push({ source, column });
	}
	if (path.length > 1 || scope.merged.length === 0) return found;
	const first = scope.merged.flatMap(
		(name) => found.find(({ column }) => column.name === name) ?? [],
	);
	return [...first, ...found.filter(({ column }) => !scope.merged.includes(column.name))];
}

function isNamed(source: Source, qualifier: readonly string[]): boolean {
	const alias = qualifier.at(-1);
	const schema = qualifier.at(-2);
	return source.alias === alias && (schema === undefined || source.key === `${schema}.${alias}`);
}

/** Returns where a column comes from. A column of the one source that is not known is taken to be in it. */
export function findColumn(path: readonly string[], scope: Scope): Found | undefined {
	const name = path.at(-1) ?? "";
	const candidates =
		path.length > 1
			? scope.sources.filter((source) => isNamed(source, path.slice(0, -1)))
			: scope.sources;
	for (const source of candidates) {
		const column = source.columns?.find((own) => own.name === name);
		if (column) return { source, column };
	}
	const unknown = candidates.filter((source) => !source.columns);
	const [only] = unknown;
	if (only && unknown.length === 1) {
		const stub = only.key === undefined ? undefined : scope.catalog.tableByKey(only.key);
		const known = stub?.columns.find((column) => column.name === name);
		return { source: only, column: known ?? { name } };
	}
	return scope.outer && unknown.length === 0 ? findColumn(path, scope.outer) : undefined;
}

function outputOf(query: Query, scope: Scope): readonly OutputColumn[] | undefined {
	const output: OutputColumn[] = [];
	for (const { expression, alias } of query.targets) {
		if (expression.kind === "column" && expression.path.at(-1) === "*") {
			const star = expandStar(expression.path, scope);
			if (!star) return undefined;
			for (const found of star) {
				const base = baseOf(found);
				output.push({ ...found.column, ...(base !== undefined && { base }) });
			}
			continue;
		}
		const type = typeOf(expression, scope);
		output.push({
			name: alias ?? figureColumnName(expression) ?? "?column?",
			...(type && { type }),
		});
	}
	return output;
}

function valuesOutput(
	rows: readonly (readonly Expression[])[],
	scope: Scope,
): readonly OutputColumn[] {
	return (rows[0] ?? []).map((expression, at) => {
		const type = typeOf(expression, scope);
		return { name: `column${at + 1}`, ...(type && { type }) };
	});
}

/** A type is known where both sides agree. */
function combineOutputs(
	parts: readonly (readonly OutputColumn[] | undefined)[],
): readonly OutputColumn[] | undefined {
	const [first, ...rest] = parts;
	return first?.map(({ name, type }, at) => {
		const agreed =
			type && rest.every((part) => part?.[at]?.type?.name === type.name) ? type : undefined;
		return { name, ...(agreed && { type: agreed }) };
	});
}
