import type { Range } from "../../../../core/source.ts";
import type { CallNode, Step } from "../../program.ts";
import { follow } from "../../run.ts";
import { functionNamed, resolve, scopeIn, type Scope } from "../../scope.ts";
import { nameOf } from "../../sql-text.ts";
import type { Built } from "../tool.ts";
import {
	none,
	chainOf,
	constantOf,
	dotted,
	isOn,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Link,
	type RawOf,
} from "../values.ts";
import { columnMethods } from "./knex-column.ts";
import { type Draft, given, named, keyName } from "./knex-draft.ts";
import { addPrimary, addUnique, addIndex, addForeign } from "./knex-keys.ts";
import { addColumn, addTimestamps } from "./knex-table-column.ts";

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
