import { quoteIdentifier, quoteName, quoteType } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "set-definer-search-path",
	summary: "Fix where the function looks up names.",
	for: ["createFunction", "alterFunction"],
	keepsStatement: true,
	steps(operation, { catalog }) {
		const { function: name } = operation;
		const types =
			operation.kind === "createFunction"
				? operation.argumentTypes
				: operation.function.argumentTypes;
		const list = types === undefined ? "" : `(${types.map(quoteType).join(", ")})`;
		const kind =
			operation.kind === "createFunction" && operation.routine === "procedure"
				? "PROCEDURE"
				: "FUNCTION";
		const schemas = [...catalog.searchPath, "pg_temp"].map(quoteIdentifier).join(", ");
		return [
			{
				title: "Let it look up names in these schemas only, temporary objects last",
				sql: `ALTER ${kind} ${quoteName(name)}${list} SET search_path = ${schemas};`,
				transaction: "own",
			},
		];
	},
});
