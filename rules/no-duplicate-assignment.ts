import { defineRule } from "#core";

export default defineRule({
	id: "no-duplicate-assignment",
	summary: "Disallow UPDATE that sets one column twice.",
	why: `The server refuses an UPDATE that assigns one column twice with 42601 (multiple assignments to same column), and the
deploy stops there. Elements of an array and fields of a composite column may be set one by one. Source:
process_matched_tle, src/backend/rewrite/rewriteHandler.c.`,
	category: "schema",
	notes: {
		mysql: `The server takes such an UPDATE, assigns from left to right, and the last value stays.`,
		mariadb: `The server takes such an UPDATE, assigns from left to right, and the last value stays.`,
		sqlite: `SQLite takes such an UPDATE and keeps the last value; the others are lost without a word.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: { squawk: "ban-duplicate-column-assignments" },
	help: "Keep the assignment that is meant.",
	messages: {
		twice: "The server refuses this UPDATE of {table}: it sets {column} twice.",
		last: "This UPDATE of {table} sets {column} twice: the last value stays, the others are lost.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text, note text);",
			bad: "UPDATE orders SET status = 'open', note = 'x', status = 'closed' WHERE id = 7;",
			good: "UPDATE orders SET status = 'closed', note = 'x' WHERE id = 7;",
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT);`,
			bad: `UPDATE orders SET status = 'open', status = 'closed' WHERE id = 7;`,
			good: `UPDATE orders SET status = 'closed' WHERE id = 7;`,
		},
	],
	on: {
		update(operation, context) {
			const seen = new Set<string>();
			for (const { column, part } of operation.set) {
				if (part) continue;
				if (seen.has(column)) {
					const data = { table: operation.table.name, column };
					const message = context.dialect === "postgres" ? "twice" : "last";
					context.report({ message, at: operation, data });
				}
				seen.add(column);
			}
		},
	},
});
