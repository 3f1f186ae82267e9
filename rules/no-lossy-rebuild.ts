import {
	codeColumn,
	contractObject,
	defineRule,
	listWords,
	missingEvidence,
	reportRebuild,
	type OperationContext,
	type OperationOf,
	type Rebuilt,
	type Table,
} from "#core";
import type { Omission, RowCopy } from "../src/catalog/rebuild.ts";
import { isSameName } from "../src/dialect/sqlite/effects/scene.ts";

const omissions: Readonly<Record<Omission, string>> = {
	filter: "its WHERE leaves out rows",
	limit: "its LIMIT leaves out rows",
	group: "it puts several rows into one",
	join: "a row without a partner in the join is left out",
	combined: "UNION leaves out rows that are equal",
	conflict: "OR IGNORE and OR REPLACE leave out rows that conflict",
};

function has(table: Table, name: string): boolean {
	return table.columns.some((column) => isSameName(column.name, name));
}

/** The columns of the old table that the new one has no more. */
function gone(copy: RowCopy, now: Table): readonly string[] {
	return copy.original.columns.flatMap(({ name }) => (has(now, name) ? [] : [name]));
}

/** The columns that both have, and of which the copy does not read the old values. */
function emptied({ original, columns, reads }: RowCopy, now: Table): readonly string[] {
	const filled = (name: string) => [...columns].some(([to, from]) => isSameName(to, name) && from);
	return original.columns.flatMap(({ name, generated }) => {
		const isKept = filled(name) || [...reads].some((read) => isSameName(read, name));
		return has(now, name) && !generated && !isKept ? [name] : [];
	});
}

/** Where the values of a column go that is called otherwise now. */
function newName({ columns }: RowCopy, old: string, now: Table): string | undefined {
	for (const [to, from] of columns) {
		if (from !== undefined && isSameName(from, old) && has(now, to)) return to;
	}
	return undefined;
}

type Context = OperationContext<"rows" | "columns" | "empties">;

function judgeRows(operation: OperationOf<"dropTable">, context: Context): void {
	const draft = { message: "rows", data: { table: "", omission: "" } } as const;
	reportRebuild(operation, context, draft, ({ copy: { omits }, shown }) =>
		omits === undefined
			? undefined
			: { message: "rows", data: { table: shown, omission: omissions[omits] } },
	);
}

/** The columns that code knows and that nothing allows to go, in words, with what to do. */
function changesOf({ copy, table, key }: Rebuilt, context: Context) {
	const open = gone(copy, table).flatMap((column) => {
		const object = contractObject(context.catalog, key, column);
		const missing = missingEvidence(context, object, undefined, codeColumn(key, column));
		return missing === undefined ? [] : [{ column, shown: object.shown, missing }];
	});
	const [first] = open;
	if (!first) return undefined;
	const words = open.map(({ column }) => {
		const to = newName(copy, column, table);
		return to === undefined ? `${column} is gone` : `${column} is called ${to}`;
	});
	const some =
		words.length > 4
			? [...words.slice(0, 3), `${words.length - 3} more are gone or renamed`]
			: words;
	return {
		changes: listWords(some),
		help: `First release code that no longer names ${first.shown}. ${first.missing}`,
	};
}

function judgeColumns(operation: OperationOf<"dropTable">, context: Context): void {
	const draft = { message: "columns", data: { table: "", changes: "" } } as const;
	reportRebuild(operation, context, draft, (rebuilt) => {
		const found = changesOf(rebuilt, context);
		if (!found) return undefined;
		const { help, changes } = found;
		return { message: "columns", data: { table: rebuilt.shown, changes }, help };
	});
}

function judgeValues(operation: OperationOf<"dropTable">, context: Context): void {
	const draft = { message: "empties", data: { table: "", columns: "" } } as const;
	reportRebuild(operation, context, draft, ({ copy, table, shown }) => {
		const columns = emptied(copy, table);
		return columns.length === 0
			? undefined
			: { message: "empties", data: { table: shown, columns: listWords(columns) } };
	});
}

export default defineRule({
	id: "no-lossy-rebuild",
	summary: "Disallow making a table anew without all of its rows and columns.",
	why: `SQLite changes most of a table by making it anew: a new table, INSERT ... SELECT, DROP of the old one, RENAME.
What the SELECT does not read is gone with the DROP, and nothing fails: rows that a WHERE, a join, a LIMIT or OR IGNORE
leaves out, columns that the list forgets. While a release is rolled out the code before it still runs, so a column that
comes back under another name, or not at all, breaks its statements ("no such column"). Source:
sqlite.org/lang_altertable.html#otheralter.`,
	category: "data-loss",
	dialects: ["sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Copy every row and every column; drop rows and columns in statements of their own.",
	messages: {
		rows: "{table} is made anew without all of its rows: {omission}, and the old table is dropped.",
		columns: "Statements of running code fail once {table} is made anew: {changes}.",
		empties: "{table} is made anew without the values of {columns}: the copy does not read them.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER, note TEXT);",
			bad: `PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER DEFAULT 0, note TEXT);
INSERT INTO orders_new (id, total, note) SELECT id, total, note FROM orders WHERE total IS NOT NULL;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;
PRAGMA foreign_keys = ON;`,
			good: `PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER DEFAULT 0, note TEXT);
INSERT INTO orders_new (id, total, note) SELECT id, coalesce(total, 0), note FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;
PRAGMA foreign_keys = ON;`,
		},
		{
			before: "CREATE TABLE sessions (id TEXT PRIMARY KEY, ip TEXT, agent TEXT);",
			bad: `BEGIN;
CREATE TABLE sessions_new (id TEXT NOT NULL PRIMARY KEY, ip TEXT);
INSERT INTO sessions_new SELECT id, ip FROM sessions;
DROP TABLE sessions;
ALTER TABLE sessions_new RENAME TO sessions;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE sessions_new (id TEXT NOT NULL PRIMARY KEY, ip TEXT, agent TEXT);
INSERT INTO sessions_new SELECT id, ip, agent FROM sessions;
DROP TABLE sessions;
ALTER TABLE sessions_new RENAME TO sessions;
COMMIT;`,
		},
	],
	on: {
		dropTable(operation, context) {
			judgeRows(operation, context);
			judgeValues(operation, context);
			judgeColumns(operation, context);
		},
	},
});
