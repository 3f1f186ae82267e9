import sqlite from "node-sqlite3-wasm";
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import { read } from "../tolerant/statements.ts";
import { catalogLines, sqliteLines } from "./schema.ts";

const histories: Readonly<Record<string, string>> = {
	"a shop": `
		CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, name VARCHAR(80));
		CREATE TABLE orders (
			id TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
			total NUMERIC(10, 2) NOT NULL DEFAULT 0 CHECK (total >= 0), placed DATETIME DEFAULT CURRENT_TIMESTAMP
		);
		CREATE INDEX orders_by_user ON orders (user_id, placed DESC);
		CREATE UNIQUE INDEX users_by_name ON users (lower(name)) WHERE name IS NOT NULL;
		ALTER TABLE orders ADD COLUMN note TEXT;
		ALTER TABLE orders RENAME COLUMN note TO remark;
		ALTER TABLE users ADD phone;
		ALTER TABLE users DROP COLUMN phone;
		CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 1000;
		CREATE TRIGGER orders_log AFTER UPDATE OF total ON orders BEGIN UPDATE users SET name = name WHERE id = new.user_id; END;
		DROP VIEW big_orders;
	`,
	"a table made anew": `
		CREATE TABLE parents (id INTEGER NOT NULL PRIMARY KEY);
		CREATE TABLE items (a TEXT, b TEXT, UNIQUE (b, a), PRIMARY KEY (a));
		CREATE INDEX items_by_b ON items (b);
		PRAGMA foreign_keys = OFF;
		CREATE TABLE "new_items" ("a" TEXT NOT NULL, "b" TEXT, parent INT, PRIMARY KEY ("a"), FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE SET NULL);
		INSERT INTO "new_items" (a, b) SELECT a, b FROM items;
		DROP TABLE items;
		ALTER TABLE "new_items" RENAME TO "items";
		CREATE INDEX items_by_b ON items (b);
		PRAGMA foreign_keys = ON;
	`,
	"names in another case": `
		CREATE TABLE Orders (Id INTEGER, Total INT, PRIMARY KEY (ID));
		CREATE TABLE IF NOT EXISTS orders (id INT);
		CREATE INDEX by_total ON ORDERS (TOTAL);
		ALTER TABLE orders RENAME COLUMN total TO amount;
		ALTER TABLE ORDERS ADD note;
		ALTER TABLE orders DROP COLUMN NOTE;
	`,
	"tables without a rowid, strict ones and generated columns": `
		CREATE TABLE settings (key TEXT, scope TEXT, value ANY, PRIMARY KEY (key, scope)) STRICT, WITHOUT ROWID;
		CREATE TABLE [line items] ([price] REAL, \`count\` INT, total AS (price * count) STORED, CONSTRAINT once UNIQUE (price, count));
		ALTER TABLE "line items" RENAME TO lines;
		CREATE TEMP TABLE scratch (id);
		DROP TABLE IF EXISTS gone;
	`,
};

describe("the catalog is what SQLite has after the same history", () => {
	it.each(Object.entries(histories))("%s", (_, history) => {
		const database = new sqlite.Database(":memory:");
		const catalog = createCatalog({ dialect: "sqlite" });
		for (const { parts, range, unread } of read("sqlite", history)) {
			expect(unread).toBeUndefined();
			database.exec(history.slice(range.start, range.end));
			for (const { operations } of parts) {
				for (const operation of operations) {
					const origin = { migration: "1", release: "1", file: "a.sql", range: operation.range };
					replay(catalog, operation, origin, operations);
				}
			}
		}
		expect(catalogLines(catalog)).toEqual(sqliteLines(database));
		database.close();
	});
});
