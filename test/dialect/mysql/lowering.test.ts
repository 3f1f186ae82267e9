import { expect, it } from "vitest";
import { lines } from "../tolerant/statements.ts";

it("reads every clause of ALTER TABLE", () => {
	const clauses = [
		"ADD COLUMN total DECIMAL(10,2) UNSIGNED NOT NULL DEFAULT 0 COMMENT 'with tax' AFTER id",
		"ADD note TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL FIRST",
		"ADD (a INT, b VARCHAR(20))",
		"ADD COLUMN slug VARCHAR(9) GENERATED ALWAYS AS (lower(name)) STORED INVISIBLE",
		"ADD COLUMN changed DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
		"ADD COLUMN IF NOT EXISTS kind ENUM('card','it''s cash') NOT NULL",
		"MODIFY COLUMN total BIGINT NOT NULL AFTER note",
		"CHANGE COLUMN total amount BIGINT",
		"CHANGE amount amount INT",
		"ALTER COLUMN note SET DEFAULT 'none'",
		"ALTER note DROP DEFAULT",
		"ALTER COLUMN note SET INVISIBLE",
		"DROP COLUMN note",
		"DROP note, DROP total",
		"RENAME COLUMN note TO remark",
		"ADD INDEX by_note (note(20) DESC, (lower(name))) COMMENT 'x' INVISIBLE",
		"ADD UNIQUE KEY (email)",
		"ADD UNIQUE by_mail (email(10))",
		"ADD FULLTEXT KEY ft (note) WITH PARSER ngram",
		"ADD SPATIAL INDEX (place)",
		"ADD CONSTRAINT orders_pk PRIMARY KEY USING BTREE (id)",
		"ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE",
		"ADD FOREIGN KEY (user_id) REFERENCES crm.users (id)",
		"ADD CONSTRAINT positive CHECK (total > 0) NOT ENFORCED",
		"DROP PRIMARY KEY",
		"DROP FOREIGN KEY orders_user",
		"DROP INDEX by_note",
		"DROP CHECK positive",
		"DROP CONSTRAINT IF EXISTS positive",
		"ALTER CHECK positive ENFORCED",
		"RENAME INDEX by_note TO by_remark",
		"ALTER INDEX by_note INVISIBLE",
		"RENAME TO old_orders",
		"RENAME archive.orders",
		"CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci",
		"ENGINE=InnoDB ROW_FORMAT = COMPRESSED, KEY_BLOCK_SIZE 8",
		"AUTO_INCREMENT = 1000",
		"DEFAULT CHARSET=latin1 COMMENT 'orders'",
		"FORCE",
		"ORDER BY created, id DESC",
		"DISABLE KEYS",
		"DISCARD TABLESPACE",
		"ADD PARTITION (PARTITION p3 VALUES LESS THAN (2026) ENGINE = InnoDB)",
		"DROP PARTITION p1, p2",
		"TRUNCATE PARTITION ALL",
		"REORGANIZE PARTITION p0 INTO (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (9))",
		"EXCHANGE PARTITION p1 WITH TABLE old_orders WITHOUT VALIDATION",
		"COALESCE PARTITION 2",
		"REMOVE PARTITIONING",
		"PARTITION BY HASH (id) PARTITIONS 4",
		"ADD COLUMN a INT, ALGORITHM=INSTANT, LOCK=DEFAULT",
		"ALGORITHM INPLACE, LOCK NONE, ADD INDEX (a)",
		"ADD SYSTEM VERSIONING",
	];
	const read = clauses.map(
		(clause) =>
			`${clause}\n${lines("mysql", `ALTER TABLE orders ${clause}`)
				.map((line) => `\t${line.replace("table:orders,", "").replace(/,?table:orders/, "")}`)
				.join("\n")}`,
	);
	expect(`\n${read.join("\n")}\n`).toMatchSnapshot();
});

it("reads other statements", () => {
	const statements = [
		"CREATE TABLE IF NOT EXISTS shop.orders (id INT(11) UNSIGNED NOT NULL AUTO_INCREMENT, name VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'it''s', PRIMARY KEY (id), UNIQUE KEY by_name (name), KEY by_both (name(10), id), CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
		"CREATE TABLE copy LIKE orders",
		"CREATE TABLE totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id",
		"CREATE TEMPORARY TABLE t (id SERIAL)",
		"CREATE OR REPLACE TABLE t (id UUID DEFAULT uuid() PRIMARY KEY, p INET6, KEY (p))",
		"CREATE TABLE logs (at DATE) PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (2024), PARTITION p1 VALUES LESS THAN MAXVALUE)",
		"CREATE UNIQUE INDEX by_mail ON users (email) ALGORITHM=INPLACE LOCK=NONE",
		"CREATE FULLTEXT INDEX ft ON notes (body)",
		"DROP INDEX by_mail ON users ALGORITHM=COPY",
		"DROP INDEX `PRIMARY` ON users",
		"DROP TABLE IF EXISTS a, b CASCADE",
		"RENAME TABLE a TO b, c TO d.e",
		"TRUNCATE orders",
		"OPTIMIZE TABLE a, b",
		"LOCK TABLES a READ, b AS x WRITE",
		"USE shop",
		"SET FOREIGN_KEY_CHECKS=0, @x = 1, GLOBAL lock_wait_timeout = 5, @@session.sql_mode = ''",
		"SET NAMES utf8mb4",
		"SET STATEMENT lock_wait_timeout = 2 FOR DROP TABLE a",
		"START TRANSACTION",
		"INSERT INTO a SET x = 1, y = DEFAULT ON DUPLICATE KEY UPDATE x = VALUES(x) + 1",
		"REPLACE INTO a (x) VALUES (1), (2)",
		"INSERT IGNORE INTO a SELECT * FROM b",
		"UPDATE a JOIN b ON a.id = b.id SET a.x = b.y WHERE b.z IS NOT NULL",
		"UPDATE orders SET paid = 1 WHERE id > 5 ORDER BY id LIMIT 1000",
		"DELETE a FROM a LEFT JOIN b ON a.id = b.id WHERE b.id IS NULL",
		"DELETE FROM orders LIMIT 10",
		"CREATE VIEW v AS SELECT a FROM t WITH CHECK OPTION",
		"CREATE TRIGGER log_it AFTER UPDATE ON orders FOR EACH ROW INSERT INTO log VALUES (NEW.id)",
		"CREATE PROCEDURE p(IN a INT) BEGIN IF a THEN DELETE FROM orders; END IF; WHILE a DO UPDATE orders SET x = 1; END WHILE; END",
		"DROP TRIGGER IF EXISTS shop.log_it",
		"CALL p(5)",
		"GRANT SELECT, INSERT ON shop.* TO 'app'@'%' WITH GRANT OPTION",
		"CREATE USER 'app'@'%' IDENTIFIED BY 'x'",
		"LOAD DATA INFILE 'x' INTO TABLE orders",
		"CREATE DATABASE shop CHARACTER SET utf8mb4",
		"EXECUTE stmt",
	];
	const read = statements.map(
		(statement) =>
			`${statement}\n${lines("mysql", statement)
				.map((line) => `\t${line}`)
				.join("\n")}`,
	);
	expect(`\n${read.join("\n")}\n`).toMatchSnapshot();
});
