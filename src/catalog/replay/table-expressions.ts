import type { Expression } from "../../core/expression.ts";
import { mapList } from "../expression.ts";
import type { Column, Constraint, Index, Policy, Table } from "../model.ts";

type Change = (expression: Expression) => Expression;

/** Returns the table with every expression in it changed: defaults, checks, indexes, policies, keys. */
export function changeExpressions(table: Table, change: Change): Table {
	return {
		...table,
		columns: mapList(table.columns, (column) => changeColumn(column, change)),
		constraints: mapList(table.constraints, (constraint) => changeConstraint(constraint, change)),
		indexes: mapList(table.indexes, (index) => changeIndex(index, change)),
		policies: mapList(table.policies, (policy) => changePolicy(policy, change)),
		...(table.partitionBy && {
			partitionBy: { ...table.partitionBy, keys: table.partitionBy.keys.map(change) },
		}),
	};
}

function changeColumn(column: Column, change: Change): Column {
	const { default: before, generated } = column;
	if (!before && !generated) return column;
	return {
		...column,
		...(before && { default: change(before) }),
		...(generated && {
			generated: { kind: generated.kind, expression: change(generated.expression) },
		}),
	};
}

function changeConstraint(constraint: Constraint, change: Change): Constraint {
	if (constraint.type === "check") {
		return { ...constraint, expression: change(constraint.expression) };
	}
	if (constraint.type !== "exclude") return constraint;
	return {
		...constraint,
		elements: constraint.elements.map((element) => ({
			...element,
			expression: change(element.expression),
		})),
		...(constraint.where && { where: change(constraint.where) }),
	};
}

/** Returns the index with the expressions of its elements and its predicate changed. */
export function changeIndex(index: Index, change: Change): Index {
	return {
		...index,
		elements: mapList(index.elements, (element) => {
			const expression = change(element.expression);
			return expression === element.expression ? element : { ...element, expression };
		}),
		...(index.where && { where: change(index.where) }),
	};
}

function changePolicy(policy: Policy, change: Change): Policy {
	return {
		...policy,
		...(policy.using && { using: change(policy.using) }),
		...(policy.withCheck && { withCheck: change(policy.withCheck) }),
	};
}
