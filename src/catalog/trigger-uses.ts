import { walkExpressions } from "../core/engine/expressions.ts";
import type { StatementPart } from "../core/statement.ts";
import type { Catalog } from "./catalog.ts";
import type { Key, Trigger } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";
import { expressionsIn, readsOf } from "./routine-reads.ts";

/** What the statements of a trigger's own body name. */
export interface TriggerUses {
	readonly relations: readonly Key[];
	/** schema.table.column */
	readonly columns: readonly string[];
}

/** Returns what a body names; NEW and OLD are rows of the trigger's own relation. */
export function usesOfBody(
	body: readonly StatementPart[],
	relation: Key,
	catalog: Catalog,
): TriggerUses {
	const reads = readsOf({ body }, catalog);
	const columns = new Set(reads.columns);
	// Names that are only written to are not looked at before the trigger fires.
	for (const operation of body.flatMap(({ operations }) => operations)) {
		const written =
			operation.kind === "insert"
				? (operation.columns ?? [])
				: operation.kind === "update"
					? operation.set.map(({ column }) => column)
					: [];
		if (operation.kind !== "insert" && operation.kind !== "update") continue;
		const table = catalog.resolve(operation.table);
		for (const name of written) columns.delete(`${table}.${name}`);
	}
	const roots = body.flatMap(({ operations }) => operations.flatMap(expressionsIn));
	walkExpressions(roots, (part) => {
		if (part.kind !== "column" || part.path.length !== 2) return;
		const [row = "", column = ""] = part.path;
		if (/^(?:new|old)$/i.test(row)) columns.add(`${relation}.${column}`);
	});
	return { relations: [...reads.relations], columns: [...columns] };
}

/** SQLite rewrites the bodies of triggers when a table that they name is renamed. */
export function renameInTriggers(catalog: MutableCatalog, from: Key, to: Key): void {
	const before = `${from}.`;
	changeUses(catalog, ({ relations, columns }) => ({
		relations: relations.map((key) => (key === from ? to : key)),
		columns: columns.map((column) =>
			column.startsWith(before) ? `${to}.${column.slice(before.length)}` : column,
		),
	}));
}

/** And when a column is renamed. */
export function renameColumnInTriggers(catalog: MutableCatalog, from: string, to: string): void {
	changeUses(catalog, ({ relations, columns }) => ({
		relations,
		columns: columns.map((column) => (column === from ? to : column)),
	}));
}

function changeUses(catalog: MutableCatalog, change: (uses: TriggerUses) => TriggerUses): void {
	const changed = (triggers: readonly Trigger[]): readonly Trigger[] =>
		triggers.map((trigger) =>
			trigger.uses ? { ...trigger, uses: change(trigger.uses) } : trigger,
		);
	const has = ({ triggers }: { readonly triggers: readonly Trigger[] }): boolean =>
		triggers.some(({ uses }) => uses !== undefined);
	for (const table of [...catalog.tables()]) {
		if (has(table)) catalog.putTable({ ...table, triggers: changed(table.triggers) });
	}
	for (const view of [...catalog.views()]) {
		if (has(view)) catalog.putView({ ...view, triggers: changed(view.triggers) });
	}
}
