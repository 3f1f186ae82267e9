import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";
import { renameTypeSteps, viewStandIn } from "../stand-in.ts";

export default defineRecipe({
	id: "set-schema",
	summary: "Keep a view or type in the old schema until no code uses it.",
	for: ["setTableSchema", "setObjectSchema"],
	steps(operation, situation) {
		const { catalog } = situation;
		const { schema } = operation;
		const action = `SET SCHEMA ${quoteIdentifier(schema)}`;
		// Written with its schema: what stands in must not land in the first one of the search_path.
		if (operation.kind === "setObjectSchema") {
			const { object } = operation;
			const type =
				object === "type" || object === "domain" ? catalog.type(operation.name) : undefined;
			if (!type) return undefined;
			const { name } = type;
			return renameTypeSteps({ schema: type.schema, name }, { schema, name }, { catalog, action });
		}
		const view = catalog.view(operation.table);
		const known = catalog.table(operation.table) ?? view;
		if (!known) return undefined;
		const { name } = known;
		const old = { schema: known.schema, name };
		const standIn = viewStandIn(old, { schema, name }, situation);
		if (!standIn) return undefined;
		const object = view ? (view.materialized ? "MATERIALIZED VIEW" : "VIEW") : "TABLE";
		return [
			{
				title: "Move it and put a view in its place, in one transaction",
				sql: `ALTER ${object} ${quoteName(old)} ${action};\n${standIn.create}`,
				transaction: "own",
			},
			{
				title: `GRANT USAGE on schema ${schema} to the roles of the application, and give the view the GRANTs of ${name}: best in the same transaction`,
				transaction: "people",
			},
			{
				title: `Release code that uses ${schema}.${name}; TRUNCATE, COPY FROM and ON CONFLICT ON CONSTRAINT do not work on the view`,
				transaction: "people",
				deploys: true,
			},
			{ title: "Drop the view in a later release", sql: standIn.drop, transaction: "own" },
		];
	},
});
