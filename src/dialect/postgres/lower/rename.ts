import type {
	AlterObjectSchemaStmt,
	AlterOwnerStmt,
	Node,
	RangeVar,
	RenameStmt,
} from "@pgsql/types";
import type { Operation, TableAction } from "../../../core/operation.ts";
import { alterRelation, relationKind } from "./alter-table.ts";
import type { Action } from "./alter-table-action.ts";
import { lowerRelation, roleName } from "./name.ts";
import { afterVerb, lowerObjectName, type NamedObject, objectTypeOf } from "./object-name.ts";
import type { LowerSource } from "./source.ts";

/** RENAME, SET SCHEMA and OWNER TO of every kind of object. */
export function lowerRename(node: Node, source: LowerSource): Operation[] | undefined {
	if ("RenameStmt" in node) return [rename(node.RenameStmt, source)];
	if ("AlterObjectSchemaStmt" in node) return [setSchema(node.AlterObjectSchemaStmt, source)];
	if ("AlterOwnerStmt" in node) return [setOwner(node.AlterOwnerStmt, source)];
	return undefined;
}

interface RelationStatement {
	readonly relation?: RangeVar;
	readonly missing_ok?: boolean;
}

function alter(
	statement: RelationStatement,
	relation: TableAction["relation"],
	action: Action,
	source: LowerSource,
): Operation {
	return alterRelation(action, {
		range: source.statementRange,
		table: lowerRelation(statement.relation, source),
		ifTableExists: statement.missing_ok ?? false,
		only: statement.relation?.inh !== true,
		relation,
	});
}

function rename(statement: RenameStmt, source: LowerSource): Operation {
	const to = statement.newname ?? "";
	const own = statement.subname ?? "";
	const range = source.statementRange;
	switch (statement.renameType) {
		case "OBJECT_TABLE":
		case "OBJECT_VIEW":
		case "OBJECT_MATVIEW":
		case "OBJECT_FOREIGN_TABLE": {
			const relation = relationKind(statement.renameType);
			return alter(statement, relation, { kind: "renameTable", to }, source);
		}
		case "OBJECT_COLUMN": {
			const relation = relationKind(statement.relationType);
			return alter(statement, relation, { kind: "renameColumn", column: own, to }, source);
		}
		case "OBJECT_TABCONSTRAINT":
			return alter(statement, "table", { kind: "renameConstraint", constraint: own, to }, source);
		case "OBJECT_ATTRIBUTE":
			return {
				kind: "alterCompositeType",
				range,
				type: lowerRelation(statement.relation, source),
				action: "renameAttribute",
				attribute: own,
				to,
				cascade: statement.behavior === "DROP_CASCADE",
			};
		case "OBJECT_INDEX":
			return {
				kind: "renameIndex",
				range,
				index: lowerRelation(statement.relation, source),
				to,
				ifExists: statement.missing_ok ?? false,
			};
		case "OBJECT_DOMCONSTRAINT":
			return {
				kind: "alterDomain",
				range,
				domain: lowerObjectName("domain", statement.object, source).name,
				action: { kind: "renameConstraint", constraint: own, to },
			};
		default:
			return renameObject(statement, source);
	}
}

function renameObject(statement: RenameStmt, source: LowerSource): Operation {
	const object = objectTypeOf(statement.renameType);
	const named = namedByRelation(statement, source);
	return {
		kind: "renameObject",
		range: source.statementRange,
		object,
		...(named ?? lowerObjectName(object, statement.object, source)),
		to: statement.newname ?? "",
	};
}

/** A trigger, rule or policy of a relation; a relation itself; or what has a plain name. */
function namedByRelation(statement: RenameStmt, source: LowerSource): NamedObject | undefined {
	const { relation, subname } = statement;
	if (subname !== undefined) {
		const name = { name: subname, range: source.rangeOfName(subname, afterVerb(source)) };
		return relation ? { name, table: lowerRelation(relation, source) } : { name };
	}
	return relation ? { name: lowerRelation(relation, source) } : undefined;
}

function setSchema(statement: AlterObjectSchemaStmt, source: LowerSource): Operation {
	const schema = statement.newschema ?? "";
	switch (statement.objectType) {
		case "OBJECT_TABLE":
		case "OBJECT_VIEW":
		case "OBJECT_MATVIEW":
		case "OBJECT_FOREIGN_TABLE": {
			const relation = relationKind(statement.objectType);
			return alter(statement, relation, { kind: "setTableSchema", schema }, source);
		}
		default: {
			const object = objectTypeOf(statement.objectType);
			const name = statement.relation
				? lowerRelation(statement.relation, source)
				: lowerObjectName(object, statement.object, source).name;
			return { kind: "setObjectSchema", range: source.statementRange, object, name, schema };
		}
	}
}

function setOwner(statement: AlterOwnerStmt, source: LowerSource): Operation {
	const object = objectTypeOf(statement.objectType);
	return {
		kind: "setObjectOwner",
		range: source.statementRange,
		object,
		name: lowerObjectName(object, statement.object, source).name,
		owner: roleName(statement.newowner),
	};
}
