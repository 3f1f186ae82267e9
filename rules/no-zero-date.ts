import {
	defineRule,
	type ColumnDefinition,
	type OperationContext,
	type QualifiedName,
} from "#core";

/** 0000-00-00, and days and months of zero. */
const zero = /^(?:0{4}-\d\d-\d\d|\d{4}-(?:00-\d\d|\d\d-00))/;

const dates = new Set(["date", "datetime", "timestamp"]);

function judge(
	table: QualifiedName,
	{ name, type, default: value }: ColumnDefinition,
	context: OperationContext<"zero">,
	range: ColumnDefinition["range"],
): void {
	if (!dates.has(type?.name ?? "") || value?.kind !== "literal" || !zero.test(value.value)) return;
	const data = { column: `${table.name}.${name}`, value: value.value };
	context.report({ message: "zero", at: range, data });
}

export default defineRule({
	id: "no-zero-date",
	summary: "Disallow 0000-00-00 as the default of a date.",
	why: `A date of zeros is no date: drivers refuse it or make it null, arithmetic with it gives NULL, and comparisons sort it
before everything. With NO_ZERO_DATE and a strict sql_mode, as MySQL has them since 5.7, the server refuses such a default
with 1067, and every later ALTER TABLE of the table fails at it, whatever it changes. MariaDB takes it as it comes. Source:
MySQL Reference Manual 8.4, 7.1.11, NO_ZERO_DATE.`,
	category: "schema",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Leave the column NULL where there is no date, or give it DEFAULT CURRENT_TIMESTAMP.",
	messages: {
		zero: "{column} has {value} as its default: a strict sql_mode refuses it, and later changes of the table with it.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, paid_at datetime NOT NULL DEFAULT '0000-00-00 00:00:00');",
			good: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, paid_at datetime NULL);",
		},
	],
	on: {
		createTable({ table, columns }, context) {
			for (const column of columns) judge(table, column, context, column.range);
		},
		addColumn({ table, column }, context) {
			judge(table, column, context, column.range);
		},
		redefineColumn({ table, definition }, context) {
			judge(table, definition, context, definition.range);
		},
	},
});
