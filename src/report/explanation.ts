import type { Effect, Lock } from "../core/effect.ts";
import { shortName, type Explanation } from "../core/engine/explain.ts";
import type { FilledRecipe } from "../core/finding.ts";
import type { Advice } from "../explaining.ts";
import { placeIn, positionAt, type Position } from "../core/source.ts";
import { blockedBy, durations, modeName, onlineWords, refusalCode, undo } from "./effect-words.ts";
import { countOf, type Palette } from "./report.ts";
import { recipeLines } from "./recipe-text.ts";
import { wrap } from "./wrap.ts";

/** The json format of explain: a contract. Relations are schema.name, modes the server's own names. */
export interface JsonExplanations {
	readonly version: 1;
	readonly statements: readonly {
		readonly file: string;
		readonly start: Position;
		readonly end: Position;
		readonly phase: Effect["phase"];
		readonly reversible: Effect["reversible"];
		readonly locks: readonly { readonly relation: string; readonly mode: string }[];
		readonly indexLocks: readonly { readonly relation: string; readonly mode: string }[];
		readonly rewrites: readonly string[];
		readonly scans: readonly string[];
		readonly builds: readonly string[];
		readonly transaction: Effect["transaction"];
		/** How MySQL and MariaDB run it; null elsewhere, and for what changes no table. */
		readonly online: Effect["online"] | null;
		/** Locks that are taken for a moment only, when it begins and ends. */
		readonly briefLocks: readonly { readonly relation: string; readonly mode: string }[];
		/** The server ends the open transaction before it. */
		readonly commits: boolean;
		/** SQLSTATE, in MySQL and MariaDB the error number; null when the server accepts the statement. */
		readonly fails: string | null;
		readonly failsBecause: string | null;
		readonly duration: Effect["duration"];
		/** True when a relation is not in the history: it is taken to exist and to have rows. */
		readonly assumed: boolean;
		readonly reasons: readonly string[];
		readonly better: Effect["better"] | null;
		/** Why the statement could not be read, or null. */
		readonly unread: string | null;
		/** The safe ways to the same end. */
		readonly recipes: readonly FilledRecipe[];
	}[];
}

const modeOf = ({ relation, mode }: Lock): { relation: string; mode: string } => ({
	relation,
	mode,
});

/** Returns the explanations as one JSON document. */
export function explanationJson(explanations: readonly Advice[]): string {
	const document: JsonExplanations = {
		version: 1,
		statements: explanations.map(({ statement, effect, recipes }) => ({
			file: statement.file.path,
			start: positionAt(statement.file, statement.range.start),
			end: positionAt(statement.file, placeIn(statement.file, statement.range).end),
			phase: effect.phase,
			reversible: effect.reversible,
			locks: effect.locks.map(modeOf),
			indexLocks: effect.indexLocks.map(modeOf),
			rewrites: effect.rewrites,
			scans: effect.scans,
			builds: effect.builds.map(({ index }) => index),
			transaction: effect.transaction,
			online: effect.online ?? null,
			briefLocks: (effect.briefLocks ?? []).map(modeOf),
			commits: effect.commits === true,
			fails: effect.fails?.code ?? null,
			failsBecause: effect.fails?.reason ?? null,
			duration: effect.duration,
			assumed: effect.assumed,
			reasons: effect.reasons,
			better: effect.better ?? null,
			unread: statement.unread?.message ?? null,
			recipes,
		})),
	};
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}

/** Row counts by table name, with or without schema. */
type Rows = ReadonlyMap<string, number>;

function withRows(relation: string, rows: Rows): string {
	const short = shortName(relation);
	const count = rows.get(relation) ?? rows.get(short);
	return count === undefined ? short : `${short} (about ${count.toLocaleString("en-US")} rows)`;
}

function listOf(relations: readonly string[], rows: Rows): string {
	return relations.map((relation) => withRows(relation, rows)).join(", ");
}

function heldLine(explanation: Explanation): string | undefined {
	const { effect, transaction, heldThrough, slowWhileHeld } = explanation;
	if (!effect.locks.some(({ blocks }) => blocks === "writes" || blocks === "readsAndWrites")) {
		return undefined;
	}
	if (!transaction || effect.commits) return "until the statement ends";
	if (heldThrough.length === 0) return "until the transaction ends, right after this statement";
	const slow =
		slowWhileHeld.length === 0
			? "none of them grows with a table"
			: `${countOf(slowWhileHeld.length, "of them grows", "of them grow")} with a table`;
	return `through ${countOf(heldThrough.length, "more statement")} of the same transaction; ${slow}`;
}

