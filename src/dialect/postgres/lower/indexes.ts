import type { IndexElem, IndexStmt, Node, ReindexStmt, VacuumStmt } from "@pgsql/types";
import type { IndexElement, Operation, OperationOf } from "../../../core/operation.ts";
import { elementExpression } from "./constraint.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, lowerRelation, textsOf } from "./name.ts";
import { afterVerb } from "./object-name.ts";
import { isOn, lowerParameters } from "./parameter.ts";
import type { LowerSource } from "./source.ts";

/** CREATE INDEX, REINDEX, CLUSTER, VACUUM and ANALYZE. */
export function lowerIndexing(node: Node, source: LowerSource): Operation[] | undefined {
	if ("IndexStmt" in node) return [createIndex(node.IndexStmt, source)];
	if ("ReindexStmt" in node) return [reindex(node.ReindexStmt, source)];
	if ("VacuumStmt" in node) return vacuum(node.VacuumStmt, source);
	if ("ClusterStmt" in node) {
		const { relation, indexname } = node.ClusterStmt;
		return [
			{
				kind: "cluster",
				range: source.statementRange,
				...(relation ? { table: lowerRelation(relation, source) } : {}),
				...(indexname === undefined ? {} : { index: indexname }),
			},
		];
	}
	return undefined;
}

function createIndex(statement: IndexStmt, source: LowerSource): Operation {
	const table = lowerRelation(statement.relation, source);
	return {
		kind: "createIndex",
		range: source.statementRange,
		...nameOfIndex(statement, source),
		table,
		only: statement.relation?.inh !== true,
		unique: statement.unique ?? false,
		concurrently: statement.concurrent ?? false,
		ifNotExists: statement.if_not_exists ?? false,
		method: statement.accessMethod ?? "btree",
		elements: indexElements(statement.indexParams).map((element) =>
			lowerElement(element, source, table.range?.end),
		),
		include: indexElements(statement.indexIncludingParams).flatMap(({ name }) => name ?? []),
		...(statement.whereClause ? { where: lowerExpression(statement.whereClause, source) } : {}),
		nullsNotDistinct: statement.nulls_not_distinct ?? false,
		parameters: lowerParameters(statement.options),
	};
}

/** An index lives in the schema of its table: its own name has none. */
function nameOfIndex(statement: IndexStmt, source: LowerSource) {
	const { idxname } = statement;
	if (idxname === undefined) return {};
	const schema = statement.relation?.schemaname;
	const range = source.rangeOfName(idxname, afterVerb(source));
	return { index: { ...(schema === undefined ? {} : { schema }), name: idxname, range } };
}

function indexElements(nodes: readonly Node[] | undefined): IndexElem[] {
	return (nodes ?? []).flatMap((node) => ("IndexElem" in node ? node.IndexElem : []));
}

function lowerElement(
	element: IndexElem,
	source: LowerSource,
	afterTable: number | undefined,
): IndexElement {
	const operatorClass = textsOf(element.opclass).join(".");
	return {
		expression: elementExpression({ IndexElem: element }, source),
		...(operatorClass === "" ? {} : { operatorClass }),
		...(element.collation ? { collation: lowerName(element.collation, source, afterTable) } : {}),
		descending: element.ordering === "SORTBY_DESC",
	};
}

const reindexTargets = {
	REINDEX_OBJECT_INDEX: "index",
	REINDEX_OBJECT_TABLE: "table",
	REINDEX_OBJECT_SCHEMA: "schema",
	REINDEX_OBJECT_SYSTEM: "system",
	REINDEX_OBJECT_DATABASE: "database",
} as const;

function reindex(statement: ReindexStmt, source: LowerSource): Operation {
	const { relation, name } = statement;
	return {
		kind: "reindex",
		range: source.statementRange,
		target: reindexTargets[statement.kind ?? "REINDEX_OBJECT_INDEX"],
		...(relation ? { name: lowerRelation(relation, source) } : {}),
		...(name === undefined
			? {}
			: { name: { name, range: source.rangeOfName(name, afterVerb(source)) } }),
		concurrently: isOn(statement.params, "concurrently"),
	};
}

function vacuum(statement: VacuumStmt, source: LowerSource): Operation[] {
	const relations = (statement.rels ?? []).flatMap((node) =>
		"VacuumRelation" in node && node.VacuumRelation.relation ? node.VacuumRelation.relation : [],
	);
	const build = (
		range: LowerSource["statementRange"],
		table: Pick<OperationOf<"analyze">, "table">,
	): Operation =>
		statement.is_vacuumcmd
			? {
					kind: "vacuum",
					range,
					full: isOn(statement.options, "full"),
					analyze: isOn(statement.options, "analyze"),
					...table,
				}
			: { kind: "analyze", range, ...table };
	if (relations.length === 0) return [build(source.statementRange, {})];
	return relations.map((relation) => {
		const table = lowerRelation(relation, source);
		const range = relations.length > 1 && table.range ? table.range : source.statementRange;
		return build(range, { table });
	});
}
