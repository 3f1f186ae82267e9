import { positionAt } from "../core/source.ts";
import type { Difference } from "../trace/compare.ts";
import type { FileWrites, Observation } from "../trace/observe.ts";
import { placeOf, silenceOf, sqlOf, type Step } from "../trace/script.ts";
import type { HistoryFailure, Trace, TracedStatement } from "../trace/trace.ts";
import { countOf, type Palette } from "./report.ts";

const shownFailures = 5;

function shortName(relation: string): string {
	return relation.replace(/^public\./, "");
}

function names(relations: readonly string[]): string {
	return relations.map(shortName).join(", ");
}

function placeText(step: Step, offset: number): string {
	const { line, column } = positionAt(step.statement.file, offset);
	return `${step.statement.file.path}:${line}:${column}`;
}

function oneLine(step: Step, width: number): string {
	const text = sqlOf(step).replaceAll(/\s+/g, " ");
	return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function duration(milliseconds: number): string {
	if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
	return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** SQLite locks the whole file for one writer, so what it writes is what matters. */
function writeLines({
	begins,
	pages,
	pagesOfTransaction,
}: FileWrites): readonly [label: string, text: string][] {
	const lines: [string, string][] = [];
	if (begins) {
		const many = pages === undefined ? "" : `, ${countOf(pages, "page")} written`;
		lines.push(["locks", `the database file against other writers${many}`]);
	}
	if (pagesOfTransaction !== undefined) {
		lines.push([
			"commit",
			`${countOf(pagesOfTransaction, "page")} written by the whole transaction`,
		]);
	}
	return lines;
}

/** What happened, one line for each kind of thing. */
function happenedLines(seen: Observation): readonly (readonly [label: string, text: string])[] {
	const lines: [string, string][] = [];
	if (seen.writes) lines.push(...writeLines(seen.writes));
	else if (!seen.locks) lines.push(["locks", "could not be seen: PGlite has one connection only"]);
	else if (seen.locks.length > 0) {
		const locks = seen.locks.map(({ relation, mode }) => `${shortName(relation)} ${mode}`);
		lines.push(["locks", locks.join(", ")]);
	}
	if (seen.rewrites.length > 0) lines.push(["rewrote", names(seen.rewrites)]);
	if (seen.emptied.length > 0) lines.push(["emptied", names(seen.emptied)]);
	const scans = seen.scans.map(
		({ relation, rows }) => `${shortName(relation)} (${countOf(rows, "row")})`,
	);
	if (scans.length > 0) lines.push(["read", scans.join(", ")]);
	if (seen.builds.length > 0) lines.push(["built", names(seen.builds.map(({ index }) => index))]);
	for (const proof of seen.proofs) lines.push(["proof", proof]);
	if (seen.refusedInTransaction) lines.push(["note", "refused in a transaction"]);
	return lines;
}

function differenceText({ aspect, relation, said, happened }: Difference): string {
	const what = relation === undefined ? aspect : `${aspect} of ${shortName(relation)}`;
	return `${what}: the effects said ${said}, the server did ${happened}`;
}

function unseenText({ aspect, relation = "", said }: Difference): string {
	const what = aspect === "scans" ? "the scan" : `the ${said}`;
	return `${what} of ${shortName(relation)} could not be seen on an empty table`;
}

function statementLines(
	traced: TracedStatement,
	palette: Palette,
	width: number,
): readonly string[] {
	const { step, seen, differences, dependsOnRows, notRun } = traced;
	const place = palette.strong(placeText(step, step.statement.range.start));
	const code = `  ${palette.code(oneLine(step, width - 2))}`;
	const line = ([label, text]: readonly [string, string]): string =>
		`    ${palette.faint(label.padEnd(9))}${text}`;
	if (notRun !== undefined) {
		return [`${place}  ${palette.warning("not run")}`, code, line(["because", notRun]), ""];
	}
	if (!seen) return [place, code, ""];
	const silence = silenceOf(step);
	const verdict =
		silence !== undefined
			? palette.warning(`nothing was said: ${silence}`)
			: differences.length > 0
				? palette.error("not as said")
				: "as said";
	return [
		`${place}  ${verdict}  ${palette.faint(duration(seen.milliseconds))}`,
		code,
		...happenedLines(seen).map(line),
		...(seen.failure
			? [
					line([
						palette.error("failed"),
						`${seen.failure.code} at ${placeText(step, placeOf(step, seen.failure))}: ${seen.failure.message}`,
					]),
				]
			: []),
		...differences.map((difference) =>
			line([palette.error("differs"), differenceText(difference)]),
		),
		...dependsOnRows.map((difference) => line(["unseen", unseenText(difference)])),
		"",
	];
}

function failureLines(failures: readonly HistoryFailure[], palette: Palette): readonly string[] {
	if (failures.length === 0) return [];
	const shown = failures.slice(0, shownFailures).map(({ step, failure }) => {
		const place = placeText(step, placeOf(step, failure));
		return `  ${place}  ${failure.code} ${failure.message}`;
	});
	const more = failures.length - shown.length;
	return [
		palette.warning(
			`${countOf(failures.length, "statement")} of the history failed; what follows may differ for that reason.`,
		),
		...shown,
		...(more > 0 ? [`  and ${more} more`] : []),
		"",
	];
}

function filledLines(trace: Trace, palette: Palette): readonly string[] {
	const failed = trace.filled.filter(({ failure }) => failure);
	if (trace.filled.length === 0) return [];
	const filled = trace.filled.length - failed.length;
	return [
		`Filled ${countOf(filled, "table")} with generated rows.`,
		...failed.map(({ table, failure }) =>
			palette.warning(`  ${shortName(table)} stays as it is: ${failure?.message ?? ""}`),
		),
		"",
	];
}

function traceLines(trace: Trace, palette: Palette, width: number): readonly string[] {
	const { engine, history, statements } = trace;
	const run = statements.filter(({ seen }) => seen);
	const differing = run.filter(({ differences }) => differences.length > 0).length;
	const failed = run.filter(({ seen }) => seen?.failure).length;
	const verdict = differing === 0 ? "all as said" : palette.error(`${differing} not as said`);
	return [
		...failureLines(history.failures, palette),
		...filledLines(trace, palette),
		...statements.flatMap((traced) => statementLines(traced, palette, width)),
		`${engine.name}: ${countOf(run.length, "statement")} run after ${countOf(history.statements, "earlier one")}: ${verdict}${failed > 0 ? `, ${palette.error(`${failed} failed`)}` : ""}.`,
	];
}

/** Returns the traces for a person at a terminal of the given width. */
export function traceText(traces: readonly Trace[], palette: Palette, width: number): string {
	return `${traces.flatMap((trace) => traceLines(trace, palette, width)).join("\n")}\n`;
}
