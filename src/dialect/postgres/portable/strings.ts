import type { PortableSource } from "./source.ts";
import { Unreadable } from "./unreadable.ts";

/** The ordinary strings of a statement in their order: the library trims some of them. */
export function stringsOf(source: PortableSource): readonly string[] {
	return source.tokens
		.filter(({ kind }) => kind === "string")
		.map((token) => contentOf(source.textAt(token)));
}

/** What an ordinary or dollar-quoted string holds. */
export function contentOf(written: string): string {
	if (written.startsWith("'")) return written.slice(1, -1).replaceAll("''", "'");
	const delimiter = /^\$[^$]*\$/.exec(written)?.[0];
	if (delimiter === undefined) throw new Unreadable("its string has escapes");
	return written.slice(delimiter.length, -delimiter.length);
}
