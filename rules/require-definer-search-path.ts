import { defineRule, type Catalog, type OperationContext, type QualifiedName } from "#core";
import type { Routine } from "../src/catalog/model.ts";

function isOpen({ securityDefiner, settings }: Routine): boolean {
	return securityDefiner && !settings.has("search_path");
}

/** True when an overload of the name still looks names up in the caller's search path. */
function someIsOpen(catalog: Catalog, name: QualifiedName): boolean {
	return catalog.routines(name).some(isOpen);
}

function report(
	at: Parameters<OperationContext["report"]>[0]["at"],
	name: QualifiedName,
	context: OperationContext,
): void {
	// What was so before this release is not its doing.
	const { catalog } = context;
	if (catalog.routines(name).some((old) => isOpen(old) && !context.madeHere(old.origin))) return;
	context.report({
		message: "open",
		at,
		data: { function: name.name },
		once: `${context.migration.release} ${name.schema ?? ""}.${name.name}`,
		recipe: "set-definer-search-path",
		atReleaseEnd: (after) => (someIsOpen(after, name) ? undefined : "settled"),
	});
}

export default defineRule({
	id: "require-definer-search-path",
	summary: "Require SECURITY DEFINER functions to set their search_path.",
	why: `A SECURITY DEFINER function runs with the rights of its owner, but looks up names in the search_path of the
caller. Whoever may create objects in a schema of that path, and everybody may create temporary tables, can put
a table, function or operator of their own in the place of one that the function means: it then runs with the
owner's rights. SET search_path at the function, with pg_temp as the last schema, closes this.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Add SET search_path = <the schemas it needs>, pg_temp to the function.",
	messages: {
		open: "{function} runs with its owner's rights but looks up names in its caller's search_path: a caller can put objects of their own in the place of those it means.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text);",
			bad: `CREATE FUNCTION close_order() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN DELETE FROM orders WHERE id = 7; END $$;`,
			good: `CREATE FUNCTION close_order() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN DELETE FROM orders WHERE id = 7; END $$;`,
		},
		{
			bad: `CREATE FUNCTION today() RETURNS date LANGUAGE sql AS $$ SELECT current_date $$;
ALTER FUNCTION today() SECURITY DEFINER;`,
			good: `CREATE FUNCTION today() RETURNS date LANGUAGE sql AS $$ SELECT current_date $$;
ALTER FUNCTION today() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;`,
		},
	],
	on: {
		createFunction(operation, context) {
			const { securityDefiner, settings } = operation;
			if (!securityDefiner || settings.some(({ name }) => name === "search_path")) return;
			report(operation, operation.function, context);
		},
		alterFunction(operation, context) {
			if (operation.securityDefiner === true) report(operation, operation.function, context);
		},
	},
});
