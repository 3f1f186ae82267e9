import { quoteName } from "../dialect/postgres/quote.ts";
import type { TraceEngine } from "./engine.ts";

/**
 * Returns those of the tables, named schema.name, that have no row now. The look is rolled back, so
 * that it leaves no lock behind; a table that cannot be read counts as one with rows.
 */
export async function emptyTables(
	engine: TraceEngine,
	tables: Iterable<string>,
	inTransaction: boolean,
): Promise<ReadonlySet<string>> {
	const empty = new Set<string>();
	for (const table of tables) {
		await engine.execute(inTransaction ? "SAVEPOINT lockkeeper" : "BEGIN");
		try {
			const rows = await engine.query(`SELECT 1 FROM ${quoted(table)} LIMIT 1`);
			if (rows.length === 0) empty.add(table);
		} catch {
			// Not there yet, or not readable for this role.
		} finally {
			await engine.execute(inTransaction ? "ROLLBACK TO SAVEPOINT lockkeeper" : "ROLLBACK");
			if (inTransaction) await engine.execute("RELEASE SAVEPOINT lockkeeper");
		}
	}
	return empty;
}

function quoted(table: string): string {
	const at = table.indexOf(".");
	return quoteName({ schema: table.slice(0, at), name: table.slice(at + 1) });
}
