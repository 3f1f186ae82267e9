/** Returns a Markdown table with columns as wide as their longest cell; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
	const [head = []] = rows;
	const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	const [first = "", ...rest] = rows.map((row) =>
		line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
	);
	return [first, line(widths.map((width) => "-".repeat(width))), ...rest].join("\n");
}
