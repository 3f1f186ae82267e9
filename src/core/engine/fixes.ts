import type { Dialect, EditPlace, Reading } from "../dialect.ts";
import type { FilledRecipe } from "../finding.ts";
import type { FilledFix, Fix, StatementChange, TextEdit } from "../fix.ts";
import type { Migration, Section } from "../migration.ts";
import type { Range } from "../source.ts";
import type { Statement } from "../statement.ts";
import type { Moment } from "./history.ts";

/** What stands around a statement in its file. */
export interface Surroundings {
	readonly dialect: Dialect;
	readonly section: Section;
	readonly reading: Reading;
}

/** Returns the fixes of a report as edits; those that cannot be made here are left out. */
export function fillFixes(
	fixes: readonly Fix[],
	moment: Moment,
	surroundings: Surroundings,
	recipe: FilledRecipe | undefined,
): readonly FilledFix[] {
	// A body's text is a string or another file; of several statements that run it one is in view.
	if (moment.part.reached || moment.calledFrom) return [];
	return fixes.flatMap((fix): readonly FilledFix[] => {
		const edits = editsOf(fix, moment, surroundings, recipe);
		return edits ? [{ title: fix.title, safety: fix.safety, edits }] : [];
	});
}

function editsOf(
	fix: Fix,
	moment: Moment,
	surroundings: Surroundings,
	recipe: FilledRecipe | undefined,
): readonly TextEdit[] | undefined {
	const { statement, transaction } = moment;
	const { section, dialect } = surroundings;
	const within = placeInFile(section, statement);
	if (!within) return undefined;
	const leave = fix.outsideTransaction === true ? leaving(moment, surroundings) : [];
	if (!leave) return undefined;
	const place: EditPlace = {
		within,
		inTransaction: transaction !== undefined || section.transaction === "implicit",
	};
	const changes = fix.changes.flatMap((change): readonly (StatementChange | undefined)[] => {
		if (change.kind === "applyRecipe") return [recipeChange(recipe, fix)];
		if (change.kind !== "setParameter") return [change];
		const endsHere = !place.inTransaction && isConcurrentLater(statement, surroundings.reading);
		return endsHere ? [change, { kind: "insertAfter", sql: `RESET ${change.name};` }] : [change];
	});
	if (addsStatement(changes) && !mayAddStatement(fix, moment, surroundings)) return undefined;
	const found: TextEdit[] = [...leave];
	for (const change of changes) {
		const edits = change && dialect.edits(statement, change, place);
		if (!edits) return undefined;
		found.push(...edits);
	}
	if (found.length === 0) return undefined;
	return section.embedded ? verbatimOnly(joinEdits(found)) : joinEdits(found);
}

/** The part of the file that is SQL around the statement; undefined where its text is not in the file. */
function placeInFile({ file, range, embedded }: Section, statement: Statement): Range | undefined {
	if (statement.file.path !== file.path || statement.file.text !== file.text) return undefined;
	if (!embedded) return range;
	const { start, end } = statement.range;
	const literal = embedded.find(
		(sql) => sql.kind === "sql" && sql.range.start <= start && end <= sql.range.end,
	);
	return literal?.kind === "sql" && literal.verbatim ? literal.range : undefined;
}

/** In a program's string a quote, a line end or a backslash would end or change the string. */
function verbatimOnly(edits: readonly TextEdit[]): readonly TextEdit[] | undefined {
	return edits.every(({ text }) => /^[\w .,;()=]*$/.test(text)) ? edits : undefined;
}

/** A limit set for the session would end the waits of CONCURRENTLY too, and leave an INVALID index. */
function isConcurrentLater(statement: Statement, { statements }: Reading): boolean {
	return statements
		.slice(statements.indexOf(statement) + 1)
		.flatMap(({ parts }) => parts.flatMap(({ operations }) => operations))
		.some((operation) => "concurrently" in operation && operation.concurrently);
}

/** The edits that take the statement out of its transaction; undefined where nothing can. */
function leaving(
	{ transaction, migration, statement }: Moment,
	surroundings: Surroundings,
): readonly TextEdit[] | undefined {
	if (!transaction) return [];
	const { section, reading } = surroundings;
	if (transaction.wrapper !== "tool" || !standsAlone(statement, reading)) return undefined;
	if (section.perStatementDetection) return [];
	const { wayOut } = section;
	if (!wayOut) return undefined;
	if (wayOut.counts === "file" && !othersAreSingle(migration, surroundings)) return undefined;
	return [wayOut.edit];
}

function standsAlone(statement: Statement, { statements }: Reading): boolean {
	return statements.every((other) => other === statement);
}

/** One statement is a transaction of its own: the other sections of the file lose nothing. */
function othersAreSingle(migration: Migration, { section, dialect }: Surroundings): boolean {
	const { placeholders } = migration;
	return [...migration.up, ...migration.down]
		.filter((other) => other !== section && other.file === section.file)
		.every(({ file, range }) => dialect.read(file, { range, placeholders }).statements.length <= 1);
}

function addsStatement(changes: readonly (StatementChange | undefined)[]): boolean {
	return changes.some(
		(change) =>
			change !== undefined &&
			(change.kind === "insertBefore" ||
				change.kind === "insertAfter" ||
				change.kind === "setParameter" ||
				(change.kind === "replaceStatement" && /;\s*\S/.test(change.sql))),
	);
}

function mayAddStatement(
	fix: Fix,
	{ statement, transaction, migration }: Moment,
	{ section }: Surroundings,
): boolean {
	const { start, end } = statement.range;
	// The tool sends a marked block as one statement, and cuts a doubled semicolon otherwise.
	const blocks = section.statementRule?.blocks ?? [];
	if (blocks.some((block) => block.start <= start && end <= block.end)) return false;
	if (migration.placeholders.includes("doubledSemicolon")) return false;
	if (fix.outsideTransaction !== true) return true;
	// Several statements in one message are one transaction, and a tool may refuse a mixed file.
	const runs = transaction ? (section.wayOut?.then ?? "implicit") : section.transaction;
	return runs !== "implicit" && section.perStatementDetection !== true;
}

/** The steps of a recipe as statements, where the server alone carries them out. */
function recipeChange(recipe: FilledRecipe | undefined, fix: Fix): StatementChange | undefined {
	const steps = recipe?.steps ?? [];
	// What people do first, the statement as it stands needs as well.
	const first = steps.findIndex(({ transaction }) => transaction !== "people");
	const rest = fix.safety === "suggestion" ? steps.slice(Math.max(0, first)) : steps;
	const statements = rest.flatMap(({ sql, transaction }) =>
		sql !== undefined && (transaction === "own" || transaction === "none") ? [sql] : [],
	);
	if (statements.length === 0 || statements.length < rest.length) return undefined;
	return { kind: "replaceStatement", sql: statements.join("\n") };
}

/** Puts edits in order; those that meet at a place become one. */
function joinEdits(edits: readonly TextEdit[]): readonly TextEdit[] {
	const joined: TextEdit[] = [];
	for (const edit of [...edits].sort((a, b) => a.range.start - b.range.start)) {
		const last = joined.at(-1);
		if (last?.range.end !== edit.range.start || joined.length === 0) joined.push(edit);
		else {
			const range = { start: last.range.start, end: edit.range.end };
			joined[joined.length - 1] = { range, text: last.text + edit.text };
		}
	}
	return joined;
}
