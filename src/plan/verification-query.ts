import type { DataChange } from "../catalog/bounds.ts";
import { columnsIn } from "../catalog/expression.ts";
import { callsIn } from "../core/engine/expressions.ts";
import type { DialectId } from "../core/dialect.ts";
import type { Expression, QualifiedName } from "../core/expression.ts";
import type { OperationOf } from "../core/operation.ts";
import * as mysql from "../dialect/mysql/quote.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";

/** A verification query as the directive and its comment spell it. */
export interface VerificationText {
	readonly name: string;
	readonly sql: string;
}

/**
 * Returns a query that is true when the change has reached all of its rows, as far as it can be told. In
 * a body the conditions may hold variables, which mean nothing outside of it.
 */
export function verificationFor(
	change: DataChange,
	inBody: boolean,
	dialect: DialectId = "postgres",
): VerificationText {
	const { name } = change.table;
	const words = dialect === "mysql" || dialect === "mariadb" ? mysqlWords : postgresWords;
	switch (change.kind) {
		case "update":
			return {
				name: `${name}_${change.set[0]?.column ?? "rows"}_filled`,
				sql: noRowIn(change.table, wrongAfterUpdate(change, inBody, words), words),
			};
		case "delete":
			return {
				name: `${name}_rows_gone`,
				sql: noRowIn(change.table, wrongAfterDelete(change, inBody, words), words),
			};
		case "insert":
		case "merge":
			return {
				name: `${name}_rows_there`,
				sql: `SELECT NOT EXISTS (SELECT 1 FROM <source> WHERE NOT EXISTS (SELECT 1 FROM ${words.name(change.table)} WHERE <same key>));`,
			};
	}
}

/** How a database writes what the query is made of. */
interface Words {
	readonly name: (table: QualifiedName) => string;
	readonly identifier: (name: string) => string;
	readonly expression: (expression: Expression) => string | undefined;
	readonly differs: (one: string, other: string) => string;
}

const postgresWords: Words = {
	name: quoteName,
	identifier: quoteIdentifier,
	expression: quoteExpression,
	differs: (one, other) => `${one} IS DISTINCT FROM ${other}`,
};

const mysqlWords: Words = {
	name: mysql.quoteName,
	identifier: mysql.quoteIdentifier,
	expression: mysql.quoteExpression,
	differs: (one, other) => `NOT (${one} <=> ${other})`,
};

const unknown = "<a row is not as it must be>";

function wrongAfterUpdate(change: OperationOf<"update">, inBody: boolean, words: Words): string {
	const { set, where, from } = change;
	const filter = where && words.expression(where);
	const [first] = set;
	if (!first || from.length > 0 || (where && (inBody || filter === undefined))) return unknown;
	// A condition on what is set finds the rows that are left.
	const names = where && columnsIn(where);
	if (filter !== undefined && set.some(({ column }) => names?.has(column))) return filter;
	const wrong = wrongValue(first, inBody, words);
	return filter === undefined ? wrong : `(${filter}) AND ${wrong}`;
}

function wrongAfterDelete(
	change: OperationOf<"delete">,
	inBody: boolean,
	words: Words,
): string | undefined {
	const { where, using } = change;
	if (!where && using.length === 0) return undefined;
	const filter = where && !inBody && using.length === 0 ? words.expression(where) : undefined;
	return filter ?? "<the row must be gone>";
}

/** The column does not have its new value; for a value that may differ when computed again: it has none. */
function wrongValue(
	{ column, value }: OperationOf<"update">["set"][number],
	inBody: boolean,
	words: Words,
): string {
	const name = words.identifier(column);
	const isRepeatable = callsIn([value]).length === 0 && !columnsIn(value).has(column);
	const text =
		isRepeatable && (value.kind === "literal" || !inBody) ? words.expression(value) : undefined;
	if (text === undefined) return `${name} IS NULL`;
	if (text === "NULL") return `${name} IS NOT NULL`;
	return words.differs(name, value.kind === "literal" ? text : `(${text})`);
}

function noRowIn(table: DataChange["table"], condition: string | undefined, words: Words): string {
	const where = condition === undefined ? "" : ` WHERE ${condition}`;
	return `SELECT count(*) = 0 FROM ${words.name(table)}${where};`;
}
