import type { Expression } from "../core/expression.ts";
import type { IndexElement } from "../core/operation.ts";

/** The longest name in bytes: NAMEDATALEN - 1 (src/include/pg_config_manual.h). */
const longestName = 63;

/**
 * Returns the name that PostgreSQL makes of a table's name, a column's name and a label, shortened to
 * 63 bytes by taking from the longer of both names (makeObjectName, src/backend/commands/indexcmds.c).
 */
export function makeObjectName(first: string, second: string | undefined, label: string): string {
	const overhead = 1 + bytesOf(label) + (second === undefined ? 0 : 1);
	const available = longestName - overhead;
	let firstBytes = bytesOf(first);
	let secondBytes = second === undefined ? 0 : bytesOf(second);
	while (firstBytes + secondBytes > available) {
		if (firstBytes > secondBytes) firstBytes--;
		else secondBytes--;
	}
	const start = clip(first, firstBytes);
	return second === undefined
		? `${start}_${label}`
		: `${start}_${clip(second, secondBytes)}_${label}`;
}

/**
 * Returns the first free name of a row: the plain one, then label1, label2 ... (ChooseRelationName and
 * ChooseConstraintName of PostgreSQL).
 */
export function chooseName(
	first: string,
	second: string | undefined,
	label: string,
	taken: (name: string) => boolean,
): string {
	let name = makeObjectName(first, second, label);
	for (let pass = 1; taken(name); pass++) name = makeObjectName(first, second, `${label}${pass}`);
	return name;
}

/** Returns the columns of a name in a row, until 64 bytes are reached (ChooseIndexNameAddition). */
export function nameAddition(columns: readonly string[]): string {
	let addition = "";
	for (const column of columns) {
		addition += addition === "" ? column : `_${column}`;
		if (bytesOf(addition) > longestName) break;
	}
	return addition;
}

/** Returns the columns of an index as the server names them (ChooseIndexColumnNames). */
export function indexColumnNames(
	elements: readonly Pick<IndexElement, "expression">[],
	include: readonly string[],
): readonly string[] {
	const names: string[] = [];
	const wanted = [
		...elements.map(({ expression }) =>
			expression.kind === "column"
				? (expression.path.at(-1) ?? "")
				: (figureColumnName(expression) ?? "expr"),
		),
		...include,
	];
	for (const name of wanted) {
		let unique = name;
		for (let pass = 1; names.includes(unique); pass++) {
			const suffix = String(pass);
			unique = clip(name, longestName - suffix.length) + suffix;
		}
		names.push(unique);
	}
	return names;
}

/**
 * Returns the name that the server gives to a computed column, undefined where it has none of its own
 * (FigureColname, src/backend/parser/parse_target.c: a query then says "?column?", an index "expr").
 */
export function figureColumnName(expression: Expression): string | undefined {
	return figure(expression)?.name;
}

function figure(expression: Expression): { name: string; weak: boolean } | undefined {
	switch (expression.kind) {
		case "column":
			return strong(expression.path.at(-1));
		case "call":
			return strong(expression.function.name);
		case "collate":
			return figure(expression.operand);
		case "cast": {
			const inner = figure(expression.operand);
			return inner && !inner.weak ? inner : { name: expression.type.name, weak: true };
		}
		case "subquery":
			if (expression.form === "exists" || expression.form === "array") {
				return strong(expression.form);
			}
			return expression.form === "scalar" ? figureTarget(expression.query.targets[0]) : undefined;
		case "other":
			return figureOther(expression.what, expression.operands);
		case "literal":
		case "parameter":
		case "operator":
		case "and":
		case "or":
		case "not":
		case "isNull":
		case "distinct":
		case "in":
		case "between":
			return undefined;
	}
}

function figureOther(
	what: string,
	operands: readonly Expression[],
): { name: string; weak: boolean } | undefined {
	const word = what.toLowerCase();
	if (word === "case") {
		const last = operands.at(-1);
		const inner = last && figure(last);
		return inner && !inner.weak ? inner : { name: "case", weak: true };
	}
	return namedForms.has(word) ? strong(word) : undefined;
}

const namedForms = new Set([
	"array",
	"coalesce",
	"current_catalog",
	"current_date",
	"current_role",
	"current_schema",
	"current_time",
	"current_timestamp",
	"current_user",
	"greatest",
	"grouping",
	"least",
	"localtime",
	"localtimestamp",
	"nullif",
	"row",
	"session_user",
	"user",
]);

function figureTarget(
	target: { readonly expression: Expression; readonly alias?: string } | undefined,
): { name: string; weak: boolean } | undefined {
	if (!target) return undefined;
	return target.alias === undefined ? figure(target.expression) : strong(target.alias);
}

function strong(name: string | undefined): { name: string; weak: boolean } | undefined {
	return name === undefined ? undefined : { name, weak: false };
}

function bytesOf(text: string): number {
	let bytes = 0;
	for (let at = 0; at < text.length; at++) bytes += bytesOfUnit(text.charCodeAt(at));
	return bytes;
}

/** A surrogate pair has four bytes, two for each half. */
function bytesOfUnit(code: number): number {
	if (code < 0x80) return 1;
	return code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
}

/** The longest start of a text that fits into so many bytes, never half a character. */
function clip(text: string, most: number): string {
	let bytes = 0;
	let end = 0;
	for (const character of text) {
		bytes += bytesOf(character);
		if (bytes > most) break;
		end += character.length;
	}
	return end === text.length ? text : text.slice(0, end);
}
