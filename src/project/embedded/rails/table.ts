import { textArgument, textsOf, type Call } from "../arguments.ts";
import { lastName, type CallNode } from "../program.ts";
import { follow } from "../run.ts";
import { scopeIn, type Scope } from "../scope.ts";
import { hole, nameList, nameOf, stringOf } from "../sql-text.ts";
import {
	columnSql,
	isColumnType,
	isOff,
	isOn,
	nested,
	option,
	optionList,
	optionsOf,
	type Options,
} from "./columns.ts";
import {
	addIndex,
	checkClause,
	columnsOf,
	foreignKeyClause,
	referenceOf,
	uniqueClause,
} from "./constraints.ts";
import { tableName } from "./names.ts";

/** A table that create_table makes, as it is put together. */
interface Draft {
	readonly name: string;
	readonly version: number;
	readonly body: string[];
	readonly constraints: string[];
	readonly after: string[];
}

/** Calls `t.string :name` of a block, in order. */
export function blockCalls(node: CallNode, scope: Scope, visit: (call: Call) => void): void {
	if (!node.block) return;
	const [table = "t"] = node.block.parameters;
	follow(node.block.body, scopeIn(scope), {
		call(inner, at) {
			const { callee } = inner;
			const isOwn =
				callee.kind === "member" && callee.of.kind === "name" && callee.of.name === table;
			if (!isOwn) return false;
			visit({ name: lastName(callee) ?? "", node: inner, scope: at });
			return true;
		},
	});
}

/** Returns CREATE TABLE with the indexes after it. */
export function createTable(call: Call, version: number): readonly string[] {
	const name = textArgument(call, 0) ?? hole("table");
	const options = optionsOf(call);
	const draft: Draft = { name, version, body: [], constraints: [], after: [] };
	draft.body.push(...keyOf(options, version));
	blockCalls(call.node, call.scope, (inner) => {
		addTo(draft, inner);
	});
	return created(draft, options);
}

/** Returns the table between two others: `create_join_table :orders, :tags`. */
export function createJoinTable(call: Call, version: number): readonly string[] {
	const tables = columnsOf(call, 0);
	const options = optionsOf(call);
	const name = option(options, "table_name") ?? [...tables].sort().join("_");
	const draft: Draft = { name, version, body: [], constraints: [], after: [] };
	const type = version < 5.1 ? "integer" : "bigint";
	for (const table of tables) {
		draft.body.push(`${nameOf(`${table.replace(/s$/, "")}_id`)} ${type} NOT NULL`);
	}
	blockCalls(call.node, call.scope, (inner) => {
		addTo(draft, inner);
	});
	return created(draft, options);
}

function created(draft: Draft, options: Options): readonly string[] {
	const table = tableName(draft.name);
	const keys = optionList(options, "primary_key");
	const composite = keys.length > 1 ? [`PRIMARY KEY ${nameList(keys)}`] : [];
	const body = [...draft.body, ...composite, ...draft.constraints].join(",\n\t");
	const comment = option(options, "comment");
	const query = option(options, "as");
	const temporary = isOn(options, "temporary") ? "TEMPORARY " : "";
	const isForced = options.values.has("force") && !isOff(options, "force");
	const cascade = option(options, "force") === "cascade" ? " CASCADE" : "";
	const tail = option(options, "options");
	const definition =
		query === undefined
			? ` (\n\t${body}\n)${tail === undefined ? "" : ` ${tail}`}`
			: ` AS ${query}`;
	return [
		...(isForced ? [`DROP TABLE IF EXISTS ${table}${cascade}`] : []),
		`CREATE ${temporary}TABLE ${isOn(options, "if_not_exists") ? "IF NOT EXISTS " : ""}${table}${definition}`,
		...draft.after,
		...(comment === undefined ? [] : [`COMMENT ON TABLE ${table} IS ${stringOf(comment)}`]),
	];
}

