import { defineRule, listWords, type Catalog, type Key } from "#core";

/** Tables of which rows go, or lose their link, when a row of this one is deleted. */
function touchedBy(catalog: Catalog, key: Key): readonly string[] {
	const names = catalog
		.referencesTo(key)
		.flatMap(({ table, constraint: name }) =>
			table.constraints.flatMap((constraint) =>
				constraint.name === name &&
				constraint.type === "foreignKey" &&
				(constraint.onDelete === "cascade" || constraint.onDelete === "setNull")
					? [table.name]
					: [],
			),
		);
	return [...new Set(names)];
}

export default defineRule({
	id: "no-cascading-replace",
	summary: "Disallow REPLACE into a table whose rows others go with.",
	why: `REPLACE does not change the row that has the key already: it deletes it and inserts a new one. Foreign keys with ON
DELETE CASCADE then delete the rows of other tables that belong to it, ON DELETE SET NULL cuts them off, and columns that
the statement does not name fall back to their defaults. INSERT ... ON DUPLICATE KEY UPDATE changes the row and leaves
everything else as it is. Source: MySQL Reference Manual 8.4, 15.2.12.`,
	category: "data-loss",
	dialects: ["mysql", "mariadb"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Use INSERT ... ON DUPLICATE KEY UPDATE, which changes the row that is there.",
	messages: {
		cascades:
			"REPLACE deletes the row of {table} that has the key already, and rows of {children} go with it or are cut off.",
	},
	examples: [
		{
			before: `CREATE TABLE plans (id bigint NOT NULL PRIMARY KEY, name varchar(40));
INSERT INTO plans VALUES (1, 'basic');
CREATE TABLE subscriptions (id bigint NOT NULL PRIMARY KEY, plan_id bigint NOT NULL,
  FOREIGN KEY (plan_id) REFERENCES plans (id) ON DELETE CASCADE);`,
			bad: "REPLACE INTO plans (id, name) VALUES (1, 'starter');",
			good: "INSERT INTO plans (id, name) VALUES (1, 'starter') ON DUPLICATE KEY UPDATE name = 'starter';",
		},
	],
	on: {
		insert(operation, context) {
			const { table, onConflict } = operation;
			if (onConflict?.action !== "replace" || context.isNew(table)) return;
			const children = touchedBy(context.catalog, context.catalog.resolve(table));
			if (children.length === 0) return;
			const data = { table: table.name, children: listWords(children) };
			context.report({ message: "cascades", at: operation, table, data });
		},
	},
});
