import type { Range } from "../../core/source.ts";

const statementStart =
	/(?:select\s[^]{0,4000}?(?:\bfrom\s|\()|insert\s+into\s|update\s[^]{1,200}?\sset\s|delete\s+from\s|merge\s+into\s|truncate\s|with\s[^]{1,200}?\bas\s[^]{0,20}?\(|alter\s+(?:table|type)\s|(?:create|drop)\s+(?:or\s+replace\s+)?(?:unique\s+)?(?:table|view|index|function|trigger|type|materialized)\s|copy\s[^]{1,400}?\s(?:from|to)\s|lock\s+table\s|call\s+\w+\s*\(|refresh\s+materialized\s)/iy;

const longest = 8000;

/** The end of a string that a quote opens, without the quote. */
function endOfString(text: string, start: number, quote: string): number {
	for (let at = start; at < Math.min(text.length, start + longest); at++) {
		if (text[at] === "\\") at++;
		else if (text.startsWith(quote, at)) return at;
	}
	return Math.min(text.length, start + longest);
}

/** A string that goes on in the next one: "SELECT id " + "FROM orders", or simply side by side. */
const continuation = /\s*(?:[+.&]|\\\n|<>)?\s*[a-z]{0,2}(?="""|'''|["'`])/iy;

const opener = /(?:"""|'''|r?#+"|["'`])/gy;

function closingOf(open: string): string {
	return open.includes("#") ? `"${open.replace(/[^#]/g, "")}` : open;
}

/** Returns the strings of a program that hold SQL, each with those that go on with it. */
function sqlStrings(text: string): readonly Range[] {
	const zones: Range[] = [];
	const opening = /"""|'''|#+"|["'`]|<<[-~<]?['"]?([A-Z][A-Z_]*)['"]?[^\n]*\n/g;
	for (let match = opening.exec(text); match; match = opening.exec(text)) {
		const start = match.index + match[0].length;
		statementStart.lastIndex =
			start + (/^[\s(]*/.exec(text.slice(start, start + 200))?.[0].length ?? 0);
		if (!statementStart.test(text)) continue;
		const tag = match[1];
		if (tag !== undefined) {
			const end = new RegExp(`^\\s*${tag}\\b`, "m").exec(text.slice(start, start + longest));
			zones.push({ start, end: end ? start + end.index : Math.min(text.length, start + longest) });
			opening.lastIndex = zones.at(-1)?.end ?? start;
			continue;
		}
		const close = closingOf(match[0]);
		let end = endOfString(text, start, close);
		let after = end + close.length;
		for (;;) {
			continuation.lastIndex = after;
			if (!continuation.test(text)) break;
			opener.lastIndex = continuation.lastIndex;
			const next = opener.exec(text);
			if (!next || after - start > longest) break;
			end = endOfString(text, opener.lastIndex, closingOf(next[0]));
			after = end + closingOf(next[0]).length;
		}
		zones.push({ start, end });
		opening.lastIndex = after;
	}
	return zones;
}

function statementsOfFile(text: string): readonly Range[] {
	const zones: Range[] = [];
	let start = 0;
	for (let end = text.indexOf(";"); end !== -1; end = text.indexOf(";", start)) {
		zones.push({ start, end });
		start = end + 1;
	}
	return [...zones, { start, end: text.length }];
}

/** Returns the stretches of a file that are SQL statements, by their looks. */
export function sqlZones(text: string, extension: string): readonly Range[] {
	return extension === "sql" || extension === "psql" ? statementsOfFile(text) : sqlStrings(text);
}

/** A table as a statement names it. */
export interface TableUse {
	readonly start: number;
	readonly end: number;
	readonly schema: string | undefined;
	readonly table: string;
	readonly alias: string | undefined;
}

const tableUse =
	/\b(?:from|join|into|update|table(?:\s+if\s+exists)?|truncate|only|copy|references|using|lateral)\s+(?:only\s+)?\\?"?(?:([\w$]+)\\?"?\s*\.\s*\\?"?)?([\w$]+)\\?"?(?:\s+(?:as\s+)?\\?"?([\w$]+))?/dgi;

const notAnAlias =
	/^(?:on|where|set|join|left|right|inner|outer|full|cross|natural|order|group|limit|using|values|select|returning|having|union|for|default|as|offset|window|fetch|from|with|tablesample|add|drop|alter|rename|column|references|cascade|restrict|and|or)$/i;

/** Returns the tables that the SQL of a stretch names. */
export function tablesOf(text: string, zone: Range): readonly TableUse[] {
	const uses: TableUse[] = [];
	const sql = text.slice(zone.start, zone.end);
	for (const match of sql.matchAll(tableUse)) {
		const [start, end] = match.indices?.[2] ?? [match.index, match.index];
		const [, schema, table = "", alias] = match;
		const isAlias = alias !== undefined && !notAnAlias.test(alias);
		uses.push({
			start: zone.start + start,
			end: zone.start + end,
			schema,
			table,
			alias: isAlias ? alias : undefined,
		});
	}
	// FROM orders, customers c: the names behind the comma.
	for (const match of sql.matchAll(
		/\bfrom\s+(?:[\w$."]+(?:\s+(?:as\s+)?\w+)?\s*,\s*)+([\w$]+)/dgi,
	)) {
		const [start, end] = match.indices?.[1] ?? [match.index, match.index];
		uses.push({
			start: zone.start + start,
			end: zone.start + end,
			schema: undefined,
			table: match[1] ?? "",
			alias: undefined,
		});
	}
	return uses;
}
