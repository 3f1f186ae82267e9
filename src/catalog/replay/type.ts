import type { ConstraintDefinition, OperationOf } from "../../core/operation.ts";
import type { Expression } from "../../core/expression.ts";
import { keyOf } from "../catalog.ts";
import { dropObjects, type DropTarget } from "../dependencies.ts";
import { replaceIn } from "../expression.ts";
import type { Constraint, Origin, UserType } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseName } from "../naming.ts";
import { qualifyExpression, qualifyType } from "../qualify.ts";
import { typeUse } from "../uses.ts";
import type { Replay } from "./altered.ts";
import { standing } from "./constraint.ts";
import { changeExpressions } from "./table-expressions.ts";

type Domain = Extract<UserType, { readonly kind: "domain" }>;

function isFree(catalog: MutableCatalog, key: string): boolean {
	const existing = catalog.typeByKey(key);
	return existing?.kind === "shell" || (!existing && !catalog.relationExists(key));
}

export const createEnum: Replay<"createEnum"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.type);
	if (!isFree(catalog, keyOf(place))) return;
	const values = operation.values.map((value) => ({ value, origin }));
	catalog.putType({ ...place, origin, kind: "enum", values });
};

/** A value for an enum that no statement made gives an enum without origin, with that value alone. */
export const addEnumValue: Replay<"addEnumValue"> = (catalog, operation, origin) => {
	const known = catalog.type(operation.type);
	const type = known ?? {
		...catalog.newPlace(operation.type),
		kind: "enum" as const,
		values: [],
	};
	if (type.kind !== "enum" || type.values.some(({ value }) => value === operation.value)) return;
	const values = [...type.values];
	const { neighbour } = operation;
	const at = neighbour
		? values.findIndex(({ value }) => value === neighbour.value)
		: values.length - 1;
	if (neighbour && at < 0 && type.origin) return;
	const place = neighbour?.side === "before" ? Math.max(at, 0) : at + 1;
	values.splice(place, 0, { value: operation.value, origin });
	catalog.putType({ ...type, values });
};

export const renameEnumValue: Replay<"renameEnumValue"> = (catalog, operation) => {
	const type = catalog.type(operation.type);
	if (type?.kind !== "enum" || type.values.some(({ value }) => value === operation.to)) return;
	const values = type.values.map((entry) =>
		entry.value === operation.value ? { ...entry, value: operation.to } : entry,
	);
	catalog.putType({ ...type, values });
	renameCasts(catalog, type, operation.value, operation.to);
};

/** The server keeps the value, not its spelling: defaults and checks that cast it follow. */
function renameCasts(catalog: MutableCatalog, type: UserType, from: string, to: string): void {
	const change = (expression: Expression) =>
		replaceIn(expression, {
			expression: (inner) =>
				inner.kind === "cast" &&
				inner.type.schema === type.schema &&
				inner.type.name === type.name &&
				inner.operand.kind === "literal" &&
				inner.operand.value === from
					? { ...inner, operand: { ...inner.operand, value: to } }
					: inner,
		});
	for (const table of catalog.usersOf(typeUse(type)).tables) {
		catalog.putTable(changeExpressions(table, change));
	}
}

export const createCompositeType: Replay<"createCompositeType"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.type);
	if (!isFree(catalog, keyOf(place))) return;
	const attributes = operation.attributes.map(({ name, type }) => ({
		name,
		type: qualifyType(catalog, type),
	}));
	catalog.putType({ ...place, origin, kind: "composite", attributes });
};

export const alterCompositeType: Replay<"alterCompositeType"> = (catalog, operation) => {
	const type = catalog.type(operation.type);
	if (type?.kind !== "composite") return;
	const { action, attribute: name, to } = operation;
	const given = operation.attributeType && qualifyType(catalog, operation.attributeType);
	const has = (wanted: string) => type.attributes.some((attribute) => attribute.name === wanted);
	const { attributes } = type;
	switch (action) {
		case "addAttribute":
			if (!given || has(name)) return;
			catalog.putType({ ...type, attributes: [...attributes, { name, type: given }] });
			return;
		case "dropAttribute":
			catalog.putType({ ...type, attributes: attributes.filter((own) => own.name !== name) });
			return;
		case "alterAttribute":
			if (!given) return;
			catalog.putType({
				...type,
				attributes: attributes.map((own) => (own.name === name ? { ...own, type: given } : own)),
			});
			return;
		case "renameAttribute":
			if (to === undefined || has(to)) return;
			catalog.putType({
				...type,
				attributes: attributes.map((own) => (own.name === name ? { ...own, name: to } : own)),
			});
	}
};

export const createOtherType: Replay<"createOtherType"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.type);
	if (isFree(catalog, keyOf(place))) {
		catalog.putType({ ...place, origin, kind: operation.form });
	}
};

