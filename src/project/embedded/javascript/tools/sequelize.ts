import type { Node } from "../../program.ts";
import type { Scope } from "../../scope.ts";
import { hole, nameOf, stringOf } from "../../sql-text.ts";
import { textOf } from "../../text.ts";
import type { Vocabulary } from "../tool.ts";
import {
	none,
	constantOf,
	entry,
	isOn,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Value,
} from "../values.ts";
import { insertOf } from "./knex.ts";
import { attributeOf, enumNameOf, tableName, tableOf } from "./sequelize-column.ts";
import { wordsOfType, addIndex, removeIndex } from "./sequelize-index.ts";

/** Sequelize.literal("now()"), Sequelize.fn("now"). */
function rawOf(node: Node, scope: Scope): string | undefined {
	if (node.kind !== "call" || node.callee.kind !== "member") return undefined;
	const [first] = node.args;
	if (!first) return undefined;
	if (node.callee.name === "literal") return textOf(first, scope)?.text ?? hole("literal");
	if (node.callee.name === "col") return nameOf(textOf(first, scope)?.text ?? hole("column"));
	if (node.callee.name !== "fn") return undefined;
	const args = node.args.slice(1).map((each) => constantOf(valueOf(each, scope, rawOf)));
	return `${textOf(first, scope)?.text ?? hole("function")}(${args.join(", ")})`;
}

/** The calls of `queryInterface` (packages/postgres/src/query-generator.js of Sequelize 6 and 7). */
export const sequelizeVocabulary: Vocabulary = {
	raw(call) {
		const [text, options] = call.args;
		if (call.callee.kind !== "member" || call.callee.name !== "query" || !text) return undefined;
		const keys = options?.kind === "map" ? options.entries.map(({ key }) => key) : [];
		const bound = keys.some(
			(key) =>
				key.kind === "text" &&
				key.parts.some((part) => part.kind === "characters" && part.text === "replacements"),
		);
		return { text, ...(bound && { bindings: "colons" }) };
	},
	build(call, scope) {
		if (call.callee.kind !== "member") return undefined;
		const { name, of } = call.callee;
		const method = methods[name];
		const isInterface =
			(of.kind === "name" || of.kind === "member") &&
			/^(?:q|qi|query|queryInterface|queryI.*|context|migration|migrator)$/.test(of.name);
		if (!method) {
			if (isInterface && /^(?:add|change|create|drop|remove|rename|bulk|upsert)/.test(name)) {
				throw new Unknowable(`${name} of Sequelize is not read`);
			}
			return undefined;
		}
		if (!isInterface && ["select", "delete"].includes(name)) return undefined;
		const args = call.args.map((each) => valueOf(each, scope, rawOf));
		return [{ sql: method(args).join(";\n"), range: call.range }];
	},
};

type Method = (args: readonly Value[]) => readonly string[];

function createTable([
	table = none,
	attributes = none,
	options = none,
]: readonly Value[]): readonly string[] {
	if (attributes.kind !== "map") throw new Unknowable("its columns are not in the file");
	const own = withSchema(table, options);
	const before: string[] = [];
	const comments: string[] = [];
	const lines: string[] = [];
	const keys: string[] = [];
	for (const [name, value] of attributes.entries) {
		const field = entry(value, "field");
		const column = field.kind === "none" ? name : wordsOf(field);
		const attribute = attributeOf(own, column, value);
		if (attribute.enumValues !== undefined) {
			before.push(`CREATE TYPE ${enumNameOf(own, column)} AS ENUM (${attribute.enumValues})`);
		}
		if (attribute.comment !== undefined) {
			comments.push(
				`COMMENT ON COLUMN ${tableOf(own)}.${nameOf(column)} IS ${stringOf(attribute.comment)}`,
			);
		}
		if (attribute.isPrimary) keys.push(nameOf(column));
		lines.push(`${nameOf(column)} ${attribute.sql}`);
	}
	const unique = entry(options, "uniqueKeys");
	if (unique.kind === "map") {
		for (const [name, key] of unique.entries) {
			const fields = wordList(entry(key, "fields")).map(nameOf).join(", ");
			lines.push(`CONSTRAINT ${nameOf(name)} UNIQUE (${fields})`);
		}
	}
	if (keys.length > 0) lines.push(`PRIMARY KEY (${keys.join(", ")})`);
	return [
		...before,
		`CREATE TABLE IF NOT EXISTS ${tableOf(own)} (${lines.join(", ")})`,
		...comments,
	];
}

