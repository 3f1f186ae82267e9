import type { Usage } from "../project/usage/read-usage.ts";
import { countOf, type Palette } from "./report.ts";
import { wrap } from "./wrap.ts";

const statementsShown = 5;

/** `used`: it is certain. `maybe`: something may use it. `notSeen`: nothing did in the time that is known. */
export type UsageVerdict = "used" | "maybe" | "notSeen" | "unknown";

/** Returns what the numbers come to. Counters tell of the table as a whole, not of a column. */
export function verdictOf({ target, statements, counters, dependents }: Usage): UsageVerdict {
	const seen = "seen" in statements ? statements.seen : [];
	const tableIsUsed = counters.scans + counters.writes > 0;
	if (seen.some(({ certain }) => certain) || dependents.some(({ kind }) => kind !== "function")) {
		return "used";
	}
	if (target.column === undefined && tableIsUsed) return "used";
	if (seen.length > 0 || dependents.length > 0) return "maybe";
	if (!("seen" in statements)) return tableIsUsed ? "unknown" : "notSeen";
	return statements.unread > 0 ? "maybe" : "notSeen";
}

const since = (time: string | undefined): string =>
	time === undefined ? "since the statistics began" : `since ${time}`;

function headline(usage: Usage, name: string): string {
	const { statements, counters } = usage;
	const time = "seen" in statements ? statements.since : counters.since;
	const words: Readonly<Record<UsageVerdict, string>> = {
		used: `${name} is used.`,
		maybe: `${name} may be used.`,
		notSeen: `${name} was not seen ${since(time)}.`,
		unknown: `Whether ${name} is used is not known.`,
	};
	return words[verdictOf(usage)];
}

function nameOf({ target: { schema, table, column } }: Usage): string {
	return [
		...(schema === "public" ? [] : [schema]),
		table,
		...(column === undefined ? [] : [column]),
	].join(".");
}

function statementLines(usage: Usage, width: number): readonly string[] {
	const { statements } = usage;
	if ("missing" in statements) return [`${statements.missing}.`, statements.hint];
	const { seen, unread } = statements;
	if (seen.length === 0 && unread === 0) return [`none ${since(statements.since)}`];
	const lines = seen.slice(0, statementsShown).map(({ sql, calls, certain }) => {
		const text = sql.replace(/\s+/g, " ");
		const doubt = certain ? "" : " (perhaps another table's column)";
		const room = width - 40;
		return `${countOf(calls, "call")}${doubt}: ${text.length > room ? `${text.slice(0, room)}...` : text}`;
	});
	const more = seen.length - statementsShown;
	return [
		...lines,
		...(more > 0 ? [`... ${countOf(more, "more statement")}`] : []),
		...(unread > 0 ? [`${countOf(unread, "statement")} could not be read`] : []),
	];
}

/** Returns the evidence for a person at a terminal of the given width. */
export function usageText(usage: Usage, palette: Palette, width: number): string {
	const { counters, indexes, dependents } = usage;
	const rows: readonly (readonly [string, readonly string[]])[] = [
		["statements", statementLines(usage, width)],
		[
			"table",
			[
				`${countOf(counters.scans, "scan")}, ${countOf(counters.writes, "row")} written ${since(counters.since)}`,
			],
		],
		["indexes", indexes.map(({ name, scans }) => `${name}: ${countOf(scans, "scan")}`)],
		["named by", dependents.map(({ kind, name }) => `${kind} ${name}`)],
	];
	const lines = [palette.strong(headline(usage, nameOf(usage)))];
	for (const [label, values] of rows) {
		const wrapped = values.flatMap((value) => wrap(value, width - 14));
		for (const [at, line] of wrapped.entries()) {
			lines.push(`  ${palette.faint((at === 0 ? label : "").padEnd(12))}${line}`);
		}
	}
	return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Returns the evidence as one JSON document: a contract, fields are only ever added. */
export function usageJson(usage: Usage): string {
	return `${JSON.stringify({ version: 1, verdict: verdictOf(usage), ...usage }, undefined, "\t")}\n`;
}
