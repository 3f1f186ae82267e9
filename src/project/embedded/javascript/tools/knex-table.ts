import type { Range } from "../../../../core/source.ts";
import type { CallNode, Step } from "../../program.ts";
import { follow } from "../../run.ts";
import { functionNamed, resolve, scopeIn, type Scope } from "../../scope.ts";
import { nameOf } from "../../sql-text.ts";
import type { Built } from "../tool.ts";
import {
	chainOf,
	columnList,
	constantOf,
	dotted,
	entry,
	isOn,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Link,
	type RawOf,
	type Value,
} from "../values.ts";
import { columnMethods, columnType, defaultOf, isSerial } from "./knex-column.ts";

const none: Value = { kind: "none" };

interface Column {
	readonly sql: string;
	readonly range: Range;
	readonly before?: string;
}

interface Draft {
	readonly table: string;
	readonly name: string;
	readonly schema?: string;
	readonly isNew: boolean;
	readonly columns: Column[];
	/** Statements after the table, and after the new columns, is there. */
	readonly after: Built[];
	readonly altered: Built[];
	readonly comments: Built[];
	readonly checks: string[];
	primary?: { readonly sql: string };
	hasKey: boolean;
	inherits?: string;
}

/** How a call asks for a table. */
export interface TableCall {
	readonly method: "createTable" | "createTableIfNotExists" | "alterTable" | "table";
	readonly schema?: string;
	readonly name: string;
}

/**
 * Returns what `createTable` and `alterTable` of Knex send: one CREATE TABLE or ALTER TABLE ... ADD COLUMN,
 * then a statement for each index, constraint and altered column
 * (lib/schema/tablecompiler.js and lib/dialects/postgres/schema/pg-tablecompiler.js of 3.3).
 */
export function buildTable(
	{ method, schema, name }: TableCall,
	call: CallNode,
	range: Range,
	scope: Scope,
	rawOf: RawOf,
): readonly Built[] {
	const isNew = method.startsWith("create");
	const table = schema === undefined ? dotted(name) : `${nameOf(schema)}.${nameOf(name)}`;
	const draft: Draft = {
		table,
		name,
		...(schema === undefined ? {} : { schema }),
		isNew,
		columns: [],
		after: [],
		altered: [],
		comments: [],
		checks: [],
		hasKey: false,
	};
	const { body, parameter, inner } = callbackOf(call, scope);
	const isTable = (node: CallNode, at: Scope): readonly Link[] | undefined => {
		const { root, links } = chainOf(node);
		const found = resolve(root, at).node;
		return found.kind === "name" && found.name === parameter ? links : undefined;
	};
	// A key among the statements takes the key away from increments.
	follow(body, scopeIn(inner), {
		call(node, at) {
			draft.hasKey ||= isTable(node, at)?.some((link) => link.name === "primary") ?? false;
			return isTable(node, at) !== undefined;
		},
	});
	follow(body, scopeIn(inner), {
		call(node, at) {
			const links = isTable(node, at);
			if (links) addStatement(draft, links, node.range, at, rawOf);
			return links !== undefined;
		},
	});
	return finish(draft, method === "createTableIfNotExists", range);
}

function callbackOf(
	call: CallNode,
	scope: Scope,
): {
	readonly body: readonly Step[];
	readonly parameter: string;
	readonly inner: Scope;
} {
	const [parameter] = call.block?.parameters ?? [];
	if (call.block && parameter !== undefined) {
		return { body: call.block.body, parameter, inner: scope };
	}
	const last = call.args.at(-1);
	const named = last?.kind === "name" ? functionNamed(scope, last.name) : undefined;
	const [first] = named?.parameters ?? [];
	if (!named || !first) throw new Unknowable("its callback is not in the file");
	return { body: named.body, parameter: first.name, inner: scope };
}

function finish(draft: Draft, ifNotExists: boolean, range: Range): readonly Built[] {
	const { table, columns } = draft;
	const before = columns.flatMap(({ before: sql, range: at }) =>
		sql === undefined ? [] : [{ sql, range: at }],
	);
	const parts = columns.map(({ sql }) => sql);
	const rest = [...draft.altered, ...draft.comments, ...draft.after];
	if (draft.isNew) {
		const all = [...parts, ...(draft.primary ? [draft.primary.sql] : []), ...draft.checks];
		const exists = ifNotExists ? "if not exists " : "";
		const inherits = draft.inherits === undefined ? "" : ` inherits (${dotted(draft.inherits)})`;
		const sql = `create table ${exists}${table} (${all.join(", ")})${inherits}`;
		return [...before, { sql, range }, ...rest];
	}
	if (parts.length === 0) return [...before, ...rest];
	const place = {
		start: columns[0]?.range.start ?? range.start,
		end: columns.at(-1)?.range.end ?? range.end,
	};
	const sql = `alter table ${table} ${parts.map((part) => `add column ${part}`).join(", ")}`;
	return [...before, { sql, range: place }, ...rest];
}

