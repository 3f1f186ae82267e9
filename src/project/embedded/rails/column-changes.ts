import { given, wordOf, type Call } from "../arguments.ts";
import { hole, nameOf, stringOf } from "../sql-text.ts";
import { isOn, option, optionsOf, typeSql, valueSql } from "./columns.ts";
import { tableName } from "./names.ts";
import { type Change, alter } from "./change.ts";

export function commentOf(call: Call, text: string | undefined): string {
	const to = option(optionsOf(call), "to") ?? text;
	return to === undefined ? "NULL" : stringOf(to);
}

/** The type, the default and NOT NULL in one statement (postgresql/schema_statements.rb, change_column). */
export function changeColumn(change: Change): readonly string[] {
	const { options, text, version } = change;
	const column = nameOf(text(0) ?? hole("column"));
	const using = option(options, "using") ?? castOf(change);
	const collation = option(options, "collation");
	const parts = [
		`ALTER COLUMN ${column} TYPE ${typeSql(text(1) ?? hole("type"), options, version)}${collation === undefined ? "" : ` COLLATE ${nameOf(collation)}`}${using === undefined ? "" : ` USING ${using}`}`,
	];
	const standard = options.values.get("default");
	if (standard) parts.push(`ALTER COLUMN ${column} ${defaultClause(change, standard)}`);
	const nullable = options.values.has("null");
	if (nullable)
		parts.push(`ALTER COLUMN ${column} ${isOn(options, "null") ? "DROP" : "SET"} NOT NULL`);
	return [`${alter(change)} ${parts.join(", ")}`];
}

function castOf({ options, text }: Change): string | undefined {
	const cast = option(options, "cast_as");
	return cast === undefined ? undefined : `CAST(${nameOf(text(0) ?? hole("column"))} AS ${cast})`;
}

function defaultClause({ call }: Change, value: Parameters<typeof valueSql>[0]): string {
	return wordOf(value, call.scope) === "nil"
		? "DROP DEFAULT"
		: `SET DEFAULT ${valueSql(value, call.scope)}`;
}

export function changeDefault(change: Change): readonly string[] {
	const { call, options, text } = change;
	const value = options.values.get("to") ?? call.node.args.at(-1);
	const column = nameOf(text(0) ?? hole("column"));
	return value ? [`${alter(change)} ALTER COLUMN ${column} ${defaultClause(change, value)}`] : [];
}

export function changeNull(change: Change): readonly string[] {
	const { call, text, table } = change;
	const written = text(0) ?? hole("column");
	const column = nameOf(written);
	const from = call.node.args.findIndex((node) =>
		/^(?:true|false)$/.test(wordOf(node, call.scope) ?? ""),
	);
	const isNullable = wordOf(call.node.args[from], call.scope) === "true";
	const value = given(call.node.args[from + 1], call.scope);
	const filled = value && from !== -1 && !isNullable ? valueSql(value, call.scope) : undefined;
	return [
		...(filled === undefined
			? []
			: [`UPDATE ${tableName(table)} SET ${column} = ${filled} WHERE ${column} IS NULL`]),
		`${alter(change)} ALTER COLUMN ${column} ${isNullable ? "DROP" : "SET"} NOT NULL`,
	];
}
