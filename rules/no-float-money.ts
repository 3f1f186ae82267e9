import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

/** PostgreSQL's own names; SQLite keeps what was written, and numeric in the same way. */
const floats: ReadonlySet<string> = new Set(["float4", "float8"]);
const floatWords = /^(real|double|double precision|float)$/i;

/** Words that nearly always name an amount of money. */
const money: ReadonlySet<string> = new Set([
	"balance",
	"fee",
	"fees",
	"price",
	"prices",
	"salary",
	"wage",
	"wages",
]);

function wordsOf(name: string): readonly string[] {
	return name
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.toLowerCase()
		.split(/[^a-z]+/);
}

export default defineRule({
	id: "no-float-money",
	summary: "Disallow real and double precision for prices and balances.",
	why: `Binary fractions cannot hold most decimal ones: 0.1 + 0.2 = 0.3 is false in double precision, sums depend on the order of the
rows, and cents are lost. real has six digits in all. numeric is exact, and so is a whole number of the smallest
coin. Only columns whose name speaks of a price, fee, balance or wage are looked at. Source:
postgresql.org/docs/current/datatype-numeric.html.`,
	category: "schema",
	notes: {
		mysql: `FLOAT and DOUBLE are binary fractions; DECIMAL is exact.`,
		mariadb: `FLOAT and DOUBLE are binary fractions; DECIMAL is exact.`,
		sqlite: `NUMERIC and DECIMAL are kept as binary fractions too wherever the value is no whole number. A whole number of the smallest coin is exact: INTEGER.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Write numeric (decimal), or a whole number (bigint, in SQLite INTEGER) for the smallest coin.",
	messages: {
		inexact: "{table} keeps {columns} as binary fractions: sums lose or gain cents.",
	},
	examples: [
		{
			bad: "CREATE TABLE products (id bigint PRIMARY KEY, unit_price double precision NOT NULL, weight real);",
			good: "CREATE TABLE products (id bigint PRIMARY KEY, unit_price numeric NOT NULL, weight real);",
		},
		{
			dialect: "sqlite",
			bad: `CREATE TABLE products (id INTEGER PRIMARY KEY, price REAL NOT NULL);`,
			good: `CREATE TABLE products (id INTEGER PRIMARY KEY, price INTEGER NOT NULL);`,
		},
	],
	on: onColumnTypes(
		() => "inexact",
		({ schema, name }, column) =>
			schema === undefined &&
			(floats.has(name) || floatWords.test(name)) &&
			wordsOf(column).some((word) => money.has(word)),
	),
});
