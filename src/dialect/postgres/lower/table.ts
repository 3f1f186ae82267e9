import type { ColumnDef, CreateStmt, Node, RangeVar, TableLikeClause } from "@pgsql/types";
import type {
	ColumnDefinition,
	ConstraintDefinition,
	LikeClause,
	Operation,
	OperationOf,
	Persistence,
} from "../../../core/operation.ts";
import { likeOptions } from "../like-options.ts";
import {
	type ConstraintNode,
	groupConstraints,
	lowerConstraint,
	lowerPartitionBound,
	lowerPartitionKey,
} from "./constraint.ts";
import { lockModes } from "../lock-modes.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, lowerRelation, textsOf } from "./name.ts";
import { lowerParameters } from "./parameter.ts";
import type { LowerSource } from "./source.ts";
import { lowerType } from "./type.ts";

/** CREATE TABLE, CREATE FOREIGN TABLE, TRUNCATE and LOCK TABLE. */
export function lowerTable(node: Node, source: LowerSource): Operation[] | undefined {
	if ("CreateStmt" in node) return [createTable(node.CreateStmt, false, source)];
	if ("CreateForeignTableStmt" in node) {
		return [createTable(node.CreateForeignTableStmt.base ?? {}, true, source)];
	}
	if ("TruncateStmt" in node) {
		const { relations, restart_seqs, behavior } = node.TruncateStmt;
		return lowerRelations(relations, source, (relation, base) => ({
			...base,
			kind: "truncate",
			only: relation.inh !== true,
			cascade: behavior === "DROP_CASCADE",
			restartIdentity: restart_seqs ?? false,
		}));
	}
	if ("LockStmt" in node) {
		const { relations, mode, nowait } = node.LockStmt;
		return lowerRelations(relations, source, (relation, base) => ({
			...base,
			kind: "lockTable",
			only: relation.inh !== true,
			mode: lockModes[(mode ?? 8) - 1] ?? "AccessExclusiveLock",
			noWait: nowait ?? false,
		}));
	}
	return undefined;
}

type RelationBase = Pick<OperationOf<"truncate">, "range" | "table">;

function lowerRelations(
	nodes: readonly Node[] | undefined,
	source: LowerSource,
	build: (relation: RangeVar, base: RelationBase) => Operation,
): Operation[] {
	const relations = (nodes ?? []).flatMap((node) => ("RangeVar" in node ? node.RangeVar : []));
	return relations.map((relation) => {
		const table = lowerRelation(relation, source);
		const range = relations.length > 1 && table.range ? table.range : source.statementRange;
		return build(relation, { range, table });
	});
}

/** How long a created relation lives and whether it is logged. */
export function persistenceOf(relation: RangeVar | undefined): Persistence {
	if (relation?.relpersistence === "t" || relation?.schemaname === "pg_temp") return "temporary";
	return relation?.relpersistence === "u" ? "unlogged" : "permanent";
}

function createTable(statement: CreateStmt, foreign: boolean, source: LowerSource): Operation {
	return {
		kind: "createTable",
		range: source.statementRange,
		table: lowerRelation(statement.relation, source),
		persistence: persistenceOf(statement.relation),
		foreign,
		ifNotExists: statement.if_not_exists ?? false,
		...elementsOfTable(statement, source),
		...parentsOf(statement, source),
		...(statement.partspec ? { partitionBy: lowerPartitionKey(statement.partspec, source) } : {}),
		...storageOf(statement),
	};
}

function elementsOfTable(statement: CreateStmt, source: LowerSource) {
	const columns: ColumnDefinition[] = [];
	const constraints: ConstraintDefinition[] = [];
	const like: LikeClause[] = [];
	for (const element of [...(statement.tableElts ?? []), ...(statement.constraints ?? [])]) {
		if ("ColumnDef" in element) columns.push(lowerColumn(element.ColumnDef, source));
		else if ("TableLikeClause" in element) like.push(lowerLike(element.TableLikeClause, source));
	}
	for (const group of groupConstraints([
		...(statement.tableElts ?? []),
		...(statement.constraints ?? []),
	])) {
		const constraint = lowerConstraint(group, source);
		if (constraint) constraints.push(constraint);
	}
	return { columns, constraints, like };
}

