/**
 * Does what the server's format() does with constant arguments: %s, %I, %L, %%, positions and no widths.
 * Returns undefined for what it cannot say. Source: PostgreSQL documentation, "String Functions", format.
 */
export function formatTexts(template: string, inserted: readonly string[]): string | undefined {
	let next = 0;
	let missing = 0;
	const text = template.replace(
		/%(?:(\d+)\$)?(?:(-?)(\d+))?(.)/gs,
		(written: string, position: string | undefined, _left, _width, kind: string) => {
			if (kind === "%") return "%";
			if (position !== undefined) next = Number(position) - 1;
			const value = inserted[next++];
			if (value !== undefined && kind === "s") return value;
			if (value !== undefined && kind === "I") return quoteIdentifier(value);
			if (value !== undefined && kind === "L") return quoteLiteral(value);
			missing++;
			return written;
		},
	);
	return missing === 0 ? text : undefined;
}

/** Quotes a name whenever it is not plainly lower case; a reserved word quoted too much does no harm. */
export function quoteIdentifier(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
	const quoted = `'${text.replaceAll("'", "''")}'`;
	return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
