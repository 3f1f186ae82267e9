import { defineRule, listWords, reportRebuild, type Index, type Table } from "#core";
import { columnsIn, sameMeaning } from "../src/catalog/expression.ts";

function columnsOf({ elements, where }: Index): readonly string[] {
	const expressions = elements.map(({ expression }) => expression);
	return [...expressions, ...(where ? [where] : [])].flatMap((one) => [...columnsIn(one)]);
}

/** True when an index of the new table serves as well, or has the name: then it was changed on purpose. */
function isMadeAgain(index: Index, now: Table): boolean {
	const names = new Set(now.columns.map(({ name }) => name));
	if (columnsOf(index).some((column) => !names.has(column))) return true;
	const wanted = index.elements.map(({ expression }) => expression);
	return now.indexes.some((other) => {
		if (index.unique && !other.unique) return false;
		const there = other.elements.map(({ expression }) => expression);
		if (other.name === index.name) return true;
		return sameMeaning(index.unique ? there : there.slice(0, wanted.length), wanted);
	});
}

interface Lost {
	readonly indexes: readonly Index[];
	readonly triggers: readonly string[];
}

function lostBy(gone: Table, now: Table): Lost {
	return {
		indexes: gone.indexes.filter(
			(index) => index.constraint === undefined && !isMadeAgain(index, now),
		),
		triggers: gone.triggers
			.filter(({ name }) => !now.triggers.some((other) => other.name === name))
			.map(({ name }) => name),
	};
}

function describe({ indexes, triggers }: Lost): string {
	return listWords([
		...indexes.map(({ name, unique }) => `${unique ? "unique index" : "index"} ${name}`),
		...triggers.map((name) => `trigger ${name}`),
	]);
}

export default defineRule({
	id: "require-rebuilt-parts",
	summary: "Require the indexes and triggers of a table that is made anew to be made again.",
	why: `SQLite changes most of a table by making it anew, and DROP TABLE takes the indexes and triggers of the old one with it;
RENAME brings none back, and nothing fails. Without an index queries read the whole table; without a unique index
duplicates get in, and INSERT ... ON CONFLICT fails; without its trigger a log, a full-text index or a sum is silently no
longer kept. Views stay, as text. Source: sqlite.org/lang_altertable.html#otheralter, step 8.`,
	category: "data-loss",
	dialects: ["sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "After the RENAME run the CREATE INDEX and CREATE TRIGGER of each again (SELECT sql FROM sqlite_schema tells them).",
	messages: {
		lost: "{table} is made anew without {parts}: they went with the old table.",
	},
	examples: [
		{
			before: `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT);
CREATE UNIQUE INDEX users_email ON users (email);`,
			bad: `BEGIN;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, email TEXT DEFAULT '', name TEXT);
INSERT INTO users_new SELECT id, email, name FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, email TEXT DEFAULT '', name TEXT);
INSERT INTO users_new SELECT id, email, name FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
CREATE UNIQUE INDEX users_email ON users (email);
COMMIT;`,
		},
	],
	on: {
		dropTable(operation, context) {
			const draft = { message: "lost", data: { table: "", parts: "" } } as const;
			reportRebuild(operation, context, draft, ({ original, table, shown }) => {
				const lost = lostBy(original, table);
				if (lost.indexes.length + lost.triggers.length === 0) return undefined;
				const isGrave = lost.triggers.length > 0 || lost.indexes.some(({ unique }) => unique);
				return {
					message: "lost",
					data: { table: shown, parts: describe(lost) },
					severity: isGrave ? "error" : "warning",
				};
			});
		},
	},
});
