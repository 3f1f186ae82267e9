import { copyOnlineSteps } from "../dialects/mysql/copy-online.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-copy-online",
	summary: "Let a tool copy the table in pieces while reads and writes go on.",
	for: [
		"addColumn",
		"dropColumn",
		"redefineColumn",
		"addConstraint",
		"dropConstraint",
		"alterConstraint",
		"createIndex",
		"setTableParameters",
		"convertCharacterSet",
		"alterPartitions",
		"alterTableOther",
		"optimizeTable",
	],
	dialects: ["mysql", "mariadb"],
	steps: copyOnlineSteps,
});
