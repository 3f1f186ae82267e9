import type { CallNode, Node } from "../../program.ts";
import type { Scope } from "../../scope.ts";
import { hole, nameOf } from "../../sql-text.ts";
import { textOf } from "../../text.ts";
import type { Built, Vocabulary } from "../tool.ts";
import {
	none,
	chainOf,
	columnList,
	constantOf,
	dotted,
	isOn,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Link,
	type Value,
} from "../values.ts";
import { buildTable } from "./knex-table.ts";

const tableMethods = ["createTable", "createTableIfNotExists", "alterTable", "table"] as const;
/** Methods of the schema builder that only ask. */
const questions = new Set(["hasTable", "hasColumn", "columnInfo"]);

/** knex.raw("now()"), knex.fn.now(), knex.ref("a"). */
function rawOf(node: Node, scope: Scope): string | undefined {
	if (node.kind !== "call" || node.callee.kind !== "member") return undefined;
	const { name } = node.callee;
	const [first] = node.args;
	if (name === "raw" && first) return textOf(first, scope)?.text ?? hole("raw");
	if (name === "now") return "CURRENT_TIMESTAMP";
	if (name === "uuid") return "(gen_random_uuid())";
	return undefined;
}

/** Calls of Knex, its schema builder for PostgreSQL and the changes of its query builder. */
export const knexVocabulary: Vocabulary = {
	raw(call) {
		const { callee, args } = call;
		const [text, bindings] = args;
		if (callee.kind !== "member" || callee.name !== "raw" || !text) return undefined;
		if (!bindings) return { text };
		return { text, bindings: bindings.kind === "map" ? "colons" : "questionMarks" };
	},
	build(call, scope) {
		const { root, links } = chainOf(call);
		const isSchema = (root.kind === "member" || root.kind === "name") && root.name === "schema";
		if (isSchema) return schemaCalls(links, scope);
		return dataCall(root, links, scope);
	},
};

function schemaCalls(links: readonly Link[], scope: Scope): readonly Built[] | undefined {
	let schema: string | undefined;
	const built: Built[] = [];
	for (const link of links) {
		if (link.name === "withSchema") {
			schema = wordsOf(valueOf(link.call.args[0], scope, rawOf));
			continue;
		}
		// then, catch and finally are the program's.
		if (["then", "catch", "finally"].includes(link.name)) return undefined;
		if (questions.has(link.name)) return [];
		if (link.name === "raw") {
			if (links.length === 1) return undefined;
			const value = valueOf(link.call.args[0], scope, rawOf);
			built.push({ sql: wordsOf(value), range: link.range });
			continue;
		}
		built.push(
			...schemaCall(link, schema, links.length === 1 ? link.call.range : link.range, scope),
		);
	}
	return built;
}

function schemaCall(
	{ name, call }: Link,
	schema: string | undefined,
	range: Built["range"],
	scope: Scope,
): readonly Built[] {
	const [one = none, two = none] = call.args.map((each) => valueOf(each, scope, rawOf));
	const qualified = (text: string): string =>
		schema === undefined ? dotted(text) : `${nameOf(schema)}.${nameOf(text)}`;
	const only = (sql: string): readonly Built[] => [{ sql, range }];
	const method = tableMethods.find((each) => each === name);
	if (method) {
		const table = { method, name: wordsOf(one), ...(schema === undefined ? {} : { schema }) };
		return buildTable(table, call, range, scope, rawOf);
	}
	switch (name) {
		case "dropTable":
			return only(`drop table ${qualified(wordsOf(one))}`);
		case "dropTableIfExists":
			return only(`drop table if exists ${qualified(wordsOf(one))}`);
		case "renameTable":
			return only(`alter table ${qualified(wordsOf(one))} rename to ${dotted(wordsOf(two))}`);
		case "createSchema":
			return only(`create schema ${nameOf(wordsOf(one))}`);
		case "createSchemaIfNotExists":
			return only(`create schema if not exists ${nameOf(wordsOf(one))}`);
		case "dropSchema":
			return only(`drop schema ${nameOf(wordsOf(one))}${isOn(two) ? " cascade" : ""}`);
		case "dropSchemaIfExists":
			return only(`drop schema if exists ${nameOf(wordsOf(one))}${isOn(two) ? " cascade" : ""}`);
		case "createExtension":
			return only(`create extension ${nameOf(wordsOf(one))}`);
		case "createExtensionIfNotExists":
			return only(`create extension if not exists ${nameOf(wordsOf(one))}`);
		case "dropExtension":
			return only(`drop extension ${nameOf(wordsOf(one))}`);
		case "dropExtensionIfExists":
			return only(`drop extension if exists ${nameOf(wordsOf(one))}`);
		case "createView":
		case "createViewOrReplace":
		case "createMaterializedView":
			return only(createView(name, qualified(wordsOf(one)), call, scope));
		case "renameView":
			return only(`alter view ${qualified(wordsOf(one))} rename to ${nameOf(wordsOf(two))}`);
		case "dropView":
			return only(`drop view ${qualified(wordsOf(one))}`);
		case "dropViewIfExists":
			return only(`drop view if exists ${qualified(wordsOf(one))}`);
		case "dropMaterializedView":
			return only(`drop materialized view ${qualified(wordsOf(one))}`);
		case "dropMaterializedViewIfExists":
			return only(`drop materialized view if exists ${qualified(wordsOf(one))}`);
		case "refreshMaterializedView":
			return only(
				`refresh materialized view${isOn(two) ? " concurrently" : ""} ${qualified(wordsOf(one))}`,
			);
		default:
			throw new Unknowable(`${name} of Knex's schema builder is not read`);
	}
}

