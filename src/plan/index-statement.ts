const head = /^create\s+(unique\s+)?index\s+(?:if\s+not\s+exists\s+)?/i;
const name = String.raw`(?:"(?:[^"]|"")*"|[^\s("]+)`;
const on = new RegExp(String.raw`\bon\s+(?:only\s+)?${name}\s*(?=\(|using\b)`, "i");

/**
 * Returns a CREATE INDEX statement with CONCURRENTLY, or undefined where its text is not plain. IF NOT
 * EXISTS goes: it would take the INVALID index of a failed build for the index.
 */
export function asConcurrentIndex(text: string): string | undefined {
	if (!head.test(text)) return undefined;
	const plain = text.replace(head, (_, unique?: string) =>
		unique ? "CREATE UNIQUE INDEX CONCURRENTLY " : "CREATE INDEX CONCURRENTLY ",
	);
	return `${plain};`;
}

/** Returns the statement with another name for another table: its text after the table is kept. */
export function indexStatementFor(
	text: string,
	index: { readonly start: string; readonly table: string },
): string | undefined {
	const match = on.exec(text);
	if (!match || !head.test(text)) return undefined;
	const unique = head.exec(text)?.[1] ? "CREATE UNIQUE INDEX" : "CREATE INDEX";
	return `${unique} ${index.start} ON ${index.table} ${text.slice(match.index + match[0].length)};`;
}
