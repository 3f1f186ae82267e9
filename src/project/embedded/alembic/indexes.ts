import { flag, given, itemsOf, named, namedText, textsOf, type Call } from "../arguments.ts";
import type { Node } from "../program.ts";
import { resolve } from "../scope.ts";
import { hasHole, hole, nameList, nameOf } from "../sql-text.ts";
import { textOf } from "../text.ts";
import { sqlOf } from "./columns.ts";
import { type Operation, qualified, ifExists } from "./operation.ts";

function isConcurrent(call: Call): boolean {
	return flag(call, "postgresql_concurrently") === true;
}

export function createIndex(operation: Operation): readonly string[] {
	const { call, table, get, text } = operation;
	const columns = itemsOf(get(1, "columns"), call.scope).map(({ node, scope }) => {
		const found = resolve(node, scope).node;
		const written = found.kind === "text" ? textOf(node, scope)?.text : undefined;
		const sql = written === undefined ? sqlOf(node, scope) : nameOf(written);
		const operators = named(call, "postgresql_ops");
		const wanted = operators && written !== undefined ? entry(operators, written, call) : undefined;
		const isExpression =
			written === undefined && !/^[\w.]+$|^\(|[\w"] (?:ASC|DESC)\b|^\w+\(.*\)$/i.test(sql);
		const element =
			isExpression && !hasHole(sql) && !/\s(?:\w+_ops|DESC|ASC)\b/i.test(sql) ? `(${sql})` : sql;
		return wanted === undefined ? element : `${element} ${wanted}`;
	});
	const [column = "column"] = textsOf(get(1, "columns"), call.scope);
	const name =
		text(0, "index_name") ?? (hasHole(column) ? hole("index") : `ix_${table.name}_${column}`);
	const using = namedText(call, "postgresql_using");
	const include = textsOf(named(call, "postgresql_include"), call.scope);
	const where = given(named(call, "postgresql_where"), call.scope);
	const isUnique = flag(call, "unique") === true;
	return [
		[
			`CREATE ${isUnique ? "UNIQUE " : ""}INDEX ${isConcurrent(call) ? "CONCURRENTLY " : ""}`,
			`${flag(call, "if_not_exists") === true ? "IF NOT EXISTS " : ""}${nameOf(name)} ON ${table.sql}`,
			`${using === undefined ? "" : ` USING ${using}`} (${columns.join(", ")})`,
			include.length > 0 ? ` INCLUDE ${nameList(include)}` : "",
			flag(call, "postgresql_nulls_not_distinct") === true ? " NULLS NOT DISTINCT" : "",
			where ? ` WHERE ${sqlOf(where, call.scope)}` : "",
		].join(""),
	];
}

function entry(map: Node, key: string, call: Call): string | undefined {
	const found = resolve(map, call.scope);
	if (found.node.kind !== "map") return undefined;
	const value = found.node.entries.find((one) => textOf(one.key, found.scope)?.text === key)?.value;
	return value && textOf(value, found.scope)?.text;
}

export function dropIndex({ call, text }: Operation): readonly string[] {
	const name = text(0, "index_name") ?? hole("index");
	const concurrently = isConcurrent(call) ? "CONCURRENTLY " : "";
	return [
		`DROP INDEX ${concurrently}${ifExists(call)}${qualified(namedText(call, "schema"), name)}`,
	];
}