function parentsOf(statement: CreateStmt, source: LowerSource) {
	const parents = (statement.inhRelations ?? []).flatMap((node) =>
		"RangeVar" in node ? lowerRelation(node.RangeVar, source) : [],
	);
	const [parent] = parents;
	const ofType = statement.ofTypename
		? {
				ofType: lowerName(
					statement.ofTypename.names,
					source,
					source.toRange(statement.ofTypename.location).start,
				),
			}
		: {};
	if (!statement.partbound || !parent) return { inherits: parents, ...ofType };
	const bound = lowerPartitionBound(statement.partbound, source);
	return { inherits: [], partitionOf: { parent, bound }, ...ofType };
}

const commitActions = {
	ONCOMMIT_NOOP: undefined,
	ONCOMMIT_PRESERVE_ROWS: "preserveRows",
	ONCOMMIT_DELETE_ROWS: "deleteRows",
	ONCOMMIT_DROP: "drop",
} as const;

function storageOf(statement: CreateStmt) {
	const onCommit = commitActions[statement.oncommit ?? "ONCOMMIT_NOOP"];
	const { tablespacename: tablespace, accessMethod } = statement;
	return {
		...(onCommit === undefined ? {} : { onCommit }),
		...(tablespace === undefined ? {} : { tablespace }),
		...(accessMethod === undefined ? {} : { accessMethod }),
		parameters: lowerParameters(statement.options),
	};
}

function lowerLike(clause: TableLikeClause, source: LowerSource): LikeClause {
	const bits = clause.options ?? 0;
	return {
		source: lowerRelation(clause.relation, source),
		including: likeOptions.filter((_, bit) => (bits & (1 << bit)) !== 0),
	};
}

/** The definition of a column, of a table or of a composite type's attribute. */
export function lowerColumn(column: ColumnDef, source: LowerSource): ColumnDefinition {
	const name = column.colname ?? "";
	const groups = groupConstraints(column.constraints);
	const constraints = groups.flatMap((group, index) => {
		const before = groups[index + 1]?.constraint.location;
		return lowerConstraint(group, source, name, before) ?? [];
	});
	return {
		name,
		range: source.toElementRange(column.location),
		...(column.typeName ? { type: lowerType(column.typeName, source) } : {}),
		...valueOfColumn(groups, source),
		...collationOf(column, source),
		...(column.storage_name === undefined ? {} : { storage: column.storage_name }),
		...(column.compression === undefined ? {} : { compression: column.compression }),
		constraints,
	};
}

/** The collation written at a column. */
export function collationOf(column: ColumnDef, source: LowerSource) {
	const clause = column.collClause;
	if (!clause || textsOf(clause.collname).length === 0) return {};
	const after = source.toRange(clause.location).start;
	return { collation: lowerName(clause.collname, source, after) };
}

/** ALWAYS or BY DEFAULT, from the letter that the grammar keeps. */
export function identityKind(letter: string | undefined): "always" | "byDefault" {
	return letter === "d" ? "byDefault" : "always";
}

/** Where the column's values come from: DEFAULT, IDENTITY or GENERATED, which the grammar calls constraints. */
export function valueOfColumn(groups: readonly ConstraintNode[], source: LowerSource) {
	const find = (type: string) =>
		groups.find((group) => group.constraint.contype === type)?.constraint;
	const byDefault = find("CONSTR_DEFAULT");
	const identity = find("CONSTR_IDENTITY");
	const generated = find("CONSTR_GENERATED");
	return {
		...(byDefault ? { default: lowerExpression(byDefault.raw_expr, source) } : {}),
		...(identity ? { identity: identityKind(identity.generated_when) } : {}),
		...(generated
			? {
					generated: {
						kind: generated.generated_kind === "v" ? ("virtual" as const) : ("stored" as const),
						expression: lowerExpression(generated.raw_expr, source),
					},
				}
			: {}),
	};
}
