import type {
	AlterColumnAddGenerated,
	ColumnConstraint,
	CreateColumnDef,
	CreateColumnsLikeTable,
	CreateTableStatement,
	Name,
	PGNode,
	Statement,
	TableConstraint,
	TableReference,
} from "pgsql-ast-parser";
import type {
	ColumnDefinition,
	ConstraintDefinition,
	LikeClause,
	Operation,
	ReferentialAction,
} from "../../../core/operation.ts";
import { likeOptions } from "../like-options.ts";
import { lowerExpression } from "./expression.ts";
import { identifier, lowerName, nameOf, plainName } from "./name.ts";
import { findWord, type PortableSource } from "./source.ts";
import { lowerType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** CREATE TABLE and TRUNCATE. */
export function lowerTable(node: Statement, source: PortableSource): Operation[] | undefined {
	if (node.type === "create table") return [createTable(node, source)];
	if (node.type !== "truncate table") return undefined;
	return node.tables.map((name) => {
		const table = lowerName(name, source);
		const range = node.tables.length > 1 && table.range ? table.range : source.statementRange;
		return {
			kind: "truncate",
			range,
			table,
			only: false,
			cascade: node.cascade === "cascade",
			restartIdentity: node.identity === "restart",
		};
	});
}

function createTable(node: CreateTableStatement, source: PortableSource): Operation {
	if (node.locality && !node.temporary) throw new Unreadable(`${node.locality} needs TEMPORARY`);
	const table = lowerName(node.name, source);
	const temporary = node.temporary === true || table.schema === "pg_temp";
	return {
		kind: "createTable",
		range: source.statementRange,
		table,
		persistence: temporary ? "temporary" : node.unlogged ? "unlogged" : "permanent",
		foreign: false,
		ifNotExists: node.ifNotExists ?? false,
		columns: node.columns.flatMap((column) =>
			column.kind === "column" ? lowerColumn(column, source) : [],
		),
		constraints: (node.constraints ?? []).map((item) => lowerTableConstraint(item, source)),
		like: node.columns.flatMap((column) =>
			column.kind === "like table" ? lowerLike(column, source) : [],
		),
		inherits: (node.inherits ?? []).map((name) => lowerName(name, source)),
		parameters: [],
	};
}

/** The options apply in their order: INCLUDING ALL EXCLUDING INDEXES. */
function lowerLike(node: CreateColumnsLikeTable, source: PortableSource): LikeClause {
	let including: LikeClause["including"] = [];
	for (const { verb, option } of node.options) {
		const named = likeOptions.filter((known) => option === "all" || known === option);
		const others = including.filter((known) => !named.includes(known));
		including = verb === "including" ? [...others, ...named] : others;
	}
	return {
		source: lowerName(node.like, source),
		including: likeOptions.filter((option) => including.includes(option)),
	};
}

/** The definition of a column. */
export function lowerColumn(node: CreateColumnDef, source: PortableSource): ColumnDefinition {
	const name = nameOf(node.name, source);
	const items = node.constraints ?? [];
	const constraints = items.flatMap((item, index) => {
		const next = items[index + 1];
		return lowerColumnConstraint(item, name, next, source) ?? [];
	});
	return {
		name,
		range: elementRange(node, source),
		type: lowerType(node.dataType, source),
		...valueOfColumn(items, source),
		...(node.collate ? { collation: lowerName(node.collate, source) } : {}),
		constraints,
	};
}

function elementRange(node: PGNode, source: PortableSource, next?: PGNode) {
	return source.toElementRange(node._location?.start ?? -1, next?._location?.start);
}

function valueOfColumn(items: readonly ColumnConstraint[], source: PortableSource) {
	const byDefault = items.find((item) => item.type === "default");
	const generated = items.find((item) => item.type === "add generated");
	return {
		...(byDefault ? { default: lowerExpression(byDefault.default, source) } : {}),
		...(generated ? lowerGenerated(generated, source) : {}),
	};
}

/** GENERATED as an identity or as an expression; the library keeps neither AS IDENTITY nor what is missing. */
export function lowerGenerated(node: AlterColumnAddGenerated, source: PortableSource) {
	const { always, expression, stored } = node;
	const start = source.startOf(node);
	const as = findWord(source, "as", start);
	const isIdentity =
		as !== undefined && source.isWordAt(source.tokenIndexAt(as.end), "identity") && !stored;
	if (expression && always === "always" && !node.sequence) {
		const kind = stored ? ("stored" as const) : ("virtual" as const);
		return { generated: { kind, expression: lowerExpression(expression, source) } };
	}
	if (expression || !always || !isIdentity) throw new Unreadable("GENERATED is incomplete");
	return { identity: always === "always" ? ("always" as const) : ("byDefault" as const) };
}

function baseOf(
	node: PGNode & { readonly constraintName?: Name },
	source: PortableSource,
	next?: PGNode,
) {
	return {
		...(node.constraintName ? { name: nameOf(node.constraintName, source) } : {}),
		notValid: false,
		enforced: true,
		deferrable: false,
		initiallyDeferred: false,
		range: elementRange(node, source, next),
	};
}

function lowerColumnConstraint(
	item: ColumnConstraint,
	column: string,
	next: ColumnConstraint | undefined,
	source: PortableSource,
): ConstraintDefinition | undefined {
	const base = () => baseOf(item, source, next);
	switch (item.type) {
		case "not null":
			return { ...base(), type: "notNull", columns: [column], noInherit: false };
		case "primary key":
		case "unique":
			return { ...base(), ...keyOf(item.type, [column]) };
		case "check": {
			const expression = lowerExpression(item.expr, source);
			return { ...base(), type: "check", expression, noInherit: false };
		}
		case "reference":
			return { ...base(), type: "foreignKey", columns: [column], ...referenceOf(item, source) };
		default:
			return undefined;
	}
}

/** A constraint of a table. */
export function lowerTableConstraint(
	item: TableConstraint,
	source: PortableSource,
): ConstraintDefinition {
	const base = baseOf(item, source);
	switch (item.type) {
		case "primary key":
		case "unique":
			return { ...base, ...keyOf(item.type, namesOf(item.columns, source)) };
		case "check": {
			const expression = lowerExpression(item.expr, source);
			return { ...base, type: "check", expression, noInherit: false };
		}
		case "foreign key": {
			const columns = namesOf(item.localColumns, source);
			return { ...base, type: "foreignKey", columns, ...referenceOf(item, source) };
		}
	}
}

function namesOf(names: readonly Name[], source: PortableSource): readonly string[] {
	return names.map(({ name }) => identifier(name, source));
}

function keyOf(type: "primary key" | "unique", columns: readonly string[]) {
	return {
		type: type === "unique" ? ("unique" as const) : ("primaryKey" as const),
		columns,
		include: [],
		nullsNotDistinct: false,
		withoutOverlaps: false,
	};
}

const referentialActions: Readonly<Record<string, ReferentialAction>> = {
	cascade: "cascade",
	restrict: "restrict",
	"set null": "setNull",
	"set default": "setDefault",
};

function referenceOf(node: TableReference, source: PortableSource) {
	// MATCH PARTIAL is in the grammar only to be refused.
	if (node.match === "partial") throw new Unreadable("MATCH PARTIAL does not exist");
	return {
		references: lowerName(node.foreignTable, source),
		referencedColumns: namesOf(node.foreignColumns, source),
		onDelete: referentialActions[node.onDelete ?? ""] ?? "noAction",
		onUpdate: referentialActions[node.onUpdate ?? ""] ?? "noAction",
	};
}

/** The name of a column of another table, as OWNED BY and COMMENT ON COLUMN write it. */
export function qualifiedColumn(
	{ schema, table, column }: { schema?: string; table: string; column: string },
	after: number,
	source: PortableSource,
) {
	const path = plainName({ name: table, ...(schema === undefined ? {} : { schema }) }, source);
	const parts = path.schema === undefined ? [path.name] : [path.schema, path.name];
	const own = column.replaceAll('""', '"');
	return {
		table: { ...path, range: source.rangeOfName(parts, after) },
		column: { name: own, range: source.rangeOfName([...parts, own], after) },
	};
}
