import { argument, textArgument, textsOf, type Call } from "../arguments.ts";
import { lastName, type Node } from "../program.ts";
import { follow } from "../run.ts";
import { resolve, scopeIn, type Scope } from "../scope.ts";
import { hole, nameList, nameOf, stringOf } from "../sql-text.ts";
import { textOrHole } from "../text.ts";

/** The options of a call: `{"null": true, size: 40}`. */
export interface Options {
	readonly entries: readonly { readonly key: string; readonly value: Node }[];
	readonly scope: Scope;
}

/** Returns the options at a place among the arguments; none when there are none. */
export function optionsAt(call: Call, place: number): Options {
	const node = argument(call, place);
	const found = node && resolve(node, call.scope);
	if (found?.node.kind !== "map") return { entries: [], scope: call.scope };
	const { node: map, scope } = found;
	return {
		entries: map.entries.map(({ key, value }) => ({ key: textOrHole(key, scope), value })),
		scope,
	};
}

/** Returns an option as a text; words like true are texts here. */
export function option(options: Options, name: string): string | undefined {
	const value = options.entries.find(({ key }) => key === name)?.value;
	if (!value) return undefined;
	const { node } = resolve(value, options.scope);
	return node.kind === "name" ? node.name : textOrHole(value, options.scope, name);
}

/** Returns a column of a new or an altered table (translators/postgres.go, buildAddColumn). */
export function columnSql(name: string, type: string, options: Options, isKey = false): string {
	const standard = option(options, "default");
	const raw = option(options, "default_raw");
	return [
		`${nameOf(name)} ${isKey ? keyType(type, options) : typeSql(type, options)}`,
		option(options, "null") === undefined || isKey ? " NOT NULL" : "",
		standard === undefined ? "" : ` DEFAULT ${stringOf(standard)}`,
		raw === undefined ? "" : ` DEFAULT ${raw}`,
	].join("");
}

function keyType(type: string, options: Options): string {
	if (/^int(?:eger)?$/i.test(type)) return "SERIAL";
	return /^bigint$/i.test(type) ? "BIGSERIAL" : typeSql(type, options);
}

/** Returns a type as PostgreSQL knows it (colType). */
export function typeSql(type: string, options: Options): string {
	if (type === "string") return `VARCHAR (${option(options, "size") ?? "255"})`;
	if (type === "time" || type === "datetime") return "timestamp";
	return type === "blob" ? "bytea" : type;
}

/** `{"users": ["id"]}` and `{"table": "users", "columns": ["id"]}`, after REFERENCES. */
export function referenceSql(options: Options): string {
	const table = option(options, "table");
	const [first] = options.entries;
	const columns = options.entries.find(({ key }) => key === "columns")?.value ?? first?.value;
	return `${nameOf(table ?? first?.key ?? hole("table"))} ${nameList(textsOf(columns, options.scope))}`;
}

/** Returns the key without its name, with what happens to rows that refer. */
export function foreignKeySql(column: string, reference: Options, options: Options): string {
	const onUpdate = option(options, "on_update");
	const onDelete = option(options, "on_delete");
	return [
		`FOREIGN KEY (${nameOf(column)}) REFERENCES ${referenceSql(reference)}`,
		onUpdate === undefined ? "" : ` ON UPDATE ${onUpdate}`,
		onDelete === undefined ? "" : ` ON DELETE ${onDelete}`,
	].join("");
}

/** Returns CREATE INDEX; without a name it is table_columns_idx (indexes.go). */
export function indexSql(table: string, columns: readonly string[], options: Options): string {
	const name = option(options, "name") ?? `${table}_${columns.join("_")}_idx`;
	const unique = option(options, "unique") === "true" ? "UNIQUE " : "";
	return `CREATE ${unique}INDEX ${nameOf(name)} ON ${nameOf(table)} ${nameList(columns)}`;
}

/** Returns CREATE TABLE with its indexes; created_at and updated_at come by themselves (tables.go). */
export function createTable(call: Call): readonly string[] {
	const table = textArgument(call, 0) ?? hole("table");
	const columns = new Map<string, string>();
	const rest: string[] = [];
	const indexes: string[] = [];
	let hasTimestamps = option(optionsAt(call, 1), "timestamps") !== "false";
	const addTimestamp = (name: string): void => {
		columns.set(name, `${nameOf(name)} timestamp NOT NULL`);
	};
	const define = (inner: Call): void => {
		const name = textArgument(inner, 0) ?? hole("column");
		if (inner.name === "Column") {
			const options = optionsAt(inner, 2);
			const isKey = option(options, "primary") !== undefined;
			columns.set(name, columnSql(name, textArgument(inner, 1) ?? hole("type"), options, isKey));
			if (isKey) rest.push(`PRIMARY KEY (${nameOf(name)})`);
		} else if (inner.name === "PrimaryKey") {
			rest.push(
				`PRIMARY KEY ${nameList(inner.node.args.flatMap((each) => textsOf(each, inner.scope)))}`,
			);
		} else if (inner.name === "ForeignKey") {
			rest.push(foreignKeySql(name, optionsAt(inner, 1), optionsAt(inner, 2)));
		} else if (inner.name === "Index") {
			indexes.push(indexSql(table, textsOf(argument(inner, 0), inner.scope), optionsAt(inner, 1)));
		} else if (inner.name === "Timestamp") addTimestamp(name);
		else if (inner.name === "DisableTimestamps") hasTimestamps = false;
	};
	follow(call.node.block?.body ?? [], scopeIn(call.scope), {
		call(node, scope) {
			const { callee } = node;
			if (callee.kind !== "member" || lastName(callee.of) !== "t") return false;
			define({ name: callee.name, node, scope });
			return true;
		},
	});
	if (hasTimestamps) ["created_at", "updated_at"].forEach(addTimestamp);
	const lines = [...columns.values(), ...rest];
	return [`CREATE TABLE ${nameOf(table)} (\n\t${lines.join(",\n\t")}\n)`, ...indexes];
}
