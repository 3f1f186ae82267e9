import { argument, flag, given, namedText, type Call } from "../arguments.ts";
import type { Node } from "../program.ts";
import { hole, nameOf } from "../sql-text.ts";
import { textOrHole } from "../text.ts";

/** The table of `with op.batch_alter_table("orders") as batch_op`, as SQL and by its own name. */
export interface BatchTable {
	readonly sql: string;
	readonly name: string;
}

/** An operation with its arguments by the names of Alembic's own signatures. */
export interface Operation {
	readonly call: Call;
	readonly table: BatchTable;
	/** An argument by its place without the table's, or by name. */
	readonly get: (place: number, name: string) => Node | undefined;
	/** The text of such an argument. */
	readonly text: (place: number, name: string) => string | undefined;
}

/** Where the table stands among the arguments of a method; a batch has none. */
const tablePlaces: Readonly<Record<string, readonly [place: number, name: string]>> = {
	add_column: [0, "table_name"],
	drop_column: [0, "table_name"],
	alter_column: [0, "table_name"],
	create_table_comment: [0, "table_name"],
	drop_table_comment: [0, "table_name"],
	create_index: [1, "table_name"],
	drop_index: [1, "table_name"],
	create_foreign_key: [1, "source_table"],
	create_unique_constraint: [1, "table_name"],
	create_check_constraint: [1, "table_name"],
	create_primary_key: [1, "table_name"],
	create_exclude_constraint: [1, "table_name"],
	drop_constraint: [1, "table_name"],
};

export function operationOf(call: Call, batch: BatchTable | undefined): Operation {
	const [place, name] = tablePlaces[call.name] ?? [0, "table_name"];
	const get = (index: number, own: string): Node | undefined => {
		const shifted = batch || index < place ? index : index + 1;
		return given(argument(call, shifted, own), call.scope);
	};
	const text = (index: number, own: string): string | undefined => {
		const node = get(index, own);
		return node && textOrHole(node, call.scope, own);
	};
	const written = argument(call, place, name);
	const table = written ? textOrHole(written, call.scope, "table") : hole("table");
	const schema = namedText(call, "schema", "source_schema");
	return { call, get, text, table: batch ?? { sql: qualified(schema, table), name: table } };
}

/** Returns a table's name as SQL. */
export function qualified(schema: string | undefined, table: string): string {
	return schema === undefined ? nameOf(table) : `${nameOf(schema)}.${nameOf(table)}`;
}

export function ifExists(call: Call): string {
	return flag(call, "if_exists") === true ? "IF EXISTS " : "";
}
