import type { QualifiedName } from "../../../core/expression.ts";
import { quoteExpression, quoteIdentifier, quoteName } from "../../../dialect/sqlite/quote.ts";
import type { CatalogQuestions, PlanDialect } from "../plan-dialect.ts";
import { arrangeSqlite, backupPiece } from "./arrange.ts";
import { undoSqlite } from "./undo.ts";

const quoteString = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Names of SQLite are alike whatever their case. */
const named = (types: string, { name }: QualifiedName): string =>
	`sqlite_schema WHERE type IN (${types}) AND name = ${quoteString(name)} COLLATE NOCASE`;

const relations = "'table', 'view'";

const asks: CatalogQuestions = {
	relation: (name) => `EXISTS (SELECT 1 FROM ${named(relations, name)})`,
	noRelation: (name) => `NOT EXISTS (SELECT 1 FROM ${named(relations, name)})`,
	part: (kind, table, name, state) =>
		kind === "constraint"
			? undefined
			: `EXISTS (SELECT 1 FROM pragma_table_xinfo(${quoteString(table.name)}) WHERE name = ${quoteString(name)} COLLATE NOCASE${state === "notNull" ? ' AND "notnull"' : ""})`,
	index: (name) => `EXISTS (SELECT 1 FROM ${named("'index'", name)})`,
	noIndex: (name) => `NOT EXISTS (SELECT 1 FROM ${named("'index'", name)})`,
	trigger: (_table, name) => `EXISTS (SELECT 1 FROM ${named("'trigger'", { name })})`,
	quoteIdentifier,
	quoteName,
	quoteExpression,
	selectAny: "SELECT 1",
	isFalse: (expression) => `NOT (${expression})`,
};

/** How long to wait for another connection that writes, in milliseconds: there is one writer at a time. */
const busyTimeout = 5000;

/**
 * What a plan must know of SQLite. DDL belongs to its transaction; only VACUUM and some PRAGMAs do not. There is no
 * limit for a statement: what runs, runs in the process that asks for it.
 */
export const sqlitePlans: PlanDialect = {
	asks,
	locksTables: false,
	limits: () => ({ lockTimeout: busyTimeout, statementTimeout: 0 }),
	limitText: () => [`PRAGMA busy_timeout = ${busyTimeout};`],
	transactionOf: ({ transaction }) => (transaction === "refused" ? "none" : "own"),
	undo: undoSqlite,
	arrange: arrangeSqlite,
	safeguard: backupPiece,
};
