import type { Range } from "../../../../core/source.ts";
import { type Scope } from "../../scope.ts";
import { nameOf } from "../../sql-text.ts";
import {
	none,
	constantOf,
	entry,
	isOn,
	valueOf,
	wordsOf,
	type Link,
	type RawOf,
	type Value,
} from "../values.ts";
import { columnType, defaultOf, isSerial } from "./knex-column.ts";
import { type Draft, named } from "./knex-draft.ts";
import { addPrimary, addUnique, addIndex, addForeign } from "./knex-keys.ts";

export function addColumn(
	draft: Draft,
	first: Link,
	args: readonly Value[],
	modifiers: readonly Link[],
	range: Range,
	scope: Scope,
	rawOf: RawOf,
): void {
	const name = args[0]?.kind === "text" || !isSerial(first.name) ? wordsOf(args[0] ?? none) : "id";
	const { type, before, isEnum } = columnType(first.name, args, !draft.hasKey);
	let nullable: boolean | undefined;
	let fallback: string | undefined;
	const words: string[] = [];
	const alterations = modifiers.find((link) => link.name === "alter");
	for (const link of modifiers) {
		const [value = none, second = none] = link.call.args.map((each) => valueOf(each, scope, rawOf));
		switch (link.name) {
			case "notNullable":
			case "notNull":
				nullable = false;
				break;
			case "nullable":
				nullable = value.kind === "none" || isOn(value);
				break;
			case "default":
			case "defaultTo":
			case "defaultsTo":
				fallback = defaultOf(value, type);
				break;
			case "primary":
				if (!isSerial(first.name)) addPrimary(draft, [name], value, range);
				break;
			case "unique":
				addUnique(draft, [name], value, range);
				break;
			case "index":
				addIndex(draft, [name], value, second, range);
				break;
			case "references":
				addForeign(draft, [name], none, modifiers, range, scope, rawOf);
				break;
			case "comment": {
				const sql = `comment on column ${draft.table}.${nameOf(name)} is ${constantOf(value)}`;
				draft.comments.push({ sql, range });
				break;
			}
			case "check":
				words.push(`check (${wordsOf(value)})`);
				break;
			case "checkPositive":
				words.push(`${named(value)}check (${nameOf(name)} > 0)`);
				break;
			case "checkNegative":
				words.push(`${named(value)}check (${nameOf(name)} < 0)`);
				break;
			case "checkIn":
			case "checkNotIn": {
				const list = value.kind === "list" ? value.items.map(constantOf).join(",") : wordsOf(value);
				const not = link.name === "checkIn" ? "" : "not ";
				words.push(`${named(second)}check (${nameOf(name)} ${not}in (${list}))`);
				break;
			}
			case "checkRegex":
				words.push(`${named(second)}check (${nameOf(name)} ~ ${constantOf(value)})`);
				break;
			case "checkBetween": {
				// One pair, or a list of pairs of which one has to hold.
				const pairs =
					value.kind === "list" && value.items[0]?.kind === "list" ? value.items : [value];
				const ranges = pairs.map((pair) => {
					const [from = none, to = none] = pair.kind === "list" ? pair.items : [];
					return `${nameOf(name)} between ${constantOf(from)} and ${constantOf(to)}`;
				});
				words.push(`${named(second)}check (${ranges.join(" or ")})`);
				break;
			}
			case "checkLength": {
				const third = valueOf(link.call.args[2], scope, rawOf);
				words.push(
					`${named(third)}check (length(${nameOf(name)}) ${wordsOf(value)} ${wordsOf(second)})`,
				);
				break;
			}
			case "drop":
				draft.after.push({ sql: `alter table ${draft.table} drop column ${nameOf(name)}`, range });
				return;
			default:
				// on, inTable, onDelete, withKeyName belong to references; unsigned, first are MySQL's.
				break;
		}
	}
	if (alterations) {
		const options = valueOf(alterations.call.args[0], scope, rawOf);
		alterColumn(draft, { name, type, isEnum, fallback, nullable }, options, range);
		return;
	}
	const sql = [
		nameOf(name),
		type,
		...(isSerial(first.name) || nullable === undefined ? [] : [nullable ? "null" : "not null"]),
		...(isSerial(first.name) || fallback === undefined ? [] : [`default ${fallback}`]),
		...words,
	].join(" ");
	draft.columns.push({ sql, range, ...(before === undefined ? {} : { before }) });
}

interface Altered {
	readonly name: string;
	readonly type: string;
	readonly isEnum: boolean;
	readonly fallback: string | undefined;
	readonly nullable: boolean | undefined;
}

/** The statements of `.alter()`: Knex drops default and NOT NULL first, whatever the column is to be. */
function alterColumn(draft: Draft, column: Altered, options: Value, range: Range): void {
	const { name, type, isEnum, fallback, nullable } = column;
	const isWanted = (key: string): boolean => {
		const value = entry(options, key);
		return value.kind === "none" || isOn(value);
	};
	const push = (action: string): void => {
		const sql = `alter table ${draft.table} alter column ${nameOf(name)} ${action}`;
		draft.altered.push({ sql, range });
	};
	push("drop default");
	if (isWanted("alterNullable")) push("drop not null");
	if (isWanted("alterType")) {
		push(`type ${type} using (${nameOf(name)}${isEnum ? "::text::" : "::"}${type})`);
	}
	if (fallback !== undefined) push(`set default ${fallback}`);
	if (isWanted("alterNullable") && nullable === false) push("set not null");
}

export function addTimestamps(draft: Draft, args: readonly Value[], range: Range): void {
	const [options = none, second = none, third = none] = args;
	const isMap = options.kind === "map";
	const now = isMap ? entry(options, "defaultToNow") : second;
	const camel = isMap ? entry(options, "useCamelCase") : third;
	const type = "timestamptz";
	const rest = isOn(now) ? " not null default CURRENT_TIMESTAMP" : "";
	const names = isOn(camel) ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"];
	for (const name of names) draft.columns.push({ sql: `${nameOf(name)} ${type}${rest}`, range });
}
