import {
	argument,
	callOf,
	flag,
	flagOf,
	given,
	itemsOf,
	named,
	namedText,
	textsOf,
	type Call,
} from "../arguments.ts";
import { resolve } from "../scope.ts";
import { hasHole, hole, nameList, nameOf, stringOf } from "../sql-text.ts";
import { textOf, textOrHole } from "../text.ts";
import { actionsOf, defaultOf, sqlOf } from "./columns.ts";
import { addColumn, createTable } from "./tables.ts";
import { typeOf } from "./types.ts";
import { type BatchTable, type Operation, operationOf, qualified, ifExists } from "./operation.ts";
import { createIndex, dropIndex } from "./indexes.ts";

type Builder = (operation: Operation) => readonly string[] | undefined;

const onTable: Readonly<Record<string, Builder>> = {
	add_column: addColumn,
	drop_column: dropColumn,
	alter_column: alterColumn,
	create_table_comment: ({ table, text }) => [
		`COMMENT ON TABLE ${table.sql} IS ${stringOf(text(0, "comment") ?? "")}`,
	],
	drop_table_comment: ({ table }) => [`COMMENT ON TABLE ${table.sql} IS NULL`],
	create_index: createIndex,
	drop_index: dropIndex,
	create_foreign_key: createForeignKey,
	create_unique_constraint: createUnique,
	create_check_constraint: createCheck,
	create_primary_key: (operation) => [
		addConstraint(operation, `PRIMARY KEY ${columnsOf(operation, 1)}`),
	],
	create_exclude_constraint: createExclude,
	drop_constraint: ({ call, table, text }) => [
		`ALTER TABLE ${table.sql} DROP CONSTRAINT ${ifExists(call)}${nameOf(text(0, "constraint_name") ?? hole("constraint"))}`,
	],
};

/**
 * Returns what an operation of Alembic sends to PostgreSQL, one text a statement; undefined when its
 * arguments cannot be told (alembic/operations/ops.py, toimpl.py, alembic/ddl/postgresql.py).
 */
export function alembicSql(call: Call, batch?: BatchTable): readonly string[] | undefined {
	const build = onTable[call.name];
	if (build) return build(operationOf(call, batch));
	const schema = namedText(call, "schema");
	const first = argument(call, 0, call.name === "rename_table" ? "old_table_name" : "table_name");
	if (!first) return undefined;
	const table = qualified(schema, textOrHole(first, call.scope, "table"));
	switch (call.name) {
		case "create_table":
			return createTable(call, { sql: table, name: textOrHole(first, call.scope, "table") });
		case "drop_table":
			return [`DROP TABLE ${ifExists(call)}${table}`];
		case "rename_table": {
			const to = argument(call, 1, "new_table_name");
			return to && [`ALTER TABLE ${table} RENAME TO ${nameOf(textOrHole(to, call.scope))}`];
		}
		default:
			return undefined;
	}
}

/** The methods of Alembic that send nothing. */
export const silentMethods = new Set([
	"f",
	"get_bind",
	"get_context",
	"autocommit_block",
	"batch_alter_table",
	"inline_literal",
	"implementation_for",
	"register_operation",
]);

function dropColumn({ call, table, text }: Operation): readonly string[] {
	const column = nameOf(text(0, "column_name") ?? hole("column"));
	return [`ALTER TABLE ${table.sql} DROP COLUMN ${ifExists(call)}${column}`];
}

/** The type first, the new name last (alembic/ddl/postgresql.py, PostgresqlImpl.alter_column). */
function alterColumn(operation: Operation): readonly string[] {
	const { call, table, text } = operation;
	const written = text(0, "column_name") ?? hole("column");
	const column = nameOf(written);
	const lead = `ALTER TABLE ${table.sql} `;
	const sql: string[] = [];
	const type = given(named(call, "type_"), call.scope);
	const using = namedText(call, "postgresql_using");
	if (type) {
		const clause = using === undefined ? "" : ` USING ${using}`;
		sql.push(`${lead}ALTER COLUMN ${column} TYPE ${typeOf(type, call.scope).sql}${clause}`);
	}
	const nullable = named(call, "nullable");
	if (nullable) {
		const isNullable = flagOf(nullable, call.scope);
		if (isNullable !== undefined) {
			sql.push(`${lead}ALTER COLUMN ${column} ${isNullable ? "DROP" : "SET"} NOT NULL`);
		}
	}
	const standard = named(call, "server_default");
	// False is Alembic's word for "not given".
	if (standard && flagOf(standard, call.scope) !== false) {
		const value = defaultOf(standard, call.scope);
		sql.push(
			`${lead}ALTER COLUMN ${column} ${value === undefined ? "DROP DEFAULT" : `SET DEFAULT ${value}`}`,
		);
	}
	const comment = named(call, "comment");
	if (comment && flagOf(comment, call.scope) !== false) {
		const value = namedText(call, "comment");
		sql.push(
			`COMMENT ON COLUMN ${table.sql}.${column} IS ${value === undefined ? "NULL" : stringOf(value)}`,
		);
	}
	const name = namedText(call, "new_column_name", "name");
	if (name !== undefined) sql.push(`${lead}RENAME ${column} TO ${nameOf(name)}`);
	return sql;
}

