import type { Expression, Query } from "../../core/expression.ts";
import { keyOf } from "../catalog.ts";
import { dropObjects } from "../dependencies.ts";
import type { OperationOf } from "../../core/operation.ts";
import type { DropTarget } from "../dependencies.ts";
import type { Origin, View } from "../model.ts";
import type { MutableCatalog, Place } from "../mutable.ts";
import { qualifyQuery } from "../qualify.ts";
import { expandStar, readQuery, scopeOfQuery } from "../query.ts";
import type { Replay } from "./altered.ts";

export const createView: Replay<"createView"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.view, operation.temporary);
	const existing = catalog.viewByKey(keyOf(place));
	const isTaken = catalog.relationExists(keyOf(place));
	if (isTaken && !(operation.orReplace && existing && !existing.materialized)) return;
	const view = viewOf(catalog, place, operation, origin);
	if (existing && !extendsColumns(existing, view)) return;
	catalog.putView({
		...view,
		...(existing && { triggers: existing.triggers, ...originOf(existing) }),
		parameters: new Map(operation.parameters.map(({ name, value }) => [name, value])),
	});
};

function originOf({ origin }: View): { readonly origin?: Origin } {
	return origin ? { origin } : {};
}

/** CREATE OR REPLACE VIEW may add columns at the end; the server refuses anything else. */
function extendsColumns(before: View, after: View): boolean {
	if (before.columns.length === 0 || after.columns.length === 0) return true;
	return before.columns.every((name, at) => after.columns[at] === name);
}

export const createMaterializedView: Replay<"createMaterializedView"> = (
	catalog,
	operation,
	origin,
) => {
	const place = catalog.newPlace(operation.view);
	if (catalog.relationExists(keyOf(place))) return;
	const view = viewOf(catalog, place, operation, origin);
	catalog.putView({ ...view, materialized: true, populated: operation.withData });
};

function viewOf(
	catalog: MutableCatalog,
	place: Place,
	operation: { readonly query: Query; readonly columns: readonly string[] },
	origin: Origin,
): View {
	const query = expandStars(catalog, qualifyQuery(catalog, operation.query, new Set()));
	const reading = readQuery(catalog, query);
	const names = reading.output?.map(({ name }, at) => operation.columns[at] ?? name);
	return {
		...place,
		origin,
		materialized: false,
		query,
		columns: names ?? operation.columns,
		dependsOn: reading.relations,
		dependsOnColumns: reading.columns,
		populated: true,
		indexes: [],
		triggers: [],
		parameters: new Map(),
	};
}

/** A `*` means the columns that are there when the view is made; later ones do not join it. */
function expandStars(catalog: MutableCatalog, query: Query): Query {
	if (!query.targets.some(({ expression }) => isStar(expression))) return query;
	const scope = scopeOfQuery(query, { catalog, sources: [], ctes: new Map(), merged: [] });
	const targets = query.targets.flatMap((target) => {
		const { expression } = target;
		if (!isStar(expression)) return [target];
		const found = expandStar(expression.path, scope);
		if (!found) return [target];
		return found.map(({ source, column }) => ({
			expression: { kind: "column" as const, path: [source.alias, column.name] },
		}));
	});
	return { ...query, targets };
}

function isStar(expression: Expression): expression is Extract<Expression, { kind: "column" }> {
	return expression.kind === "column" && expression.path.at(-1) === "*";
}

export function dropView(
	catalog: MutableCatalog,
	operation: OperationOf<"dropView">,
	alsoDropped: readonly DropTarget[],
): void {
	const view = catalog.view(operation.view);
	if (view?.materialized !== operation.materialized) return;
	dropObjects(catalog, [{ kind: "view", key: keyOf(view) }], operation.cascade, alsoDropped);
}

export const refreshMaterializedView: Replay<"refreshMaterializedView"> = (catalog, operation) => {
	const view = catalog.view(operation.view);
	if (view?.materialized === true) catalog.putView({ ...view, populated: operation.withData });
};
