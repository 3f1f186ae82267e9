import type { Expression, FromItem, Query, TypeName } from "../core/expression.ts";
import { expressionsOf, nextvalArgument, readName, visitExpression } from "./expression.ts";
import type { Column, Constraint, Index, Key, Policy, Trigger, View } from "./model.ts";

/** What an object may use: `relation:schema.name`, `type:schema.name`, `function:name`. */
export type Use = string;

export function relationUse(key: Key): Use {
	return `relation:${key}`;
}

/** A type without schema is one that the catalog does not know, or the server's own. */
export function typeUse(type: { readonly schema?: string; readonly name: string }): Use {
	return `type:${type.schema ?? ""}.${type.name}`;
}

/** Functions are known by name alone: an expression does not say which overload it calls. */
export function functionUse(name: string): Use {
	return `function:${name}`;
}

const serverTypes = new Set(
	"int2 int4 int8 text varchar bpchar bool timestamptz timestamp date numeric uuid jsonb json float8 bytea".split(
		" ",
	),
);

export function usesOfType(type: TypeName): readonly Use[] {
	return type.schema === undefined && serverTypes.has(type.name) ? [] : [typeUse(type)];
}

export function usesOfColumn(column: Column): readonly Use[] {
	const uses = column.type ? [...usesOfType(column.type)] : [];
	if (column.default) uses.push(...usesOfExpression(column.default));
	if (column.generated) uses.push(...usesOfExpression(column.generated.expression));
	return uses;
}

export function usesOfConstraint(constraint: Constraint): readonly Use[] {
	if (constraint.type === "check") return usesOfExpression(constraint.expression);
	if (constraint.type !== "exclude") return [];
	return [...constraint.elements.map((element) => element.expression), constraint.where].flatMap(
		(expression) => (expression ? usesOfExpression(expression) : []),
	);
}

export function usesOfIndex(index: Index): readonly Use[] {
	return [...index.elements.map((element) => element.expression), index.where].flatMap(
		(expression) =>
			expression && expression.kind !== "column" ? usesOfExpression(expression) : [],
	);
}

export function usesOfTrigger(trigger: Trigger): readonly Use[] {
	return [functionUse(trigger.function.name)];
}

export function usesOfPolicy(policy: Policy): readonly Use[] {
	return [policy.using, policy.withCheck].flatMap((expression) =>
		expression ? usesOfExpression(expression) : [],
	);
}

export function usesOfView(view: View): readonly Use[] {
	return [...view.dependsOn.map(relationUse), ...usesOfQuery(view.query)];
}

function usesOfQuery(query: Query): readonly Use[] {
	return expressionsOf(query).flatMap(usesOfExpression);
}

/** Returns what an expression uses; relations only where their names carry a schema. */
export function usesOfExpression(expression: Expression): readonly Use[] {
	if (expression.kind === "literal" || expression.kind === "column") return [];
	const uses: Use[] = [];
	visitExpression(
		expression,
		(inner) => {
			if (inner.kind === "cast") uses.push(...usesOfType(inner.type));
			if (inner.kind !== "call") return;
			uses.push(functionUse(inner.function.name));
			const argument = nextvalArgument(inner);
			const sequence = argument === undefined ? undefined : readName(argument);
			if (sequence?.schema !== undefined) {
				uses.push(relationUse(`${sequence.schema}.${sequence.name}`));
			}
		},
		(query) => {
			for (const item of query.from) uses.push(...usesOfFrom(item));
		},
	);
	return uses;
}

function usesOfFrom(item: FromItem): readonly Use[] {
	if (item.kind === "join") return [...usesOfFrom(item.left), ...usesOfFrom(item.right)];
	if (item.kind !== "table" || item.name.schema === undefined) return [];
	return [relationUse(`${item.name.schema}.${item.name.name}`)];
}
