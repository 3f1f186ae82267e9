import type {
	AlterColumn,
	AlterIndexStatement,
	AlterSequenceStatement,
	AlterTableStatement,
	Statement,
	TableAlteration,
} from "pgsql-ast-parser";
import type { Operation, TableAction } from "../../../core/operation.ts";
import type { Range } from "../../../core/source.ts";
import { alterRelation } from "../lower/alter-table.ts";
import type { Action } from "../lower/alter-table-action.ts";
import { splitAtCommas } from "../lower/source.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, nameOf } from "./name.ts";
import { lowerSequenceOptions } from "./sequence.ts";
import type { PortableSource } from "./source.ts";
import { lowerColumn, lowerGenerated, lowerTableConstraint } from "./table.ts";
import { lowerType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** ALTER TABLE, ALTER INDEX and ALTER SEQUENCE. */
export function lowerAlter(node: Statement, source: PortableSource): Operation[] | undefined {
	switch (node.type) {
		case "alter table":
			return alterTable(node, source);
		case "alter index":
			return [alterIndex(node, source)];
		case "alter sequence":
			return [alterSequence(node, source)];
		default:
			return undefined;
	}
}

function altered(
	node: AlterTableStatement | AlterSequenceStatement | AlterIndexStatement,
	relation: TableAction["relation"],
	source: PortableSource,
) {
	const name =
		node.type === "alter table" ? node.table : node.type === "alter index" ? node.index : node.name;
	return {
		table: lowerName(name, source),
		ifTableExists: node.ifExists ?? false,
		only: node.type === "alter table" && (node.only ?? false),
		relation,
	};
}

const statementsOfTheirOwn: readonly TableAlteration["type"][] = [
	"rename",
	"rename column",
	"rename constraint",
];

function alterTable(node: AlterTableStatement, source: PortableSource): Operation[] {
	const common = altered(node, "table", source);
	const { changes } = node;
	if (changes.length > 1 && changes.some(({ type }) => statementsOfTheirOwn.includes(type))) {
		throw new Unreadable("RENAME stands alone in an ALTER TABLE");
	}
	const afterName = common.table.range?.end ?? source.statementRange.start;
	const pieces = changes.length > 1 ? splitAtCommas(source, afterName) : [];
	return changes.map((change, index) => {
		const range: Range =
			(pieces.length === changes.length ? pieces[index] : undefined) ?? source.statementRange;
		return alterRelation(lowerChange(change, source), { ...common, range });
	});
}

function lowerChange(change: TableAlteration, source: PortableSource): Action {
	switch (change.type) {
		case "rename":
			return { kind: "renameTable", to: nameOf(change.to, source) };
		case "rename column": {
			const column = nameOf(change.column, source);
			return { kind: "renameColumn", column, to: nameOf(change.to, source) };
		}
		case "rename constraint": {
			const constraint = nameOf(change.constraint, source);
			return { kind: "renameConstraint", constraint, to: nameOf(change.to, source) };
		}
		case "add column":
			return {
				kind: "addColumn",
				column: lowerColumn(change.column, source),
				ifNotExists: change.ifNotExists ?? false,
			};
		case "drop column":
			return {
				kind: "dropColumn",
				column: nameOf(change.column, source),
				ifExists: change.ifExists ?? false,
				cascade: change.behaviour === "cascade",
			};
		case "alter column":
			return lowerColumnChange(change.alter, nameOf(change.column, source), source);
		case "add constraint":
			return { kind: "addConstraint", constraint: lowerTableConstraint(change.constraint, source) };
		case "drop constraint":
			return {
				kind: "dropConstraint",
				constraint: nameOf(change.constraint, source),
				ifExists: change.ifExists ?? false,
				cascade: change.behaviour === "cascade",
			};
		case "owner":
			return { kind: "setTableOwner", owner: nameOf(change.to, source) };
	}
}

function lowerColumnChange(change: AlterColumn, column: string, source: PortableSource): Action {
	switch (change.type) {
		case "set type":
			return { kind: "alterColumnType", column, type: lowerType(change.dataType, source) };
		case "set default":
			return { kind: "setDefault", column, default: lowerExpression(change.default, source) };
		case "drop default":
			return { kind: "dropDefault", column };
		case "set not null":
			return { kind: "setNotNull", column };
		case "drop not null":
			return { kind: "dropNotNull", column };
		case "add generated": {
			const { identity } = lowerGenerated(change, source);
			if (!identity) throw new Unreadable("only an identity can be added to a column");
			return { kind: "addIdentity", column, identity };
		}
	}
}

function alterIndex(node: AlterIndexStatement, source: PortableSource): Operation {
	const { change } = node;
	const range = source.statementRange;
	const common = altered(node, "index", source);
	if (change.type === "rename") {
		const { table: index, ifTableExists: ifExists } = common;
		return { kind: "renameIndex", range, index, to: nameOf(change.to, source), ifExists };
	}
	const tablespace = nameOf(change.tablespace, source);
	return alterRelation({ kind: "setTablespace", tablespace, noWait: false }, { ...common, range });
}

function alterSequence(node: AlterSequenceStatement, source: PortableSource): Operation {
	const { change } = node;
	const range = source.statementRange;
	const { table: name, ...common } = altered(node, "sequence", source);
	switch (change.type) {
		case "owner to": {
			const action: Action = { kind: "setTableOwner", owner: nameOf(change.owner, source) };
			return alterRelation(action, { ...common, table: name, range });
		}
		case "rename": {
			const to = nameOf(change.newName, source);
			return { kind: "renameObject", range, object: "sequence", name, to };
		}
		case "set schema": {
			const schema = nameOf(change.newSchema, source);
			return { kind: "setObjectSchema", range, object: "sequence", name, schema };
		}
		case "set options":
			return {
				kind: "alterSequence",
				range,
				sequence: name,
				ifExists: common.ifTableExists,
				...lowerSequenceOptions(change, name, source),
			};
	}
}
