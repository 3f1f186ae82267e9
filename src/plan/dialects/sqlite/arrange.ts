import type { Effect } from "../../../core/effect.ts";
import type { History } from "../../../core/engine/history.ts";
import type { Piece } from "../../piece.ts";
import type { Assertion } from "../../plan.ts";

const isBoundary = (sql: string): boolean => /^(?:BEGIN|COMMIT|END)\b/i.test(sql);
const pragma = /^PRAGMA\s+(foreign_keys|legacy_alter_table)\s*=\s*(\w+)/i;
const isQuery = (sql: string): boolean =>
	/^PRAGMA\s+(?:foreign_key_check|integrity_check)\b/i.test(sql);

/** Both read the whole database, in the moment in which nobody else writes to it anyway. */
const keysHold: Assertion = {
	says: "every foreign key finds its row",
	sql: "SELECT count(*) = 0 FROM pragma_foreign_key_check;",
};
const isWhole: Assertion = {
	says: "the file is whole",
	sql: "SELECT count(*) = 1 AND max(integrity_check) = 'ok' FROM pragma_integrity_check;",
};

/** The text of the triggers of a table, as the history makes them; undefined where one is not found. */
function triggerTexts(
	{ migrations, dialect }: History,
	names: readonly string[],
): readonly string[] | undefined {
	const found = new Map<string, string>();
	for (const { up, placeholders } of migrations) {
		for (const { file, range } of up) {
			for (const { parts, range: own } of dialect.read(file, { range, placeholders }).statements) {
				for (const operation of parts[0]?.operations ?? []) {
					if (operation.kind !== "createTrigger") continue;
					found.set(operation.trigger.toLowerCase(), `${file.text.slice(own.start, own.end)};`);
				}
			}
		}
	}
	const texts = names.map((name) => found.get(name.toLowerCase()));
	return texts.flatMap((text) => text ?? []).length === names.length
		? texts.flatMap((text) => text ?? [])
		: undefined;
}

const noteOfTriggers = /^.*Note the text of the triggers, they go with the old table: (.*)$/;

const undone =
	"the table is made anew: the copy of the database that was made before has it as it was";

/**
 * A table that is made anew is one transaction of ours: PRAGMAs that do nothing inside of one are set before it, and
 * in force again when it is broken off; the triggers that go with the old table are created again in it.
 */
export function arrangeSqlite(
	pieces: readonly Piece[],
	phase: Effect["phase"],
	history: History,
): readonly Piece[] {
	if (!pieces.some(({ sql }) => sql.some((statement) => /^BEGIN\b/i.test(statement)))) {
		return pieces;
	}
	const arranged: Piece[] = [];
	let settings: readonly string[] = [];
	let triggers: readonly string[] | undefined = [];
	for (const piece of pieces) {
		const noted = noteOfTriggers.exec(piece.title)?.[1];
		if (noted !== undefined) {
			triggers = triggerTexts(history, noted.split(", "));
			continue;
		}
		const set = piece.sql.filter((sql) => pragma.test(sql));
		settings = [...settings, ...set];
		const sql = piece.sql.filter((one) => !pragma.test(one) && !isBoundary(one) && !isQuery(one));
		if (sql.length === 0) continue;
		arranged.push({
			...piece,
			sql: [...sql, ...(triggers ?? [])],
			transaction: triggers === undefined ? "people" : "own",
			settings: [...piece.settings, ...settings],
			follows: arranged.length > 0,
			phase,
			undo: { none: undone },
			holds: { before: [keysHold], after: [keysHold, isWhole] },
		});
	}
	return arranged;
}

/**
 * A copy of the whole database beside the runner: VACUUM INTO overwrites no file, so no two have the same name.
 */
export function backupPiece(first: Piece): Piece {
	const name = first.origin.migration.replace(/[^\w.-]+/g, "_");
	return {
		title: "Copy the database into a file: what is taken away next is only there afterwards",
		origin: first.origin,
		sql: [
			`VACUUM INTO 'before-${name}-' || strftime('%Y%m%dT%H%M%S-', 'now') || lower(hex(randomblob(3))) || '.db';`,
		],
		transaction: "none",
		settings: [],
		follows: false,
		proves: false,
		checks: [],
		evidence: [],
		notes: [
			"The copy lies in the directory that the plan is run from. To go back, stop the application and put it in the place of the database.",
		],
	};
}
