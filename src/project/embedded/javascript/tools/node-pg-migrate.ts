import type { Node } from "../../program.ts";
import type { Scope } from "../../scope.ts";
import { hole, nameOf } from "../../sql-text.ts";
import { textOf } from "../../text.ts";
import type { Vocabulary } from "../tool.ts";
import {
	entry,
	isOn,
	none,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Value,
} from "../values.ts";
import {
	addColumns,
	addConstraint,
	alterColumn,
	createTable,
	dropColumns,
} from "./node-pg-migrate-alter.ts";
import { createIndex, dropIndex } from "./node-pg-migrate-index.ts";
import { columnLines } from "./node-pg-migrate-table.ts";
import { defaultText, objectName, option } from "./node-pg-migrate-value.ts";

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

function dropOf(kind: string): (args: readonly Value[]) => string {
	return ([name = none, options = none]) =>
		`DROP ${kind}${option(options, "ifExists", " IF EXISTS")} ${objectName(name)}${option(options, "cascade", " CASCADE")}`;
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
