import type { EditPlace } from "../../core/dialect.ts";
import type { StatementChange, TextEdit } from "../../core/fix.ts";
import type { Statement } from "../../core/statement.ts";
import { commonEdits, insertBefore, writtenBy } from "../edits.ts";
import { tokenize } from "../tolerant/tokenizer.ts";
import { sqliteLexis } from "./lexis.ts";

/** Returns the edits that make a change, in order; undefined where SQLite has no such clause. */
export function editsFor(
	statement: Statement,
	change: StatementChange,
	place: EditPlace,
): readonly TextEdit[] | undefined {
	const written = writtenBy(statement, place, (text, range) => tokenize(text, sqliteLexis, range));
	switch (change.kind) {
		case "addConcurrently":
		case "addNotValid":
		case "setOnlineClauses":
			return undefined;
		case "setParameter":
			return insertBefore(written, `PRAGMA ${change.name} = ${change.value};`);
		default:
			return commonEdits(written, change);
	}
}
