import type {
	From,
	FromTable,
	SelectFromStatement,
	SelectFromUnion,
	SelectStatement,
	WithRecursiveStatement,
	WithStatement,
	WithStatementBinding,
} from "pgsql-ast-parser";
import type { CommonTable, FromItem, Query } from "../../../core/expression.ts";
import { lowerDataStatement } from "./data.ts";
import { lowerExpression, lowerExpressions, other } from "./expression.ts";
import { identifier, lowerName, nameOf } from "./name.ts";
import type { PortableSource } from "./source.ts";
import { Unreadable } from "./unreadable.ts";

const emptyQuery: Query = { targets: [], from: [], grouped: false, combined: [], ctes: [] };

/** Returns the query of SELECT, VALUES, UNION or WITH. */
export function lowerQuery(node: SelectStatement, source: PortableSource): Query {
	switch (node.type) {
		case "select":
			return lowerSelect(node, source);
		case "values":
			return { ...emptyQuery, values: lowerRows(node.values, source) };
		case "union":
		case "union all":
			return lowerUnion(node, source);
		case "with":
		case "with recursive": {
			const query = node.in;
			if (!isQuery(query)) throw new Unreadable("a query was expected after WITH");
			const inner = lowerQuery(query, source);
			if (inner.ctes.length > 0) throw new Unreadable("WITH stands in a row");
			return { ...inner, ctes: lowerCommonTables(node, source) };
		}
	}
}

/** The rows of VALUES. */
export function lowerRows(
	rows: Extract<SelectStatement, { type: "values" }>["values"],
	source: PortableSource,
) {
	return rows.map((row) => lowerExpressions(row, source));
}

function isQuery(node: WithStatementBinding): node is SelectStatement {
	return node.type !== "insert" && node.type !== "update" && node.type !== "delete";
}

/** The tables of a WITH; one that changes data carries its operation. */
export function lowerCommonTables(
	node: WithStatement | WithRecursiveStatement,
	source: PortableSource,
): readonly CommonTable[] {
	if (node.type === "with recursive") {
		return [{ name: nameOf(node.alias, source), query: lowerQuery(node.bind, source) }];
	}
	return node.bind.map(({ alias, statement }) => {
		const name = nameOf(alias, source);
		if (isQuery(statement)) return { name, query: lowerQuery(statement, source) };
		const operation = lowerDataStatement(statement, source, source.firstTokenOf(alias));
		return { name, operation };
	});
}

const locking = {
	update: "update",
	"no key update": "noKeyUpdate",
	share: "share",
	"key share": "keyShare",
} as const;

function lowerSelect(select: SelectFromStatement, source: PortableSource): Query {
	const { columns, from, where, having, groupBy, limit } = select;
	return {
		targets: (columns ?? []).map(({ expr, alias }) => {
			const expression = lowerExpression(expr, source);
			return alias ? { expression, alias: nameOf(alias, source) } : { expression };
		}),
		from: lowerFrom(from ?? [], source),
		...(where ? { where: lowerExpression(where, source) } : {}),
		...(having ? { having: lowerExpression(having, source) } : {}),
		grouped: groupBy !== undefined && groupBy !== null,
		...(limit?.limit ? { limit: lowerExpression(limit.limit, source) } : {}),
		combined: [],
		ctes: [],
		...(select.for ? { locking: locking[select.for.type] } : {}),
	};
}

/** A chain of UNIONs leans to the right here, to the left for the server: it becomes one flat list. */
function lowerUnion(union: SelectFromUnion, source: PortableSource): Query {
	const sides: SelectStatement[] = [];
	let last: SelectStatement = union;
	while (isUnion(last) && (last === union || !source.isParenthesised(last))) {
		sides.push(last.left);
		last = last.right;
	}
	for (const side of sides) {
		if (hasTail(side) && !source.isParenthesised(side)) {
			throw new Unreadable("only the last SELECT of a UNION has ORDER BY or LIMIT");
		}
	}
	const combined = sides.flatMap((side, index) => {
		const query = lowerQuery(side, source);
		return index === 0 && isPlainUnion(query) ? query.combined : [query];
	});
	const open = !source.isParenthesised(last);
	if (open && (last.type === "with" || last.type === "with recursive")) {
		throw new Unreadable("WITH stands inside of a UNION");
	}
	const query = lowerQuery(last, source);
	if (!open) return { ...emptyQuery, combined: [...combined, query] };
	// LIMIT and FOR at the end belong to the whole.
	const { limit, locking: locked, ...own } = query;
	return {
		...emptyQuery,
		...(limit ? { limit } : {}),
		combined: [...combined, own],
		...(locked ? { locking: locked } : {}),
	};
}

function isUnion(node: SelectStatement): node is SelectFromUnion {
	return node.type === "union" || node.type === "union all";
}

function hasTail(node: SelectStatement): boolean {
	return node.type === "select" && Boolean(node.limit ?? node.orderBy ?? node.for);
}

function isPlainUnion({ combined, ctes, limit, locking: locked }: Query): boolean {
	return combined.length > 0 && ctes.length === 0 && !limit && !locked;
}

/** The items of FROM: a joined one continues the item before it. */
export function lowerFrom(items: readonly From[], source: PortableSource): readonly FromItem[] {
	const lowered: FromItem[] = [];
	for (const item of items) {
		const right = lowerFromItem(item, source);
		if (!item.join) {
			lowered.push(right);
			continue;
		}
		const left = lowered.pop();
		if (!left) throw new Unreadable("a JOIN has no left side");
		lowered.push(lowerJoin(item.join, left, right, source));
	}
	return lowered;
}

function lowerFromItem(item: From, source: PortableSource): FromItem {
	switch (item.type) {
		case "table":
			return {
				kind: "table",
				name: lowerName(item.name, source),
				...aliasOf(item.name.alias, source),
			};
		case "statement":
			return {
				kind: "query",
				query: lowerQuery(item.statement, source),
				...aliasOf(item.alias, source),
			};
		case "call":
			return {
				kind: "function",
				call: lowerExpression(item, source),
				...aliasOf(item.alias?.name, source),
			};
	}
}

function aliasOf(alias: FromTable["name"]["alias"], source: PortableSource) {
	return alias === undefined ? {} : { alias: identifier(alias, source) };
}

const joinTypes = {
	"INNER JOIN": "inner",
	"LEFT JOIN": "left",
	"RIGHT JOIN": "right",
	"FULL JOIN": "full",
	"CROSS JOIN": "cross",
} as const;

function lowerJoin(
	join: NonNullable<From["join"]>,
	left: FromItem,
	right: FromItem,
	source: PortableSource,
): FromItem {
	const type = joinTypes[join.type];
	const using = join.using?.map((name) => {
		return { kind: "column", path: [nameOf(name, source)] } as const;
	});
	const on = join.on ? lowerExpression(join.on, source) : using && other("using", using);
	if ((type === "cross") === (on !== undefined)) throw new Unreadable("a JOIN has no condition");
	return { kind: "join", type, left, right, ...(on ? { on } : {}) };
}
