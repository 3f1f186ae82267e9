import type { QualifiedName } from "../../../core/expression.ts";
import {
	quoteExpression,
	quoteIdentifier,
	quoteName,
	quoteString,
} from "../../../dialect/mysql/quote.ts";
import type { CatalogQuestions, PlanDialect } from "../plan-dialect.ts";
import { arrangeMysql } from "./arrange.ts";
import { undoMysql } from "./undo.ts";

const database = ({ schema }: QualifiedName): string =>
	schema === undefined || schema === "public" ? "DATABASE()" : quoteString(schema);

/** What information_schema has in one of its tables, about a table. */
const about = (what: string, table: QualifiedName, condition: string): string =>
	`EXISTS (SELECT 1 FROM information_schema.${what} WHERE TABLE_SCHEMA = ${database(table)} AND TABLE_NAME = ${quoteString(table.name)}${condition})`;

const index = (name: QualifiedName, table: QualifiedName | undefined): string | undefined =>
	table && about("STATISTICS", table, ` AND INDEX_NAME = ${quoteString(name.name)}`);

const asks: CatalogQuestions = {
	relation: (name) => about("TABLES", name, ""),
	noRelation: (name) => `NOT ${about("TABLES", name, "")}`,
	part: (kind, table, name, state) =>
		kind === "column"
			? about(
					"COLUMNS",
					table,
					` AND COLUMN_NAME = ${quoteString(name)}${state === "notNull" ? " AND IS_NULLABLE = 'NO'" : ""}`,
				)
			: about("TABLE_CONSTRAINTS", table, ` AND CONSTRAINT_NAME = ${quoteString(name)}`),
	index,
	noIndex: (name, table) => {
		const condition = index(name, table);
		return condition === undefined ? undefined : `NOT ${condition}`;
	},
	trigger: (table, name) =>
		`EXISTS (SELECT 1 FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${database(table)} AND TRIGGER_NAME = ${quoteString(name)})`,
	quoteIdentifier,
	quoteName,
	quoteExpression,
	selectAny: "SELECT 1",
	isFalse: (expression) => `(${expression}) IS FALSE`,
};

/**
 * What a plan must know of MySQL and MariaDB. Every change of the schema commits what is open and itself
 * (https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html): it is a step outside of transactions. How long it
 * waits for a lock on the metadata is counted in whole seconds; how long it runs has no limit, as a change that is
 * broken off has worked for nothing.
 */
export const mysqlPlans: PlanDialect = {
	asks,
	locksTables: true,
	limits: ({ transaction, grows }) => ({
		lockTimeout: 1000,
		statementTimeout: transaction === "none" || grows ? 0 : 5000,
	}),
	limitText: (transaction) =>
		transaction === "people" ? [] : ["SET SESSION lock_wait_timeout = 1;"],
	transactionOf: ({ commits, transaction }) =>
		commits === true || transaction === "refused" ? "none" : "own",
	undo: undoMysql,
	arrange: arrangeMysql,
	safeguard: () => undefined,
};
