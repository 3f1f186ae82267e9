import { type Node } from "../../program.ts";
import { type Scope } from "../../scope.ts";
import { hole, nameOf } from "../../sql-text.ts";
import type { Vocabulary } from "../tool.ts";
import {
	none,
	chainOf,
	columnList,
	constantOf,
	dotted,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Link,
	type Value,
} from "../values.ts";
import { insertOf } from "./knex.ts";
import { rawOf, valuesOf } from "./kysely-value.ts";
import { tableLines, alterTable } from "./kysely-table.ts";

/** The calls of Kysely: sql`...`.execute(db), db.schema (src/schema of 0.28) and changes of rows. */
export const kyselyVocabulary: Vocabulary = {
	raw(call) {
		const { callee, args } = call;
		if (callee.kind !== "member") return undefined;
		// sql`...`.execute(db)
		const text = callee.name === "execute" ? sqlText(callee.of) : undefined;
		if (text) return { text };
		const [first] = args;
		const inner = callee.name === "executeQuery" && first ? sqlText(first) : undefined;
		return inner ? { text: inner } : undefined;
	},
	build(call, scope) {
		const { root, links } = chainOf(call);
		const last = links.at(-1);
		if (!last?.name.startsWith("execute")) return undefined;
		const isSchema = root.kind === "member" && root.name === "schema";
		const own = isSchema
			? links
			: links.slice(links.findIndex(({ name }) => name === "schema") + 1);
		const sql = isSchema ? schemaSql(own, scope) : dataSql(links, scope);
		return sql?.map((each) => ({ sql: each, range: call.range }));
	},
};

/** The text of sql`...` or sql.raw(...), also with .compile() after it. */
function sqlText(node: Node): Node | undefined {
	if (node.kind !== "call") return undefined;
	if (node.callee.kind === "member" && node.callee.name === "compile")
		return sqlText(node.callee.of);
	const path = node.callee.kind === "member" ? node.callee.of : node.callee;
	return path.kind === "name" && path.name === "sql" ? node.args[0] : undefined;
}

function schemaSql(links: readonly Link[], scope: Scope): readonly string[] {
	let schema: string | undefined;
	const rest = links.filter((link) => {
		if (link.name === "withSchema") schema = wordsOf(valuesOf(link, scope)[0] ?? none);
		return link.name !== "withSchema";
	});
	const [first, ...modifiers] = rest;
	if (!first) throw new Unknowable("nothing follows schema");
	const qualify = (text: string): string =>
		schema === undefined ? dotted(text) : `${nameOf(schema)}.${nameOf(text)}`;
	const name = wordsOf(valuesOf(first, scope)[0] ?? none);
	const has = (modifier: string): boolean => modifiers.some((each) => each.name === modifier);
	const cascade = has("cascade") ? " cascade" : "";
	const exists = has("ifExists") ? " if exists" : "";
	const notExists = has("ifNotExists") ? " if not exists" : "";
	switch (first.name) {
		case "createTable":
			return [
				`create${has("temporary") ? " temporary" : ""} table${notExists} ${qualify(name)} (${tableLines(modifiers, scope).join(", ")})`,
			];
		case "dropTable":
			return [`drop table${exists} ${qualify(name)}${cascade}`];
		case "alterTable":
			return alterTable(qualify(name), modifiers, scope, schema);
		case "createIndex":
			return [createIndex(name, modifiers, scope, qualify, notExists)];
		case "dropIndex":
			return [`drop index${exists} ${qualify(name)}${cascade}`];
		case "createType": {
			const values = modifiers.find((each) => each.name === "asEnum");
			const list = values ? valuesOf(values, scope)[0] : undefined;
			if (list?.kind !== "list") throw new Unknowable("the values of a type are not in the file");
			return [`create type ${qualify(name)} as enum (${list.items.map(constantOf).join(", ")})`];
		}
		case "dropType":
			return [`drop type${exists} ${qualify(name)}`];
		case "createSchema":
			return [`create schema${notExists} ${nameOf(name)}`];
		case "dropSchema":
			return [`drop schema${exists} ${nameOf(name)}${cascade}`];
		case "createView":
			return [createView(qualify(name), modifiers, scope)];
		case "dropView":
			return [
				`drop ${has("materialized") ? "materialized " : ""}view${exists} ${qualify(name)}${cascade}`,
			];
		case "refreshMaterializedView":
			return [
				`refresh materialized view${has("concurrently") ? " concurrently" : ""} ${qualify(name)}`,
			];
		default:
			throw new Unknowable(`${first.name} of Kysely is not read`);
	}
}

