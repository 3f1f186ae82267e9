import { createCatalog } from "../../catalog/mutable.ts";
import { replay } from "../../catalog/replay.ts";
import { schemaLines } from "../../catalog/schema-lines.ts";
import { loadMysql } from "../../dialect/mysql/dialect.ts";
import { quoteIdentifier } from "../../dialect/mysql/quote.ts";
import type { RunSession } from "../engine.ts";
import { ask } from "../ask.ts";

/** The text of every table, view and trigger of the database, as the server writes it. */
async function definitions(session: RunSession): Promise<readonly string[]> {
	const tables = await ask(
		session,
		"SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'lockkeeper\\_%' ORDER BY TABLE_TYPE, TABLE_NAME",
	);
	const texts: string[] = [];
	for (const [name, type] of tables) {
		const what = type === "VIEW" ? "VIEW" : "TABLE";
		const [row] = await ask(session, `SHOW CREATE ${what} ${quoteIdentifier(name ?? "")}`);
		texts.push(row?.[1] ?? "");
	}
	const triggers = await ask(
		session,
		"SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY TRIGGER_NAME",
	);
	for (const [name] of triggers) {
		const [row] = await ask(session, `SHOW CREATE TRIGGER ${quoteIdentifier(name ?? "")}`);
		texts.push(row?.[2] ?? "");
	}
	return texts;
}

/**
 * Returns the schema of a MySQL or MariaDB database in lines: what the server writes for each object is read as
 * migrations are. A table may refer to one that is made after it.
 */
export async function mysqlSchemaLines(
	session: RunSession,
	flavor: "mysql" | "mariadb",
): Promise<readonly string[]> {
	const dialect = loadMysql(flavor);
	const catalog = createCatalog({ dialect: flavor });
	for (const text of await definitions(session)) {
		const { statements } = dialect.read({ path: "schema.sql", text }, { placeholders: [] });
		for (const { parts } of statements) {
			for (const { operations } of parts) {
				for (const operation of operations) {
					const origin = { migration: "", release: "", file: "", range: operation.range };
					replay(catalog, operation, origin, operations);
				}
			}
		}
	}
	return schemaLines(catalog);
}
