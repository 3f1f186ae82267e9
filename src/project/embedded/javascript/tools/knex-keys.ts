import type { Range } from "../../../../core/source.ts";
import { type Scope } from "../../scope.ts";
import { nameOf } from "../../sql-text.ts";
import {
	none,
	columnList,
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
import { type Draft, given, keyName } from "./knex-draft.ts";

export function addPrimary(
	draft: Draft,
	columns: readonly string[],
	options: Value,
	range: Range,
): void {
	const isMap = options.kind === "map";
	const name = given(isMap ? entry(options, "constraintName") : options) ?? `${draft.name}_pkey`;
	const deferrable = given(entry(options, "deferrable"));
	const tail = deferrable === undefined ? "" : ` deferrable initially ${deferrable}`;
	const sql = `constraint ${nameOf(name)} primary key ${columnList(columns)}${tail}`;
	if (draft.isNew) draft.primary ??= { sql };
	else draft.after.push({ sql: `alter table ${draft.table} add ${sql}`, range });
}

export function addUnique(
	draft: Draft,
	columns: readonly string[],
	options: Value,
	range: Range,
): void {
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

export function addIndex(
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

export function addForeign(
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
