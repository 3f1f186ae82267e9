import { nameOf } from "../../sql-text.ts";
import type { Node } from "../../program.ts";
import type { Vocabulary } from "../tool.ts";
import {
	none,
	columnList,
	constantOf,
	entry,
	isOn,
	Unknowable,
	valueOf,
	wordList,
	wordsOf,
	type Value,
} from "../values.ts";

function isDatabase(node: Node): boolean {
	return node.kind === "name" && /^(?:db|database|migrator|driver)$/.test(node.name);
}

/** The calls of `db` (index.js of db-migrate-pg 1). */
export const dbMigrateVocabulary: Vocabulary = {
	raw({ callee, args }) {
		const [text, values] = args;
		const isSent = callee.kind === "member" && ["runSql", "all"].includes(callee.name);
		if (!isSent || !text || !isDatabase(callee.of)) return undefined;
		return { text, ...(values?.kind === "list" && { bindings: "questionMarks" }) };
	},
	build(call, scope) {
		const { callee } = call;
		if (callee.kind !== "member" || !isDatabase(callee.of)) return undefined;
		// async.series([db.runSql.bind(db, "..."), ...])
		if (callee.name === "bind") return undefined;
		const method = methods[callee.name];
		if (!method) throw new Unknowable(`${callee.name} of db-migrate is not read`);
		const args = call.args.map((each) => valueOf(each, scope, () => undefined));
		return [{ sql: method(args).join(";\n"), range: call.range }];
	},
};

/** Types whose names are the server's, and those that are not (mapDataType). */
const types: Readonly<Record<string, string>> = {
	string: "VARCHAR",
	datetime: "TIMESTAMP",
	blob: "BYTEA",
	int: "INTEGER",
	bigint: "BIGINT",
	smallint: "SMALLINT",
	binary: "BYTEA",
};

function typeOf(spec: Value): string {
	const written = wordsOf(entry(spec, "type"));
	const zoned = /^(time|timestamp)tz$/i.exec(written);
	const type = zoned ? (zoned[1] ?? "") : (types[written] ?? written.toUpperCase());
	const length = entry(spec, "length");
	const size = length.kind === "none" ? "" : `(${wordsOf(length)})`;
	const zone = zoned || isOn(entry(spec, "timezone")) ? " WITH TIME ZONE" : "";
	return `${type}${size}${zone}`;
}

function defaultOf(value: Value): string {
	if (value.kind !== "map") return constantOf(value);
	const special = entry(value, "special");
	return wordsOf(special.kind === "none" ? entry(value, "prep") : special);
}

function columnSql(name: string, given: Value, withKey: boolean): string {
	const spec: Value =
		given.kind === "map" ? given : { kind: "map", entries: new Map([["type", given]]) };
	const isKey = isOn(entry(spec, "primaryKey"));
	const isSerial = isKey && isOn(entry(spec, "autoIncrement"));
	const isBig = wordsOf(entry(spec, "type")) === "bigint";
	const fallback = entry(spec, "defaultValue");
	return [
		nameOf(name),
		isSerial ? (isBig ? "BIGSERIAL" : "SERIAL") : typeOf(spec),
		...(isKey && withKey ? ["PRIMARY KEY"] : []),
		...(isOn(entry(spec, "notNull")) ? ["NOT NULL"] : []),
		...(isOn(entry(spec, "unique")) ? ["UNIQUE"] : []),
		...(fallback.kind === "none" ? [] : [`DEFAULT ${defaultOf(fallback)}`]),
	].join(" ");
}

/** A foreign key that stands at a column is a statement of its own after it (bindForeignKey). */
function keyOf(table: string, column: string, spec: Value): readonly string[] {
	const key = entry(spec, "foreignKey");
	if (key.kind !== "map") return [];
	const mapping = entry(key, "mapping");
	const fields: Value =
		mapping.kind === "map" ? mapping : { kind: "map", entries: new Map([[column, mapping]]) };
	return addForeignKey([
		{ kind: "text", text: table },
		entry(key, "table"),
		entry(key, "name"),
		fields,
		entry(key, "rules"),
	]);
}

function createTable([table = none, given = none]: readonly Value[]): readonly string[] {
	const name = wordsOf(table);
	const inner = entry(given, "columns");
	const columns = inner.kind === "map" ? inner : given;
	if (columns.kind !== "map") throw new Unknowable("its columns are not in the file");
	const all = [...columns.entries];
	const keys = all.filter(([, spec]) => isOn(entry(spec, "primaryKey"))).map(([column]) => column);
	const lines = all.map(([column, spec]) => columnSql(column, spec, keys.length === 1));
	if (keys.length > 1) lines.push(`PRIMARY KEY ${columnList(keys)}`);
	const exists = isOn(entry(given, "ifNotExists")) || inner.kind !== "map" ? "IF NOT EXISTS " : "";
	return [
		`CREATE TABLE ${exists}${nameOf(name)} (${lines.join(", ")})`,
		...all.flatMap(([column, spec]) => keyOf(name, column, spec)),
	];
}

