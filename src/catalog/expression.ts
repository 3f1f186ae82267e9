import type { Expression, FromItem, QualifiedName, Query, TypeName } from "../core/expression.ts";

/** Deeper than this a tree is left as it is: no schema needs it, and the stack is finite. */
const deepest = 1500;

/** Returns the direct operands of an expression, without the queries inside it. */
export function operandsOf(expression: Expression): readonly Expression[] {
	switch (expression.kind) {
		case "literal":
		case "column":
		case "parameter":
			return [];
		case "call":
			return expression.arguments;
		case "cast":
		case "collate":
		case "not":
		case "isNull":
			return [expression.operand];
		case "operator":
		case "and":
		case "or":
		case "distinct":
		case "other":
			return expression.operands;
		case "in":
			return [expression.operand, ...expression.list];
		case "between":
			return [expression.operand, expression.low, expression.high];
		case "subquery":
			return expression.operand ? [expression.operand] : [];
	}
}

/** Calls `visit` for an expression and everything in it, the queries inside included. */
export function visitExpression(
	expression: Expression,
	visit: (expression: Expression) => void,
	visitQuery?: (query: Query) => void,
): void {
	const open: Expression[] = [expression];
	for (let next = open.pop(); next; next = open.pop()) {
		visit(next);
		for (const operand of operandsOf(next)) open.push(operand);
		if (next.kind === "subquery") {
			visitQuery?.(next.query);
			for (const inner of expressionsOf(next.query, visitQuery)) open.push(inner);
		}
	}
}

/** Returns the expressions that stand in a query, those of its parts included. */
export function expressionsOf(
	query: Query,
	visitQuery?: (query: Query) => void,
): readonly Expression[] {
	const found: Expression[] = query.targets.map((target) => target.expression);
	const inner = (part: Query) => {
		visitQuery?.(part);
		found.push(...expressionsOf(part, visitQuery));
	};
	const from = (item: FromItem) => {
		if (item.kind === "query") inner(item.query);
		else if (item.kind === "function") found.push(item.call);
		else if (item.kind === "join") {
			from(item.left);
			from(item.right);
			if (item.on) found.push(item.on);
		}
	};
	query.from.forEach(from);
	if (query.where) found.push(query.where);
	if (query.having) found.push(query.having);
	if (query.limit) found.push(query.limit);
	query.values?.forEach((row) => found.push(...row));
	query.combined.forEach(inner);
	for (const cte of query.ctes) if (cte.query) inner(cte.query);
	return found;
}

/** Returns the column names that an expression over one table uses. */
export function columnsIn(expression: Expression): ReadonlySet<string> {
	const names = new Set<string>();
	visitExpression(expression, (inner) => {
		if (inner.kind === "column") names.add(inner.path.at(-1) ?? "");
	});
	return names;
}

/** What to put in the place of the parts of an expression; absent parts stay. */
export interface Replacement {
	readonly expression?: (expression: Expression) => Expression;
	readonly type?: (type: TypeName) => TypeName;
	readonly query?: (query: Query) => Query;
}

/** Returns the expression with its parts replaced from the leaves up; itself when nothing changed. */
export function replaceIn(expression: Expression, replacement: Replacement, depth = 0): Expression {
	if (depth > deepest) return expression;
	const inner = (part: Expression) => replaceIn(part, replacement, depth + 1);
	const changed = replaceOperands(expression, inner, replacement);
	return replacement.expression ? replacement.expression(changed) : changed;
}

