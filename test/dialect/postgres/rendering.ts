import type { PlaceholderStyle, Reading } from "../../../src/core/dialect.ts";
import type { Expression, FromItem, Query, TypeName } from "../../../src/core/expression.ts";
import type { Operation } from "../../../src/core/operation.ts";
import type { Range } from "../../../src/core/source.ts";
import type { Reached, StatementPart } from "../../../src/core/statement.ts";
import { readPostgres } from "../../../src/dialect/postgres/reader.ts";

export function read(text: string, placeholders: readonly PlaceholderStyle[] = []): Reading {
	return readPostgres({ path: "migration.sql", text }, { placeholders });
}

/** The operations of every statement, those of bodies too. */
export function operationsIn(text: string): readonly Operation[] {
	return read(text).statements.flatMap(({ parts }) => parts.flatMap((part) => part.operations));
}

/** The expression of `SELECT <text>` in a compact form of Lisp. */
export function expressionOf(text: string): string {
	const [operation] = operationsIn(`SELECT ${text}`);
	if (operation?.kind !== "select") throw new Error(`not read: ${text}`);
	return operation.query.targets.map(({ expression }) => render(expression)).join(", ");
}

export function render(expression: Expression): string {
	const list = (operands: readonly Expression[]): string => operands.map(render).join(" ");
	switch (expression.kind) {
		case "literal":
			return expression.type === "string" ? `'${expression.value}'` : expression.value;
		case "column":
			return expression.path.join(".");
		case "parameter":
			return expression.name;
		case "call": {
			const { schema, name } = expression.function;
			const called = schema === undefined ? name : `${schema}.${name}`;
			const mark = expression.aggregate ? "!" : "";
			return `${called}${mark}(${expression.arguments.map(render).join(", ")})`;
		}
		case "cast":
			return `(cast ${render(expression.operand)} ${renderType(expression.type)})`;
		case "collate":
			return `(collate ${render(expression.operand)} ${expression.collation.name})`;
		case "operator":
			return `(${expression.operator} ${list(expression.operands)})`;
		case "and":
		case "or":
			return `(${expression.kind} ${list(expression.operands)})`;
		case "not":
			return `(not ${render(expression.operand)})`;
		case "isNull":
			return `(${expression.negated ? "isNotNull" : "isNull"} ${render(expression.operand)})`;
		case "distinct":
			return `(${expression.negated ? "notDistinct" : "distinct"} ${list(expression.operands)})`;
		case "in":
			return `(${expression.negated ? "notIn" : "in"} ${list([expression.operand, ...expression.list])})`;
		case "between": {
			const { negated, operand, low, high } = expression;
			return `(${negated ? "notBetween" : "between"} ${list([operand, low, high])})`;
		}
		case "subquery": {
			const { form, operator = "", operand, query } = expression;
			const compared = operand ? `${render(operand)} ` : "";
			return `(${form}${operator} ${compared}${renderQuery(query)})`;
		}
		case "other":
			return `<${[expression.what, ...expression.operands.map(render)].join(" ")}>`;
	}
}

export function renderType({ schema, name, modifiers, dimensions }: TypeName): string {
	const qualified = schema === undefined ? name : `${schema}.${name}`;
	const inside = modifiers.length > 0 ? `(${modifiers.join(",")})` : "";
	return qualified + inside + "[]".repeat(dimensions);
}

export function renderQuery(query: Query): string {
	const clauses = [
		...query.ctes.map(
			(table) => `with ${table.name}${table.operation ? ` ${table.operation.kind}` : ""}`,
		),
		...query.targets.map(({ expression, alias }) =>
			alias === undefined ? render(expression) : `${render(expression)} as ${alias}`,
		),
		...(query.values ?? []).map((row) => `row ${row.map(render).join(" ")}`),
		...(query.from.length > 0 ? [`from ${query.from.map(renderItem).join(" ")}`] : []),
		...(query.where ? [`where ${render(query.where)}`] : []),
		...(query.grouped ? ["grouped"] : []),
		...(query.having ? [`having ${render(query.having)}`] : []),
		...query.combined.map(renderQuery),
		...(query.limit ? [`limit ${render(query.limit)}`] : []),
		...(query.locking ? [`for ${query.locking}`] : []),
	];
	return `{${clauses.join("; ")}}`;
}

function renderItem(item: FromItem): string {
	switch (item.kind) {
		case "table":
			return [item.name.schema, item.name.name].filter(Boolean).join(".") + aliasOf(item.alias);
		case "query":
			return renderQuery(item.query) + aliasOf(item.alias);
		case "function":
			return render(item.call) + aliasOf(item.alias);
		case "join": {
			const on = item.on ? ` on ${render(item.on)}` : "";
			return `(${item.type} ${renderItem(item.left)} ${renderItem(item.right)}${on})`;
		}
	}
}

function aliasOf(alias: string | undefined): string {
	return alias === undefined ? "" : ` ${alias}`;
}

/** One line for each part of a body: how it is reached, what it does, and the place in the file. */
export function bodyOf(text: string): string {
	const [statement] = read(text).statements;
	if (statement?.unread) return statement.unread.message;
	const [first, ...rest] = statement?.parts ?? [];
	const [operation] = first?.operations ?? [];
	const parts = operation?.kind === "createFunction" ? operation.body : rest;
	return parts.map((part) => renderPart(part, text)).join("\n");
}

function renderPart({ operations, range, reached }: StatementPart, text: string): string {
	const done = operations.map((operation) => summary(operation)).join(", ");
	return `${how(reached)} ${done} <- ${cut(text, range)}`;
}

function summary(operation: Operation): string {
	if (operation.kind === "unanalyzable") return `unanalyzable: ${operation.reason}`;
	const name =
		"table" in operation && typeof operation.table === "object"
			? [operation.table.schema, operation.table.name].filter(Boolean).join(".")
			: "";
	return name === "" ? operation.kind : `${operation.kind} ${name}`;
}

function how(reached: Reached | undefined): string {
	if (!reached) return "direct";
	const { via, conditional, loop } = reached;
	const words = [
		via,
		...(conditional ? ["if"] : []),
		...(loop ? ["loop"] : []),
		...(loop?.commits ? ["commits"] : []),
	];
	return words.join("+");
}

export function cut(text: string, { start, end }: Range): string {
	return text.slice(start, end).replace(/\s+/g, " ");
}