function createView(name: string, modifiers: readonly Link[], scope: Scope): string {
	const given = (method: string): Value => {
		const link = modifiers.find((each) => each.name === method);
		return link ? (valuesOf(link, scope)[0] ?? none) : none;
	};
	const has = (method: string): boolean => modifiers.some((each) => each.name === method);
	const kind = has("materialized") ? "materialized " : has("temporary") ? "temporary " : "";
	const columns = wordList(given("columns"));
	const query = given("as");
	return [
		`create ${has("orReplace") ? "or replace " : ""}${kind}view${has("ifNotExists") ? " if not exists" : ""} ${name}`,
		columns.length > 0 ? ` ${columnList(columns)}` : "",
		` as ${query.kind === "sql" ? query.sql : `select ${hole("query")}`}`,
	].join("");
}

function createIndex(
	name: string,
	modifiers: readonly Link[],
	scope: Scope,
	qualify: (text: string) => string,
	notExists: string,
): string {
	let table: string | undefined;
	let unique = "";
	let using = "";
	let where = "";
	const columns: string[] = [];
	for (const link of modifiers) {
		const [one = none, two = none] = valuesOf(link, scope);
		if (link.name === "on") table = wordsOf(one);
		else if (link.name === "unique") unique = " unique";
		else if (link.name === "using") using = ` using ${wordsOf(one)}`;
		else if (link.name === "where")
			where = ` where ${one.kind === "sql" && two.kind === "none" ? one.sql : hole("where")}`;
		else if (link.name === "expression") columns.push(`(${wordsOf(one)})`);
		else if (link.name === "column") columns.push(indexColumn(one));
		else if (link.name === "columns") {
			columns.push(...(one.kind === "list" ? one.items : [one]).map(indexColumn));
		}
	}
	if (table === undefined || columns.length === 0) {
		throw new Unknowable("the table or the columns of an index are not in the file");
	}
	return `create${unique} index${notExists} ${nameOf(name)} on ${qualify(table)}${using} (${columns.join(", ")})${where}`;
}

function indexColumn(value: Value): string {
	if (value.kind === "sql") return value.sql;
	const [name = "", order] = wordsOf(value).split(/\s+/);
	return order === undefined ? nameOf(name) : `${nameOf(name)} ${order}`;
}

/** db.updateTable(...).set(...).where(...).execute() and its like: the rows it takes stay open. */
function dataSql(links: readonly Link[], scope: Scope): readonly string[] | undefined {
	const start = links.find(({ name }) =>
		["updateTable", "insertInto", "deleteFrom"].includes(name),
	);
	if (!start) return undefined;
	const table = dotted(wordsOf(valuesOf(start, scope)[0] ?? none).replace(/\s+as\s+\w+$/i, ""));
	const where = links.some(({ name }) => name.startsWith("where")) ? ` where ${hole("where")}` : "";
	if (start.name === "deleteFrom") return [`delete from ${table}${where}`];
	const given = (method: string): Value => {
		const link = links.find(({ name }) => name === method);
		if (!link) return none;
		// set((eb) => ({ total: eb("total", "+", 1) }))
		const [step] = link.call.block?.body ?? [];
		if (step?.kind === "expression") return valueOf(step.value, scope, rawOf);
		return valuesOf(link, scope)[0] ?? none;
	};
	if (start.name === "insertInto") return [insertOf(table, given("values"))];
	const set = given("set");
	if (set.kind !== "map") throw new Unknowable("the columns of an update are not in the file");
	const list = [...set.entries].map(
		([column, value]) => `${nameOf(column)} = ${constantOf(value)}`,
	);
	return [`update ${table} set ${list.join(", ")}${where}`];
}
