import { codeConstraint, contractObject, defineRule, findAgain, missingEvidence } from "#core";
import type {
	Catalog,
	CodeObject,
	Index,
	Key,
	OperationContext,
	QualifiedName,
	Table,
} from "#core";

/** What ON CONFLICT infers an index by: its columns or expressions, and its WHERE. */
function targetOf(index: Index): string {
	const expressions = index.elements.map(({ expression }) => expression);
	const keys = [index.where ?? null, ...expressions].map((expression) =>
		JSON.stringify(expression, (name, value: unknown) => (name === "range" ? undefined : value)),
	);
	return [keys[0], ...keys.slice(1).sort()].join(" ");
}

function columnNames(index: Index): readonly string[] {
	return index.elements.flatMap(({ expression }) =>
		expression.kind === "column" ? (expression.path.at(-1) ?? []) : [],
	);
}

/** True when the release leaves another index for the same conflicts, or takes table or column too. */
function isSettled(after: Catalog, table: Table, key: Key, index: Index): boolean {
	const later = findAgain(after, table, key);
	if (!later) return true;
	const columns = new Set(later.columns.map(({ name }) => name));
	if (columnNames(index).some((name) => !columns.has(name))) return true;
	const target = targetOf(index);
	return later.indexes.some(
		(other) => other.unique && other.valid && other !== index && targetOf(other) === target,
	);
}

function isMysql({ dialect }: Pick<OperationContext, "dialect">): boolean {
	return dialect === "mysql" || dialect === "mariadb";
}

/** The server's own names for unique constraints and primary keys that the history does not know. */
const uniqueName = /_(key|pkey|excl)$/;

