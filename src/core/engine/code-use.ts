import { keyOf, type Catalog } from "../../catalog/catalog.ts";
import { columnsOf, relationExists } from "../contract.ts";
import type { Finding, RelatedPlace } from "../finding.ts";
import type { CodeObject, Reference, SearchCode } from "../reference.ts";
import type { LintResult } from "./lint.ts";

const placesShown = 5;

/** True when something has the name at the end of the history: then code may mean that. */
export function standsAtEnd(object: CodeObject, after: Catalog): boolean {
	const { schema, name } = object;
	switch (object.kind) {
		case "table":
			return relationExists(after, keyOf(object));
		case "type":
			return after.type(object) !== undefined;
		case "function":
			return after.routines({ schema, name }).length > 0;
		case "column":
			return columnsOf(after, `${schema}.${object.table}`)?.includes(name) ?? false;
		case "constraint": {
			const table = after.tableByKey(`${schema}.${object.table}`);
			return table?.constraints.some((constraint) => constraint.name === name) ?? false;
		}
		case "enumValue": {
			const type = after.type({ schema, name: object.type });
			return type?.kind === "enum" && type.values.some(({ value }) => value === name);
		}
	}
}

function shownName(object: CodeObject): string {
	switch (object.kind) {
		case "column":
			return `${object.table}.${object.name}`;
		case "enumValue":
			return `'${object.name}'`;
		default:
			return object.name;
	}
}

const count = (number: number, singular: string, plural: string): string =>
	`${number.toLocaleString("en-US")} ${number === 1 ? singular : plural}`;

function lineOf({ file, start }: Reference): string {
	return `${file}:${start.line}`;
}

function usesSentence([first, ...more]: readonly Reference[]): string {
	if (!first) return "";
	if (more.length === 0) return ` ${lineOf(first)} still uses it.`;
	return ` ${lineOf(first)} and ${count(more.length, "more place", "more places")} still use it.`;
}

function relatedPlaces(references: readonly Reference[]): readonly RelatedPlace[] {
	const hidden = references.length - placesShown;
	return references.slice(0, placesShown).map(({ file, start }, at) => ({
		message:
			at === placesShown - 1 && hidden > 0
				? `uses it, and ${count(hidden, "more place does", "more places do")}.`
				: "uses it.",
		file,
		start,
	}));
}

/**
 * Returns the finding with what the repository's code says of an object that is gone at the end of the
 * history: the places that use it, or none.
 */
function tellUses(finding: Finding, object: CodeObject, searchCode: SearchCode): Finding {
	const { references, files } = searchCode(object);
	if (files === 0) return finding;
	const certain = references.filter((reference) => reference.certain);
	const possible = references.filter((reference) => !reference.certain);
	const name = shownName(object);
	const [maybe] = possible;
	const because = [
		...(certain.length === 0
			? [`No certain use of ${name} was found in ${count(files, "file", "files")} of code.`]
			: []),
		...(maybe
			? [
					`${count(possible.length, "place", "places")} may mean it or something else of that name, such as ${lineOf(maybe)}.`,
				]
			: []),
	];
	return {
		...finding,
		message: finding.message + usesSentence(certain),
		because: [
			...finding.because,
			...because.map((text) => (maybe ? text : text.replace("certain ", ""))),
		],
		related: [...finding.related, ...relatedPlaces(certain)],
	};
}

/** Returns the findings with the places in code that use what is gone. */
export function withUses(
	{ findings, gone }: LintResult,
	searchCode: SearchCode | undefined,
): readonly Finding[] {
	if (!searchCode) return findings;
	return findings.map((finding, at) => {
		const object = gone.get(at);
		return object ? tellUses(finding, object, searchCode) : finding;
	});
}