/** The query of a view is built by calls: what it reads stays open unless it is raw SQL. */
function createView(method: string, name: string, call: CallNode, scope: Scope): string {
	const links = (call.block?.body ?? []).flatMap((step) =>
		step.kind === "expression" && step.value.kind === "call" ? chainOf(step.value).links : [],
	);
	const given = (wanted: string): Value => {
		const link = links.find((each) => each.name === wanted);
		return valueOf(link?.call.args[0], scope, rawOf);
	};
	const columns = wordList(given("columns"));
	const query = given("as");
	const orReplace = method === "createViewOrReplace" ? "or replace " : "";
	const materialized = method === "createMaterializedView" ? "materialized " : "";
	const list = columns.length > 0 ? ` ${columnList(columns)}` : "";
	return `create ${orReplace}${materialized}view ${name}${list} as ${query.kind === "sql" ? query.sql : `select ${hole("query")}`}`;
}

const changes = new Set([
	"insert",
	"update",
	"del",
	"delete",
	"truncate",
	"increment",
	"decrement",
]);

/** knex("orders").where(...).update(...): the rows it takes stay open. */
function dataCall(root: Node, links: readonly Link[], scope: Scope): readonly Built[] | undefined {
	const change = links.find(({ name }) => changes.has(name));
	const last = links.at(-1);
	if (!change || !last || ["then", "catch", "finally"].includes(last.name)) return undefined;
	const from = links.find(({ name }) => ["from", "into", "table"].includes(name));
	const target = from?.call.args[0] ?? (root.kind === "call" ? root.args[0] : undefined);
	if (!target) return undefined;
	const table = valueOf(target, scope, rawOf);
	if (table.kind !== "text" && table.kind !== "unknown") return undefined;
	const name = dotted(wordsOf(table));
	const isLimited = links.some((link) => /^(?:and|or)?where/i.test(link.name));
	const where = isLimited ? ` where ${hole("where")}` : "";
	const range = last.call.range;
	const [one = none, two = none] = change.call.args.map((each) => valueOf(each, scope, rawOf));
	switch (change.name) {
		case "insert":
			return [{ sql: insertOf(name, one), range }];
		case "update":
			return [{ sql: `update ${name} set ${assignments(one, two)}${where}`, range }];
		case "truncate":
			return [{ sql: `truncate ${name} restart identity`, range }];
		case "del":
		case "delete":
			return [{ sql: `delete from ${name}${where}`, range }];
		default: {
			const column = nameOf(wordsOf(one));
			return [{ sql: `update ${name} set ${column} = ${column} + 1${where}`, range }];
		}
	}
}

function assignments(one: Value, two: Value): string {
	if (one.kind === "text") return `${nameOf(one.text)} = ${constantOf(two)}`;
	if (one.kind !== "map") throw new Unknowable("the columns of an update are not in the file");
	return [...one.entries]
		.map(([column, value]) => `${nameOf(column)} = ${constantOf(value)}`)
		.join(", ");
}

/** Which rows are put in says little; which columns they have is enough. */
export function insertOf(table: string, rows: Value): string {
	const items = rows.kind === "list" ? rows.items : [rows];
	const known = items.filter((item) => item.kind === "map");
	const [first] = known;
	if (!first || known.length < items.length) return `insert into ${table} select ${hole("rows")}`;
	const columns = [...first.entries.keys()];
	const lines = known.map(
		({ entries }) =>
			`(${columns.map((column) => constantOf(entries.get(column) ?? none)).join(", ")})`,
	);
	return `insert into ${table} (${columns.map(nameOf).join(", ")}) values ${lines.join(", ")}`;
}