/** The key that Rails adds: bigserial since 5.1. */
function keyOf(options: Options, version: number): readonly string[] {
	if (isOff(options, "id")) return [];
	const keys = optionList(options, "primary_key");
	if (keys.length > 1) return [];
	const name = nameOf(keys[0] ?? "id");
	const details = nested(options, "id");
	const type = details?.values.size ? option(details, "type") : option(options, "id");
	if (type === "uuid") {
		const standard = option(options, "default") ?? "gen_random_uuid()";
		return [`${name} uuid DEFAULT ${standard} NOT NULL PRIMARY KEY`];
	}
	if (type === "integer" || type === "serial") return [`${name} serial PRIMARY KEY`];
	if (type !== undefined && isColumnType(type) && !type.startsWith("big")) {
		return [
			columnSql(keys[0] ?? "id", type, options, version).replace(/ NOT NULL$/, "") +
				" NOT NULL PRIMARY KEY",
		];
	}
	return [`${name} ${version < 5.1 && type === undefined ? "serial" : "bigserial"} PRIMARY KEY`];
}

function addTo(draft: Draft, call: Call): void {
	const { name: table, version, body, constraints, after } = draft;
	const options = optionsOf(call);
	const names = columnsOf(call, 0);
	const [first = hole("column")] = names;
	switch (call.name) {
		case "timestamps":
			body.push(...timestamps(options, version));
			return;
		case "references":
		case "belongs_to":
			for (const name of names) addReference(draft, name, options);
			return;
		case "index":
			after.push(addIndex(table, textsOf(call.node.args[0], call.scope), options));
			return;
		case "foreign_key":
			constraints.push(foreignKeyClause(table, first, options));
			return;
		case "check_constraint":
			constraints.push(checkClause(table, first, options));
			return;
		case "unique_constraint":
			constraints.push(uniqueClause(table, textsOf(call.node.args[0], call.scope), options));
			return;
		case "primary_key":
			body.push(`${nameOf(first)} ${names[1] === "uuid" ? "uuid" : "bigserial"} PRIMARY KEY`);
			return;
		case "column":
			addColumn(draft, first, names[1] ?? hole("type"), options);
			return;
		default:
			for (const name of names)
				addColumn(draft, name, isColumnType(call.name) ? call.name : hole(call.name), options);
	}
}

function addColumn(
	{ name: table, version, body, after }: Draft,
	name: string,
	type: string,
	options: Options,
): void {
	body.push(columnSql(name, type, options, version));
	const index = nested(options, "index");
	if (index) after.push(addIndex(table, [name], index));
	after.push(...columnComment(table, name, options));
}

export function columnComment(table: string, name: string, options: Options): readonly string[] {
	const comment = option(options, "comment");
	if (comment === undefined) return [];
	return [`COMMENT ON COLUMN ${tableName(table)}.${nameOf(name)} IS ${stringOf(comment)}`];
}

function addReference(draft: Draft, name: string, options: Options): void {
	const { columns, indexed, index, key } = referenceOf(name, options, draft.version);
	for (const [column, type] of columns) {
		draft.body.push(columnSql(column, type, withoutReference(options), draft.version));
	}
	if (indexed.length > 0) draft.after.push(addIndex(draft.name, indexed, index));
	if (key) draft.constraints.push(foreignKeyClause(draft.name, key.to, key.options));
}

/** The options of the column alone. */
export function withoutReference({ values, scope }: Options): Options {
	const own = [...values].filter(
		([name]) => !/^(?:index|foreign_key|polymorphic|type|to_table)$/.test(name),
	);
	return { values: new Map(own), scope };
}

/** created_at and updated_at, NOT NULL since 5.0 and in microseconds since 6.0. */
export function timestamps(options: Options, version: number): readonly string[] {
	const isNullable = isOn(options, "null") || (version < 5 && !isOff(options, "null"));
	const size = option(options, "precision") ?? (version >= 6 ? "6" : undefined);
	const type = size === undefined ? "timestamp" : `timestamp(${size})`;
	const standard = options.values.get("default");
	const values = new Map(standard ? [["default", standard]] : []);
	const plain = columnSql("x", "boolean", { values, scope: options.scope }, version);
	const tail = plain.slice("x boolean".length);
	return ["created_at", "updated_at"].map(
		(name) => `${name} ${type}${tail}${isNullable ? "" : " NOT NULL"}`,
	);
}
