import { createCatalog } from "../../catalog/mutable.ts";
import { replay } from "../../catalog/replay.ts";
import { schemaLines } from "../../catalog/schema-lines.ts";
import { loadSqlite } from "../../dialect/sqlite/dialect.ts";
import type { RunSession } from "../engine.ts";
import { ask } from "../ask.ts";

const isOurs = (line: string): boolean =>
	/^(?:table|column|constraint|index|view|trigger) (?:\S+\.)?lockkeeper_/.test(line) ||
	/ on lockkeeper_\S+ /.test(line);

/**
 * Returns the schema of a SQLite file in lines. The file keeps the text of every CREATE and changes it with every
 * ALTER (https://www.sqlite.org/schematab.html): it is read as migrations are.
 */
export async function sqliteSchemaLines(session: RunSession): Promise<readonly string[]> {
	const rows = await ask(
		session,
		"SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
	);
	// Views and triggers may have been made before what they name was made anew.
	const ranks = [
		/^CREATE\s+(?:VIRTUAL\s+)?TABLE/i,
		/^CREATE\s+(?:UNIQUE\s+)?INDEX/i,
		/^CREATE\s+VIEW/i,
	];
	const rankOf = (sql: string): number => {
		const rank = ranks.findIndex((form) => form.test(sql));
		return rank === -1 ? ranks.length : rank;
	};
	const texts = rows.flatMap(([sql]) => sql ?? []);
	const ordered = texts.toSorted((a, b) => rankOf(a) - rankOf(b));
	const text = ordered.map((sql) => `${sql};\n`).join("");
	const catalog = createCatalog({ dialect: "sqlite" });
	const { statements } = loadSqlite().read({ path: "schema.sql", text }, { placeholders: [] });
	for (const { parts } of statements) {
		for (const { operations } of parts) {
			for (const operation of operations) {
				const origin = { migration: "", release: "", file: "", range: operation.range };
				replay(catalog, operation, origin, operations);
			}
		}
	}
	return schemaLines(catalog).filter((line) => !isOurs(line));
}
