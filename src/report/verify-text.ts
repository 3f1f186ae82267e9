import type { CheckResult } from "../run/compare/checks.ts";
import type { DatabaseComparison } from "../run/compare/compare-databases.ts";
import type { RowDifference } from "../run/compare/compare-tables.ts";
import type { Palette } from "./report.ts";

const count = (value: number, one: string, many: string): string =>
	`${value.toLocaleString("en-US")} ${value === 1 ? one : many}`;

/** Returns the answers of verification queries, one line each. */
export function checksText(results: readonly CheckResult[], palette: Palette): string {
	const words = {
		passed: "passed ",
		failed: palette.error("failed "),
		unknown: palette.warning("unknown"),
		takenOver: "over   ",
	} as const;
	const lines = results.flatMap(({ name, sql, is, message, takenOverBy }) => [
		`${words[is]}  ${name}`,
		...(takenOverBy === undefined
			? []
			: [`         no longer applies: taken over by ${takenOverBy}`]),
		...(is === "passed" || is === "takenOver"
			? []
			: [`         ${palette.code(sql.replace(/\s+/g, " ").trim())}`]),
		...(message === undefined ? [] : [`         ${message}`]),
	]);
	const asked = results.filter(({ is }) => is !== "takenOver");
	const passed = asked.filter(({ is }) => is === "passed").length;
	const queries = count(asked.length, "query", "queries");
	const over = results.length - asked.length;
	const rest = over === 0 ? "" : ` ${over} no longer ${over === 1 ? "applies" : "apply"}.`;
	const summary =
		asked.length === 0
			? "Nothing is left to ask: later steps have taken all over."
			: passed === asked.length
				? `${queries}, all passed.${rest}`
				: `${passed} of ${queries} passed.${rest}`;
	return `${[...lines, "", palette.strong(summary)].join("\n")}\n`;
}

const sides: Readonly<Record<RowDifference["is"], string>> = {
	onlyHere: "only here",
	onlyThere: "only there",
	different: "different",
};

/** Whether a table is the same on both sides, as far as it could be told. */
export function isEqual({ comparison, problem, notes }: DatabaseComparison): boolean {
	return problem === undefined && comparison?.equal === true && notes.length === 0;
}

function tableLines(result: DatabaseComparison, palette: Palette): readonly string[] {
	const { table, keyColumns, comparison, notes, problem } = result;
	const more = notes.map((note) => `           ${note}`);
	if (problem !== undefined || !comparison) {
		return [`${palette.warning("unknown  ")}  ${table}: ${problem ?? ""}`, ...more];
	}
	const { here, there, rows, settled } = comparison;
	const counts =
		here === there
			? count(here, "row", "rows")
			: `${count(here, "row", "rows")} here, ${there.toLocaleString("en-US")} there`;
	const word = isEqual(result) ? "equal    " : palette.error("different");
	return [
		`${word}  ${table}: ${counts}`,
		...more,
		...rows.map(
			({ key, is }) => `           ${keyColumns.join(", ")} = ${key.join(", ")}: ${sides[is]}`,
		),
		...(comparison.more ? ["           and more rows"] : []),
		...(settled > 0
			? [`           ${count(settled, "row", "rows")} differed at first: writes were under way`]
			: []),
	];
}

/** Returns how tables compare, with the rows that differ. */
export function comparisonText(results: readonly DatabaseComparison[], palette: Palette): string {
	const equal = results.filter(isEqual).length;
	const summary =
		equal === results.length
			? `${count(results.length, "table", "tables")}, all equal.`
			: `${equal} of ${count(results.length, "table", "tables")} equal.`;
	return `${[...results.flatMap((result) => tableLines(result, palette)), "", palette.strong(summary)].join("\n")}\n`;
}
