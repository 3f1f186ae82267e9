import type { Node } from "../../program.ts";
import type { Scope } from "../../scope.ts";
import { hasHole, hole, nameOf, stringOf } from "../../sql-text.ts";
import { textOf } from "../../text.ts";
import type { Vocabulary } from "../tool.ts";
import {
	none,
	entry,
	isOn,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Value,
} from "../values.ts";
import { columnLines, constraintLines } from "./node-pg-migrate-table.ts";

/** pgm.func("now()"), PgLiteral.create("now()"), { literal: true, value: "now()" }. */
function rawOf(node: Node, scope: Scope): string | undefined {
	if (node.kind !== "call" || node.callee.kind !== "member") return undefined;
	const [first] = node.args;
	const { name } = node.callee;
	const isLiteral = name === "func" || (name === "create" && isNamed(node.callee.of, "PgLiteral"));
	return isLiteral && first ? (textOf(first, scope)?.text ?? hole(name)) : undefined;
}

function isNamed(node: Node, name: string): boolean {
	return node.kind === "name" && node.name === name;
}

/** Returns the name of an object: a text, or { schema, name }. */
export function objectName(value: Value): string {
	if (value.kind !== "map") return nameOf(wordsOf(value));
	const schema = entry(value, "schema");
	const own = nameOf(wordsOf(entry(value, "name")));
	return schema.kind === "none" ? own : `${nameOf(wordsOf(schema))}.${own}`;
}

/** Returns an object's name without its schema, for the names that are made of it. */
export function plainName(value: Value): string {
	return wordsOf(value.kind === "map" ? entry(value, "name") : value);
}

/** The calls of `pgm` (src/operations of node-pg-migrate 8). */
export const nodePgMigrateVocabulary: Vocabulary = {
	raw(call) {
		const [text, values] = call.args;
		if (call.callee.kind !== "member" || !text) return undefined;
		const isQuery = ["query", "select"].includes(call.callee.name);
		if (call.callee.name !== "sql" && !(isQuery && isDatabase(call.callee.of))) return undefined;
		return { text, ...(values && call.callee.name === "sql" && { bindings: "braces" }) };
	},
	build(call, scope) {
		if (call.callee.kind !== "member" || isNamed(call.callee.of, "Promise")) return undefined;
		const { name, of } = call.callee;
		const root = of.kind === "name" ? of.name : "";
		if (of.kind !== "name") return undefined;
		const method = methods[name];
		if (method === undefined) {
			if (root === "pgm" && !quiet.has(name)) {
				throw new Unknowable(`${name} of node-pg-migrate is not read`);
			}
			return root === "pgm" ? [] : undefined;
		}
		const args = call.args.map((each) => valueOf(each, scope, rawOf));
		return [{ sql: method(args), range: call.range }];
	},
};

const quiet = new Set(["noTransaction", "func", "toString"]);

function isDatabase(node: Node): boolean {
	return node.kind === "member" && node.name === "db";
}

function option(value: Value, key: string, words: string): string {
	return isOn(entry(value, key)) ? words : "";
}

function dropOf(kind: string): (args: readonly Value[]) => string {
	return ([name = none, options = none]) =>
		`DROP ${kind}${option(options, "ifExists", " IF EXISTS")} ${objectName(name)}${option(options, "cascade", " CASCADE")}`;
}

function createTable([table = none, columns = none, options = none]: readonly Value[]): string {
	const { lines, comments, keys } = columnLines(table, columns);
	const constraints = constraintLines(table, entry(options, "constraints"), undefined);
	const like = entry(options, "like");
	const kind = `${option(options, "temporary", " TEMPORARY")}${option(options, "unlogged", " UNLOGGED")}`;
	const inherits = entry(options, "inherits");
	const partition = entry(options, "partition");
	const all = [
		...lines,
		...keys,
		...constraints,
		...(like.kind === "none"
			? []
			: [`LIKE ${objectName(like.kind === "map" ? entry(like, "table") : like)}`]),
	];
	const parts =
		partition.kind === "none"
			? ""
			: ` PARTITION BY ${wordsOf(entry(partition, "strategy"))} (${wordList(entry(partition, "columns")).join(", ")})`;
	const comment = entry(options, "comment");
	return [
		`CREATE${kind} TABLE${option(options, "ifNotExists", " IF NOT EXISTS")} ${objectName(table)} (${all.join(", ")})${inherits.kind === "none" ? "" : ` INHERITS (${objectName(inherits)})`}${parts}`,
		...comments,
		...(comment.kind === "text"
			? [`COMMENT ON TABLE ${objectName(table)} IS ${stringOf(comment.text)}`]
			: []),
	].join(";\n");
}

