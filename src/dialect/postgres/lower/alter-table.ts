import type { AlterTableCmd, AlterTableStmt, Node, ObjectType } from "@pgsql/types";
import type { Operation, OperationOf, TableAction } from "../../../core/operation.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { Range } from "../../../core/source.ts";
import { type Action, lowerAction } from "./alter-table-action.ts";
import { lowerRelation } from "./name.ts";
import { lowerParameters } from "./parameter.ts";
import { at, type LowerSource, splitAtCommas } from "./source.ts";
import { lowerType } from "./type.ts";

/** ALTER TABLE and what the grammar treats like it: of views, indexes, sequences, composite types. */
export function lowerAlterTable(node: Node, source: LowerSource): Operation[] | undefined {
	if (!("AlterTableStmt" in node)) return undefined;
	const statement = node.AlterTableStmt;
	const table = lowerRelation(statement.relation, source);
	const commands = (statement.cmds ?? []).flatMap((command) =>
		"AlterTableCmd" in command ? command.AlterTableCmd : [],
	);
	const ranges = actionRanges(commands.length, table, source);
	return commands.map((command, index) => {
		const range = ranges[index] ?? source.statementRange;
		return lowerCommand(command, statement, table, at(source, range));
	});
}

function actionRanges(count: number, table: QualifiedName, source: LowerSource): readonly Range[] {
	if (count < 2) return [];
	const afterName = table.range?.end ?? source.statementRange.start;
	// What may follow the name before the first action: `ONLY (name)` and the old `name *`.
	const first = source.tokens.find(
		(token) => token.start >= afterName && ![")", "*"].includes(source.textAt(token)),
	);
	const pieces = splitAtCommas(source, first?.start ?? afterName);
	return pieces.length === count ? pieces : [];
}

function lowerCommand(
	command: AlterTableCmd,
	statement: AlterTableStmt,
	table: QualifiedName,
	source: LowerSource,
): Operation {
	const relation = relationKind(statement.objtype);
	const action =
		(relation === "index" ? alterIndex(command, table, source) : undefined) ??
		(relation === "type" ? alterType(command, table, source) : undefined);
	if (action) return action;
	return alterRelation(lowerAction(command, source), {
		range: source.statementRange,
		table,
		ifTableExists: statement.missing_ok ?? false,
		only: statement.relation?.inh !== true,
		relation,
	});
}

type Altered = Pick<TableAction, "table" | "ifTableExists" | "only" | "relation"> & {
	readonly range: Range;
};

/** An action with what every action of ALTER TABLE has. */
export function alterRelation(action: Action, altered: Altered): Operation {
	return { ...altered, ...action };
}

/** What a statement called the relation that it alters. */
export function relationKind(type: ObjectType | undefined): TableAction["relation"] {
	switch (type) {
		case "OBJECT_VIEW":
			return "view";
		case "OBJECT_MATVIEW":
			return "materializedView";
		case "OBJECT_FOREIGN_TABLE":
			return "foreignTable";
		case "OBJECT_INDEX":
			return "index";
		case "OBJECT_SEQUENCE":
			return "sequence";
		case "OBJECT_TYPE":
			return "type";
		default:
			return "table";
	}
}

function alterIndex(
	command: AlterTableCmd,
	index: QualifiedName,
	source: LowerSource,
): Operation | undefined {
	const range = source.statementRange;
	switch (command.subtype) {
		case "AT_SetRelOptions":
		case "AT_ResetRelOptions": {
			const items = command.def && "List" in command.def ? command.def.List.items : undefined;
			const parameters = lowerParameters(items);
			const reset = command.subtype === "AT_ResetRelOptions";
			return { kind: "setIndexParameters", range, index, parameters, reset };
		}
		case "AT_AttachPartition": {
			const partition =
				command.def && "PartitionCmd" in command.def ? command.def.PartitionCmd.name : undefined;
			const partitionIndex = lowerRelation(partition, source);
			return { kind: "attachIndex", range, index, partitionIndex };
		}
		default:
			return undefined;
	}
}

const attributeActions = {
	AT_AddColumn: "addAttribute",
	AT_DropColumn: "dropAttribute",
	AT_AlterColumnType: "alterAttribute",
} as const;

function alterType(
	command: AlterTableCmd,
	type: QualifiedName,
	source: LowerSource,
): OperationOf<"alterCompositeType"> | undefined {
	const { subtype } = command;
	if (
		subtype !== "AT_AddColumn" &&
		subtype !== "AT_DropColumn" &&
		subtype !== "AT_AlterColumnType"
	) {
		return undefined;
	}
	const column = command.def && "ColumnDef" in command.def ? command.def.ColumnDef : undefined;
	return {
		kind: "alterCompositeType",
		range: source.statementRange,
		type,
		action: attributeActions[subtype],
		attribute: column?.colname ?? command.name ?? "",
		...(column?.typeName ? { attributeType: lowerType(column.typeName, source) } : {}),
		cascade: command.behavior === "DROP_CASCADE",
	};
}
