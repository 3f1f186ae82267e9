import { defineRule, listWords, type Operation } from "#core";
import { quoteIdentifier } from "../src/dialect/postgres/quote.ts";

/** The names that an operation brings into the schema. */
function namesOf(operation: Operation): readonly string[] {
	switch (operation.kind) {
		case "createTable":
			return operation.persistence === "temporary"
				? []
				: [operation.table.name, ...operation.columns.map(({ name }) => name)];
		case "createTableAs":
			return operation.persistence === "temporary" ? [] : [operation.table.name];
		case "createView":
		case "createMaterializedView":
			return [operation.view.name];
		case "createEnum":
			return [operation.type.name];
		case "createFunction":
			return [operation.function.name];
		case "createSchema":
			return [operation.schema];
		case "addColumn":
			return [operation.column.name];
		case "renameTable":
		case "renameColumn":
			return [operation.to];
		default:
			return [];
	}
}

export default defineRule({
	id: "prefer-unquoted-name",
	summary: "Prefer lower-case names that need no quotes.",
	why: `PostgreSQL folds names without quotes to lower case. A name with capitals or blanks, or one that is a keyword, must be quoted
in every query from then on, by people in psql and by every tool: without quotes "createdAt" is createdat, which does
not exist, and user is the name of the current role, which gives no error at all. snake_case names need none of this.
Names of indexes and constraints are seldom typed and left alone. Source:
postgresql.org/docs/current/sql-syntax-lexical.html, wiki.postgresql.org/wiki/Don't_Do_This.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: {},
	help: "Use lower-case letters, digits and underscores, and no keyword.",
	messages: {
		quoted: "Every query needs quotes around {names}.",
	},
	examples: [
		{
			bad: 'CREATE TABLE orders (id bigint PRIMARY KEY, "placedAt" timestamptz);',
			good: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);",
		},
		{
			bad: 'CREATE TABLE "user" (id bigint PRIMARY KEY);',
			good: "CREATE TABLE users (id bigint PRIMARY KEY);",
		},
	],
	on: {
		anyOperation(operation, context) {
			const quoted = namesOf(operation).map(quoteIdentifier);
			const names = [...new Set(quoted.filter((name) => name.startsWith('"')))];
			if (names.length === 0) return;
			const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
			context.report({ message: "quoted", at: operation, data: { names: listWords(shown) } });
		},
	},
});