export default defineRule({
	id: "no-drop-constraint",
	summary: "Disallow dropping a unique constraint or index that INSERT ... ON CONFLICT may need.",
	why: `INSERT ... ON CONFLICT (columns) needs a unique constraint or index on exactly these columns, and ON
CONFLICT ON CONSTRAINT needs it by name. Once it is gone such statements of running code fail with
42P10 or 42704, and duplicates get in that stop anyone from making it again. Dropping a CHECK or a
foreign key breaks no statement and is not reported. An equal unique index that stands at the end of
the release makes it good.`,
	category: "compatibility",
	notes: {
		mysql: `INSERT ... ON DUPLICATE KEY UPDATE, REPLACE and INSERT IGNORE do not fail: they add a row where they changed or left one.`,
		mariadb: `INSERT ... ON DUPLICATE KEY UPDATE, REPLACE and INSERT IGNORE do not fail: they add a row where they changed or left one.`,
		sqlite: `The error of INSERT ... ON CONFLICT is "ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint".`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: { pgfence: "drop-constraint" },
	help: "First release code that does not rely on it, or create an equal unique index before.",
	messages: {
		drops:
			"Any INSERT ... ON CONFLICT ({columns}) on {table} fails once {constraint} is dropped, and duplicates can get in.",
		duplicates:
			"INSERT ... ON DUPLICATE KEY UPDATE and REPLACE on {table} add a second row with the same {columns} once {constraint} is dropped.",
		exclusion:
			"Any INSERT ... ON CONFLICT ON CONSTRAINT {constraint} on {table} fails once it is dropped, and overlapping rows can get in.",
		unknown:
			"{constraint} is named like a unique constraint: INSERT ... ON CONFLICT that relies on it fails once it is dropped.",
	},
	examples: [
		{
			before: `CREATE TABLE users (id bigint PRIMARY KEY, email text, CONSTRAINT users_email_key UNIQUE (email));`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE users DROP CONSTRAINT users_email_key;`,
			good: `SET lock_timeout = '2s';
CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users (email);
ALTER TABLE users DROP CONSTRAINT users_email_key;`,
		},
		{
			before: `CREATE TABLE users (id bigint PRIMARY KEY, email text, age int, CONSTRAINT users_age_check CHECK (age > 17));
CREATE UNIQUE INDEX users_email_idx ON users (email);`,
			bad: `SET lock_timeout = '2s';
DROP INDEX CONCURRENTLY users_email_idx;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE users DROP CONSTRAINT users_age_check;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
CREATE UNIQUE INDEX users_email ON users (email);`,
			bad: `DROP INDEX users_email;`,
			good: `CREATE UNIQUE INDEX users_email_key ON users (email);
DROP INDEX users_email;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE users (id bigint NOT NULL PRIMARY KEY, email varchar(200), UNIQUE KEY users_email (email));`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE users DROP INDEX users_email;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE users ADD UNIQUE INDEX users_email_2 (email), DROP INDEX users_email;`,
		},
	],
	on: {
		dropConstraint(operation, context) {
			const { catalog } = context;
			const table = catalog.table(operation.table);
			if (context.isNew(operation.table)) return;
			const constraint = table?.constraints.find(({ name }) => name === operation.constraint);
			const key = catalog.resolve(operation.table);
			const name = `${key.slice(0, key.indexOf("."))}.${operation.constraint}`;
			const code = codeConstraint(key, operation.constraint);
			if (!table || !constraint) {
				// The names of MySQL tell nothing.
				if (isMysql(context)) return;
				if (table?.complete || !uniqueName.test(operation.constraint)) return;
				report(operation, context, name, operation.table, undefined, code);
				return;
			}
			if (context.madeHere(constraint.origin)) return;
			if (!["unique", "primaryKey", "exclude"].includes(constraint.type)) return;
			const index = table.indexes.find((candidate) => candidate.constraint === constraint.name);
			report(operation, context, name, operation.table, { table, key, index }, code);
		},
		dropIndex(operation, context) {
			const { catalog } = context;
			const known = catalog.index(operation.index);
			const key = catalog.resolve(operation.index);
			if (!known) {
				const tells = uniqueName.test(operation.index.name) && !isMysql(context);
				if (tells && !operation.ifExists) {
					report(operation, context, key, undefined, undefined);
				}
				return;
			}
			const { index, relation } = known;
			if (!index.unique || !("constraints" in relation)) return;
			if (context.isNew(relation) || context.madeHere(index.origin)) return;
			const tableKey = catalog.resolve(relation);
			report(operation, context, key, relation, { table: relation, key: tableKey, index });
		},
	},
});

interface Known {
	readonly table: Table;
	readonly key: Key;
	/** Absent where the catalog has no index for the constraint. */
	readonly index: Index | undefined;
}

function report(
	at: Parameters<OperationContext["effectOf"]>[0],
	context: OperationContext<"drops" | "duplicates" | "exclusion" | "unknown">,
	name: Key,
	table: QualifiedName | undefined,
	known: Known | undefined,
	code?: CodeObject,
): void {
	const object = contractObject(context.catalog, name);
	const missing = missingEvidence(context, object, undefined, code);
	if (missing === undefined) return;
	// Code that infers the index from its columns does not name it: no use is no sign.
	const isNamed = code && context.referencesTo(code)?.references.some(({ certain }) => certain);
	const common = {
		at,
		recipe: "drop-unique",
		...(isNamed ? { code } : {}),
		help: `Create an equal unique index before, or first release code that does not rely on ${object.shown}. ${missing}`,
		...(table && { table }),
	};
	if (!known) {
		context.report({ ...common, message: "unknown", data: { constraint: object.shown } });
		return;
	}
	const { index, key } = known;
	const shown = contractObject(context.catalog, key).shown;
	context.report({
		...common,
		message: index?.unique ? (isMysql(context) ? "duplicates" : "drops") : "exclusion",
		data: {
			constraint: object.shown,
			table: shown,
			columns: index ? columnNames(index).join(", ") || "..." : "...",
		},
		atReleaseEnd: (after) =>
			index && isSettled(after, known.table, key, index) ? "settled" : undefined,
	});
}
