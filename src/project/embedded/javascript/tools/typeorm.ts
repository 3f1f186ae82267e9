import { lastName, type Node } from "../../program.ts";
import type { Scope } from "../../scope.ts";
import { nameOf } from "../../sql-text.ts";
import type { Vocabulary } from "../tool.ts";
import { none, dotted, entry, isOn, Unknowable, valueOf, wordsOf, type Value } from "../values.ts";
import {
	checkSql,
	columnSql,
	enumOf,
	foreignKeySql,
	indexSql,
	optionsOf,
	primaryName,
	tableSql,
	uniqueSql,
} from "./typeorm-table.ts";

/** new TableColumn({...}) is what it is given. */
function valueIn(node: Node | undefined, scope: Scope): Value {
	const value = valueOf(node, scope, () => undefined);
	if (value.kind === "list") return { kind: "list", items: value.items.map(unwrap) };
	return unwrap(value);
}

function unwrap(value: Value): Value {
	if (value.kind === "map") {
		return {
			kind: "map",
			entries: new Map([...value.entries].map(([key, each]) => [key, deep(each)])),
		};
	}
	if (value.kind !== "call" || !(lastName(value.call) ?? "").startsWith("Table")) return value;
	return valueIn(value.call.args[0], value.scope);
}

function deep(value: Value): Value {
	return value.kind === "list" ? { kind: "list", items: value.items.map(unwrap) } : unwrap(value);
}

/** Methods of a QueryRunner that only ask, or that a tool's own run decides about. */
const questions =
	/^(?:get|has|is|connect|release|load|stream|clear(?:Sql)?Memory|enable|disable|start|commit|rollback|manager)/;

/** The calls of `queryRunner` (src/driver/postgres/PostgresQueryRunner.ts of TypeORM 0.3). */
export const typeormVocabulary: Vocabulary = {
	raw({ callee, args }) {
		const [text] = args;
		return callee.kind === "member" && callee.name === "query" && text ? { text } : undefined;
	},
	build(call, scope) {
		if (call.callee.kind !== "member") return undefined;
		const { name, of } = call.callee;
		const isRunner = of.kind === "name" && /runner/i.test(of.name);
		const method = methods[name];
		if (!method) {
			if (!isRunner || questions.test(name)) return undefined;
			throw new Unknowable(`${name} of TypeORM is not read`);
		}
		if (of.kind !== "name" && of.kind !== "member") return undefined;
		const args = call.args.map((each) => valueIn(each, scope));
		return [{ sql: method(args).join(";\n"), range: call.range }];
	},
};

type Method = (args: readonly Value[]) => readonly string[];

/** The table of a call: its name, or a Table. */
function nameOfTable(value: Value): string {
	if (value.kind !== "map") return wordsOf(value);
	const schema = entry(value, "schema");
	const name = wordsOf(entry(value, "name"));
	return schema.kind === "none" ? name : `${wordsOf(schema)}.${name}`;
}

function items(value: Value): readonly Value[] {
	if (value.kind === "list") return value.items;
	throw new Unknowable("a list is not in the file");
}

function addColumn([table = none, column = none]: readonly Value[]): readonly string[] {
	const name = nameOfTable(table);
	const options = optionsOf(column);
	const made = enumOf(name, options);
	const own = wordsOf(entry(options, "name"));
	const start = `ALTER TABLE ${dotted(name)} ADD`;
	return [
		...(made === undefined ? [] : [made]),
		`${start} ${columnSql(name, options)}`,
		...(isOn(entry(options, "isPrimary"))
			? [`${start} CONSTRAINT ${nameOf(primaryName(name, [own]))} PRIMARY KEY (${nameOf(own)})`]
			: []),
		...(isOn(entry(options, "isUnique"))
			? [
					`${start} ${uniqueSql(name, { kind: "map", entries: new Map([["columnNames", { kind: "text", text: own }]]) })}`,
				]
			: []),
	];
}

/** A new type or length makes TypeORM drop the column and add it again (changeColumn). */
function changeColumn([
	table = none,
	before = none,
	after = none,
]: readonly Value[]): readonly string[] {
	const options = optionsOf(after);
	const old = before.kind === "map" ? wordsOf(entry(before, "name")) : wordsOf(before);
	if (before.kind !== "map") {
		throw new Unknowable("how the column was before is not in the file");
	}
	const name = nameOfTable(table);
	const same = (key: string): boolean => textIn(entry(before, key)) === textIn(entry(options, key));
	const start = `ALTER TABLE ${dotted(name)}`;
	const column = nameOf(wordsOf(entry(options, "name")));
	if (!["type", "length", "isArray", "precision", "scale"].every(same)) {
		return [`${start} DROP COLUMN ${nameOf(old)}`, ...addColumn([table, after])];
	}
	const sql: string[] = [];
	if (!same("name")) sql.push(`${start} RENAME COLUMN ${nameOf(old)} TO ${column}`);
	if (isOn(entry(before, "isNullable")) !== isOn(entry(options, "isNullable"))) {
		const how = isOn(entry(options, "isNullable")) ? "DROP" : "SET";
		sql.push(`${start} ALTER COLUMN ${column} ${how} NOT NULL`);
	}
	if (!same("default")) {
		const fallback = entry(options, "default");
		const how =
			fallback.kind === "none" || fallback.kind === "null"
				? "DROP DEFAULT"
				: `SET DEFAULT ${wordsOf(fallback)}`;
		sql.push(`${start} ALTER COLUMN ${column} ${how}`);
	}
	return sql.length > 0 ? sql : ["SELECT 1"];
}

