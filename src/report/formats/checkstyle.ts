import { escapeAttribute } from "../escape.ts";
import { byFile, defineFormat, resultsOf, type Result } from "../format.ts";

function errorElement({ rule, severity, start, message, help }: Result): string {
	const attributes = [
		`line="${start.line}"`,
		`column="${start.column}"`,
		`severity="${severity}"`,
		`message="${escapeAttribute(`${message} ${help}`)}"`,
		`source="lockkeeper.${escapeAttribute(rule)}"`,
	];
	return `\t\t<error ${attributes.join(" ")}/>\n`;
}

/** Checkstyle XML, which many continuous integration servers read. */
export default defineFormat({
	render(report) {
		const files = [...byFile(resultsOf(report))].map(
			([file, results]) =>
				`\t<file name="${escapeAttribute(file)}">\n${results.map(errorElement).join("")}\t</file>\n`,
		);
		return `<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n${files.join("")}</checkstyle>\n`;
	},
});
