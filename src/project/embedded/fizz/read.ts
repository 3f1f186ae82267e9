import type { EmbeddedSql } from "../../../core/migration.ts";
import { argument, textArgument, textsOf, type Call } from "../arguments.ts";
import { withDirectives } from "../comments.ts";
import { lastName, type CallNode } from "../program.ts";
import { parseRuby } from "../ruby/parse.ts";
import { follow, onSides } from "../run.ts";
import { scopeIn, type Scope } from "../scope.ts";
import { generated, hole, literal, nameOf, stringOf, unread } from "../sql-text.ts";
import { textOf } from "../text.ts";
import {
	columnSql,
	createTable,
	foreignKeySql,
	indexSql,
	option,
	optionsAt,
	typeSql,
} from "./table.ts";

/**
 * Returns what a fizz file of pop sends to PostgreSQL (gobuffalo/fizz, translators/postgres.go). Its calls
 * are written as Ruby writes them.
 */
export function readFizz(source: string): readonly EmbeddedSql[] {
	const pieces: EmbeddedSql[] = [];
	// A comment of // is a pattern in Ruby.
	const text = source.replace(/^[ \t]*\/\/.*$/gm, (line) => `#${" ".repeat(line.length - 1)}`);
	follow(parseRuby(text), scopeIn(), {
		call(node, scope, sides) {
			const own = sentBy(node, scope);
			pieces.push(...onSides(own ?? [], sides));
			return own !== undefined;
		},
	});
	return withDirectives(source.replace(/^([ \t]*)\/\//gm, "$1 #"), [pieces])[0] ?? [];
}

function sentBy(node: CallNode, scope: Scope): readonly EmbeddedSql[] | undefined {
	const name = lastName(node.callee) ?? "";
	const call: Call = { name, node, scope };
	if (name === "sql" || name === "raw") {
		const [first] = node.args;
		const text = first && textOf(first, scope);
		if (!text) return [unread(node.range, "this SQL is put together when the file runs")];
		return [literal(text.text, text.range, text.inner)];
	}
	const build = builders[name];
	if (build) return build(call).map((sql) => generated(sql, node.range));
	if (node.callee.kind !== "name" || node.args.length === 0) return undefined;
	return [unread(node.range, `what ${name} sends is not known`)];
}

type Builder = (call: Call) => readonly string[];

/** Returns ALTER TABLE for the table that is the first argument. */
function alter(call: Call): string {
	return `ALTER TABLE ${nameOf(word(call, 0))}`;
}

function word(call: Call, place: number): string {
	return textArgument(call, place) ?? hole("name");
}

const builders: Readonly<Record<string, Builder | undefined>> = {
	create_table: createTable,
	drop_table: (call) => [`DROP TABLE ${nameOf(word(call, 0))}`],
	rename_table: (call) => [`${alter(call)} RENAME TO ${nameOf(word(call, 1))}`],
	add_column: (call) => [
		`${alter(call)} ADD COLUMN ${columnSql(word(call, 1), word(call, 2), optionsAt(call, 3))}`,
	],
	add_timestamp: (call) => [
		`${alter(call)} ADD COLUMN ${nameOf(word(call, 1))} timestamp NOT NULL`,
	],
	add_timestamps: (call) =>
		["created_at", "updated_at"].map(
			(name) => `${alter(call)} ADD COLUMN ${name} timestamp NOT NULL`,
		),
	change_column: changeColumn,
	drop_column: (call) => [`${alter(call)} DROP COLUMN ${nameOf(word(call, 1))}`],
	rename_column: (call) => [
		`${alter(call)} RENAME COLUMN ${nameOf(word(call, 1))} TO ${nameOf(word(call, 2))}`,
	],
	add_index: (call) => [
		indexSql(word(call, 0), textsOf(argument(call, 1), call.scope), optionsAt(call, 2)),
	],
	drop_index: (call) => [`DROP INDEX ${nameOf(word(call, 1))}`],
	rename_index: (call) => [
		`ALTER INDEX ${nameOf(word(call, 1))} RENAME TO ${nameOf(word(call, 2))}`,
	],
	add_foreign_key: (call) => [addForeignKey(call)],
	drop_foreign_key: (call) => [
		`${alter(call)} DROP CONSTRAINT ${option(optionsAt(call, 2), "if_exists") === "true" ? "IF EXISTS " : ""}${nameOf(word(call, 1))}`,
	],
};

/** The type, NULL and the default in one statement (buildChangeColumn). */
function changeColumn(call: Call): readonly string[] {
	const options = optionsAt(call, 3);
	const column = `ALTER COLUMN ${nameOf(word(call, 1))}`;
	const standard = option(options, "default");
	const raw = option(options, "default_raw");
	const actions = [
		`${column} TYPE ${typeSql(word(call, 2), options)}`,
		`${column} ${option(options, "null") === undefined ? "SET" : "DROP"} NOT NULL`,
		...(standard === undefined ? [] : [`${column} SET DEFAULT ${stringOf(standard)}`]),
		...(raw === undefined ? [] : [`${column} SET DEFAULT ${raw}`]),
	];
	return [`${alter(call)} ${actions.join(", ")}`];
}

function addForeignKey(call: Call): string {
	const reference = optionsAt(call, 2);
	const options = optionsAt(call, 3);
	const [first] = reference.entries;
	const table = option(reference, "table") ?? first?.key ?? hole("table");
	const columns = reference.entries.find(({ key }) => key === "columns")?.value ?? first?.value;
	const given = option(options, "name");
	const own = `${word(call, 0)}_${table}_${textsOf(columns, reference.scope).join("_")}_fk`;
	const key = foreignKeySql(word(call, 1), reference, options);
	return `${alter(call)} ADD CONSTRAINT ${nameOf(given ?? own)} ${key}`;
}
