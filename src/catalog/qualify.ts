import type { Expression, FromItem, QualifiedName, Query, TypeName } from "../core/expression.ts";
import { mapList, nextvalArgument, nextvalOf, readName, replaceIn } from "./expression.ts";
import type { MutableCatalog } from "./mutable.ts";

/**
 * The server keeps the objects that a statement names, not the names: a later change of the search
 * path or a rename does not touch them. So names are given their schema when they come in.
 */
export function qualifyName(catalog: MutableCatalog, name: QualifiedName): QualifiedName {
	return name.schema === undefined ? { ...name, ...catalog.place(name) } : name;
}

/** Returns the type with its schema when it is a user's type that the catalog knows. */
export function qualifyType(catalog: MutableCatalog, type: TypeName): TypeName {
	if (type.schema === "pg_catalog") {
		const { schema: _server, ...rest } = type;
		return rest;
	}
	if (type.schema !== undefined) return type;
	const schema = catalog.schemaOfType(type.name);
	return schema === undefined ? type : { ...type, schema };
}

/** Returns the expression with the schemas of its types, sequences and the relations of subqueries. */
export function qualifyExpression(catalog: MutableCatalog, expression: Expression): Expression {
	return replaceIn(expression, {
		type: (type) => qualifyType(catalog, type),
		query: (query) => qualifyQuery(catalog, query, new Set()),
		expression: (inner) => qualifySequence(catalog, inner),
	});
}

function qualifySequence(catalog: MutableCatalog, expression: Expression): Expression {
	const argument = nextvalArgument(expression);
	const name = argument === undefined ? undefined : readName(argument);
	if (name?.schema !== undefined || name === undefined) return expression;
	return nextvalOf(qualifyName(catalog, name));
}

/** Returns the query with the schemas of its relations; names of WITH entries stay bare. */
export function qualifyQuery(
	catalog: MutableCatalog,
	query: Query,
	known: ReadonlySet<string>,
): Query {
	const ctes = query.ctes.map((cte) => cte.name);
	const names = ctes.length === 0 ? known : new Set([...known, ...ctes]);
	return replaceInQuery(query, {
		type: (type) => qualifyType(catalog, type),
		query: (inner) => qualifyQuery(catalog, inner, names),
		expression: (inner) => qualifySequence(catalog, inner),
		table: (item) =>
			item.name.schema === undefined && names.has(item.name.name)
				? item
				: { ...item, name: qualifyName(catalog, item.name) },
	});
}

export type FromTable = Extract<FromItem, { readonly kind: "table" }>;

/** What to put in the place of the parts of a query. `query` is called for the queries inside it. */
export interface QueryReplacement {
	readonly expression: (expression: Expression) => Expression;
	readonly type: (type: TypeName) => TypeName;
	readonly query: (query: Query) => Query;
	readonly table: (item: FromTable) => FromItem;
}

/** Returns the query with its parts replaced; statements that change data in WITH entries stay. */
export function replaceInQuery(query: Query, replacement: QueryReplacement): Query {
	const inner = (expression: Expression) => replaceIn(expression, replacement);
	return {
		...query,
		targets: mapList(query.targets, (target) => {
			const expression = inner(target.expression);
			return expression === target.expression ? target : { ...target, expression };
		}),
		from: mapList(query.from, (item) => replaceInFrom(item, replacement)),
		...(query.where && { where: inner(query.where) }),
		...(query.having && { having: inner(query.having) }),
		...(query.limit && { limit: inner(query.limit) }),
		...(query.values && { values: query.values.map((row) => row.map(inner)) }),
		combined: mapList(query.combined, replacement.query),
		ctes: mapList(query.ctes, (cte) =>
			cte.query ? { ...cte, query: replacement.query(cte.query) } : cte,
		),
	};
}

function replaceInFrom(item: FromItem, replacement: QueryReplacement): FromItem {
	switch (item.kind) {
		case "table":
			return replacement.table(item);
		case "query":
			return { ...item, query: replacement.query(item.query) };
		case "function":
			return { ...item, call: replaceIn(item.call, replacement) };
		case "join":
			return {
				...item,
				left: replaceInFrom(item.left, replacement),
				right: replaceInFrom(item.right, replacement),
				...(item.on && { on: replaceIn(item.on, replacement) }),
			};
	}
}
