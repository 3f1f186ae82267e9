import type { QualifiedName } from "../../../core/expression.ts";
import { quoteExpression } from "../../../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName, quoteString } from "../../../dialect/postgres/quote.ts";
import type { CatalogQuestions, PartKind, PartState, PlanDialect } from "../plan-dialect.ts";
import { postgresLimits } from "./limits.ts";
import { undoPostgres } from "./undo.ts";

/** Returns the relation of a name for the server, NULL where it is not there. */
const regclass = (name: QualifiedName): string => `to_regclass(${quoteString(quoteName(name))})`;

const places: Readonly<Record<PartKind, (table: string, name: string) => string>> = {
	column: (table, name) =>
		`pg_attribute WHERE attrelid = ${table} AND attname = ${name} AND NOT attisdropped`,
	constraint: (table, name) => `pg_constraint WHERE conrelid = ${table} AND conname = ${name}`,
};

const states: Readonly<Record<PartState, string>> = {
	notNull: " AND attnotnull",
	validated: " AND convalidated",
};

const asks: CatalogQuestions = {
	relation: (name) => `${regclass(name)} IS NOT NULL`,
	noRelation: (name) => `${regclass(name)} IS NULL`,
	part: (kind, table, name, state) =>
		`EXISTS (SELECT FROM ${places[kind](regclass(table), quoteString(name))}${state === undefined ? "" : states[state]})`,
	index: (name, _table, isUsable) =>
		isUsable
			? `EXISTS (SELECT FROM pg_index WHERE indexrelid = ${regclass(name)} AND indisvalid)`
			: `${regclass(name)} IS NOT NULL`,
	noIndex: (name) => `${regclass(name)} IS NULL`,
	trigger: (table, name) =>
		`EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ${regclass(table)} AND tgname = ${quoteString(name)})`,
	quoteIdentifier,
	quoteName,
	quoteExpression,
	selectAny: "SELECT",
	isFalse: (expression) => `(${expression}) IS FALSE`,
};

/** What a plan must know of PostgreSQL. */
export const postgresPlans: PlanDialect = {
	asks,
	locksTables: true,
	limits: postgresLimits,
	limitText: (transaction) =>
		transaction === "own"
			? ["SET LOCAL lock_timeout = '500ms';"]
			: transaction === "batches"
				? ["SET lock_timeout = '500ms';"]
				: [],
	transactionOf: ({ transaction }) => (transaction === "refused" ? "none" : "own"),
	undo: undoPostgres,
	arrange: (pieces) => pieces,
	safeguard: () => undefined,
};