/** The option `schema` puts the table into a schema. */
function withSchema(table: Value, options: Value): Value {
	const schema = entry(options, "schema");
	if (table.kind === "map" || schema.kind === "none") return table;
	const entries = new Map<string, Value>([
		["tableName", table],
		["schema", schema],
	]);
	return { kind: "map", entries };
}

function addColumn([
	table = none,
	column = none,
	value = none,
	options = none,
]: readonly Value[]): readonly string[] {
	const name = wordsOf(column);
	const attribute = attributeOf(table, name, value);
	const exists = isOn(entry(options, "ifNotExists")) ? "IF NOT EXISTS " : "";
	return [
		...(attribute.enumValues === undefined
			? []
			: [`CREATE TYPE ${enumNameOf(table, name)} AS ENUM (${attribute.enumValues})`]),
		`ALTER TABLE ${tableOf(table)} ADD COLUMN ${exists}${nameOf(name)} ${attribute.sql}${attribute.isPrimary ? " PRIMARY KEY" : ""}`,
		...(attribute.comment === undefined
			? []
			: [`COMMENT ON COLUMN ${tableOf(table)}.${nameOf(name)} IS ${stringOf(attribute.comment)}`]),
	];
}

/** Sequelize sets or drops NOT NULL and the default each time, and always writes the type (changeColumnQuery). */
function changeColumn([
	table = none,
	column = none,
	value = none,
]: readonly Value[]): readonly string[] {
	const name = wordsOf(column);
	const attribute = attributeOf(table, name, value);
	const quoted = nameOf(name);
	const start = `ALTER TABLE ${tableOf(table)}`;
	const sql: string[] = [];
	const refers = attribute.references !== undefined;
	if (attribute.isRequired) sql.push(`${start} ALTER COLUMN ${quoted} SET NOT NULL`);
	else if (!refers) sql.push(`${start} ALTER COLUMN ${quoted} DROP NOT NULL`);
	if (attribute.fallback !== undefined) {
		sql.push(`${start} ALTER COLUMN ${quoted} SET DEFAULT ${attribute.fallback}`);
	} else if (!refers) sql.push(`${start} ALTER COLUMN ${quoted} DROP DEFAULT`);
	if (attribute.enumValues !== undefined) {
		sql.push(`CREATE TYPE ${enumNameOf(table, name)} AS ENUM (${attribute.enumValues})`);
	}
	if (attribute.isUnique) sql.push(`${start} ADD UNIQUE (${quoted})`);
	if (attribute.references !== undefined) {
		sql.push(`${start} ADD FOREIGN KEY (${quoted}) ${attribute.references}`);
	} else {
		const using =
			attribute.enumValues === undefined ? "" : ` USING (${quoted}::${enumNameOf(table, name)})`;
		sql.push(`${start} ALTER COLUMN ${quoted} TYPE ${attribute.type}${using}`);
	}
	return sql;
}

