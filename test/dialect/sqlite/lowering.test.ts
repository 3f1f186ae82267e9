import { expect, it } from "vitest";
import { lines } from "../tolerant/statements.ts";

it("reads the statements of SQLite", () => {
	const statements = [
		"CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE DEFAULT 'x', total NUMERIC(10, 2) CHECK (total > 0), at DATETIME DEFAULT (datetime('now')), half AS (total / 2) STORED, user_id INT REFERENCES users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, UNIQUE (name, at) ON CONFLICT IGNORE) STRICT, WITHOUT ROWID",
		'CREATE TABLE t (a, b UNSIGNED BIG INT, c DEFAULT -1, d DEFAULT "text", CONSTRAINT pk PRIMARY KEY (a, b))',
		"CREATE VIRTUAL TABLE docs USING fts5(title, body, content='')",
		"CREATE UNIQUE INDEX by_mail ON users (lower(email), name COLLATE NOCASE DESC) WHERE deleted IS NULL",
		"ALTER TABLE orders RENAME TO old_orders",
		"ALTER TABLE orders RENAME COLUMN total TO amount",
		"ALTER TABLE orders RENAME total TO amount",
		"ALTER TABLE orders ADD COLUMN note TEXT",
		"ALTER TABLE orders ADD paid BOOLEAN NOT NULL DEFAULT FALSE",
		"ALTER TABLE orders DROP COLUMN note",
		"ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
		"ALTER TABLE orders DROP CONSTRAINT positive",
		"PRAGMA foreign_keys = OFF",
		"PRAGMA main.foreign_key_check(orders)",
		"PRAGMA journal_mode(WAL)",
		"BEGIN IMMEDIATE TRANSACTION",
		"END",
		"INSERT OR REPLACE INTO a (x) VALUES (1)",
		"INSERT INTO a (x, y) VALUES (?1, :y) ON CONFLICT (x) DO UPDATE SET y = excluded.y WHERE y IS NOT excluded.y",
		"INSERT INTO new_orders SELECT * FROM orders",
		"UPDATE a SET x = b.y FROM b WHERE a.id = b.id",
		"DELETE FROM a WHERE id IN (SELECT id FROM b) RETURNING id",
		"CREATE TRIGGER log_it AFTER UPDATE OF total ON orders WHEN new.total > 5 BEGIN INSERT INTO log VALUES (new.id); SELECT RAISE(ABORT, 'no'); END",
		"DROP TRIGGER IF EXISTS log_it",
		"DROP INDEX by_mail",
		"VACUUM",
		"REINDEX orders",
		"WITH x AS (SELECT 1) SELECT j ->> '$.a', a || b FROM x, json_each(x.j)",
	];
	const read = statements.map(
		(statement) =>
			`${statement}\n${lines("sqlite", statement)
				.map((line) => `\t${line}`)
				.join("\n")}`,
	);
	expect(`\n${read.join("\n")}\n`).toMatchSnapshot();
});
