import type {
	AccessPriv,
	AlterDefaultPrivilegesStmt,
	GrantRoleStmt,
	GrantStmt,
	Node,
} from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import { itemsOf, lowerRelation, roleNames, textsOf } from "./name.ts";
import { afterVerb, lowerObjectName, objectTypeOf } from "./object-name.ts";
import { findOption, isOn } from "./parameter.ts";
import type { LowerSource } from "./source.ts";

/** GRANT, REVOKE and ALTER DEFAULT PRIVILEGES. */
export function lowerPrivilege(node: Node, source: LowerSource): Operation[] | undefined {
	if ("GrantStmt" in node) return [grant(node.GrantStmt, source)];
	if ("GrantRoleStmt" in node) return [grantRole(node.GrantRoleStmt, source)];
	if ("AlterDefaultPrivilegesStmt" in node) {
		return [alterDefaultPrivileges(node.AlterDefaultPrivilegesStmt, source)];
	}
	return undefined;
}

function privilegesOf(nodes: readonly Node[] | undefined): AccessPriv[] {
	return (nodes ?? []).flatMap((node) => ("AccessPriv" in node ? node.AccessPriv : []));
}

function privilegeNames(nodes: readonly Node[] | undefined): string[] {
	return privilegesOf(nodes).flatMap(({ priv_name }) => priv_name ?? []);
}

function grant(statement: GrantStmt, source: LowerSource): Operation {
	const object = objectTypeOf(statement.objtype);
	const allInSchema = statement.targtype === "ACL_TARGET_ALL_IN_SCHEMA";
	const objects = (statement.objects ?? []).map((node): QualifiedName => {
		if ("RangeVar" in node) return lowerRelation(node.RangeVar, source);
		return lowerObjectName(allInSchema ? "schema" : object, node, source).name;
	});
	return {
		kind: statement.is_grant ? "grant" : "revoke",
		range: source.statementRange,
		object,
		objects,
		allInSchema,
		privileges: privilegeNames(statement.privileges),
		roles: roleNames(statement.grantees),
		withGrantOption: statement.grant_option ?? false,
	};
}

/** Membership: the granted roles are the objects, there are no privileges to name. */
function grantRole(statement: GrantRoleStmt, source: LowerSource): Operation {
	const start = source.tokens[0]?.end ?? afterVerb(source);
	return {
		kind: statement.is_grant ? "grant" : "revoke",
		range: source.statementRange,
		object: "role",
		objects: privilegeNames(statement.granted_roles).map((name) => ({
			name,
			range: source.rangeOfName(name, start),
		})),
		allInSchema: false,
		privileges: [],
		roles: roleNames(statement.grantee_roles),
		withGrantOption: isOn(statement.opt, "admin"),
	};
}

/** Named by the schemas it is for; without a schema it is for all of them. */
function alterDefaultPrivileges(
	{ options, action }: AlterDefaultPrivilegesStmt,
	source: LowerSource,
): Operation {
	const schemas = textsOf(itemsOf(findOption(options, "schemas")?.arg));
	const privileges = privilegeNames(action?.privileges).join(", ") || "all";
	const object = objectTypeOf(action?.objtype);
	const names = roleNames(action?.grantees);
	const roles = names.join(", ");
	return {
		kind: "alterObject",
		range: source.statementRange,
		object: "defaultPrivileges",
		name: { name: schemas.join(", ") },
		action: action?.is_grant
			? `grant ${privileges} on every new ${object} to ${roles}`
			: `revoke ${privileges} on every new ${object} from ${roles}`,
		tables: [],
		...(action?.is_grant && {
			granted: {
				object,
				privileges: privilegeNames(action.privileges),
				roles: names,
				withGrantOption: action.grant_option ?? false,
			},
		}),
	};
}
