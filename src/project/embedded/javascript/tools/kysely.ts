import { lastName, type CallNode, type Node } from "../../program.ts";
import { resolve, type Scope } from "../../scope.ts";
import { hole, nameOf } from "../../sql-text.ts";
import { textOf } from "../../text.ts";
import type { Vocabulary } from "../tool.ts";
import {
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

const none: Value = { kind: "none" };

/** sql`now()`, sql.raw("now()"), sql.ref("a"). */
function rawOf(node: Node, scope: Scope): string | undefined {
	if (node.kind !== "call") return undefined;
	const name = lastName(node.callee);
	const root = node.callee.kind === "member" ? lastName(node.callee.of) : name;
	const [first] = node.args;
	if (root !== "sql" || !first) return undefined;
	const text = textOf(first, scope)?.text;
	if (name === "ref" || name === "table" || name === "id") return text && dotted(text);
	if (name === "lit" || name === "literal" || name === "val") {
		return constantOf(valueOf(first, scope, () => undefined));
	}
	return text ?? hole("sql");
}

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

/** Returns the value of an argument; sql.raw and sql`` are SQL. */
function valuesOf(link: Link, scope: Scope): readonly Value[] {
	return link.call.args.map((each) => valueOf(each, scope, rawOf));
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

function tableLines(modifiers: readonly Link[], scope: Scope): readonly string[] {
	return modifiers.flatMap((link): readonly string[] => {
		const values = valuesOf(link, scope);
		const [one = none, two = none] = values;
		switch (link.name) {
			case "addColumn":
				return [columnOf(wordsOf(one), two, link.call, scope)];
			case "addPrimaryKeyConstraint":
			case "addUniqueConstraint":
			case "addForeignKeyConstraint":
			case "addCheckConstraint":
				return [constraintOf(link, scope)];
			case "ifNotExists":
			case "temporary":
			case "execute":
			case "$call":
				return [];
			default:
				throw new Unknowable(`${link.name} of a Kysely table is not read`);
		}
	});
}

function constraintOf(link: Link, scope: Scope): string {
	const [name = none, columns = none, table = none, target = none] = valuesOf(link, scope);
	const start = `constraint ${nameOf(wordsOf(name))}`;
	const build = blockLinks(link.call, scope);
	const has = (method: string): boolean => build.some((each) => each.name === method);
	const deferrable = has("deferrable")
		? " deferrable"
		: has("notDeferrable")
			? " not deferrable"
			: "";
	const initially = has("initiallyDeferred") ? " initially deferred" : "";
	const list = columnList(wordList(columns));
	switch (link.name) {
		case "addPrimaryKeyConstraint":
			return `${start} primary key ${list}${deferrable}${initially}`;
		case "addUniqueConstraint":
			return `${start} unique${has("nullsNotDistinct") ? " nulls not distinct" : ""} ${list}${deferrable}${initially}`;
		case "addCheckConstraint":
			return `${start} check (${wordsOf(columns)})`;
		default:
			return `${start} foreign key ${list} references ${dotted(wordsOf(table))} ${columnList(wordList(target))}${actionsOf(build, scope)}${deferrable}${initially}`;
	}
}

function actionsOf(links: readonly Link[], scope: Scope): string {
	return links
		.map((link) => {
			if (link.name !== "onDelete" && link.name !== "onUpdate") return "";
			const words = link.name === "onDelete" ? "on delete" : "on update";
			return ` ${words} ${wordsOf(valuesOf(link, scope)[0] ?? none)}`;
		})
		.join("");
}

/** The calls on the builder that a callback gets: `(col) => col.notNull()`. */
function blockLinks(call: CallNode, scope: Scope): readonly Link[] {
	const [step] = call.block?.body ?? [];
	if (!call.block) return [];
	if (step?.kind !== "expression") return [];
	const { node } = resolve(step.value, scope);
	return node.kind === "call" ? chainOf(node).links : [];
}

/** A column (src/query-compiler/default-query-compiler.ts, visitColumnDefinition). */
function columnOf(name: string, type: Value, call: CallNode, scope: Scope): string {
	const parts = [nameOf(name), wordsOf(type)];
	const after: string[] = [];
	const links = blockLinks(call, scope);
	for (const link of links) {
		const [one = none] = valuesOf(link, scope);
		switch (link.name) {
			case "notNull":
				after.push("not null");
				break;
			case "unique":
				after.push("unique");
				break;
			case "primaryKey":
				after.push("primary key");
				break;
			case "defaultTo":
				parts.push(`default ${constantOf(one)}`);
				break;
			case "references": {
				const path = wordsOf(one).split(".");
				const column = path.pop() ?? "";
				after.push(
					`references ${dotted(path.join("."))} (${nameOf(column)})${actionsOf(links, scope)}`,
				);
				break;
			}
			case "check":
				after.push(`check (${wordsOf(one)})`);
				break;
			case "generatedAlwaysAs":
				parts.push(
					`generated always as (${wordsOf(one)})${links.some((each) => each.name === "stored") ? " stored" : ""}`,
				);
				break;
			case "generatedAlwaysAsIdentity":
				parts.push("generated always as identity");
				break;
			case "generatedByDefaultAsIdentity":
				parts.push("generated by default as identity");
				break;
			default:
				// onDelete and onUpdate belong to references; the rest is for other databases.
				break;
		}
	}
	return [...parts, ...after].join(" ");
}

/** Column changes are actions of one ALTER TABLE; every other builder sends one by itself. */
function alterTable(
	table: string,
	modifiers: readonly Link[],
	scope: Scope,
	schema: string | undefined,
): readonly string[] {
	const actions = modifiers.flatMap((link): readonly string[] => {
		const [one = none, two = none] = valuesOf(link, scope);
		switch (link.name) {
			case "addColumn":
				return [`add column ${columnOf(wordsOf(one), two, link.call, scope)}`];
			case "dropColumn":
				return [`drop column ${nameOf(wordsOf(one))}`];
			case "renameColumn":
				return [`rename column ${nameOf(wordsOf(one))} to ${nameOf(wordsOf(two))}`];
			case "alterColumn":
				return alterColumn(nameOf(wordsOf(one)), blockLinks(link.call, scope), scope);
			case "addPrimaryKeyConstraint":
			case "addUniqueConstraint":
			case "addForeignKeyConstraint":
			case "addCheckConstraint":
				return [`add ${constraintOf(link, scope)}${foreignTail(modifiers, scope)}`];
			case "dropConstraint": {
				const exists = modifiers.some((each) => each.name === "ifExists") ? "if exists " : "";
				return [`drop constraint ${exists}${nameOf(wordsOf(one))}`];
			}
			case "renameConstraint":
				return [`rename constraint ${nameOf(wordsOf(one))} to ${nameOf(wordsOf(two))}`];
			case "renameTo":
				return [`rename to ${dotted(wordsOf(one))}`];
			case "setSchema":
				return [`set schema ${nameOf(wordsOf(one))}`];
			case "execute":
			case "dropIndex":
			case "onDelete":
			case "onUpdate":
			case "ifExists":
			case "cascade":
			case "restrict":
			case "deferrable":
			case "initiallyDeferred":
				return [];
			default:
				throw new Unknowable(`${link.name} of a Kysely table is not read`);
		}
	});
	const indexes = modifiers.flatMap((link) => tableIndex(table, link, scope));
	if (indexes.length > 0) return indexes;
	if (actions.length === 0) throw new Unknowable(`nothing is changed${schema ?? ""}`);
	return [`alter table ${table} ${actions.join(", ")}`];
}

function tableIndex(table: string, link: Link, scope: Scope): readonly string[] {
	if (link.name !== "dropIndex") return [];
	const schema = /^(.+)\./.exec(table)?.[1];
	const index = nameOf(wordsOf(valuesOf(link, scope)[0] ?? none));
	return [`drop index ${schema === undefined ? "" : `${schema}.`}${index}`];
}

/** `.addForeignKeyConstraint(...).onDelete("cascade")` of an altered table. */
function foreignTail(modifiers: readonly Link[], scope: Scope): string {
	const isForeign = modifiers.some(({ name }) => name === "addForeignKeyConstraint");
	return isForeign ? actionsOf(modifiers, scope) : "";
}

function alterColumn(name: string, links: readonly Link[], scope: Scope): readonly string[] {
	return links.map((link) => {
		const [one = none] = valuesOf(link, scope);
		switch (link.name) {
			case "setDataType":
				return `alter column ${name} type ${wordsOf(one)}`;
			case "setDefault":
				return `alter column ${name} set default ${constantOf(one)}`;
			case "dropDefault":
				return `alter column ${name} drop default`;
			case "setNotNull":
				return `alter column ${name} set not null`;
			case "dropNotNull":
				return `alter column ${name} drop not null`;
			default:
				throw new Unknowable(`${link.name} of a Kysely column is not read`);
		}
	});
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
