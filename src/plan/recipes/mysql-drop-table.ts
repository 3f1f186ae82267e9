import { keyOf } from "../../catalog/catalog.ts";
import { quoteIdentifier, quoteName } from "../../dialect/mysql/quote.ts";
import { alterStep, inPlace } from "../dialects/mysql/alter.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-drop-table",
	summary: "Stop using the table, rename it out of the way, and drop it when nobody has missed it.",
	for: ["dropTable"],
	dialects: ["mysql", "mariadb"],
	steps({ table }, { catalog }) {
		const known = catalog.table(table);
		const inbound = known ? catalog.referencesTo(keyOf(known)) : [];
		const tombstone = quoteName({ ...table, name: `zz_dropped_${table.name}`.slice(0, 64) });
		return [
			{
				title: `Release code that no longer uses ${table.name}`,
				transaction: "people",
				deploys: true,
			},
			...inbound
				.filter((reference) => reference.table !== known)
				.map((reference) =>
					alterStep(
						"Drop a foreign key that refers to it",
						{
							...(table.schema !== undefined && { schema: reference.table.schema }),
							name: reference.table.name,
						},
						[`DROP FOREIGN KEY ${quoteIdentifier(reference.constraint)}`, inPlace],
					),
				),
			{
				title: "Rename it: whoever still uses it fails at once, and gets it back by the same way",
				sql: `RENAME TABLE ${quoteName(table)} TO ${tombstone};`,
				transaction: "none",
				undo: {
					sql: `RENAME TABLE ${tombstone} TO ${quoteName(table)};`,
					losslessUntil: [],
				},
			},
			{ title: "Make a backup of its rows if they may be needed again", transaction: "people" },
			{
				title: "Drop it in a later release, with a contract directive",
				sql: `DROP TABLE ${tombstone};`,
				transaction: "none",
			},
		];
	},
});
