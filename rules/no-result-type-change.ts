import { contractObject, defineRule } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";

export default defineRule({
	id: "no-result-type-change",
	summary:
		"Disallow changing the type of a column that prepared statements of running code return.",
	why: `Even a type change that rewrites nothing changes what a prepared statement returns. PostgreSQL refuses to run
it then: "cached plan must not change result type" (0A000), in every session that prepared it before, until it
prepares it anew; in a transaction the whole transaction fails. Most drivers and poolers prepare statements by
themselves, and a longer varchar counts as another type. Code that maps types may also read a bigint as a string,
for instance.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Change it when few sessions run, and let the application connect anew after it; or add a column with the new type and change over.",
	messages: {
		changed:
			"Prepared statements of running sessions that return {column} fail once its type is {type}, until they are prepared anew.",
	},
	examples: [
		{
			before: "CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(50));",
			bad: `SET lock_timeout = '2s';
ALTER TABLE customers ALTER COLUMN name TYPE text;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE customers ADD COLUMN full_name text;`,
		},
	],
	on: {
		alterColumnType(operation, context) {
			const { table, column: name, type } = operation;
			const { catalog } = context;
			const effect = context.effectOf(operation);
			if (effect.fails || context.isNew(table)) return;
			const column = catalog.table(table)?.columns.find((other) => other.name === name);
			if (context.madeHere(column?.origin)) return;
			const { rewrites, builds, scans } = effect;
			// Then the lock is the greater harm, and no-type-change-rewrite asks for another way.
			if (rewrites.length + builds.length + scans.length > 0 && isLargeInUse(context, table)) {
				return;
			}
			const length = type.modifiers.length > 0 ? `(${type.modifiers.join(",")})` : "";
			context.report({
				message: "changed",
				at: operation,
				table,
				data: {
					column: contractObject(catalog, catalog.resolve(table), name).shown,
					type: `${type.name}${length}${"[]".repeat(type.dimensions)}`,
				},
			});
		},
	},
});
