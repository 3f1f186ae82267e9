import type { Node, ObjectType as GrammarType, ObjectWithArgs } from "@pgsql/types";
import type { QualifiedName } from "../../../core/expression.ts";
import type { ObjectType, RoutineReference } from "../../../core/operation.ts";
import { itemsOf, qualify, textOf, textsOf } from "./name.ts";
import { valueOf } from "./parameter.ts";
import type { LowerSource } from "./source.ts";
import { lowerType } from "./type.ts";

/** An object as DROP, COMMENT, ALTER ... RENAME and the like name it. */
export interface NamedObject {
	readonly name: RoutineReference;
	/** What carries a column, constraint, trigger, rule or policy; the domain of a domain constraint. */
	readonly table?: QualifiedName;
}

const objectTypes = {
	OBJECT_ACCESS_METHOD: "accessMethod",
	OBJECT_AGGREGATE: "aggregate",
	OBJECT_AMOP: "operatorFamily",
	OBJECT_AMPROC: "operatorFamily",
	OBJECT_ATTRIBUTE: "column",
	OBJECT_CAST: "cast",
	OBJECT_COLLATION: "collation",
	OBJECT_COLUMN: "column",
	OBJECT_CONVERSION: "conversion",
	OBJECT_DATABASE: "database",
	OBJECT_DEFACL: "defaultPrivileges",
	OBJECT_DEFAULT: "column",
	OBJECT_DOMAIN: "domain",
	OBJECT_DOMCONSTRAINT: "domainConstraint",
	OBJECT_EVENT_TRIGGER: "eventTrigger",
	OBJECT_EXTENSION: "extension",
	OBJECT_FDW: "foreignDataWrapper",
	OBJECT_FOREIGN_SERVER: "server",
	OBJECT_FOREIGN_TABLE: "foreignTable",
	OBJECT_FUNCTION: "function",
	OBJECT_INDEX: "index",
	OBJECT_LANGUAGE: "language",
	OBJECT_LARGEOBJECT: "largeObject",
	OBJECT_MATVIEW: "materializedView",
	OBJECT_OPCLASS: "operatorClass",
	OBJECT_OPERATOR: "operator",
	OBJECT_OPFAMILY: "operatorFamily",
	OBJECT_PARAMETER_ACL: "system",
	OBJECT_POLICY: "policy",
	OBJECT_PROCEDURE: "procedure",
	OBJECT_PUBLICATION: "publication",
	OBJECT_PUBLICATION_NAMESPACE: "publication",
	OBJECT_PUBLICATION_REL: "publication",
	OBJECT_ROLE: "role",
	OBJECT_ROUTINE: "routine",
	OBJECT_RULE: "rule",
	OBJECT_SCHEMA: "schema",
	OBJECT_SEQUENCE: "sequence",
	OBJECT_STATISTIC_EXT: "statistics",
	OBJECT_SUBSCRIPTION: "subscription",
	OBJECT_TABCONSTRAINT: "constraint",
	OBJECT_TABLE: "table",
	OBJECT_TABLESPACE: "tablespace",
	OBJECT_TRANSFORM: "transform",
	OBJECT_TRIGGER: "trigger",
	OBJECT_TSCONFIGURATION: "textSearchConfiguration",
	OBJECT_TSDICTIONARY: "textSearchDictionary",
	OBJECT_TSPARSER: "textSearchParser",
	OBJECT_TSTEMPLATE: "textSearchTemplate",
	OBJECT_TYPE: "type",
	OBJECT_USER_MAPPING: "userMapping",
	OBJECT_VIEW: "view",
} as const satisfies Record<GrammarType, ObjectType>;

/** Our word for the grammar's object type; a missing one is the enum's first. */
export function objectTypeOf(type: GrammarType | undefined): ObjectType {
	return objectTypes[type ?? "OBJECT_ACCESS_METHOD"];
}

/** The offset after the verb and the object type: names are searched from here. */
export function afterVerb(source: LowerSource): number {
	return source.tokens[1]?.end ?? source.base;
}

/** The function, procedure, aggregate or operator with the argument types that are written. */
export function lowerRoutineReference(
	object: ObjectWithArgs | undefined,
	source: LowerSource,
	after = afterVerb(source),
): RoutineReference {
	const parts = textsOf(object?.objname);
	const name = qualify(parts, source.rangeOfName(parts, after));
	if (!object || object.args_unspecified) return name;
	const argumentTypes = (object.objargs ?? []).flatMap((node) =>
		"TypeName" in node ? lowerType(node.TypeName, source) : [],
	);
	return { ...name, argumentTypes };
}

/** The object of the given type that a statement names, searched after the file offset `after`. */
export function lowerObjectName(
	type: ObjectType,
	node: Node | undefined,
	source: LowerSource,
	after = afterVerb(source),
): NamedObject {
	if (node && "ObjectWithArgs" in node) {
		return { name: lowerRoutineReference(node.ObjectWithArgs, source, after) };
	}
	const found = (parts: readonly string[]) => qualify(parts, source.rangeOfName(parts, after));
	if (node && "TypeName" in node) return { name: found(textsOf(node.TypeName.names)) };
	const items = itemsOf(node);
	switch (type) {
		case "operatorClass":
		case "operatorFamily":
			return { name: found(textsOf(items.slice(1))) };
		case "cast":
		case "transform":
			return { name: { name: items.map(plainName).join(type === "cast" ? " AS " : " LANGUAGE ") } };
		case "column":
			return carriedColumn(textsOf(items), source, after);
		case "constraint":
		case "domainConstraint":
		case "trigger":
		case "rule":
		case "policy":
			return carriedByRelation(items, source, after);
		case "largeObject":
			return { name: { name: valueOf(node) ?? "" } };
		default:
			return { name: found(textsOf(items)) };
	}
}

function plainName(node: Node): string {
	return valueOf(node) ?? "";
}

function carriedColumn(parts: readonly string[], source: LowerSource, after: number): NamedObject {
	const range = source.rangeOfName(parts, after);
	const table = parts.slice(0, -1);
	return {
		name: { name: parts.at(-1) ?? "", range },
		table: qualify(table, source.rangeOfName(table, after)),
	};
}

function carriedByRelation(
	items: readonly Node[],
	source: LowerSource,
	after: number,
): NamedObject {
	const own = textOf(items.at(-1)) ?? "";
	const range = source.rangeOfName(own, after);
	const path = items
		.slice(0, -1)
		.flatMap((node) => ("TypeName" in node ? textsOf(node.TypeName.names) : textsOf([node])));
	const name = { name: own, range };
	if (path.length === 0) return { name };
	const afterOwn = range === source.statementRange ? after : range.end;
	return { name, table: qualify(path, source.rangeOfName(path, afterOwn)) };
}
