import type { Node } from "@pgsql/types";
import type { QualifiedName } from "../../../core/expression.ts";
import type { ObjectType, Operation } from "../../../core/operation.ts";
import { lowerName, lowerRelation, roleName } from "./name.ts";
import { afterVerb, objectTypeOf } from "./object-name.ts";
import { valueOf } from "./parameter.ts";
import { lowerPublishedTables } from "./publication.ts";
import { lowerRoleSettings } from "./role.ts";
import type { LowerSource } from "./source.ts";

/** CREATE of the objects that have no operation of their own. */
export function lowerCreatedObject(node: Node, source: LowerSource): Operation[] | undefined {
	const range = source.statementRange;
	if ("CreateStatsStmt" in node) {
		const { defnames, relations, if_not_exists } = node.CreateStatsStmt;
		const [relation] = relations ?? [];
		return [
			{
				kind: "createStatistics",
				range,
				...(defnames ? { statistics: lowerName(defnames, source, afterVerb(source)) } : {}),
				table: lowerRelation(
					relation && "RangeVar" in relation ? relation.RangeVar : undefined,
					source,
				),
				ifNotExists: if_not_exists ?? false,
			},
		];
	}
	if ("CreatePublicationStmt" in node) {
		const { pubname, pubobjects } = node.CreatePublicationStmt;
		const tables = lowerPublishedTables(pubobjects, source);
		const name = nameIn(source, pubname);
		return [{ kind: "createObject", range, object: "publication", name, tables }];
	}
	const created = nameOf(node, source) ?? simpleNameOf(node, source);
	if (!created) return undefined;
	const [object, name] = created;
	return [{ kind: "createObject", range, object, name, ...settingsOf(node) }];
}

function settingsOf(node: Node): ReturnType<typeof lowerRoleSettings> {
	if ("CreateRoleStmt" in node) return lowerRoleSettings(node.CreateRoleStmt.options);
	if ("CreateUserMappingStmt" in node) return lowerRoleSettings(node.CreateUserMappingStmt.options);
	return {};
}

type Created = readonly [ObjectType, QualifiedName];

/** The object with that name, found in the tokens after the verb. */
function nameIn(source: LowerSource, name = ""): QualifiedName {
	return { name, range: source.rangeOfName(name, afterVerb(source)) };
}

function nameOf(node: Node, source: LowerSource): Created | undefined {
	const named = (nodes: readonly Node[] | undefined) => lowerName(nodes, source, afterVerb(source));
	if ("DefineStmt" in node) {
		return [objectTypeOf(node.DefineStmt.kind), named(node.DefineStmt.defnames)];
	}
	if ("CreateOpClassStmt" in node) {
		return ["operatorClass", named(node.CreateOpClassStmt.opclassname)];
	}
	if ("CreateOpFamilyStmt" in node) {
		return ["operatorFamily", named(node.CreateOpFamilyStmt.opfamilyname)];
	}
	if ("CreateConversionStmt" in node) {
		return ["conversion", named(node.CreateConversionStmt.conversion_name)];
	}
	if ("CreateCastStmt" in node) {
		const { sourcetype, targettype } = node.CreateCastStmt;
		const types = [sourcetype, targettype].map((type) => type && valueOf({ TypeName: type }));
		return ["cast", { name: types.join(" AS ") }];
	}
	if ("CreateTransformStmt" in node) {
		const { type_name: type, lang } = node.CreateTransformStmt;
		const typeName = type && valueOf({ TypeName: type });
		return ["transform", { name: `${typeName ?? ""} LANGUAGE ${lang ?? ""}` }];
	}
	return undefined;
}

function simpleNameOf(node: Node, source: LowerSource): Created | undefined {
	const found = (object: ObjectType, name: string | undefined): Created => [
		object,
		nameIn(source, name),
	];
	if ("CreateTableSpaceStmt" in node) {
		return found("tablespace", node.CreateTableSpaceStmt.tablespacename);
	}
	if ("CreateFdwStmt" in node) return found("foreignDataWrapper", node.CreateFdwStmt.fdwname);
	if ("CreateForeignServerStmt" in node) {
		return found("server", node.CreateForeignServerStmt.servername);
	}
	if ("CreateUserMappingStmt" in node) {
		return found("userMapping", roleName(node.CreateUserMappingStmt.user));
	}
	if ("CreateAmStmt" in node) return found("accessMethod", node.CreateAmStmt.amname);
	if ("CreateEventTrigStmt" in node) {
		return found("eventTrigger", node.CreateEventTrigStmt.trigname);
	}
	if ("CreatePLangStmt" in node) return found("language", node.CreatePLangStmt.plname);
	if ("CreateRoleStmt" in node) return found("role", node.CreateRoleStmt.role);
	if ("CreatedbStmt" in node) return found("database", node.CreatedbStmt.dbname);
	if ("CreateSubscriptionStmt" in node) {
		return found("subscription", node.CreateSubscriptionStmt.subname);
	}
	return undefined;
}
