import type { CreateTableAsStmt, IntoClause, Node, SelectStmt, ViewStmt } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { lowerRelation, textsOf } from "./name.ts";
import { lowerParameters } from "./parameter.ts";
import { lowerQuery } from "./query.ts";
import type { LowerSource } from "./source.ts";
import { persistenceOf } from "./table.ts";

/** CREATE VIEW, what keeps a query's rows (CREATE TABLE AS, SELECT INTO, materialized views), REFRESH. */
export function lowerView(node: Node, source: LowerSource): Operation[] | undefined {
	if ("ViewStmt" in node) return [createView(node.ViewStmt, source)];
	if ("CreateTableAsStmt" in node) return [createFromQuery(node.CreateTableAsStmt, source)];
	if ("SelectStmt" in node) {
		const into = intoClauseOf(node.SelectStmt);
		return into ? [createTableAs({ query: node, into }, into, source)] : undefined;
	}
	if ("RefreshMatViewStmt" in node) {
		const { relation, concurrent, skipData } = node.RefreshMatViewStmt;
		return [
			{
				kind: "refreshMaterializedView",
				range: source.statementRange,
				view: lowerRelation(relation, source),
				concurrently: concurrent ?? false,
				withData: !(skipData ?? false),
			},
		];
	}
	return undefined;
}

/** INTO stands in the first SELECT of a UNION. */
function intoClauseOf(select: SelectStmt): IntoClause | undefined {
	let leftmost = select;
	while (!leftmost.intoClause && leftmost.larg) leftmost = leftmost.larg;
	return leftmost.intoClause;
}

function createView(statement: ViewStmt, source: LowerSource): Operation {
	const check = {
		NO_CHECK_OPTION: [],
		// The server keeps WITH CHECK OPTION as this storage parameter.
		LOCAL_CHECK_OPTION: [{ name: "check_option", value: "local" }],
		CASCADED_CHECK_OPTION: [{ name: "check_option", value: "cascaded" }],
	}[statement.withCheckOption ?? "NO_CHECK_OPTION"];
	return {
		kind: "createView",
		range: source.statementRange,
		view: lowerRelation(statement.view, source),
		orReplace: statement.replace ?? false,
		temporary: persistenceOf(statement.view) === "temporary",
		columns: textsOf(statement.aliases),
		query: lowerQuery(statement.query, source),
		parameters: [...lowerParameters(statement.options), ...check],
	};
}

function createFromQuery(statement: CreateTableAsStmt, source: LowerSource): Operation {
	const into = statement.into ?? {};
	if (statement.objtype !== "OBJECT_MATVIEW") return createTableAs(statement, into, source);
	return {
		kind: "createMaterializedView",
		range: source.statementRange,
		view: lowerRelation(into.rel, source),
		ifNotExists: statement.if_not_exists ?? false,
		columns: textsOf(into.colNames),
		query: lowerQuery(statement.query, source),
		withData: !(into.skipData ?? false),
	};
}

function createTableAs(
	statement: CreateTableAsStmt,
	into: IntoClause,
	source: LowerSource,
): Operation {
	const query = statement.query && "SelectStmt" in statement.query ? statement.query : undefined;
	return {
		kind: "createTableAs",
		range: source.statementRange,
		table: lowerRelation(into.rel, source),
		persistence: persistenceOf(into.rel),
		ifNotExists: statement.if_not_exists ?? false,
		columns: textsOf(into.colNames),
		...(query ? { query: lowerQuery(query, source) } : {}),
		withData: !(into.skipData ?? false),
	};
}