/**
 * Even a moment's lock is waited for: behind whoever has used the table, and in front of everybody else. The
 * servers that say so wait for a day or a year (lock_wait_timeout).
 */
function waitLines({
	briefLocks,
	locks,
	commits,
	fails,
}: Effect): readonly (readonly [string, string])[] {
	if (!commits || fails) return [];
	const whole = locks.filter(({ blocks }) => blocks === "readsAndWrites");
	const names = [...whole, ...(briefLocks ?? [])].map(({ relation }) => shortName(relation));
	if (names.length === 0) return [];
	const when = briefLocks && whole.length === 0 ? "when it begins and ends " : "";
	const used = [...new Set(names)].join(" and ");
	return [
		[
			"waits",
			`${when}for every open transaction that has used ${used}; everybody else queues behind it`,
		],
	];
}

/** Returns what a statement does, line by line: a label (empty where it goes on) and plain words. */
export function explanationLines(
	explanation: Explanation,
	rows: Rows,
): readonly (readonly [string, string])[] {
	const { effect } = explanation;
	const held = heldLine(explanation);
	const lines: (readonly [string, string])[] = [];
	if (effect.online && !effect.fails)
		lines.push(["runs", onlineWords(effect.online, effect.rewrites)]);
	effect.locks.forEach((lock, at) => {
		const words = `${modeName(lock.mode)}, ${blockedBy(lock)}`;
		lines.push([at === 0 ? "locks" : "", `${shortName(lock.relation)}: ${words}`]);
	});
	if (held !== undefined) lines.push(["held", held]);
	lines.push(...waitLines(effect));
	if (effect.rewrites.length > 0) lines.push(["rewrites", listOf(effect.rewrites, rows)]);
	const read = effect.scans.filter((relation) => !effect.rewrites.includes(relation));
	if (read.length > 0) lines.push(["reads all", listOf(read, rows)]);
	if (effect.builds.length > 0) {
		lines.push(["builds", effect.builds.map(({ index }) => shortName(index)).join(", ")]);
	}
	lines.push(["time", durations[effect.duration]]);
	if (effect.transaction === "refused") {
		lines.push(["needs", "to run outside a transaction: the server refuses it in one"]);
	}
	if (effect.fails) {
		lines.push(["fails", `${effect.fails.reason} (${refusalCode(effect.fails.code)})`]);
	}
	if (effect.commits)
		lines.push(["commits", "ends the open transaction, and cannot be rolled back"]);
	if (effect.replicaLag) {
		lines.push([
			"replicas",
			"do it again when the source is done, and lag behind as long as it takes",
		]);
	}
	lines.push(["phase", `${effect.phase}; ${undo[effect.reversible]}`]);
	for (const reason of effect.reasons) lines.push(["why", reason]);
	if (effect.better) {
		const server = effect.better.server ?? `PostgreSQL ${effect.better.version}`;
		lines.push(["better", `from ${server} on: ${effect.better.how}`]);
	}
	if (effect.assumed) {
		lines.push([
			"assumed",
			"the history does not make every table here: they are taken to have rows",
		]);
	}
	return lines;
}

/** Returns the explanations for a person at a terminal of the given width. */
export function explanationText(
	explanations: readonly Advice[],
	rows: Rows,
	palette: Palette,
	width: number,
): string {
	const lines: string[] = [];
	for (const explanation of explanations) {
		const { statement } = explanation;
		const { line, column } = positionAt(statement.file, statement.range.start);
		const sql = statement.file.text.slice(statement.range.start, statement.range.end);
		const [first = "", ...more] = sql.split(/\r?\n/);
		lines.push(palette.faint(`${statement.file.path}:${line}:${column}`));
		lines.push(palette.strong(more.length > 0 ? `${first} ...` : first));
		if (statement.unread) {
			lines.push(palette.error(`  cannot be read: ${statement.unread.message}`), "");
			continue;
		}
		for (const [label, value] of explanationLines(explanation, rows)) {
			const [head = "", ...rest] = wrap(value, width - 12);
			lines.push(`  ${palette.faint(label.padEnd(10))}${head}`);
			for (const continued of rest) lines.push(`${" ".repeat(12)}${continued}`);
		}
		for (const recipe of explanation.recipes) {
			const [head = "", ...rest] = wrap(recipe.summary, width - 12);
			lines.push(`  ${palette.faint("safer".padEnd(10))}${head}`);
			for (const continued of rest) lines.push(`${" ".repeat(12)}${continued}`);
			lines.push(...recipeLines(recipe, palette, width));
		}
		lines.push("");
	}
	return `${lines.join("\n")}\n`;
}
