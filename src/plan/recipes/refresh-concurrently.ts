import { tellsRowsApart } from "../../catalog/row-identity.ts";
import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "refresh-concurrently",
	summary: "Fill the materialized view while it is read.",
	for: ["refreshMaterializedView"],
	steps({ view, withData }, { catalog }) {
		if (!withData) return undefined;
		const known = catalog.view(view);
		const refresh = {
			title: "Fill it while it is read: only rows that differ are changed",
			sql: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${quoteName(view)};`,
			transaction: "own",
		} as const;
		if (known?.indexes.some(tellsRowsApart)) return [refresh];
		const title = `Once, if ${view.name} has none: CREATE UNIQUE INDEX CONCURRENTLY over columns that tell its rows apart`;
		return [{ title, transaction: "people" }, refresh];
	},
});