function addConstraint(args: readonly Value[]): readonly string[] {
	const [table = none, second = none, third = none] = args;
	const options = second.kind === "map" ? second : third;
	const columns = wordList(second.kind === "map" ? entry(options, "fields") : second);
	const type = wordsOfType(options);
	const list = `(${columns.map(nameOf).join(", ")})`;
	const ending = { "FOREIGN KEY": "fk", "PRIMARY KEY": "pk", UNIQUE: "uk", CHECK: "ck" }[type];
	const given = entry(options, "name");
	const target = entry(options, "references");
	const own =
		given.kind === "none"
			? `${tableName(table)}_${columns.join("_")}_${type === "FOREIGN KEY" ? `${tableName(entry(target, "table"))}_` : ""}${ending ?? ""}`
			: wordsOf(given);
	const start = `ALTER TABLE ${tableOf(table)} ADD CONSTRAINT ${nameOf(own)}`;
	if (type === "UNIQUE" || type === "PRIMARY KEY") return [`${start} ${type} ${list}`];
	if (type === "CHECK") return [`${start} CHECK (${hole("condition")})`];
	if (type !== "FOREIGN KEY") throw new Unknowable("the kind of a constraint is not in the file");
	const wanted = wordList(
		entry(target, target.kind === "map" && target.entries.has("fields") ? "fields" : "field"),
	);
	const clause = (key: string, words: string): string => {
		const value = entry(options, key);
		return value.kind === "none" ? "" : ` ${words} ${wordsOf(value).toUpperCase()}`;
	};
	return [
		`${start} FOREIGN KEY ${list} REFERENCES ${tableOf(entry(target, "table"))} (${wanted.map(nameOf).join(", ")})${clause("onUpdate", "ON UPDATE")}${clause("onDelete", "ON DELETE")}`,
	];
}

const methods: Readonly<Record<string, Method | undefined>> = {
	createTable,
	dropTable: ([table = none, options = none]) => [
		`DROP TABLE IF EXISTS ${tableOf(withSchema(table, options))}${isOn(entry(options, "cascade")) ? " CASCADE" : ""}`,
	],
	renameTable: ([from = none, to = none]) => [
		`ALTER TABLE ${tableOf(from)} RENAME TO ${nameOf(tableName(to))}`,
	],
	addColumn,
	removeColumn: ([table = none, column = none, options = none]) => [
		`ALTER TABLE ${tableOf(table)} DROP COLUMN ${isOn(entry(options, "ifExists")) ? "IF EXISTS " : ""}${nameOf(wordsOf(column))}${isOn(entry(options, "cascade")) ? " CASCADE" : ""}`,
	],
	changeColumn,
	renameColumn: ([table = none, from = none, to = none]) => [
		`ALTER TABLE ${tableOf(table)} RENAME COLUMN ${nameOf(wordsOf(from))} TO ${nameOf(wordsOf(to))}`,
	],
	addIndex,
	removeIndex,
	addConstraint,
	removeConstraint: ([table = none, name = none]) => [
		`ALTER TABLE ${tableOf(table)} DROP CONSTRAINT ${nameOf(wordsOf(name))}`,
	],
	createSchema: ([name = none]) => [`CREATE SCHEMA IF NOT EXISTS ${nameOf(wordsOf(name))}`],
	dropSchema: ([name = none]) => [`DROP SCHEMA IF EXISTS ${nameOf(wordsOf(name))} CASCADE`],
	bulkInsert: ([table = none, rows = none]) => [insertOf(tableOf(table), rows)],
	bulkUpdate: ([table = none, values = none]) => {
		if (values.kind !== "map") throw new Unknowable("the columns of an update are not in the file");
		const set = [...values.entries].map(
			([column, value]) => `${nameOf(column)} = ${constantOf(value)}`,
		);
		return [`UPDATE ${tableOf(table)} SET ${set.join(", ")} WHERE ${hole("where")}`];
	},
	bulkDelete: ([table = none, where = none]) => {
		const isAll =
			where.kind === "none" ||
			where.kind === "null" ||
			(where.kind === "map" && where.entries.size === 0);
		return [`DELETE FROM ${tableOf(table)}${isAll ? "" : ` WHERE ${hole("where")}`}`];
	},
};
