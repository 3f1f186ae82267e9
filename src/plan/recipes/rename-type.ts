import { quoteIdentifier } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";
import { renameTypeSteps } from "../stand-in.ts";

export default defineRecipe({
	id: "rename-type",
	summary: "Keep a type with the old name until no code uses it.",
	for: ["renameObject"],
	steps({ object, name, to }, { catalog }) {
		if (object !== "type" && object !== "domain") return undefined;
		const { schema } = name;
		const [old, current] = [name.name, to].map((own) => ({
			...(schema !== undefined && { schema }),
			name: own,
		}));
		if (!old || !current) return undefined;
		return renameTypeSteps(old, current, { catalog, action: `RENAME TO ${quoteIdentifier(to)}` });
	},
});
