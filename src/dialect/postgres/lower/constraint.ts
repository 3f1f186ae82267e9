import type { Constraint, Node, PartitionBoundSpec, PartitionSpec } from "@pgsql/types";
import type {
	ConstraintDefinition,
	PartitionBound,
	PartitionKey,
	ReferentialAction,
} from "../../../core/operation.ts";
import type { Expression } from "../../../core/expression.ts";
import { lowerExpression } from "./expression.ts";
import { itemsOf, lowerRelation, textsOf } from "./name.ts";
import type { LowerSource } from "./source.ts";

/** A constraint with the attributes that the grammar puts after it as nodes of their own. */
export interface ConstraintNode {
	readonly constraint: Constraint;
	readonly attributes: readonly Constraint[];
}

/** The constraints of a column; DEFERRABLE, NOT ENFORCED and the like go to the constraint before. */
export function groupConstraints(nodes: readonly Node[] | undefined): ConstraintNode[] {
	const groups: { constraint: Constraint; attributes: Constraint[] }[] = [];
	for (const node of nodes ?? []) {
		if (!("Constraint" in node)) continue;
		const constraint = node.Constraint;
		if (constraint.contype?.startsWith("CONSTR_ATTR_")) groups.at(-1)?.attributes.push(constraint);
		else groups.push({ constraint, attributes: [] });
	}
	return groups;
}

/**
 * The constraint of a table, or of the column (or domain value) `column`. Undefined for what the
 * grammar calls a constraint and is none: NULL, DEFAULT, GENERATED.
 */
export function lowerConstraint(
	{ constraint, attributes }: ConstraintNode,
	source: LowerSource,
	column?: string,
	before?: number,
): ConstraintDefinition | undefined {
	const range = source.toElementRange(constraint.location, before);
	const base = { ...attributesOf(constraint, attributes), range };
	const columns = column === undefined ? textsOf(constraint.keys) : [column];
	switch (constraint.contype) {
		case "CONSTR_NOTNULL": {
			const noInherit = constraint.is_no_inherit ?? false;
			return { ...base, type: "notNull", columns: [columns[0] ?? ""], noInherit };
		}
		case "CONSTR_CHECK":
			return {
				...base,
				type: "check",
				expression: lowerExpression(constraint.raw_expr, source),
				noInherit: constraint.is_no_inherit ?? false,
			};
		case "CONSTR_PRIMARY":
		case "CONSTR_UNIQUE":
			return {
				...base,
				type: constraint.contype === "CONSTR_UNIQUE" ? "unique" : "primaryKey",
				columns: constraint.indexname === undefined ? columns : [],
				include: textsOf(constraint.including),
				nullsNotDistinct: constraint.nulls_not_distinct ?? false,
				withoutOverlaps: constraint.without_overlaps ?? false,
				...(constraint.indexname === undefined ? {} : { usingIndex: constraint.indexname }),
			};
		case "CONSTR_FOREIGN":
			return {
				...base,
				type: "foreignKey",
				columns: column === undefined ? textsOf(constraint.fk_attrs) : [column],
				references: lowerRelation(constraint.pktable, source),
				referencedColumns: textsOf(constraint.pk_attrs),
				onDelete: referentialAction(constraint.fk_del_action),
				onUpdate: referentialAction(constraint.fk_upd_action),
			};
		case "CONSTR_EXCLUSION":
			return { ...base, type: "exclude", ...exclusionOf(constraint, source) };
		default:
			return undefined;
	}
}

function attributesOf(constraint: Constraint, attributes: readonly Constraint[]) {
	const has = (type: Constraint["contype"]) => attributes.some((node) => node.contype === type);
	// Only CHECK and FOREIGN KEY can be NOT ENFORCED; the grammar leaves the flag unset on others.
	const canBeUnenforced =
		constraint.contype === "CONSTR_CHECK" || constraint.contype === "CONSTR_FOREIGN";
	const enforced =
		!has("CONSTR_ATTR_NOT_ENFORCED") && (!canBeUnenforced || constraint.is_enforced === true);
	const deferred = (constraint.initdeferred ?? false) || has("CONSTR_ATTR_DEFERRED");
	return {
		...(constraint.conname === undefined ? {} : { name: constraint.conname }),
		notValid: (constraint.skip_validation ?? false) || !enforced,
		enforced,
		// INITIALLY DEFERRED alone implies DEFERRABLE.
		deferrable: (constraint.deferrable ?? false) || has("CONSTR_ATTR_DEFERRABLE") || deferred,
		initiallyDeferred: deferred,
	};
}

function exclusionOf(constraint: Constraint, source: LowerSource) {
	return {
		method: constraint.access_method ?? "btree",
		elements: (constraint.exclusions ?? []).map((node) => {
			const [element, operator] = itemsOf(node);
			return {
				expression: elementExpression(element, source),
				operator: textsOf(itemsOf(operator)).at(-1) ?? "",
			};
		}),
		...(constraint.where_clause ? { where: lowerExpression(constraint.where_clause, source) } : {}),
	};
}

/** The column or expression of an element of an index, an exclusion or a partition key. */
export function elementExpression(node: Node | undefined, source: LowerSource): Expression {
	const element =
		node && "IndexElem" in node
			? node.IndexElem
			: node && "PartitionElem" in node
				? node.PartitionElem
				: undefined;
	if (element?.expr) return lowerExpression(element.expr, source);
	return { kind: "column", path: [element?.name ?? ""] };
}

function referentialAction(letter: string | undefined): ReferentialAction {
	switch (letter) {
		case "r":
			return "restrict";
		case "c":
			return "cascade";
		case "n":
			return "setNull";
		case "d":
			return "setDefault";
		default:
			return "noAction";
	}
}

const strategies = {
	PARTITION_STRATEGY_RANGE: "range",
	PARTITION_STRATEGY_LIST: "list",
	PARTITION_STRATEGY_HASH: "hash",
} as const;

export function lowerPartitionKey(spec: PartitionSpec, source: LowerSource): PartitionKey {
	return {
		strategy: strategies[spec.strategy ?? "PARTITION_STRATEGY_RANGE"],
		keys: (spec.partParams ?? []).map((node) => elementExpression(node, source)),
	};
}

/** The rows that a partition takes: FOR VALUES ... or DEFAULT. */
export function lowerPartitionBound(
	bound: PartitionBoundSpec | undefined,
	source: LowerSource,
): PartitionBound {
	const lower = (nodes: readonly Node[] | undefined) =>
		(nodes ?? []).map((node) => lowerExpression(node, source));
	if (!bound || bound.is_default) return { kind: "default" };
	if (bound.strategy === "l") return { kind: "list", values: lower(bound.listdatums) };
	if (bound.strategy === "h") {
		return { kind: "hash", modulus: bound.modulus ?? 0, remainder: bound.remainder ?? 0 };
	}
	return { kind: "range", from: lower(bound.lowerdatums), to: lower(bound.upperdatums) };
}