function textIn(value: Value): string {
	return value.kind === "none"
		? ""
		: value.kind === "map" || value.kind === "list"
			? ""
			: value.kind === "null"
				? ""
				: wordsOf(value);
}

function dropIndex([table = none, index = none]: readonly Value[]): readonly string[] {
	const name = index.kind === "map" ? entry(index, "name") : index;
	const parts = nameOfTable(table).split(".");
	const schema = parts.length > 1 ? `${nameOf(parts[0] ?? "")}.` : "";
	return [`DROP INDEX ${schema}${nameOf(wordsOf(name))}`];
}

function dropConstraint([table = none, what = none]: readonly Value[]): readonly string[] {
	const name = what.kind === "map" ? entry(what, "name") : what;
	if (name.kind !== "text") throw new Unknowable("the name of the constraint is not in the file");
	return [`ALTER TABLE ${dotted(nameOfTable(table))} DROP CONSTRAINT ${nameOf(name.text)}`];
}

const adding =
	(sql: (table: string, what: Value) => string): Method =>
	([table = none, what = none]) => [
		`ALTER TABLE ${dotted(nameOfTable(table))} ADD ${sql(nameOfTable(table), optionsOf(what))}`,
	];

const each =
	(method: Method): Method =>
	([table = none, list = none]) =>
		items(list).flatMap((item) => method([table, item]));

const addForeignKey = adding(foreignKeySql);
const addUnique = adding(uniqueSql);
const addCheck = adding(checkSql);
const createIndex: Method = ([table = none, index = none]) => [
	indexSql(nameOfTable(table), optionsOf(index)),
];
const dropColumn: Method = ([table = none, column = none]) => {
	const name = column.kind === "map" ? entry(column, "name") : column;
	return [`ALTER TABLE ${dotted(nameOfTable(table))} DROP COLUMN ${nameOf(wordsOf(name))}`];
};

const methods: Readonly<Record<string, Method | undefined>> = {
	createTable: ([table = none, exists = none, keys = none]) => tableSql(table, exists, keys),
	dropTable: ([table = none, exists = none]) => [
		`DROP TABLE ${isOn(exists) ? "IF EXISTS " : ""}${dotted(nameOfTable(table))}`,
	],
	renameTable: ([table = none, name = none]) => [
		`ALTER TABLE ${dotted(nameOfTable(table))} RENAME TO ${nameOf(wordsOf(name).split(".").pop() ?? "")}`,
	],
	clearTable: ([table = none]) => [`TRUNCATE TABLE ${dotted(wordsOf(table))}`],
	createSchema: ([name = none, exists = none]) => [
		`CREATE SCHEMA ${isOn(exists) ? "IF NOT EXISTS " : ""}${nameOf(wordsOf(name))}`,
	],
	dropSchema: ([name = none, exists = none, cascade = none]) => [
		`DROP SCHEMA ${isOn(exists) ? "IF EXISTS " : ""}${nameOf(wordsOf(name))}${isOn(cascade) ? " CASCADE" : ""}`,
	],
	addColumn,
	addColumns: each(addColumn),
	changeColumn,
	dropColumn,
	dropColumns: each(dropColumn),
	renameColumn: ([table = none, from = none, to = none]) => {
		const name = (value: Value): string =>
			nameOf(wordsOf(value.kind === "map" ? entry(value, "name") : value));
		return [`ALTER TABLE ${dotted(nameOfTable(table))} RENAME COLUMN ${name(from)} TO ${name(to)}`];
	},
	createPrimaryKey: ([table = none, columns = none]) => {
		const names = items(columns).map(wordsOf);
		const key = nameOf(primaryName(nameOfTable(table), names));
		return [
			`ALTER TABLE ${dotted(nameOfTable(table))} ADD CONSTRAINT ${key} PRIMARY KEY (${names.map(nameOf).join(", ")})`,
		];
	},
	createIndex,
	createIndices: each(createIndex),
	dropIndex,
	dropIndices: each(dropIndex),
	createForeignKey: addForeignKey,
	createForeignKeys: each(addForeignKey),
	dropForeignKey: dropConstraint,
	dropForeignKeys: each(dropConstraint),
	createUniqueConstraint: addUnique,
	createUniqueConstraints: each(addUnique),
	dropUniqueConstraint: dropConstraint,
	createCheckConstraint: addCheck,
	createCheckConstraints: each(addCheck),
	dropCheckConstraint: dropConstraint,
};
