import type {
	AlterExtensionContentsStmt,
	AlterObjectDependsStmt,
	AlterSubscriptionStmt,
	Node,
} from "@pgsql/types";
import type { QualifiedName } from "../../../core/expression.ts";
import type { ObjectType, Operation, RoleSettings } from "../../../core/operation.ts";
import { lowerName, lowerRelation, roleName, roleNames } from "./name.ts";
import { afterVerb, lowerObjectName, lowerRoutineReference, objectTypeOf } from "./object-name.ts";
import { elementsOf, findOption, valueOf } from "./parameter.ts";
import { describePublicationChange, lowerPublishedTables } from "./publication.ts";
import { lowerRoleSettings } from "./role.ts";
import { describeSetting } from "./setting.ts";
import type { LowerSource } from "./source.ts";

/** ALTER of the objects that have no operation of their own. */
export function lowerAlteredObject(node: Node, source: LowerSource): Operation[] | undefined {
	const change =
		changeOfCode(node, source) ??
		changeOfServer(node, source) ??
		changeOfForeignData(node, source) ??
		changeOfExtension(node, source);
	if (!change) return undefined;
	return [{ kind: "alterObject", range: source.statementRange, tables: [], ...change }];
}

interface Change {
	readonly object: ObjectType;
	readonly name: QualifiedName;
	readonly action: string;
	readonly tables?: readonly QualifiedName[];
	readonly role?: RoleSettings;
}

function change(
	source: LowerSource,
	object: ObjectType,
	name: string | undefined,
	action: string,
): Change {
	const own = name ?? "";
	return { object, name: { name: own, range: source.rangeOfName(own, afterVerb(source)) }, action };
}

function optionNames(nodes: readonly Node[] | undefined): string {
	const names = elementsOf(nodes).flatMap(({ defname }) => defname ?? []);
	return names.length === 0 ? "alter" : `set ${names.join(", ")}`;
}

/** Operators, types, statistics, text search, event triggers: what belongs to one database. */
function changeOfCode(node: Node, source: LowerSource): Change | undefined {
	const named = (nodes: readonly Node[] | undefined) => lowerName(nodes, source, afterVerb(source));
	if ("AlterOperatorStmt" in node) {
		const { opername, options } = node.AlterOperatorStmt;
		const name = lowerRoutineReference(opername, source);
		return { object: "operator", name, action: optionNames(options) };
	}
	if ("AlterTypeStmt" in node) {
		const { typeName, options } = node.AlterTypeStmt;
		return { object: "type", name: named(typeName), action: optionNames(options) };
	}
	if ("AlterOpFamilyStmt" in node) {
		const { opfamilyname, isDrop } = node.AlterOpFamilyStmt;
		const action = isDrop ? "drop members" : "add members";
		return { object: "operatorFamily", name: named(opfamilyname), action };
	}
	if ("AlterCollationStmt" in node) {
		const name = named(node.AlterCollationStmt.collname);
		return { object: "collation", name, action: "refresh version" };
	}
	if ("AlterStatsStmt" in node) {
		const name = named(node.AlterStatsStmt.defnames);
		return { object: "statistics", name, action: "set statistics" };
	}
	if ("AlterTSDictionaryStmt" in node) {
		const { dictname, options } = node.AlterTSDictionaryStmt;
		return { object: "textSearchDictionary", name: named(dictname), action: optionNames(options) };
	}
	if ("AlterTSConfigurationStmt" in node) {
		const name = named(node.AlterTSConfigurationStmt.cfgname);
		return { object: "textSearchConfiguration", name, action: "change mapping" };
	}
	if ("AlterEventTrigStmt" in node) {
		const { trigname, tgenabled } = node.AlterEventTrigStmt;
		return change(source, "eventTrigger", trigname, tgenabled === "D" ? "disable" : "enable");
	}
	return undefined;
}