function addColumns([table = none, columns = none, options = none]: readonly Value[]): string {
	const { lines, comments } = columnLines(table, columns);
	const add = `ADD ${option(options, "ifNotExists", "IF NOT EXISTS ")}`;
	const sql = `ALTER TABLE ${objectName(table)} ${lines.map((line) => add + line).join(", ")}`;
	return [sql, ...comments].join(";\n");
}

function dropColumns([table = none, columns = none, options = none]: readonly Value[]): string {
	const names = columns.kind === "map" ? [...columns.entries.keys()] : wordList(columns);
	const exists = option(options, "ifExists", "IF EXISTS ");
	const cascade = option(options, "cascade", " CASCADE");
	const drops = names.map((name) => `DROP ${exists}${nameOf(name)}${cascade}`);
	return `ALTER TABLE ${objectName(table)} ${drops.join(", ")}`;
}

function alterColumn([table = none, column = none, options = none]: readonly Value[]): string {
	const actions: string[] = [];
	const fallback = entry(options, "default");
	if (fallback.kind === "null") actions.push("DROP DEFAULT");
	else if (fallback.kind !== "none") actions.push(`SET DEFAULT ${defaultText(fallback)}`);
	const type = entry(options, "type");
	const using = entry(options, "using");
	if (type.kind !== "none") {
		const how = using.kind === "none" ? "" : ` USING ${wordsOf(using)}`;
		actions.push(`SET DATA TYPE ${typeText(wordsOf(type))}${how}`);
	}
	const notNull = entry(options, "notNull");
	if (isOn(notNull)) actions.push("SET NOT NULL");
	else if (notNull.kind === "boolean" || isOn(entry(options, "allowNull")))
		actions.push("DROP NOT NULL");
	const identity = entry(options, "sequenceGenerated");
	if (identity.kind === "map")
		actions.push(`ADD GENERATED ${wordsOf(entry(identity, "precedence"))} AS IDENTITY`);
	else if (identity.kind !== "none") actions.push("DROP IDENTITY");
	const queries: string[] = [];
	if (actions.length > 0) {
		const all = actions.map((action) => `ALTER ${nameOf(wordsOf(column))} ${action}`).join(", ");
		queries.push(`ALTER TABLE ${objectName(table)} ${all}`);
	}
	const comment = entry(options, "comment");
	if (comment.kind === "text") {
		queries.push(
			`COMMENT ON COLUMN ${objectName(table)}.${nameOf(wordsOf(column))} IS ${stringOf(comment.text)}`,
		);
	}
	return queries.join(";\n");
}

const typeNames: Readonly<Record<string, string>> = {
	int: "integer",
	string: "text",
	float: "real",
	double: "double precision",
	datetime: "timestamp",
	bool: "boolean",
};

/** Returns a type with the short forms of node-pg-migrate written out (src/utils/types.ts). */
export function typeText(type: string): string {
	return typeNames[type] ?? type;
}

/** Returns a value as src/utils/escapeValue.ts writes it. */
export function defaultText(value: Value): string {
	if (value.kind === "null") return "NULL";
	if (value.kind === "text") return hasHole(value.text) ? hole("value") : stringOf(value.text);
	if (value.kind === "list") return `ARRAY[${value.items.map(defaultText).join(",")}]`;
	// PgLiteral as an object.
	if (value.kind === "map") return wordsOf(entry(value, "value"));
	return wordsOf(value);
}

function addConstraint([table = none, name = none, what = none]: readonly Value[]): string {
	const own = name.kind === "null" || name.kind === "none" ? undefined : wordsOf(name);
	const start = own === undefined ? "" : `CONSTRAINT ${nameOf(own)} `;
	const lines =
		what.kind === "map" ? constraintLines(table, what, own) : [`${start}${wordsOf(what)}`];
	if (lines.length === 0) throw new Unknowable("the constraint is not in the file");
	return `ALTER TABLE ${objectName(table)} ${lines.map((line) => `ADD ${line}`).join(", ")}`;
}

