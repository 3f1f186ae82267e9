import type { Expression, Query } from "../../core/expression.ts";
import { keyOf } from "../catalog.ts";
import { renameColumnIn, replaceIn } from "../expression.ts";
import type { Constraint, Key, Policy, Table, View } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { replaceInQuery } from "../qualify.ts";
import { baseOf, findColumn, relationSource, scopeOfQuery, type Scope } from "../query.ts";
import { renameColumnInTriggers } from "../trigger-uses.ts";
import { relationUse } from "../uses.ts";
import { alteredTable, columnOf, type Replay } from "./altered.ts";
import { changeExpressions } from "./table-expressions.ts";

export const renameColumn: Replay<"renameColumn"> = (catalog, operation) => {
	const { column, to } = operation;
	const view = catalog.view(operation.table);
	if (view) {
		renameViewColumn(catalog, view, column, to);
		return;
	}
	const type = catalog.type(operation.table);
	if (type?.kind === "composite") {
		const attributes = type.attributes.map((attribute) =>
			attribute.name === column ? { ...attribute, name: to } : attribute,
		);
		catalog.putType({ ...type, attributes });
		return;
	}
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table || columnOf(table, to)) return;
	const existing = columnOf(table, column);
	if (existing?.inherited === true) return;
	if (existing) {
		renameColumnOf(catalog, table, column, to);
		const key = keyOf(table);
		if (catalog.dialect === "sqlite") {
			renameColumnInTriggers(catalog, `${key}.${column}`, `${key}.${to}`);
		}
	} else if (!table.complete) {
		catalog.putTable({ ...table, columns: [...table.columns, { name: to, notNull: false }] });
	}
};

/** Renames a column in the table, in what uses it, and in the tables that inherit it. */
function renameColumnOf(catalog: MutableCatalog, table: Table, from: string, to: string): void {
	const key = keyOf(table);
	renameInViews(catalog, key, from, to);
	renameInReferences(catalog, key, from, to);
	renameInPolicies(catalog, key, from, to);
	for (const sequence of catalog.sequencesOwnedBy(key)) {
		if (sequence.ownedBy?.column !== from) continue;
		catalog.putSequence({ ...sequence, ownedBy: { table: key, column: to } });
	}
	const children = catalog.inheritorsOf(key);
	const now = catalog.tableByKey(key) ?? table;
	catalog.putTable(renameInTable(now, from, to));
	for (const child of children) {
		const own = catalog.tableByKey(keyOf(child));
		if (own && columnOf(own, from) && !columnOf(own, to)) {
			renameColumnOf(catalog, own, from, to);
		}
	}
}

function renameInTable(table: Table, from: string, to: string): Table {
	const rename = (name: string) => (name === from ? to : name);
	const { policies } = table;
	const changed = changeExpressions({ ...table, policies: [] }, (expression) =>
		renameColumnIn(expression, from, to),
	);
	return {
		...changed,
		policies,
		columns: changed.columns.map((column) =>
			column.name === from ? { ...column, name: to } : column,
		),
		constraints: changed.constraints.map((constraint): Constraint => {
			if (constraint.type === "check" || constraint.type === "exclude") return constraint;
			if (constraint.type === "notNull") {
				return { ...constraint, columns: [rename(constraint.columns[0])] };
			}
			const columns = constraint.columns.map(rename);
			if (constraint.type === "foreignKey") return { ...constraint, columns };
			return { ...constraint, columns, include: constraint.include.map(rename) };
		}),
		indexes: changed.indexes.map((index) => ({ ...index, include: index.include.map(rename) })),
		triggers: table.triggers.map((trigger) => ({
			...trigger,
			columns: trigger.columns.map(rename),
		})),
	};
}