function columnsOf({ call, get }: Operation, place: number, name = "columns"): string {
	return nameList(textsOf(get(place, name), call.scope));
}

function addConstraint({ table, text, call }: Operation, body: string): string {
	const name = text(0, "constraint_name");
	const lead = name === undefined ? "" : `CONSTRAINT ${nameOf(name)} `;
	const isLate = flag(call, "postgresql_not_valid") === true;
	return `ALTER TABLE ${table.sql} ADD ${lead}${body}${isLate ? " NOT VALID" : ""}`;
}

function createForeignKey(operation: Operation): readonly string[] {
	const { call, get, text } = operation;
	const schema = namedText(call, "referent_schema");
	const target = qualified(schema, text(1, "referent_table") ?? hole("table"));
	const own = nameList(textsOf(get(2, "local_cols"), call.scope));
	const remote = nameList(textsOf(get(3, "remote_cols"), call.scope));
	const body = `FOREIGN KEY${own} REFERENCES ${target} ${remote}${actionsOf(call)}`;
	return [addConstraint(operation, body)];
}

function createUnique(operation: Operation): readonly string[] {
	const distinct = flag(operation.call, "postgresql_nulls_not_distinct") === true;
	const word = distinct ? "UNIQUE NULLS NOT DISTINCT" : "UNIQUE";
	return [
		addConstraint(operation, `${word} ${columnsOf(operation, 1)}${actionsOf(operation.call)}`),
	];
}

function createCheck(operation: Operation): readonly string[] {
	const condition = operation.get(1, "condition");
	const sql = condition ? sqlOf(condition, operation.call.scope) : hole("condition");
	return [addConstraint(operation, `CHECK (${sql})`)];
}

/** `op.create_exclude_constraint("x", "t", ("room", "="), ("period", "&&"), using="gist", where=...)`. */
function createExclude(operation: Operation): readonly string[] {
	const { call } = operation;
	const elements = call.node.args.flatMap((node): readonly string[] => {
		const { node: pair, scope } = resolve(node, call.scope);
		const [column, operator] = pair.kind === "list" ? pair.items : [];
		if (!column || !operator) return [];
		const isName = resolve(column, scope).node.kind === "text";
		const sql = isName ? nameOf(textOrHole(column, scope)) : sqlOf(column, scope);
		return [`${sql} WITH ${textOrHole(operator, scope)}`];
	});
	const where = given(named(call, "where"), call.scope);
	const using = namedText(call, "using") ?? "gist";
	const condition = where ? ` WHERE (${sqlOf(where, call.scope)})` : "";
	return [addConstraint(operation, `EXCLUDE USING ${using} (${elements.join(", ")})${condition}`)];
}

/** `op.bulk_insert(table, [{...}, {...}])`: the rows are values of the program. */
export function bulkInsert(call: Call): readonly string[] | undefined {
	const target = argument(call, 0, "table");
	const made = target && callOf(target, call.scope);
	if (!made) return undefined;
	const [first] = made.node.args;
	const table = first ? textOf(first, made.scope)?.text : undefined;
	if (table === undefined) return undefined;
	const [row] = itemsOf(argument(call, 1, "rows"), call.scope);
	const found = row && resolve(row.node, row.scope);
	const keys =
		found?.node.kind === "map"
			? found.node.entries.map(({ key }) => textOrHole(key, found.scope, "column"))
			: made.node.args.slice(1).flatMap((node) => {
					const column = callOf(node, made.scope);
					const name = column?.node.args[0];
					return name ? [textOrHole(name, column.scope, "column")] : [];
				});
	if (keys.length === 0) return undefined;
	const values = keys.map((key) => hole(hasHole(key) ? "value" : key)).join(", ");
	return [
		`INSERT INTO ${qualified(namedText(made, "schema"), table)} ${nameList(keys)} VALUES (${values})`,
	];
}