/** Roles, databases, tablespaces, settings: what belongs to the whole server. */
function changeOfServer(node: Node, source: LowerSource): Change | undefined {
	if ("AlterRoleStmt" in node) {
		const { role, options } = node.AlterRoleStmt;
		return {
			...change(source, "role", roleName(role), optionNames(options)),
			...lowerRoleSettings(options),
		};
	}
	if ("AlterRoleSetStmt" in node) {
		const { role, setstmt } = node.AlterRoleSetStmt;
		return change(source, "role", role ? roleName(role) : "all", describeSetting(setstmt));
	}
	if ("DropOwnedStmt" in node) {
		return change(source, "role", roleNames(node.DropOwnedStmt.roles).join(", "), "drop owned");
	}
	if ("ReassignOwnedStmt" in node) {
		const { roles, newrole } = node.ReassignOwnedStmt;
		const action = `reassign owned to ${roleName(newrole)}`;
		return change(source, "role", roleNames(roles).join(", "), action);
	}
	if ("AlterSystemStmt" in node) {
		return change(source, "system", "", describeSetting(node.AlterSystemStmt.setstmt));
	}
	if ("AlterDatabaseStmt" in node) {
		const { dbname, options } = node.AlterDatabaseStmt;
		return change(source, "database", dbname, optionNames(options));
	}
	if ("AlterDatabaseSetStmt" in node) {
		const { dbname, setstmt } = node.AlterDatabaseSetStmt;
		return change(source, "database", dbname, describeSetting(setstmt));
	}
	if ("AlterDatabaseRefreshCollStmt" in node) {
		const { dbname } = node.AlterDatabaseRefreshCollStmt;
		return change(source, "database", dbname, "refresh collation version");
	}
	if ("AlterTableSpaceOptionsStmt" in node) {
		const { tablespacename, options } = node.AlterTableSpaceOptionsStmt;
		return change(source, "tablespace", tablespacename, optionNames(options));
	}
	if ("AlterTableMoveAllStmt" in node) {
		const { orig_tablespacename, new_tablespacename, objtype } = node.AlterTableMoveAllStmt;
		const action = `move every ${objectTypeOf(objtype)} to ${new_tablespacename ?? ""}`;
		return change(source, "tablespace", orig_tablespacename, action);
	}
	return undefined;
}

/** Foreign data and logical replication. */
function changeOfForeignData(node: Node, source: LowerSource): Change | undefined {
	if ("AlterFdwStmt" in node) {
		const { fdwname, options } = node.AlterFdwStmt;
		return change(source, "foreignDataWrapper", fdwname, optionNames(options));
	}
	if ("AlterForeignServerStmt" in node) {
		const { servername, options } = node.AlterForeignServerStmt;
		return change(source, "server", servername, optionNames(options));
	}
	if ("AlterUserMappingStmt" in node) {
		const { user, options } = node.AlterUserMappingStmt;
		return {
			...change(source, "userMapping", roleName(user), optionNames(options)),
			...lowerRoleSettings(options),
		};
	}
	if ("ImportForeignSchemaStmt" in node) {
		const { server_name, local_schema } = node.ImportForeignSchemaStmt;
		const action = `import foreign schema from ${server_name ?? ""}`;
		return change(source, "schema", local_schema, action);
	}
	if ("AlterPublicationStmt" in node) {
		const statement = node.AlterPublicationStmt;
		return {
			...change(source, "publication", statement.pubname, describePublicationChange(statement)),
			tables: lowerPublishedTables(statement.pubobjects, source),
		};
	}
	if ("AlterSubscriptionStmt" in node) {
		const { subname, kind } = node.AlterSubscriptionStmt;
		return change(source, "subscription", subname, describeSubscriptionChange(kind));
	}
	return undefined;
}

function describeSubscriptionChange(kind: AlterSubscriptionStmt["kind"]): string {
	const words = (kind ?? "ALTER_SUBSCRIPTION_OPTIONS").slice("ALTER_SUBSCRIPTION_".length);
	return words.toLowerCase().replaceAll("_", " ");
}

function changeOfExtension(node: Node, source: LowerSource): Change | undefined {
	if ("AlterExtensionStmt" in node) {
		const { extname, options } = node.AlterExtensionStmt;
		const version = valueOf(findOption(options, "new_version")?.arg);
		const action = version === undefined ? "update" : `update to ${version}`;
		return change(source, "extension", extname, action);
	}
	if ("AlterExtensionContentsStmt" in node) {
		return changeOfContents(node.AlterExtensionContentsStmt, source);
	}
	if ("AlterObjectDependsStmt" in node) {
		return changeOfDependency(node.AlterObjectDependsStmt, source);
	}
	return undefined;
}

const relationTypes: readonly ObjectType[] = ["table", "foreignTable", "view", "materializedView"];

function changeOfContents(statement: AlterExtensionContentsStmt, source: LowerSource): Change {
	const member = objectTypeOf(statement.objtype);
	const { name } = lowerObjectName(member, statement.object, source);
	// 1 is ADD, -1 DROP.
	const verb = statement.action === 1 ? "add" : "drop";
	return {
		...change(source, "extension", statement.extname, `${verb} ${member} ${name.name}`),
		tables: relationTypes.includes(member) ? [name] : [],
	};
}

function changeOfDependency(statement: AlterObjectDependsStmt, source: LowerSource): Change {
	const object = objectTypeOf(statement.objectType);
	const extension = statement.extname?.sval ?? "";
	const relation = statement.relation && lowerRelation(statement.relation, source);
	const own = statement.object && lowerObjectName(object, statement.object, source).name;
	return {
		object,
		name: own ?? relation ?? { name: "" },
		action: `${statement.remove ? "no longer depends" : "depends"} on extension ${extension}`,
		tables: relation ? [relation] : [],
	};
}
