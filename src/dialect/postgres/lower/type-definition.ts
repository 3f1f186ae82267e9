import type {
	AlterDomainStmt,
	AlterEnumStmt,
	CompositeTypeStmt,
	CreateDomainStmt,
	Node,
} from "@pgsql/types";
import type { Operation, OperationOf } from "../../../core/operation.ts";
import { groupConstraints, lowerConstraint } from "./constraint.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, lowerRelation, textsOf } from "./name.ts";
import { afterVerb } from "./object-name.ts";
import type { LowerSource } from "./source.ts";
import { lowerColumn, valueOfColumn } from "./table.ts";
import { lowerType } from "./type.ts";

/** CREATE TYPE and ALTER TYPE of enums, CREATE TYPE of composites and ranges, domains. */
export function lowerTypeDefinition(node: Node, source: LowerSource): Operation[] | undefined {
	const range = source.statementRange;
	if ("CreateEnumStmt" in node) {
		const { typeName, vals } = node.CreateEnumStmt;
		const type = lowerName(typeName, source, afterVerb(source));
		return [{ kind: "createEnum", range, type, values: textsOf(vals) }];
	}
	if ("AlterEnumStmt" in node) return [alterEnum(node.AlterEnumStmt, source)];
	if ("CompositeTypeStmt" in node) return [createComposite(node.CompositeTypeStmt, source)];
	if ("CreateRangeStmt" in node) {
		const type = lowerName(node.CreateRangeStmt.typeName, source, afterVerb(source));
		return [{ kind: "createOtherType", range, type, form: "range" }];
	}
	if ("DefineStmt" in node && node.DefineStmt.kind === "OBJECT_TYPE") {
		const { defnames, definition } = node.DefineStmt;
		const type = lowerName(defnames, source, afterVerb(source));
		return [{ kind: "createOtherType", range, type, form: definition ? "base" : "shell" }];
	}
	if ("CreateDomainStmt" in node) return [createDomain(node.CreateDomainStmt, source)];
	if ("AlterDomainStmt" in node) return [alterDomain(node.AlterDomainStmt, source)];
	return undefined;
}

function alterEnum(statement: AlterEnumStmt, source: LowerSource): Operation {
	const range = source.statementRange;
	const type = lowerName(statement.typeName, source, afterVerb(source));
	const value = statement.newVal ?? "";
	if (statement.oldVal !== undefined) {
		return { kind: "renameEnumValue", range, type, value: statement.oldVal, to: value };
	}
	const neighbour = statement.newValNeighbor;
	const side = statement.newValIsAfter ? "after" : "before";
	return {
		kind: "addEnumValue",
		range,
		type,
		value,
		ifNotExists: statement.skipIfNewValExists ?? false,
		...(neighbour === undefined ? {} : { neighbour: { value: neighbour, side } }),
	};
}

function createComposite(statement: CompositeTypeStmt, source: LowerSource): Operation {
	const attributes = (statement.coldeflist ?? []).flatMap((node) => {
		if (!("ColumnDef" in node)) return [];
		const { name, type } = lowerColumn(node.ColumnDef, source);
		return type ? { name, type } : [];
	});
	return {
		kind: "createCompositeType",
		range: source.statementRange,
		type: lowerRelation(statement.typevar, source),
		attributes,
	};
}

/** What the constraints of a domain call its value. */
const domainValue = "value";

function createDomain(statement: CreateDomainStmt, source: LowerSource): Operation {
	const groups = groupConstraints(statement.constraints);
	const constraints = groups.flatMap((group, index) => {
		const before = groups[index + 1]?.constraint.location;
		return lowerConstraint(group, source, domainValue, before) ?? [];
	});
	const { default: byDefault } = valueOfColumn(groups, source);
	return {
		kind: "createDomain",
		range: source.statementRange,
		domain: lowerName(statement.domainname, source, afterVerb(source)),
		type: lowerType(statement.typeName, source),
		...(byDefault ? { default: byDefault } : {}),
		constraints,
	};
}

function alterDomain(statement: AlterDomainStmt, source: LowerSource): Operation {
	const domain = lowerName(statement.typeName, source, afterVerb(source));
	const range = source.statementRange;
	const action = domainAction(statement, source);
	if (action) return { kind: "alterDomain", range, domain, action };
	return {
		kind: "alterObject",
		range,
		object: "domain",
		name: domain,
		action: "alter",
		tables: [],
	};
}

/** The letters are the server's own (AlterDomainStmt in parsenodes.h). */
function domainAction(
	statement: AlterDomainStmt,
	source: LowerSource,
): OperationOf<"alterDomain">["action"] | undefined {
	const constraint = statement.name ?? "";
	switch (statement.subtype) {
		case "T":
			return statement.def
				? { kind: "setDefault", default: lowerExpression(statement.def, source) }
				: { kind: "dropDefault" };
		case "N":
			return { kind: "dropNotNull" };
		case "O":
			return { kind: "setNotNull" };
		case "X":
			return { kind: "dropConstraint", constraint, ifExists: statement.missing_ok ?? false };
		case "V":
			return { kind: "validateConstraint", constraint };
		case "C": {
			const [group] = groupConstraints(statement.def ? [statement.def] : []);
			const added = group && lowerConstraint(group, source, domainValue);
			return added && { kind: "addConstraint", constraint: added };
		}
		default:
			return undefined;
	}
}