function renameInReferences(catalog: MutableCatalog, key: Key, from: string, to: string): void {
	for (const { table, constraint: name } of catalog.referencesTo(key)) {
		const now = catalog.tableByKey(keyOf(table)) ?? table;
		const constraints = now.constraints.map((constraint): Constraint => {
			if (constraint.name !== name || constraint.type !== "foreignKey") return constraint;
			const referencedColumns = constraint.referencedColumns.map((column) =>
				column === from ? to : column,
			);
			return { ...constraint, referencedColumns };
		});
		catalog.putTable({ ...now, constraints });
	}
}

function renameInPolicies(catalog: MutableCatalog, key: Key, from: string, to: string): void {
	const own = catalog.tableByKey(key);
	const readers = catalog.usersOf(relationUse(key)).tables;
	for (const table of new Set(own ? [own, ...readers] : readers)) {
		if (table.policies.length === 0) continue;
		const source = relationSource(catalog, keyOf(table), table.name);
		const scope: Scope = { catalog, sources: [source], ctes: new Map(), merged: [] };
		const rename = (expression: Expression) => renameInScope(expression, scope, key, from, to);
		const policies = table.policies.map((policy): Policy => ({
			...policy,
			...(policy.using && { using: rename(policy.using) }),
			...(policy.withCheck && { withCheck: rename(policy.withCheck) }),
		}));
		catalog.putTable({ ...(catalog.tableByKey(keyOf(table)) ?? table), policies });
	}
}

function renameInViews(catalog: MutableCatalog, key: Key, from: string, to: string): void {
	const outer: Scope = { catalog, sources: [], ctes: new Map(), merged: [] };
	const before = `${key}.${from}`;
	for (const view of catalog.viewsOn(key)) {
		catalog.putView({
			...view,
			query: renameInQuery(view.query, outer, key, from, to),
			dependsOnColumns: view.dependsOnColumns.map((column) =>
				column === before ? `${key}.${to}` : column,
			),
		});
	}
}

function renameInQuery(query: Query, outer: Scope, key: Key, from: string, to: string): Query {
	const scope = scopeOfQuery(query, outer);
	const isIt = (expression: Expression) =>
		expression.kind === "column" && baseOfPath(expression.path, scope) === `${key}.${from}`;
	// The query goes on giving the column under its old name.
	const targets = query.targets.map((target) =>
		target.alias === undefined && isIt(target.expression) ? { ...target, alias: from } : target,
	);
	return replaceInQuery(
		{ ...query, targets },
		{
			expression: (inner) => (isIt(inner) ? renamePath(inner, to) : inner),
			type: (type) => type,
			query: (inner) => renameInQuery(inner, scope, key, from, to),
			table: (item) => item,
		},
	);
}

function renameInScope(
	expression: Expression,
	scope: Scope,
	key: Key,
	from: string,
	to: string,
): Expression {
	return replaceIn(expression, {
		expression: (inner) =>
			inner.kind === "column" && baseOfPath(inner.path, scope) === `${key}.${from}`
				? renamePath(inner, to)
				: inner,
		query: (query) => renameInQuery(query, scope, key, from, to),
	});
}

function baseOfPath(path: readonly string[], scope: Scope): string | undefined {
	const found = path.at(-1) === "*" ? undefined : findColumn(path, scope);
	return found && baseOf(found);
}

function renamePath(expression: Expression, to: string): Expression {
	if (expression.kind !== "column") return expression;
	return { ...expression, path: [...expression.path.slice(0, -1), to] };
}

function renameViewColumn(catalog: MutableCatalog, view: View, from: string, to: string): void {
	if (view.columns.includes(to) || !view.columns.includes(from)) return;
	const key = keyOf(view);
	renameInViews(catalog, key, from, to);
	const rename = (name: string) => (name === from ? to : name);
	catalog.putView({
		...view,
		columns: view.columns.map(rename),
		indexes: view.indexes.map((index) => ({
			...index,
			elements: index.elements.map((element) => ({
				...element,
				expression: renameColumnIn(element.expression, from, to),
			})),
			include: index.include.map(rename),
		})),
	});
}
