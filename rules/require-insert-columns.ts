import { defineRule, type Operation, type OperationOf } from "#core";

/** An INSERT that counts on the order and the number of columns. */
function countsColumns(operation: Operation): operation is OperationOf<"insert"> {
	return (
		operation.kind === "insert" &&
		operation.columns === undefined &&
		operation.source.kind !== "defaults"
	);
}

export default defineRule({
	id: "require-insert-columns",
	summary: "Require the columns of an INSERT by name.",
	why: `INSERT without a list of columns fills them in the order of the table. In a function it fails, with 42601, or writes values
into other columns once a column is added or dropped; in a trigger then every write to the table of the trigger fails
with it. In a migration it runs once, but the order may differ between two databases of which one was restored or
migrated otherwise. Tables that the same release makes are left alone. Source:
postgresql.org/docs/current/sql-insert.html.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write the names of the columns after the name of the table.",
	messages: {
		inFunction:
			"{function} fails, or writes into other columns, once {table} gets or loses a column: its INSERT names none.",
		inMigration: "What this INSERT writes into which column of {table} depends on their order.",
	},
	examples: [
		{
			before: "CREATE TABLE audit (id bigint PRIMARY KEY, at timestamptz, what text);",
			bad: `CREATE FUNCTION note(id bigint, what text) RETURNS void LANGUAGE sql AS $$ INSERT INTO audit VALUES (id, now(), what) $$;`,
			good: `CREATE FUNCTION note(id bigint, what text) RETURNS void LANGUAGE sql AS $$ INSERT INTO audit (id, at, what) VALUES (id, now(), what) $$;`,
		},
		{
			before: "CREATE TABLE statuses (name text PRIMARY KEY, label text);",
			bad: "INSERT INTO statuses VALUES ('open', 'Open');",
			good: "INSERT INTO statuses (name, label) VALUES ('open', 'Open');",
		},
	],
	on: {
		createFunction(operation, context) {
			for (const part of operation.body) {
				for (const inner of part.operations) {
					if (!countsColumns(inner) || writesWholeRow(inner)) continue;
					if (context.catalog.table(inner.table)?.persistence === "temporary") continue;
					// A temporary table of the function itself is made where the insert knows it.
					if (makesTable(operation, inner.table.name)) continue;
					const data = { function: operation.function.name, table: inner.table.name };
					context.report({ message: "inFunction", at: inner, data });
				}
			}
		},
		insert(operation, context) {
			if (!countsColumns(operation) || context.isNew(operation.table)) return;
			if (context.part.reached?.via === "function") return;
			const data = { table: operation.table.name };
			context.report({
				message: "inMigration",
				severity: "info",
				at: operation,
				table: operation.table,
				data,
			});
		},
	},
});

function makesTable({ body }: OperationOf<"createFunction">, name: string): boolean {
	return body.some((part) =>
		part.operations.some(
			(inner) =>
				(inner.kind === "createTable" || inner.kind === "createTableAs") &&
				inner.table.name === name,
		),
	);
}

/**
 * A row of the table's own type follows its columns: a variable or an argument of it, or what
 * json_populate_record makes. What type a variable has is not known: it is taken for that.
 */
function writesWholeRow({ source }: OperationOf<"insert">): boolean {
	if (source.kind === "defaults") return false;
	const isQuery = source.kind === "query";
	const from = isQuery ? source.query.from : [];
	const row = isQuery ? source.query.targets.map(({ expression }) => expression) : source.rows[0];
	const [only, ...more] = row ?? [];
	if (!only || more.length > 0) return false;
	const [item] = from;
	if (item) {
		const call = from.length === 1 && item.kind === "function" ? item.call : undefined;
		return call?.kind === "call" && call.function.name.includes("populate_record");
	}
	if (only.kind === "other") return only.what === "field";
	// NEW and OLD are rows of the trigger's table, mostly another one.
	return (
		only.kind === "column" && only.path.length === 2 && !/^(?:new|old)$/.test(only.path[0] ?? "")
	);
}
