import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

/** Views run with the rights of their owner unless told otherwise, which PostgreSQL 15 brought. */
const securityInvoker = 15;

export default defineRecipe({
	id: "rename-table",
	summary: "Rename the table and leave a view with the old name until no code uses it.",
	for: ["renameTable"],
	steps({ table, to }, { catalog, version }) {
		const known = catalog.table(table);
		if (!known) return undefined;
		const renamed = quoteName({
			...(table.schema !== undefined && { schema: table.schema }),
			name: to,
		});
		const old = quoteName(table);
		const columns = known.complete
			? known.columns.map(({ name }) => quoteIdentifier(name)).join(", ")
			: "*";
		const options = version >= securityInvoker ? " WITH (security_invoker = true)" : "";
		return [
			{
				title: "Rename it and put a view in its place, in one transaction",
				sql: `ALTER TABLE ${old} RENAME TO ${quoteIdentifier(to)};\nCREATE VIEW ${old}${options} AS SELECT ${columns} FROM ${renamed};`,
				transaction: "own",
			},
			{ title: "Give the view the same GRANTs that the table has", transaction: "people" },
			{
				title: `Release code that uses ${to}; TRUNCATE, COPY FROM and ON CONFLICT ON CONSTRAINT do not work on the view`,
				transaction: "people",
				deploys: true,
			},
			{
				title: "Drop the view in a later release",
				sql: `DROP VIEW ${old};`,
				transaction: "own",
			},
		];
	},
});