function addStatement(
	draft: Draft,
	links: readonly Link[],
	range: Range,
	scope: Scope,
	rawOf: RawOf,
): void {
	const [first, ...modifiers] = links;
	if (!first) return;
	const args = first.call.args.map((each) => valueOf(each, scope, rawOf));
	if (columnMethods.has(first.name)) {
		addColumn(draft, first, args, modifiers, range, scope, rawOf);
		return;
	}
	const push = (sql: string): void =>
		void draft.after.push({ sql: `alter table ${draft.table} ${sql}`, range });
	const [one = none, two = none, three = none] = args;
	switch (first.name) {
		case "timestamps":
			addTimestamps(draft, args, range);
			return;
		case "primary":
			addPrimary(draft, wordList(one), two, range);
			return;
		case "unique":
			addUnique(draft, wordList(one), two, range);
			return;
		case "index":
			addIndex(draft, wordList(one), two, three, range);
			return;
		case "foreign":
			addForeign(draft, wordList(one), two, modifiers, range, scope, rawOf);
			return;
		case "check":
			if (draft.isNew) draft.checks.push(`${named(three)}check (${wordsOf(one)})`);
			else push(`add ${named(three)}check(${wordsOf(one)})`);
			return;
		case "dropColumn":
		case "dropColumns":
			push(
				args
					.flatMap(wordList)
					.map((name) => `drop column ${nameOf(name)}`)
					.join(", "),
			);
			return;
		case "dropTimestamps": {
			const isCamel = isOn(one);
			const names = isCamel ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"];
			push(names.map((name) => `drop column ${nameOf(name)}`).join(", "));
			return;
		}
		case "renameColumn":
			push(`rename ${nameOf(wordsOf(one))} to ${nameOf(wordsOf(two))}`);
			return;
		case "setNullable":
			push(`alter column ${nameOf(wordsOf(one))} drop not null`);
			return;
		case "dropNullable":
			push(`alter column ${nameOf(wordsOf(one))} set not null`);
			return;
		case "dropPrimary":
		case "dropPrimaryIfExists":
			push(`drop constraint ${ifExists(first)}${nameOf(given(one) ?? `${draft.name}_pkey`)}`);
			return;
		case "dropUnique":
		case "dropUniqueIfExists":
			push(
				`drop constraint ${ifExists(first)}${nameOf(given(two) ?? keyName(draft, wordList(one), "unique"))}`,
			);
			return;
		case "dropForeign":
		case "dropForeignIfExists":
			push(
				`drop constraint ${ifExists(first)}${nameOf(given(two) ?? keyName(draft, wordList(one), "foreign"))}`,
			);
			return;
		case "dropChecks":
			push(
				args
					.flatMap(wordList)
					.map((name) => `drop constraint ${name}`)
					.join(", "),
			);
			return;
		case "dropIndex": {
			const index = nameOf(given(two) ?? keyName(draft, wordList(one), "index"));
			const schema = draft.schema === undefined ? "" : `${nameOf(draft.schema)}.`;
			draft.after.push({ sql: `drop index ${schema}${index}`, range });
			return;
		}
		case "inherits":
			draft.inherits = wordsOf(one);
			return;
		case "comment":
			draft.after.push({ sql: `comment on table ${draft.table} is ${constantOf(one)}`, range });
			return;
		case "queryContext":
		case "engine":
		case "charset":
		case "collate":
			return;
		default:
			throw new Unknowable(`${first.name} is no method of a Knex table that is known here`);
	}
}

function ifExists({ name }: Link): string {
	return name.endsWith("IfExists") ? "if exists " : "";
}

function given(value: Value): string | undefined {
	return value.kind === "none" || value.kind === "null" ? undefined : wordsOf(value);
}

function named(value: Value): string {
	const name = given(value);
	return name === undefined ? "" : `constraint ${name} `;
}

/** table_column_column_kind in lower case (_indexCommand of lib/schema/tablecompiler.js). */
function keyName({ name }: Draft, columns: readonly string[], kind: string): string {
	return `${name.replace(/\.|-/g, "_")}_${columns.join("_")}_${kind}`.toLowerCase();
}

