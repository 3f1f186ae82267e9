import type { Name, QName } from "pgsql-ast-parser";
import type { QualifiedName } from "../../../core/expression.ts";
import { identifierValue } from "../token.ts";
import type { PortableSource } from "./source.ts";
import { Unreadable } from "./unreadable.ts";

/** Reserved by the server, plain names to the portable parser. */
const reserved: ReadonlySet<string> = new Set(["column", "primary", "system_user", "unique"]);

/** The name as the server keeps it: without doubled quotes, cut at 63 bytes. */
export function identifier(name: string, source: PortableSource): string {
	if (reserved.has(name) && !isQuoted(name, source)) {
		throw new Unreadable(`"${name}" is a reserved word`);
	}
	return cutName(name.replaceAll('""', '"'));
}

/** The identifier of a Name node. */
export function nameOf({ name }: Name, source: PortableSource): string {
	return identifier(name, source);
}

function isQuoted(name: string, { tokens, base, text }: PortableSource): boolean {
	return tokens.some(({ kind, start, end }) => {
		if (kind !== "quotedIdentifier") return false;
		return identifierValue({ kind, start: start - base, end: end - base }, text) === name;
	});
}

// NAMEDATALEN of an ordinary build, less the NUL.
const longestName = 63;

function cutName(name: string): string {
	if (name.length * 3 <= longestName) return name;
	const encoder = new TextEncoder();
	let cut = "";
	let bytes = 0;
	for (const character of name) {
		bytes += encoder.encode(character).length;
		if (bytes > longestName) return cut;
		cut += character;
	}
	return name;
}

/** The schema and the name. */
export function partsOf({ schema, name }: QName, source: PortableSource): readonly string[] {
	if (schema === undefined) return [identifier(name, source)];
	return [identifier(schema, source), cutName(name.replaceAll('""', '"'))];
}

/** The name without a place. */
export function plainName(name: QName, source: PortableSource): QualifiedName {
	const [first = "", second] = partsOf(name, source);
	return second === undefined ? { name: first } : { schema: first, name: second };
}

/** The object or relation that a node names, with its place. */
export function lowerName(name: QName, source: PortableSource): QualifiedName {
	return { ...plainName(name, source), range: rangeOf(name, source) };
}

function rangeOf(name: QName, source: PortableSource) {
	const first = source.firstTokenOf(name);
	const own = partsOf(name, source).at(-1) ?? "";
	const last = source.rangeOfName(own, first.start);
	return last === source.statementRange ? first : { start: first.start, end: last.end };
}
