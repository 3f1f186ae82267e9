import { escapeAttribute, escapeXml } from "../escape.ts";
import { byFile, defineFormat, repositoryPath, resultsOf, type Result } from "../format.ts";

function testcase({ rule, severity, file, start, message, help }: Result): string {
	const place = `${file}:${start.line}:${start.column}`;
	const open = `\t\t<testcase classname="${escapeAttribute(file)}" name="${escapeAttribute(`${rule} ${start.line}:${start.column}`)}" file="${escapeAttribute(file)}" line="${start.line}"`;
	const details = escapeXml(`${place}\n${message}\n${help}`);
	if (severity === "info") {
		return `${open}>\n\t\t\t<system-out>${details}</system-out>\n\t\t</testcase>\n`;
	}
	return `${open}>\n\t\t\t<failure type="${severity}" message="${escapeAttribute(message)}">${details}</failure>\n\t\t</testcase>\n`;
}

/** A file without findings is one test that passed, so that the server counts it. */
function passed(file: string): string {
	return `\t\t<testcase classname="${escapeAttribute(file)}" name="lockkeeper" file="${escapeAttribute(file)}"/>\n`;
}

function suite(file: string, results: readonly Result[]): string {
	const failures = results.filter(({ severity }) => severity !== "info").length;
	const tests = Math.max(1, results.length);
	const cases = results.length === 0 ? passed(file) : results.map(testcase).join("");
	return `\t<testsuite name="${escapeAttribute(file)}" tests="${tests}" failures="${failures}" errors="0">\n${cases}\t</testsuite>\n`;
}

/** JUnit XML: a suite a file, a failed test for each error and warning; notes pass. */
export default defineFormat({
	render(report) {
		const found = byFile(resultsOf(report));
		const judged = (report.judged ?? []).map((file) => repositoryPath(report, file));
		const names = [...new Set([...found.keys(), ...judged])];
		const results = [...found.values()].flat();
		const failures = results.filter(({ severity }) => severity !== "info").length;
		const clean = names.filter((name) => !found.has(name)).length;
		const suites = names.map((name) => suite(name, found.get(name) ?? []));
		return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="lockkeeper" tests="${results.length + clean}" failures="${failures}" errors="0">\n${suites.join("")}</testsuites>\n`;
	},
});
