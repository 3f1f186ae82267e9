import { keyOf } from "../catalog.ts";
import { dropObjects, type DropTarget } from "../dependencies.ts";
import { sameMeaning } from "../expression.ts";
import type { Constraint, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { alteredTable, columnOf, forInheritors, type Replay } from "./altered.ts";
import { replaceConstraint } from "./constraint.ts";
import { removeNotNull } from "./not-null.ts";
import { renameIndexTo } from "./rename.ts";

function constraintOf(table: Table, name: string): Constraint | undefined {
	return table.constraints.find((constraint) => constraint.name === name);
}

export const dropConstraint: Replay<"dropConstraint"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const constraint = constraintOf(table, operation.constraint);
	if (!constraint) {
		if (!table.complete) catalog.putTable(table);
		return;
	}
	if (constraint.inherited === true) return;
	if (constraint.type === "notNull") {
		const [column] = constraint.columns;
		const isNeeded =
			columnOf(table, column)?.identity !== undefined ||
			table.constraints.some(
				(other) => other.type === "primaryKey" && other.columns.includes(column),
			);
		if (!isNeeded) removeNotNull(catalog, table, column, operation.only);
		return;
	}
	const below = operation.only ? [] : inheritedBelow(catalog, table, constraint);
	const own: DropTarget = { kind: "constraint", relation: keyOf(table), name: constraint.name };
	dropObjects(catalog, [own, ...below], operation.cascade);
	if (operation.only) makeLocal(catalog, table, constraint);
};

/** The same CHECK or FOREIGN KEY in the tables below; those on indexes hang on the index. */
function inheritedBelow(
	catalog: MutableCatalog,
	table: Table,
	constraint: Constraint,
): readonly DropTarget[] {
	return catalog.inheritorsOf(keyOf(table)).flatMap((child) => {
		const own = child.constraints.find((candidate) => isCopy(candidate, constraint));
		if (!own || isFromElsewhere(catalog, child, table, constraint)) return [];
		const target: DropTarget = { kind: "constraint", relation: keyOf(child), name: own.name };
		return [target, ...inheritedBelow(catalog, child, own)];
	});
}

function isCopy(candidate: Constraint, parent: Constraint): boolean {
	if (candidate.inherited !== true || candidate.type !== parent.type) return false;
	if (candidate.type === "foreignKey" && parent.type === "foreignKey") {
		return (
			sameMeaning(candidate.columns, parent.columns) &&
			sameMeaning(candidate.references, parent.references)
		);
	}
	return candidate.type === "check" && candidate.name === parent.name;
}

function isFromElsewhere(
	catalog: MutableCatalog,
	child: Table,
	parent: Table,
	constraint: Constraint,
): boolean {
	return child.inherits.some((key) => {
		const other = key === keyOf(parent) ? undefined : catalog.tableByKey(key);
		return other !== undefined && constraintOf(other, constraint.name)?.type === constraint.type;
	});
}

function makeLocal(catalog: MutableCatalog, table: Table, constraint: Constraint): void {
	forInheritors(catalog, table, (child) => {
		const own = child.constraints.find((candidate) => isCopy(candidate, constraint));
		if (own) catalog.putTable(replaceConstraint(child, own, { ...own, inherited: false }));
	});
}

export const renameConstraint: Replay<"renameConstraint"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const constraint = table && constraintOf(table, operation.constraint);
	if (!table || !constraint || constraint.inherited === true) return;
	if (constraintOf(table, operation.to)) return;
	const index = table.indexes.find((candidate) => candidate.constraint === constraint.name);
	if (index) renameIndexTo(catalog, keyOf(index), operation.to);
	else renameDown(catalog, table, constraint, operation.to);
};

/** CHECK and NOT NULL are renamed in the tables that inherit them too. */
function renameDown(
	catalog: MutableCatalog,
	table: Table,
	constraint: Constraint,
	to: string,
): void {
	catalog.putTable(replaceConstraint(table, constraint, { ...constraint, name: to }));
	if (constraint.type === "foreignKey") return;
	forInheritors(catalog, table, (child) => {
		const own = constraintOf(child, constraint.name);
		if (own?.inherited === true) renameDown(catalog, child, own, to);
	});
}

export const validateConstraint: Replay<"validateConstraint"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const constraint = table && constraintOf(table, operation.constraint);
	if (table && constraint) validate(catalog, table, constraint);
};

function validate(catalog: MutableCatalog, table: Table, constraint: Constraint): void {
	if (!constraint.enforced) return;
	const validated = { ...constraint, notValid: false, validated: true };
	const changed = replaceConstraint(table, constraint, validated);
	const column = constraint.type === "notNull" ? constraint.columns[0] : undefined;
	const columns =
		column === undefined
			? changed.columns
			: changed.columns.map((own) => (own.name === column ? { ...own, notNull: true } : own));
	catalog.putTable({ ...changed, columns });
	forInheritors(catalog, changed, (child) => {
		const own = child.constraints.find(
			(candidate) =>
				isCopy(candidate, constraint) ||
				(candidate.type === "notNull" && candidate.columns[0] === column),
		);
		if (own) validate(catalog, child, own);
	});
}

/** ENFORCED checks the rows that are there, NOT ENFORCED proves nothing about them. */
export const alterConstraint: Replay<"alterConstraint"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const constraint = table && constraintOf(table, operation.constraint);
	if (!table || !constraint) return;
	const { deferrable, initiallyDeferred, enforced } = operation;
	const change = (before: Constraint): Constraint => ({
		...before,
		...(deferrable !== undefined && { deferrable }),
		...(initiallyDeferred !== undefined && { initiallyDeferred }),
		...(enforced !== undefined && { enforced, validated: enforced, notValid: !enforced }),
	});
	const changeDown = (own: Table, before: Constraint) => {
		catalog.putTable(replaceConstraint(own, before, change(before)));
		forInheritors(catalog, own, (child) => {
			const copy = child.constraints.find((candidate) => isCopy(candidate, before));
			if (copy) changeDown(child, copy);
		});
	};
	changeDown(table, constraint);
};
