import {
	contractObject,
	defineRule,
	type ColumnDefinition,
	type OperationContext,
	type QualifiedName,
} from "#core";
import { affinityOf } from "../src/dialect/sqlite/affinity.ts";

/** Types of other databases that hold text, and that SQLite takes for numbers. */
const texts =
	/^(string|uuid|guid|json|jsonb|xml|citext|inet|cidr|enum|set|bytea|binary|varbinary)$/i;

/** Types whose name holds INT by chance. */
const byChance = /point|interval|print/i;

/** Values of a type that only look like numbers now and then: their text is kept otherwise. */
const seldomNumbers = /^(uuid|guid|json|jsonb|xml|inet|cidr|bytea|binary|varbinary)$/i;

function judge(
	column: ColumnDefinition,
	table: QualifiedName,
	context: OperationContext<"number" | "chance">,
): void {
	const type = column.type?.name ?? "";
	const isChance = byChance.test(type) && affinityOf(type) === "INTEGER";
	if (!isChance && !(texts.test(type) && affinityOf(type) === "NUMERIC")) return;
	if (seldomNumbers.test(type)) return;
	const { catalog } = context;
	context.report({
		message: isChance ? "chance" : "number",
		at: column.range,
		data: { column: contractObject(catalog, catalog.resolve(table), column.name).shown, type },
	});
}

export default defineRule({
	id: "no-misread-type",
	summary: "Disallow column types that SQLite reads as numbers although they mean text.",
	why: `SQLite knows no STRING: it looks for INT, CHAR, CLOB, TEXT, BLOB, REAL, FLOA and DOUB in the name of a type, in
this order, and takes a column with none of them for NUMERIC. Text that looks like a number is then stored as one: '007'
becomes 7, '1e5' becomes 100000, a telephone number loses its zero, and nothing brings them back. A name with INT in it by
chance, such as POINT or INTERVAL, makes the column an integer. Tables with STRICT refuse such types. Source:
sqlite.org/datatype3.html#determination_of_column_affinity.`,
	category: "data-loss",
	dialects: ["sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Write TEXT.",
	messages: {
		number: "SQLite takes {type} for a number: text such as '007' in {column} is stored as 7.",
		chance:
			"SQLite takes {type} for an integer because INT is in its name: {column} stores '007' as 7.",
	},
	examples: [
		{
			bad: "CREATE TABLE contacts (id INTEGER PRIMARY KEY, phone STRING);",
			good: "CREATE TABLE contacts (id INTEGER PRIMARY KEY, phone TEXT);",
		},
	],
	on: {
		createTable(operation, context) {
			if (operation.strict || operation.module !== undefined) return;
			for (const column of operation.columns) judge(column, operation.table, context);
		},
		addColumn(operation, context) {
			judge(operation.column, operation.table, context);
		},
	},
});
