import type {
	AlterEnumType,
	CommentStatement,
	CreateIndexStatement,
	DropStatement,
	IndexExpression,
	Statement,
} from "pgsql-ast-parser";
import type { IndexElement, ObjectType, Operation } from "../../../core/operation.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, nameOf, partsOf } from "./name.ts";
import { lowerQuery } from "./query.ts";
import { createSequence } from "./sequence.ts";
import { findWord, type PortableSource } from "./source.ts";
import { stringsOf } from "./strings.ts";
import { qualifiedColumn } from "./table.ts";
import { lowerType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** Indexes, views, sequences, types, schemas, extensions, comments, and DROP of them. */
export function lowerObject(node: Statement, source: PortableSource): Operation[] | undefined {
	switch (node.type) {
		case "create index":
			return [createIndex(node, source)];
		case "create sequence":
			return [createSequence(node, source)];
		case "drop table":
		case "drop sequence":
		case "drop index":
		case "drop type":
		case "drop trigger":
			return drop(node, source);
		case "create schema": {
			const schema = nameOf(node.name, source);
			const ifNotExists = node.ifNotExists ?? false;
			return [{ kind: "createSchema", range: source.statementRange, schema, ifNotExists }];
		}
		case "create extension":
			if (node.from) throw new Unreadable("the server no longer knows FROM");
			return [
				{
					kind: "createExtension",
					range: source.statementRange,
					extension: nameOf(node.extension, source),
					ifNotExists: node.ifNotExists ?? false,
					...(node.schema ? { schema: nameOf(node.schema, source) } : {}),
				},
			];
		case "comment":
			return [lowerComment(node, source)];
		default:
			return lowerView(node, source) ?? lowerTypeDefinition(node, source);
	}
}

function createIndex(node: CreateIndexStatement, source: PortableSource): Operation {
	const table = lowerName(node.table, source);
	const afterVerb = source.tokens[1]?.end ?? source.base;
	const list = source.tokens.findIndex(
		(token, index) =>
			index >= source.tokenIndexAt(source.startOf(node.table)) && source.textAt(token) === "(",
	);
	const name = node.indexName && nameOf(node.indexName, source);
	if (node.ifNotExists && name === undefined) throw new Unreadable("IF NOT EXISTS needs a name");
	return {
		kind: "createIndex",
		range: source.statementRange,
		...(name === undefined
			? {}
			: {
					index: {
						...(table.schema === undefined ? {} : { schema: table.schema }),
						name,
						range: source.rangeOfName(name, afterVerb),
					},
				}),
		table,
		only: false,
		unique: node.unique ?? false,
		concurrently: node.concurrently ?? false,
		ifNotExists: node.ifNotExists ?? false,
		method: node.using ? nameOf(node.using, source) : "btree",
		elements: node.expressions.map((element) => lowerElement(element, list, source)),
		include: [],
		...(node.where ? { where: lowerExpression(node.where, source) } : {}),
		nullsNotDistinct: false,
		parameters: (node.with ?? []).map(({ parameter, value }) => ({ name: parameter, value })),
	};
}

const withoutParentheses = ["ref", "call", "substring", "overlay", "extract"];

function lowerElement(
	element: IndexExpression,
	list: number,
	source: PortableSource,
): IndexElement {
	const { expression, opclass, collate, order } = element;
	const around = source.parenthesisAround(expression);
	const isBare = around === undefined || around === list;
	if (isBare && !withoutParentheses.includes(expression.type)) {
		throw new Unreadable("an expression of an index needs parentheses");
	}
	return {
		expression: lowerExpression(expression, source),
		...(opclass ? { operatorClass: partsOf(opclass, source).join(".") } : {}),
		...(collate ? { collation: lowerName(collate, source) } : {}),
		descending: /^desc$/i.test(order ?? ""),
	};
}

function drop(node: DropStatement, source: PortableSource): Operation[] {
	return node.names.map((written) => {
		const name = lowerName(written, source);
		const options = {
			range: (node.names.length > 1 ? name.range : undefined) ?? source.statementRange,
			ifExists: node.ifExists ?? false,
			cascade: node.cascade === "cascade",
		};
		switch (node.type) {
			case "drop table":
				return { ...options, kind: "dropTable", table: name, foreign: false };
			case "drop sequence":
				return { ...options, kind: "dropSequence", sequence: name };
			case "drop index": {
				const concurrently = node.concurrently ?? false;
				return { ...options, kind: "dropIndex", index: name, concurrently };
			}
			case "drop type":
				return { ...options, kind: "dropType", type: name, domain: false };
			case "drop trigger":
				throw new Unreadable("DROP TRIGGER names no table");
		}
	});
}

function lowerView(node: Statement, source: PortableSource): Operation[] | undefined {
	const range = source.statementRange;
	if (node.type === "refresh materialized view") {
		const { concurrently = false, withData = true } = node;
		const view = lowerName(node.name, source);
		return [{ kind: "refreshMaterializedView", range, view, concurrently, withData }];
	}
	if (node.type !== "create view" && node.type !== "create materialized view") return undefined;
	// The library reads options only without the parentheses that the server demands.
	if (node.parameters) throw new Unreadable("the options of a view stand in parentheses");
	const view = lowerName(node.name, source);
	const columns = (node.columnNames ?? []).map((name) => nameOf(name, source));
	const query = lowerQuery(node.query, source);
	if (node.type === "create materialized view") {
		const { ifNotExists = false, withData = true } = node;
		return [{ kind: "createMaterializedView", range, view, ifNotExists, columns, query, withData }];
	}
	if (node.recursive) throw new Unreadable("a recursive view is not read");
	const { orReplace = false, checkOption } = node;
	const temporary = node.temp === true || view.schema === "pg_temp";
	const parameters = checkOption ? [{ name: "check_option", value: checkOption }] : [];
	return [{ kind: "createView", range, view, orReplace, temporary, columns, query, parameters }];
}

function lowerTypeDefinition(node: Statement, source: PortableSource): Operation[] | undefined {
	const range = source.statementRange;
	switch (node.type) {
		case "create enum":
			return [
				{
					kind: "createEnum",
					range,
					type: lowerName(node.name, source),
					values: stringsOf(source),
				},
			];
		case "alter enum":
			return [alterEnum(node, source)];
		case "create composite type":
			return [
				{
					kind: "createCompositeType",
					range,
					type: lowerName(node.name, source),
					attributes: node.attributes.map(({ name, dataType }) => ({
						name: nameOf(name, source),
						type: lowerType(dataType, source),
					})),
				},
			];
		default:
			return undefined;
	}
}

function alterEnum({ name, change }: AlterEnumType, source: PortableSource): Operation {
	const type = lowerName(name, source);
	const range = source.statementRange;
	if (change.type === "rename") {
		const to = nameOf(change.to, source);
		return { kind: "renameObject", range, object: "type", name: type, to };
	}
	const [value = ""] = stringsOf(source);
	return { kind: "addEnumValue", range, type, value, ifNotExists: false };
}

const commentedObjects: Readonly<Record<string, ObjectType>> = {
	database: "database",
	index: "index",
	"materialized view": "materializedView",
	materializedview: "materializedView",
	table: "table",
	type: "type",
	view: "view",
};

function lowerComment({ on }: CommentStatement, source: PortableSource): Operation {
	const range = source.statementRange;
	if (on.type === "column") {
		const after = findWord(source, "on")?.end ?? source.base;
		const { table, column } = qualifiedColumn(on.column, after, source);
		return { kind: "comment", range, object: "column", name: column, table };
	}
	const object = commentedObjects[on.type.toLowerCase()];
	if (!object) throw new Unreadable(`a comment on a ${on.type} is not read`);
	return { kind: "comment", range, object, name: lowerName(on.name, source) };
}