function replaceOperands(
	expression: Expression,
	inner: (part: Expression) => Expression,
	replacement: Replacement,
): Expression {
	switch (expression.kind) {
		case "literal":
		case "column":
		case "parameter":
			return expression;
		case "call": {
			const list = mapList(expression.arguments, inner);
			return list === expression.arguments ? expression : { ...expression, arguments: list };
		}
		case "cast": {
			const operand = inner(expression.operand);
			const type = replacement.type ? replacement.type(expression.type) : expression.type;
			if (operand === expression.operand && type === expression.type) return expression;
			return { ...expression, operand, type };
		}
		case "collate":
		case "not":
		case "isNull": {
			const operand = inner(expression.operand);
			return operand === expression.operand ? expression : { ...expression, operand };
		}
		case "operator":
		case "and":
		case "or":
		case "other": {
			const operands = mapList(expression.operands, inner);
			return operands === expression.operands ? expression : { ...expression, operands };
		}
		case "distinct": {
			const [left, right] = expression.operands;
			return { ...expression, operands: [inner(left), inner(right)] };
		}
		case "in": {
			const list = mapList(expression.list, inner);
			return { ...expression, operand: inner(expression.operand), list };
		}
		case "between": {
			const { operand, low, high } = expression;
			return { ...expression, operand: inner(operand), low: inner(low), high: inner(high) };
		}
		case "subquery": {
			const operand = expression.operand && inner(expression.operand);
			const query = replacement.query ? replacement.query(expression.query) : expression.query;
			if (operand === expression.operand && query === expression.query) return expression;
			return { ...expression, ...(operand && { operand }), query };
		}
	}
}

/** Returns the mapped list, or the list itself when no element changed. */
export function mapList<T>(list: readonly T[], change: (element: T) => T): readonly T[] {
	const mapped = list.map(change);
	return mapped.some((element, at) => element !== list[at]) ? mapped : list;
}

/** Returns the expression with a column of its own table renamed. */
export function renameColumnIn(expression: Expression, from: string, to: string): Expression {
	return replaceIn(expression, {
		expression: (inner) =>
			inner.kind === "column" && inner.path.at(-1) === from
				? { ...inner, path: [...inner.path.slice(0, -1), to] }
				: inner,
	});
}

/** True when two names, types, expressions or queries say the same, wherever they stand. */
export function sameMeaning(left: unknown, right: unknown): boolean {
	if (left === right) return true;
	if (typeof left !== "object" || typeof right !== "object" || !left || !right) return false;
	if (Array.isArray(left) !== Array.isArray(right)) return false;
	const ours = Object.entries(left).filter(([name, value]) => counts(name, value));
	const theirs = Object.entries(right).filter(([name, value]) => counts(name, value));
	const others = new Map<string, unknown>(theirs);
	return (
		ours.length === theirs.length &&
		ours.every(([name, value]) => others.has(name) && sameMeaning(value, others.get(name)))
	);
}

function counts(name: string, value: unknown): boolean {
	return name !== "range" && value !== undefined;
}

/** Returns the sequence name that a `nextval` call gives as a constant, as it is written. */
export function nextvalArgument(expression: Expression): string | undefined {
	if (expression.kind !== "call" || expression.function.name !== "nextval") return undefined;
	let argument = expression.arguments[0];
	if (argument?.kind === "cast" && argument.type.name === "regclass") argument = argument.operand;
	return argument?.kind === "literal" && argument.type === "string" ? argument.value : undefined;
}

/** Returns the default that draws from a sequence. */
export function nextvalOf(sequence: QualifiedName): Expression {
	return {
		kind: "call",
		function: { name: "nextval" },
		aggregate: false,
		arguments: [
			{
				kind: "cast",
				type: { name: "regclass", modifiers: [], dimensions: 0 },
				operand: { kind: "literal", type: "string", value: writeName(sequence) },
			},
		],
	};
}

/** Returns a name as SQL writes it. */
export function writeName(name: QualifiedName): string {
	const quoted = (part: string) =>
		/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
	return name.schema === undefined
		? quoted(name.name)
		: `${quoted(name.schema)}.${quoted(name.name)}`;
}

/** Returns the name that a text such as `public."Orders_id_seq"` says. */
export function readName(text: string): QualifiedName | undefined {
	const parts = [...text.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map((match) =>
		match[1] !== undefined ? match[1].replaceAll('""', '"') : (match[2] ?? "").trim().toLowerCase(),
	);
	const name = parts.at(-1);
	if (name === undefined) return undefined;
	const schema = parts.at(-2);
	return schema === undefined ? { name } : { schema, name };
}
