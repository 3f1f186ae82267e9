import { closureOf, type DropTarget } from "../../catalog/dependencies.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { typeKey } from "../../core/contract.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type { RecipeStep } from "../../core/finding.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteIdentifier, quoteName, quoteType } from "../../dialect/postgres/quote.ts";
import { nameBeside } from "../name-beside.ts";
import { defineRecipe } from "../recipe.ts";

type Drop = OperationOf<"dropView" | "dropFunction" | "dropType" | "dropSequence">;

interface Dropped {
	readonly name: QualifiedName;
	readonly sql: string;
	/** What the release before must not do any more. */
	readonly use: string;
	/** Absent where CASCADE may take what the catalog does not tell. */
	readonly target?: DropTarget;
}

function droppedBy(operation: Drop, catalog: Catalog): Dropped {
	switch (operation.kind) {
		case "dropView": {
			const { view: name, materialized } = operation;
			const sql = `DROP ${materialized ? "MATERIALIZED VIEW" : "VIEW"} ${quoteName(name)};`;
			const target = { kind: "view", key: catalog.resolve(name) } as const;
			return { name, sql, target, use: "no longer reads" };
		}
		case "dropFunction": {
			const { function: name, routine } = operation;
			// Another form may stand beside it by then: the name alone would be ambiguous.
			const known = catalog.routines(name);
			const only = known.length === 1 ? known[0]?.argumentTypes : undefined;
			const types = (name.argumentTypes ?? only)?.map(quoteType).join(", ");
			const sql = `DROP ${routine.toUpperCase()} ${quoteName(name)}${types === undefined ? "" : `(${types})`};`;
			return { name, sql, use: "no longer calls" };
		}
		case "dropType": {
			const { type: name, domain } = operation;
			const sql = `DROP ${domain ? "DOMAIN" : "TYPE"} ${quoteName(name)};`;
			const target = { kind: "type", key: typeKey(catalog, name) } as const;
			return { name, sql, target, use: "no longer names" };
		}
		case "dropSequence": {
			const { sequence: name } = operation;
			const sql = `DROP SEQUENCE ${quoteName(name)};`;
			const target = { kind: "sequence", key: catalog.resolve(name) } as const;
			return { name, sql, target, use: "no longer draws numbers from" };
		}
	}
}

/** Returns by name what CASCADE would take along in silence; undefined where that needs a recipe of its own. */
function dependentsFirst({ name, target }: Dropped, catalog: Catalog): string[] | undefined {
	if (!target) return undefined;
	const automatic = closureOf(catalog, [target], false);
	const statements: string[] = [];
	const views: string[] = [];
	for (const [id, dependent] of closureOf(catalog, [target], true)) {
		if (automatic.has(id)) continue;
		const view = dependent.kind === "view" ? catalog.viewByKey(dependent.key) : undefined;
		if (view && !view.materialized) views.push(quoteName(nameBeside(name, view)));
		else if (dependent.kind === "default") {
			const table = catalog.tableByKey(dependent.relation);
			if (!table) return undefined;
			statements.push(
				`ALTER TABLE ${quoteName(nameBeside(name, table))} ALTER COLUMN ${quoteIdentifier(dependent.name)} DROP DEFAULT;`,
			);
		} else return undefined;
	}
	return views.length > 0 ? [...statements, `DROP VIEW ${views.join(", ")};`] : statements;
}

export default defineRecipe({
	id: "drop-in-later-release",
	summary: "Stop using the object, then drop it in a later release, and nothing along with it.",
	for: ["dropView", "dropFunction", "dropType", "dropSequence"],
	steps(operation, { catalog }) {
		// Its arguments are written in a way of their own.
		if (operation.kind === "dropFunction" && operation.routine === "aggregate") return undefined;
		const dropped = droppedBy(operation, catalog);
		const before = operation.cascade ? dependentsFirst(dropped, catalog) : [];
		if (!before) return undefined;
		const also = before.length > 0 ? ", nor needs what depends on it" : "";
		return [
			{
				title: `Release code that ${dropped.use} ${dropped.name.name}${also}`,
				transaction: "people",
				deploys: true,
			},
			...before.map((sql): RecipeStep => {
				const title = "Drop what depends on it by name, not by CASCADE";
				return { title, sql, transaction: "own" };
			}),
			{
				title: `Drop ${dropped.name.name} in a later release, with a contract directive`,
				sql: dropped.sql,
				transaction: "own",
			},
		];
	},
});
