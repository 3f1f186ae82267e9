import type { Dialect } from "../../core/dialect.ts";
import { readText, type StatementGrammar } from "../tolerant/reader.ts";
import { editsFor } from "./edits.ts";
import { effects } from "./effects/index.ts";
import { lockModes } from "./effects/lock-modes.ts";
import { fixedInTransaction } from "./effects/pragma.ts";
import { sqliteLexis } from "./lexis.ts";
import { readStatement } from "./statements.ts";
import { strictGrammar } from "./strict.ts";

const tolerant: StatementGrammar = { lexis: sqliteLexis, read: readStatement };

/** Returns the dialect of SQLite, which reads more than SQLite does: for schemas that a server wrote. */
export function loadSqlite(): Dialect {
	return dialectWith(tolerant, { name: "lockkeeper" });
}

/**
 * Returns the dialect of SQLite with SQLite's own grammar behind it: what that rejects is broken.
 * `version` as the server counts, 3045000.
 */
export async function loadStrictSqlite(version?: number): Promise<Dialect> {
	try {
		const grammar = await strictGrammar(tolerant, version);
		return dialectWith(grammar, { name: "syntaqlite" });
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return dialectWith(tolerant, {
			name: "lockkeeper",
			degraded: `SQLite's own grammar does not run here (${reason}): some broken SQL is read as if SQLite took it.`,
		});
	}
}

function dialectWith(grammar: StatementGrammar, engine: Dialect["engine"]): Dialect {
	return {
		id: "sqlite",
		engine,
		lockModes,
		fixedInTransaction,
		read: (file, options) => readText(file, options, grammar),
		effects,
		edits: editsFor,
	};
}
