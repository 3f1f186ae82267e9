import type { DropStmt, Node } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { roleName, roleNames } from "./name.ts";
import { afterVerb, lowerObjectName, type NamedObject, objectTypeOf } from "./object-name.ts";
import { at, type LowerSource, splitAtCommas } from "./source.ts";

/** Every statement that drops something: one operation for each object. */
export function lowerDrop(node: Node, source: LowerSource): Operation[] | undefined {
	if ("DropStmt" in node) return dropObjects(node.DropStmt, source);
	const ifExistsOf = (statement: { readonly missing_ok?: boolean }) =>
		statement.missing_ok ?? false;
	const drop = (
		object: "database" | "tablespace" | "subscription" | "userMapping",
		name: string | undefined,
		ifExists: boolean,
	): Operation[] => [
		{
			kind: "dropObject",
			range: source.statementRange,
			object,
			name: { name: name ?? "", range: source.rangeOfName(name ?? "", afterVerb(source)) },
			ifExists,
			cascade: false,
		},
	];
	if ("DropdbStmt" in node) {
		return drop("database", node.DropdbStmt.dbname, ifExistsOf(node.DropdbStmt));
	}
	if ("DropTableSpaceStmt" in node) {
		const statement = node.DropTableSpaceStmt;
		return drop("tablespace", statement.tablespacename, ifExistsOf(statement));
	}
	if ("DropSubscriptionStmt" in node) {
		const statement = node.DropSubscriptionStmt;
		return drop("subscription", statement.subname, ifExistsOf(statement));
	}
	if ("DropUserMappingStmt" in node) {
		const statement = node.DropUserMappingStmt;
		return drop("userMapping", roleName(statement.user), ifExistsOf(statement));
	}
	if ("DropRoleStmt" in node) {
		return dropRoles(node.DropRoleStmt.roles, ifExistsOf(node.DropRoleStmt), source);
	}
	return undefined;
}

function dropRoles(
	nodes: readonly Node[] | undefined,
	ifExists: boolean,
	source: LowerSource,
): Operation[] {
	const names = roleNames(nodes);
	return names.map((name) => {
		const found = source.rangeOfName(name, afterVerb(source));
		const range = names.length > 1 ? found : source.statementRange;
		return {
			kind: "dropObject",
			range,
			object: "role",
			name: { name, range: found },
			ifExists,
			cascade: false,
		};
	});
}

function dropObjects(statement: DropStmt, source: LowerSource): Operation[] {
	const objects = statement.objects ?? [];
	const type = objectTypeOf(statement.removeType);
	const pieces = splitAtCommas(source, afterVerb(source));
	return objects.map((node, index) => {
		const piece = index > 0 && pieces.length === objects.length ? pieces[index] : undefined;
		const object = lowerObjectName(type, node, source, piece?.start);
		const range = (objects.length > 1 ? object.name.range : undefined) ?? source.statementRange;
		return (
			dropRelation(statement, object, at(source, range)) ??
			dropCarried(statement, object, at(source, range)) ??
			dropOther(statement, object, at(source, range))
		);
	});
}

interface DropOptions {
	readonly range: LowerSource["statementRange"];
	readonly ifExists: boolean;
	readonly cascade: boolean;
}

function optionsOf(statement: DropStmt, source: LowerSource): DropOptions {
	return {
		range: source.statementRange,
		ifExists: statement.missing_ok ?? false,
		cascade: statement.behavior === "DROP_CASCADE",
	};
}

function dropRelation(
	statement: DropStmt,
	{ name }: NamedObject,
	source: LowerSource,
): Operation | undefined {
	const options = optionsOf(statement, source);
	switch (statement.removeType) {
		case "OBJECT_TABLE":
			return { ...options, kind: "dropTable", table: name, foreign: false };
		case "OBJECT_FOREIGN_TABLE":
			return { ...options, kind: "dropTable", table: name, foreign: true };
		case "OBJECT_VIEW":
			return { ...options, kind: "dropView", view: name, materialized: false };
		case "OBJECT_MATVIEW":
			return { ...options, kind: "dropView", view: name, materialized: true };
		case "OBJECT_SEQUENCE":
			return { ...options, kind: "dropSequence", sequence: name };
		case "OBJECT_INDEX": {
			const concurrently = statement.concurrent ?? false;
			return { ...options, kind: "dropIndex", index: name, concurrently };
		}
		case "OBJECT_TYPE":
			return { ...options, kind: "dropType", type: name, domain: false };
		case "OBJECT_DOMAIN":
			return { ...options, kind: "dropType", type: name, domain: true };
		default:
			return undefined;
	}
}

function dropCarried(
	statement: DropStmt,
	{ name, table }: NamedObject,
	source: LowerSource,
): Operation | undefined {
	if (!table) return undefined;
	const { range, ifExists, cascade } = optionsOf(statement, source);
	switch (statement.removeType) {
		case "OBJECT_TRIGGER":
			return { kind: "dropTrigger", range, trigger: name.name, table, ifExists, cascade };
		case "OBJECT_RULE":
			return { kind: "dropRule", range, rule: name.name, table, ifExists };
		case "OBJECT_POLICY":
			return { kind: "dropPolicy", range, policy: name.name, table, ifExists };
		default:
			return undefined;
	}
}

const routines = {
	OBJECT_FUNCTION: "function",
	OBJECT_PROCEDURE: "procedure",
	OBJECT_AGGREGATE: "aggregate",
	OBJECT_ROUTINE: "routine",
} as const;

function dropOther(statement: DropStmt, { name }: NamedObject, source: LowerSource): Operation {
	const options = optionsOf(statement, source);
	switch (statement.removeType) {
		case "OBJECT_FUNCTION":
		case "OBJECT_PROCEDURE":
		case "OBJECT_AGGREGATE":
		case "OBJECT_ROUTINE": {
			const routine = routines[statement.removeType];
			return { ...options, kind: "dropFunction", function: name, routine };
		}
		case "OBJECT_SCHEMA":
			return { ...options, kind: "dropSchema", schema: name.name };
		case "OBJECT_EXTENSION":
			return { ...options, kind: "dropExtension", extension: name.name };
		default:
			return { ...options, kind: "dropObject", object: objectTypeOf(statement.removeType), name };
	}
}