function addColumn([
	table = none,
	column = none,
	spec = none,
]: readonly Value[]): readonly string[] {
	const name = wordsOf(table);
	const own = wordsOf(column);
	return [
		`ALTER TABLE ${nameOf(name)} ADD COLUMN ${columnSql(own, spec, true)}`,
		...keyOf(name, own, spec),
	];
}

/** NOT NULL and the default are set or dropped each time (changeColumn). */
function changeColumn([
	table = none,
	column = none,
	spec = none,
]: readonly Value[]): readonly string[] {
	const own = nameOf(wordsOf(column));
	const start = `ALTER TABLE ${nameOf(wordsOf(table))}`;
	const alter = `${start} ALTER COLUMN ${own}`;
	const unique = entry(spec, "unique");
	const key = nameOf(`${wordsOf(table)}_${wordsOf(column)}_key`);
	const fallback = entry(spec, "defaultValue");
	const isTyped = entry(spec, "type").kind !== "none";
	const using = entry(spec, "using");
	return [
		`${alter} ${isOn(entry(spec, "notNull")) ? "SET" : "DROP"} NOT NULL`,
		...(unique.kind === "boolean"
			? [
					unique.value
						? `${start} ADD CONSTRAINT ${key} UNIQUE (${own})`
						: `${start} DROP CONSTRAINT ${key}`,
				]
			: []),
		`${alter} ${fallback.kind === "none" ? "DROP DEFAULT" : `SET DEFAULT ${defaultOf(fallback)}`}`,
		...(isTyped
			? [
					`${alter} TYPE ${typeOf(spec)} ${using.kind === "none" ? `USING ${own}::${typeOf(spec).replace(/\(.*?\)/, "")}` : wordsOf(using)}`,
				]
			: []),
	];
}

function addForeignKey(args: readonly Value[]): readonly string[] {
	const [table = none, target = none, name = none, mapping = none, rules = none] = args;
	if (mapping.kind !== "map")
		throw new Unknowable("the columns of a foreign key are not in the file");
	const action = (key: string): string => {
		const value = entry(rules, key);
		return value.kind === "none" ? "NO ACTION" : wordsOf(value);
	};
	const columns = [...mapping.entries.keys()];
	const wanted = [...mapping.entries.values()].map(wordsOf);
	return [
		`ALTER TABLE ${nameOf(wordsOf(table))} ADD CONSTRAINT ${nameOf(wordsOf(name))} FOREIGN KEY ${columnList(columns)} REFERENCES ${nameOf(wordsOf(target))} ${columnList(wanted)} ON DELETE ${action("onDelete")} ON UPDATE ${action("onUpdate")}`,
	];
}

type Method = (args: readonly Value[]) => readonly string[];

const methods: Readonly<Record<string, Method | undefined>> = {
	createTable,
	dropTable: ([table = none, options = none]) => [
		`DROP TABLE ${isOn(entry(options, "ifExists")) ? "IF EXISTS " : ""}${nameOf(wordsOf(table))}`,
	],
	renameTable: ([from = none, to = none]) => [
		`ALTER TABLE ${nameOf(wordsOf(from))} RENAME TO ${nameOf(wordsOf(to))}`,
	],
	addColumn,
	removeColumn: ([table = none, column = none]) => [
		`ALTER TABLE ${nameOf(wordsOf(table))} DROP COLUMN ${nameOf(wordsOf(column))}`,
	],
	renameColumn: ([table = none, from = none, to = none]) => [
		`ALTER TABLE ${nameOf(wordsOf(table))} RENAME COLUMN ${nameOf(wordsOf(from))} TO ${nameOf(wordsOf(to))}`,
	],
	changeColumn,
	addIndex: ([table = none, name = none, columns = none, unique = none]) => [
		`CREATE ${isOn(unique) && unique.kind === "boolean" ? "UNIQUE " : ""}INDEX ${nameOf(wordsOf(name))} ON ${nameOf(wordsOf(table))} ${columnList(wordList(columns))}`,
	],
	removeIndex: ([first = none, second = none]) => [
		`DROP INDEX ${nameOf(wordsOf(second.kind === "none" ? first : second))}`,
	],
	addForeignKey,
	removeForeignKey: ([table = none, name = none]) => [
		`ALTER TABLE ${nameOf(wordsOf(table))} DROP CONSTRAINT ${nameOf(wordsOf(name))}`,
	],
	insert: ([table = none, columns = none, values = none]) => [
		`INSERT INTO ${nameOf(wordsOf(table))} ${columnList(wordList(columns))} VALUES (${(values.kind === "list" ? values.items : [values]).map(constantOf).join(", ")})`,
	],
};
