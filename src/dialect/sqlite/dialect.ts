import type { Dialect } from "../../core/dialect.ts";
import { readText, type StatementGrammar } from "../tolerant/reader.ts";
import { editsFor } from "./edits.ts";
import { effects } from "./effects/index.ts";
import { lockModes } from "./effects/lock-modes.ts";
import { fixedInTransaction } from "./effects/pragma.ts";
import { sqliteLexis } from "./lexis.ts";
import { readStatement } from "./statements.ts";

const grammar: StatementGrammar = { lexis: sqliteLexis, read: readStatement };

/** Returns the dialect of SQLite. */
export function loadSqlite(): Dialect {
	return {
		id: "sqlite",
		engine: { name: "lockkeeper" },
		lockModes,
		fixedInTransaction,
		read: (file, options) => readText(file, options, grammar),
		effects,
		edits: editsFor,
	};
}