export const createDomain: Replay<"createDomain"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.domain);
	if (!isFree(catalog, keyOf(place))) return;
	const empty: Domain = {
		...place,
		origin,
		kind: "domain",
		base: qualifyType(catalog, operation.type),
		notNull: false,
		...(operation.default && { default: qualifyExpression(catalog, operation.default) }),
		constraints: [],
	};
	const domain = operation.constraints.reduce(
		(made, constraint) => withConstraint(catalog, made, constraint, origin),
		empty,
	);
	catalog.putType(domain);
};

/** Names: d_check, d_not_null (domainAddCheckConstraint, src/backend/commands/typecmds.c). */
function withConstraint(
	catalog: MutableCatalog,
	domain: Domain,
	definition: ConstraintDefinition,
	origin: Origin,
): Domain {
	const isNotNull = definition.type === "notNull";
	if (!isNotNull && definition.type !== "check") return domain;
	if (isNotNull && domain.notNull) return domain;
	const taken = (name: string) =>
		domain.constraints.some((constraint) => constraint.name === name) ||
		catalog.constraintExists(`${domain.schema}.${name}`);
	const label = isNotNull ? "not_null" : "check";
	const name = definition.name ?? chooseName(domain.name, undefined, label, taken);
	if (domain.constraints.some((constraint) => constraint.name === name)) return domain;
	const checked =
		definition.type === "check"
			? { ...definition, expression: qualifyExpression(catalog, definition.expression) }
			: definition;
	const constraint: Constraint = standing(checked, name, { origin, only: false });
	return {
		...domain,
		notNull: domain.notNull || isNotNull,
		constraints: [...domain.constraints, constraint],
	};
}

export const alterDomain: Replay<"alterDomain"> = (catalog, operation, origin) => {
	const domain = catalog.type(operation.domain);
	if (domain?.kind === "domain") {
		catalog.putType(alteredDomain(catalog, domain, operation, origin));
	}
};

function alteredDomain(
	catalog: MutableCatalog,
	domain: Domain,
	{ action, range }: OperationOf<"alterDomain">,
	origin: Origin,
): Domain {
	switch (action.kind) {
		case "addConstraint":
			return withConstraint(catalog, domain, action.constraint, origin);
		case "setNotNull":
			return withConstraint(catalog, domain, notNullOfDomain(range), origin);
		case "dropNotNull":
			return withoutNotNull(domain);
		case "dropConstraint": {
			const gone = domain.constraints.find(({ name }) => name === action.constraint);
			if (gone?.type === "notNull") return withoutNotNull(domain);
			return { ...domain, constraints: domain.constraints.filter((own) => own !== gone) };
		}
		case "validateConstraint":
			return changed(domain, action.constraint, (constraint) => ({
				...constraint,
				notValid: false,
				validated: constraint.enforced,
			}));
		case "renameConstraint":
			return changed(domain, action.constraint, (constraint) => ({
				...constraint,
				name: action.to,
			}));
		case "setDefault":
			return { ...domain, default: qualifyExpression(catalog, action.default) };
		case "dropDefault": {
			const { default: _default, ...rest } = domain;
			return rest;
		}
	}
}

function notNullOfDomain(range: ConstraintDefinition["range"]): ConstraintDefinition {
	return {
		type: "notNull",
		columns: ["VALUE"],
		noInherit: false,
		range,
		notValid: false,
		enforced: true,
		deferrable: false,
		initiallyDeferred: false,
	};
}

function withoutNotNull(domain: Domain): Domain {
	const constraints = domain.constraints.filter(({ type }) => type !== "notNull");
	return { ...domain, notNull: false, constraints };
}

function changed(
	domain: Domain,
	name: string,
	change: (constraint: Constraint) => Constraint,
): Domain {
	const constraints = domain.constraints.map((constraint) =>
		constraint.name === name ? change(constraint) : constraint,
	);
	return { ...domain, constraints };
}

/** Renames a constraint of a domain. */
export function renameDomainConstraint(
	catalog: MutableCatalog,
	domain: UserType | undefined,
	name: string,
	to: string,
): void {
	if (domain?.kind !== "domain" || domain.constraints.some((own) => own.name === to)) return;
	catalog.putType(changed(domain, name, (constraint) => ({ ...constraint, name: to })));
}

export function dropType(
	catalog: MutableCatalog,
	operation: OperationOf<"dropType">,
	alsoDropped: readonly DropTarget[],
): void {
	const type = catalog.type(operation.type);
	if (!type || (operation.domain && type.kind !== "domain")) return;
	dropObjects(catalog, [{ kind: "type", key: keyOf(type) }], operation.cascade, alsoDropped);
}
