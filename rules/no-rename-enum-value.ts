import { contractObject, defineRule, typeKey } from "#core";

export default defineRule({
	id: "no-rename-enum-value",
	summary: "Disallow renaming a value of an enum that released code uses.",
	why: `The rows keep their value and show the new name at once. While a release is rolled out, code with the
old name still runs: writing it fails with 22P02 (invalid input value for enum), comparing with it
fails in the same way, and code that reads a name it does not know may fail too. Adding a value takes
no table lock; the old one can stay unused, for a value cannot be removed.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: { strongMigrations: "rename_enum_value" },
	help: "Add the new value with ALTER TYPE ... ADD VALUE, release code that reads both, then write the new one.",
	messages: {
		renames:
			"Running code that writes or compares {type} value '{value}' fails once it is called '{to}'.",
	},
	examples: [
		{
			before: `CREATE TYPE order_status AS ENUM ('open', 'payed');`,
			bad: `SET lock_timeout = '2s';
ALTER TYPE order_status RENAME VALUE 'payed' TO 'paid';`,
			good: `SET lock_timeout = '2s';
ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'paid' AFTER 'payed';`,
		},
	],
	on: {
		renameEnumValue(operation, context) {
			const { catalog } = context;
			const type = catalog.type(operation.type);
			const values = type?.kind === "enum" ? type.values : [];
			const value = values.find((candidate) => candidate.value === operation.value);
			if (context.madeHere(type?.origin) || context.madeHere(value?.origin)) return;
			const key = typeKey(catalog, operation.type);
			const { shown } = contractObject(catalog, key);
			const dot = key.indexOf(".");
			context.report({
				message: "renames",
				data: { type: shown, value: operation.value, to: operation.to },
				at: operation,
				code: {
					kind: "enumValue",
					schema: key.slice(0, dot),
					type: key.slice(dot + 1),
					name: operation.value,
					tables: catalog.tablesUsingType(key).map(({ table }) => table.name),
				},
				recipe: "replace-enum-value",
				atReleaseEnd(after) {
					const later = after.type(operation.type);
					const stands =
						later?.kind === "enum" && later.values.some((one) => one.value === operation.value);
					return stands ? "settled" : undefined;
				},
			});
		},
	},
});
