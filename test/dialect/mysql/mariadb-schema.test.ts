import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";
import { findMariadb, startMariadb, type MariadbServer } from "../../live/mariadb-server.ts";

const histories: Readonly<Record<string, string>> = {
	"a shop": `
		CREATE TABLE customers (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(190) NOT NULL UNIQUE, name text);
		CREATE TABLE orders (
			id bigint NOT NULL AUTO_INCREMENT, customer_id bigint NOT NULL, total decimal(10, 2) NOT NULL DEFAULT 0,
			placed datetime DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id), KEY (placed, total),
			CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
		);
		ALTER TABLE orders ADD COLUMN note varchar(200) AFTER customer_id, ADD INDEX by_total (total), DROP INDEX placed;
		ALTER TABLE orders CHANGE note remark varchar(300) NOT NULL, MODIFY total decimal(12, 2) FIRST;
		CREATE UNIQUE INDEX orders_remark ON orders (remark(20));
		ALTER TABLE orders RENAME INDEX by_total TO orders_total;
		CREATE VIEW big_orders AS SELECT id FROM orders WHERE total > 1000;
		CREATE TRIGGER orders_note BEFORE INSERT ON orders FOR EACH ROW SET NEW.remark = 'new';
	`,
	"tables under other names": `
		CREATE TABLE parents (id int PRIMARY KEY, code char(4));
		CREATE TABLE items (id int, parent_id int REFERENCES parents (id), name varchar(20), PRIMARY KEY (id, name));
		CREATE TABLE items_new LIKE items;
		ALTER TABLE items_new ADD COLUMN weight float, DROP PRIMARY KEY, ADD PRIMARY KEY (id);
		RENAME TABLE items TO items_old, items_new TO items;
		DROP TABLE items_old;
		ALTER TABLE parents RENAME TO owners, ADD UNIQUE KEY (code);
		ALTER TABLE items RENAME COLUMN weight TO grams;
	`,
};

/** Tables, columns, indexes and foreign keys as the server tells them, a line each. */
async function serverLines(connection: Connection): Promise<readonly string[]> {
	const ask = async (sql: string): Promise<readonly string[]> => {
		const [rows] = await connection.query<RowDataPacket[]>(sql);
		return rows.map((row) => String(row["line"]));
	};
	const here = "table_schema = database()";
	return [
		...(await ask(
			`SELECT concat(if(table_type = 'VIEW', 'view ', 'table '), table_name) line FROM information_schema.tables WHERE ${here}`,
		)),
		...(await ask(
			`SELECT concat('column ', c.table_name, '.', column_name, ' ', data_type, ' #', ordinal_position,
				if(is_nullable = 'NO', ' not null', ''), if(extra LIKE '%auto_increment%', ' auto', '')) line
			FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
			WHERE ${here} AND table_type <> 'VIEW'`,
		)),
		...(await ask(
			`SELECT concat('index ', table_name, '.', index_name, ' (', group_concat(column_name ORDER BY seq_in_index), ')',
				if(min(non_unique) = 0, ' unique', '')) line
			FROM information_schema.statistics WHERE ${here} GROUP BY table_name, index_name`,
		)),
		...(await ask(
			`SELECT concat('key ', table_name, '.', constraint_name, ' ', referenced_table_name, ' ', delete_rule) line
			FROM information_schema.referential_constraints WHERE constraint_schema = database()`,
		)),
		...(await ask(
			`SELECT concat('trigger ', event_object_table, '.', trigger_name) line
			FROM information_schema.triggers WHERE trigger_schema = database()`,
		)),
	].sort();
}

const onDelete = {
	noAction: "RESTRICT",
	restrict: "RESTRICT",
	cascade: "CASCADE",
	setNull: "SET NULL",
	setDefault: "SET DEFAULT",
};

function catalogLines(text: string): readonly string[] {
	const catalog = createCatalog({ dialect: "mariadb", version: 101_100 });
	const file = { path: "history.sql", text };
	for (const { parts, unread } of loadMysql("mariadb").read(file, { placeholders: [] })
		.statements) {
		if (unread) throw new Error(unread.message);
		for (const { operations } of parts) {
			for (const operation of operations) {
				const origin = { migration: "1", release: "1", file: file.path, range: operation.range };
				replay(catalog, operation, origin, operations);
			}
		}
	}
	const lines = [...catalog.views()].map(({ name }) => `view ${name}`);
	for (const { name, columns, indexes, constraints, triggers } of catalog.tables()) {
		lines.push(`table ${name}`);
		columns.forEach(({ name: column, type, notNull, autoIncrement }, at) => {
			const traits = `${notNull ? " not null" : ""}${autoIncrement ? " auto" : ""}`;
			lines.push(`column ${name}.${column} ${type?.name} #${at + 1}${traits}`);
		});
		for (const { name: index, elements, unique } of indexes) {
			const keys = elements.map(({ expression }) =>
				expression.kind === "column" ? expression.path.at(-1) : "?",
			);
			lines.push(`index ${name}.${index} (${keys.join(",")})${unique ? " unique" : ""}`);
		}
		for (const constraint of constraints) {
			if (constraint.type !== "foreignKey") continue;
			const { references, onDelete: rule } = constraint;
			lines.push(`key ${name}.${constraint.name} ${references.name} ${onDelete[rule]}`);
		}
		for (const trigger of triggers) lines.push(`trigger ${name}.${trigger.name}`);
	}
	return lines.sort();
}

let server: MariadbServer | undefined;
beforeAll(async () => {
	server = await startMariadb();
}, 120_000);
afterAll(() => server?.close());

test.skipIf(!findMariadb()).for(Object.entries(histories))(
	"the schema after %s is that of MariaDB",
	async ([, text]) => {
		const connection = await createConnection({ uri: server!.url, multipleStatements: true });
		await connection.query("DROP DATABASE IF EXISTS history; CREATE DATABASE history; USE history");
		await connection.query(text);
		const real = await serverLines(connection);
		await connection.end();
		expect(catalogLines(text)).toEqual(real.map((line) => line.replace("NO ACTION", "RESTRICT")));
	},
);
