/** Returns a query of ours with $1, $2 ... in the places of its question marks; quoted text stays. */
export function numberPlaceholders(sql: string): string {
	let count = 0;
	return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g, (part) =>
		part === "?" ? `$${++count}` : part,
	);
}