function columnsOf(columns: Value): readonly Value[] {
	return columns.kind === "list" ? columns.items : [columns];
}

/** table_column_column_index (src/operations/indexes/shared.ts). */
function indexName(table: Value, columns: Value, options: Value, withSchema: boolean): string {
	const schema = table.kind === "map" ? entry(table, "schema") : none;
	const prefix = withSchema && schema.kind !== "none" ? `${nameOf(wordsOf(schema))}.` : "";
	const given = entry(options, "name");
	if (given.kind !== "none") return prefix + nameOf(wordsOf(given));
	const words = columnsOf(columns).map((column) =>
		wordsOf(column.kind === "map" ? entry(column, "name") : column),
	);
	const unique = option(options, "unique", "_unique");
	return prefix + nameOf(`${plainName(table)}_${words.join("_")}${unique}_index`);
}

function indexColumn(column: Value): string {
	const text = wordsOf(column.kind === "map" ? entry(column, "name") : column);
	const isName = !/[^\w".\uE000\uE001]/.test(text);
	const own = isName ? nameOf(text) : text.endsWith(")") ? text : `(${text})`;
	const more = [entry(column, "opclass"), entry(column, "sort")].filter(
		({ kind }) => kind !== "none",
	);
	return [
		own,
		...more.map((each) => (each.kind === "map" ? objectName(each) : wordsOf(each))),
	].join(" ");
}

function createIndex([table = none, columns = none, options = none]: readonly Value[]): string {
	const method = entry(options, "method");
	const where = entry(options, "where");
	const include = wordList(entry(options, "include"));
	return [
		`CREATE${option(options, "unique", " UNIQUE")} INDEX${option(options, "concurrently", " CONCURRENTLY")}`,
		`${option(options, "ifNotExists", " IF NOT EXISTS")} ${indexName(table, columns, options, false)}`,
		` ON ${objectName(table)}${method.kind === "none" ? "" : ` USING ${wordsOf(method)}`}`,
		` (${columnsOf(columns).map(indexColumn).join(", ")})`,
		include.length === 0 ? "" : ` INCLUDE (${include.map(nameOf).join(", ")})`,
		where.kind === "none" ? "" : ` WHERE ${wordsOf(where)}`,
	].join("");
}

function dropIndex([table = none, columns = none, options = none]: readonly Value[]): string {
	const how = `${option(options, "concurrently", " CONCURRENTLY")}${option(options, "ifExists", " IF EXISTS")}`;
	return `DROP INDEX${how} ${indexName(table, columns, options, true)}${option(options, "cascade", " CASCADE")}`;
}

function createType([name = none, what = none]: readonly Value[]): string {
	if (what.kind === "list") {
		return `CREATE TYPE ${objectName(name)} AS ENUM (${what.items.map(defaultText).join(", ")})`;
	}
	if (what.kind !== "map") throw new Unknowable("the type is not in the file");
	return `CREATE TYPE ${objectName(name)} AS (${columnLines(name, what).lines.join(", ")})`;
}

function addTypeValue([name = none, value = none, options = none]: readonly Value[]): string {
	const [before, after] = [entry(options, "before"), entry(options, "after")];
	const place =
		before.kind === "none"
			? after.kind === "none"
				? ""
				: ` AFTER ${defaultText(after)}`
			: ` BEFORE ${defaultText(before)}`;
	return `ALTER TYPE ${objectName(name)} ADD VALUE${option(options, "ifNotExists", " IF NOT EXISTS")} ${defaultText(value)}${place}`;
}

function createView([name = none, options = none, definition = none]: readonly Value[]): string {
	const kind = `${option(options, "replace", " OR REPLACE")}${option(options, "temporary", " TEMPORARY")}`;
	const columns = wordList(entry(options, "columns"));
	const list = columns.length === 0 ? "" : `(${columns.map(nameOf).join(", ")})`;
	return `CREATE${kind} VIEW ${objectName(name)}${list} AS ${wordsOf(definition)}`;
}

function createMaterializedView([
	name = none,
	options = none,
	definition = none,
]: readonly Value[]): string {
	const data = entry(options, "data");
	const tail = data.kind === "boolean" ? ` WITH${data.value ? "" : " NO"} DATA` : "";
	return `CREATE MATERIALIZED VIEW${option(options, "ifNotExists", " IF NOT EXISTS")} ${objectName(name)} AS ${wordsOf(definition)}${tail}`;
}

const renameOf =
	(kind: string) =>
	([name = none, to = none]: readonly Value[]): string =>
		`ALTER ${kind} ${objectName(name)} RENAME TO ${objectName(to)}`;

const methods: Readonly<Record<string, ((args: readonly Value[]) => string) | undefined>> = {
	createTable,
	dropTable: dropOf("TABLE"),
	renameTable: renameOf("TABLE"),
	addColumn: addColumns,
	addColumns,
	dropColumn: dropColumns,
	dropColumns,
	alterColumn,
	renameColumn: ([table = none, from = none, to = none]) =>
		`ALTER TABLE ${objectName(table)} RENAME ${nameOf(wordsOf(from))} TO ${nameOf(wordsOf(to))}`,
	addConstraint,
	createConstraint: addConstraint,
	dropConstraint: ([table = none, name = none, options = none]) =>
		`ALTER TABLE${option(options, "ifTableExists", " IF EXISTS")} ${objectName(table)} DROP CONSTRAINT${option(options, "ifExists", " IF EXISTS")} ${nameOf(wordsOf(name))}${option(options, "cascade", " CASCADE")}`,
	renameConstraint: ([table = none, from = none, to = none]) =>
		`ALTER TABLE ${objectName(table)} RENAME CONSTRAINT ${nameOf(wordsOf(from))} TO ${nameOf(wordsOf(to))}`,
	alterTable: ([table = none, options = none]) => {
		const security = entry(options, "levelSecurity");
		const unlogged = entry(options, "unlogged");
		const actions = [
			...(security.kind === "none" ? [] : [`${wordsOf(security)} ROW LEVEL SECURITY`]),
			...(unlogged.kind === "none" ? [] : [isOn(unlogged) ? "SET UNLOGGED" : "SET LOGGED"]),
		];
		return `ALTER TABLE ${objectName(table)} ${actions.join(", ")}`;
	},
	createIndex,
	addIndex: createIndex,
	dropIndex,
	renameIndex: renameOf("INDEX"),
	createType,
	addType: createType,
	dropType: dropOf("TYPE"),
	renameType: renameOf("TYPE"),
	addTypeValue,
	renameTypeValue: ([name = none, from = none, to = none]) =>
		`ALTER TYPE ${objectName(name)} RENAME VALUE ${defaultText(from)} TO ${defaultText(to)}`,
	createExtension: ([names = none, options = none]) =>
		extensions("CREATE", names, option(options, "ifNotExists", " IF NOT EXISTS")),
	addExtension: ([names = none, options = none]) =>
		extensions("CREATE", names, option(options, "ifNotExists", " IF NOT EXISTS")),
	dropExtension: ([names = none, options = none]) =>
		extensions("DROP", names, option(options, "ifExists", " IF EXISTS")),
	createSchema: ([name = none, options = none]) =>
		`CREATE SCHEMA${option(options, "ifNotExists", " IF NOT EXISTS")} ${nameOf(wordsOf(name))}`,
	dropSchema: dropOf("SCHEMA"),
	renameSchema: renameOf("SCHEMA"),
	dropSequence: dropOf("SEQUENCE"),
	dropView: dropOf("VIEW"),
	dropMaterializedView: dropOf("MATERIALIZED VIEW"),
	dropDomain: dropOf("DOMAIN"),
	createView,
	createMaterializedView,
	refreshMaterializedView: ([name = none, options = none]) =>
		`REFRESH MATERIALIZED VIEW${option(options, "concurrently", " CONCURRENTLY")} ${objectName(name)}`,
	dropTrigger: ([table = none, name = none, options = none]) =>
		`DROP TRIGGER${option(options, "ifExists", " IF EXISTS")} ${nameOf(wordsOf(name))} ON ${objectName(table)}${option(options, "cascade", " CASCADE")}`,
	dropPolicy: ([table = none, name = none, options = none]) =>
		`DROP POLICY${option(options, "ifExists", " IF EXISTS")} ${nameOf(wordsOf(name))} ON ${objectName(table)}`,
};

function extensions(verb: string, names: Value, exists: string): string {
	return wordList(names)
		.map((name) => `${verb} EXTENSION${exists} ${nameOf(name)}`)
		.join(";\n");
}
