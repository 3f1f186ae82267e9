import type { CreateSchemaStmt, Node, RangeVar } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { roleName } from "./name.ts";
import { afterVerb, lowerObjectName, objectTypeOf } from "./object-name.ts";
import { findOption, valueOf } from "./parameter.ts";
import type { LowerSource } from "./source.ts";

/** CREATE SCHEMA (without the statements inside), CREATE EXTENSION, COMMENT and SECURITY LABEL. */
export function lowerSchema(node: Node, source: LowerSource): Operation[] | undefined {
	const range = source.statementRange;
	if ("CreateSchemaStmt" in node) {
		const ifNotExists = node.CreateSchemaStmt.if_not_exists ?? false;
		return [
			{ kind: "createSchema", range, schema: schemaName(node.CreateSchemaStmt), ifNotExists },
		];
	}
	if ("CreateExtensionStmt" in node) {
		const { extname, if_not_exists, options } = node.CreateExtensionStmt;
		const schema = valueOf(findOption(options, "schema")?.arg);
		return [
			{
				kind: "createExtension",
				range,
				extension: extname ?? "",
				ifNotExists: if_not_exists ?? false,
				...(schema === undefined ? {} : { schema }),
			},
		];
	}
	const annotation =
		"CommentStmt" in node
			? node.CommentStmt
			: "SecLabelStmt" in node
				? node.SecLabelStmt
				: undefined;
	if (!annotation) return undefined;
	// COMMENT ON <type> has one word more before the name than other statements; SECURITY LABEL two.
	const on = source.tokens.find((token) => source.textAt(token).toLowerCase() === "on");
	const object = objectTypeOf(annotation.objtype);
	const named = lowerObjectName(object, annotation.object, source, on?.end ?? afterVerb(source));
	return [{ kind: "CommentStmt" in node ? "comment" : "securityLabel", range, object, ...named }];
}

/** CREATE SCHEMA AUTHORIZATION without a name takes the role's. */
function schemaName(statement: CreateSchemaStmt): string {
	return statement.schemaname ?? roleName(statement.authrole);
}

/**
 * The statements inside of CREATE SCHEMA. The server creates what they leave unqualified in the new
 * schema, so the names are completed here.
 */
export function statementsOfSchema(statement: CreateSchemaStmt): readonly Node[] {
	const schema = schemaName(statement);
	return (statement.schemaElts ?? []).map((node) => inSchema(node, schema));
}

function inSchema(node: Node, schema: string): Node {
	const qualified = (relation: RangeVar | undefined) => ({ schemaname: schema, ...relation });
	if ("CreateStmt" in node) {
		return { CreateStmt: { ...node.CreateStmt, relation: qualified(node.CreateStmt.relation) } };
	}
	if ("IndexStmt" in node) {
		return { IndexStmt: { ...node.IndexStmt, relation: qualified(node.IndexStmt.relation) } };
	}
	if ("ViewStmt" in node) {
		return { ViewStmt: { ...node.ViewStmt, view: qualified(node.ViewStmt.view) } };
	}
	if ("CreateSeqStmt" in node) {
		const { CreateSeqStmt } = node;
		return { CreateSeqStmt: { ...CreateSeqStmt, sequence: qualified(CreateSeqStmt.sequence) } };
	}
	if ("CreateTrigStmt" in node) {
		const { CreateTrigStmt } = node;
		return { CreateTrigStmt: { ...CreateTrigStmt, relation: qualified(CreateTrigStmt.relation) } };
	}
	return node;
}