function addColumn(
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

function addTimestamps(draft: Draft, args: readonly Value[], range: Range): void {
	const [options = none, second = none, third = none] = args;
	const isMap = options.kind === "map";
	const now = isMap ? entry(options, "defaultToNow") : second;
	const camel = isMap ? entry(options, "useCamelCase") : third;
	const type = "timestamptz";
	const rest = isOn(now) ? " not null default CURRENT_TIMESTAMP" : "";
	const names = isOn(camel) ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"];
	for (const name of names) draft.columns.push({ sql: `${nameOf(name)} ${type}${rest}`, range });
}

function addPrimary(draft: Draft, columns: readonly string[], options: Value, range: Range): void {
	const isMap = options.kind === "map";
	const name = given(isMap ? entry(options, "constraintName") : options) ?? `${draft.name}_pkey`;
	const deferrable = given(entry(options, "deferrable"));
	const tail = deferrable === undefined ? "" : ` deferrable initially ${deferrable}`;
	const sql = `constraint ${nameOf(name)} primary key ${columnList(columns)}${tail}`;
	if (draft.isNew) draft.primary ??= { sql };
	else draft.after.push({ sql: `alter table ${draft.table} add ${sql}`, range });
}

function addUnique(draft: Draft, columns: readonly string[], options: Value, range: Range): void {
	const isMap = options.kind === "map";
	const name = given(isMap ? entry(options, "indexName") : options);
	const index = nameOf(name ?? keyName(draft, columns, "unique"));
	const predicate = entry(options, "predicate");
	const constraint = entry(options, "useConstraint");
	const asConstraint = constraint.kind === "none" ? predicate.kind === "none" : isOn(constraint);
	if (!asConstraint) {
		const where = predicate.kind === "none" ? "" : ` where ${wordsOf(predicate)}`;
		const sql = `create unique index ${index} on ${draft.table} ${columnList(columns)}${where}`;
		draft.after.push({ sql, range });
		return;
	}
	const deferrable = given(entry(options, "deferrable"));
	const tail = deferrable === undefined ? "" : ` deferrable initially ${deferrable}`;
	const sql = `alter table ${draft.table} add constraint ${index} unique ${columnList(columns)}${tail}`;
	draft.after.push({ sql, range });
}

function addIndex(
	draft: Draft,
	columns: readonly string[],
	name: Value,
	options: Value,
	range: Range,
): void {
	const index = nameOf(given(name) ?? keyName(draft, columns, "index"));
	const method = given(
		options.kind === "text" ? options : entry(options, "storageEngineIndexType"),
	);
	const kind = entry(options, "indexType");
	const unique = kind.kind === "text" && kind.text.toLowerCase() === "unique" ? " unique" : "";
	const using = method === undefined ? "" : ` using ${method}`;
	const predicate = entry(options, "predicate");
	const where = predicate.kind === "none" ? "" : ` where ${wordsOf(predicate)}`;
	const sql = `create${unique} index ${index} on ${draft.table}${using} ${columnList(columns)}${where}`;
	draft.after.push({ sql, range });
}

function addForeign(
	draft: Draft,
	columns: readonly string[],
	name: Value,
	links: readonly Link[],
	range: Range,
	scope: Scope,
	rawOf: RawOf,
): void {
	const argument = (...methods: readonly string[]): Value => {
		const link = links.find((each) => methods.includes(each.name));
		return link ? valueOf(link.call.args[0], scope, rawOf) : none;
	};
	const target = argument("references");
	const [before, after] =
		target.kind === "text" && target.text.includes(".") ? target.text.split(".") : [];
	const table = given(argument("inTable", "on")) ?? before;
	const wanted = after === undefined ? wordList(target) : [after];
	if (table === undefined || wanted.length === 0) {
		throw new Unknowable("a foreign key does not say what it refers to");
	}
	const key = nameOf(
		given(name) ?? given(argument("withKeyName")) ?? keyName(draft, columns, "foreign"),
	);
	const clause = (words: string, value: Value): string => {
		const text = given(value);
		return text === undefined ? "" : ` ${words} ${text}`;
	};
	const sql = `alter table ${draft.table} add constraint ${key} foreign key ${columnList(columns)} references ${dotted(table)} ${columnList(wanted)}${clause("on update", argument("onUpdate"))}${clause("on delete", argument("onDelete"))}${clause("deferrable initially", argument("deferrable"))}`;
	draft.after.push({ sql, range });
}
