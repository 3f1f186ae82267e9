import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

/** REINDEX CONCURRENTLY exists since 12, for partitioned tables since 14. */
const knownSince = { plain: 12, partitioned: 14 } as const;

export default defineRecipe({
	id: "reindex-concurrently",
	summary: "Build the indexes anew beside the old ones while reads and writes go on.",
	for: ["reindex"],
	steps({ target, name }, { catalog, version }) {
		if (!name || target === "system") return undefined;
		const table = target === "index" ? catalog.index(name)?.relation : catalog.table(name);
		const isPartitioned = table && "kind" in table && table.kind === "partitioned";
		if (version < knownSince[isPartitioned ? "partitioned" : "plain"]) return undefined;
		const sql = `REINDEX ${target.toUpperCase()} CONCURRENTLY ${quoteName(name)};`;
		return [
			{ title: "Build them anew, without a lock_timeout", sql, transaction: "none" },
			{
				title:
					"If it fails, drop the INVALID indexes whose names end in _ccnew with DROP INDEX CONCURRENTLY",
				transaction: "people",
			},
		];
	},
});
