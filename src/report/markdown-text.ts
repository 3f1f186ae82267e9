/** Returns text for a table's cell or a line: nothing in it is taken for Markdown or HTML. */
export function plain(text: string): string {
	return text.replace(/[\\`*_[\]<>|&#~]/g, (character) => `\\${character}`).replace(/\s+/g, " ");
}

/** Returns text as code within a line. */
export function code(text: string): string {
	const inner = text.replace(/\s+/g, " ").replace(/\|/g, "\\|");
	const fence = inner.includes("`") ? "``" : "`";
	return `${fence}${inner}${fence}`;
}

/** Returns SQL as a block. */
export function fenced(sql: string): string {
	const ticks = [...sql.matchAll(/`{3,}/g)].map(([run]) => run.length);
	const fence = "`".repeat(Math.max(3, ...ticks.map((length) => length + 1)));
	return `${fence}sql\n${sql}\n${fence}`;
}
