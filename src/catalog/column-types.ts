import { listWords } from "../core/contract.ts";
import type { QualifiedName, TypeName } from "../core/expression.ts";
import type { Operation } from "../core/operation.ts";
import type { OperationContext, OperationListeners } from "../core/rule.ts";
import type { Range } from "../core/source.ts";

/** A column with a type that the rule does not want. */
interface TypedColumn {
	readonly name: string;
	readonly range: Range;
}

/** The most columns that a message names. */
const mostNames = 4;

/** Whether the columns come with their table, or with a change of a table that was there before. */
type Stage = "created" | "added";

/**
 * Returns the listeners of a rule about the types of columns: one report for all columns of a statement.
 * Left alone are temporary and foreign tables, which do not choose their types, and a column that had
 * the type before. The message may name {table} and {columns}.
 */
export function onColumnTypes<const Message extends string>(
	messageFor: (stage: Stage) => Message,
	isUnwanted: (type: TypeName, column: string) => boolean,
): OperationListeners<Message> {
	function report(
		columns: readonly TypedColumn[],
		table: QualifiedName,
		at: Operation | Range,
		stage: Stage,
		context: OperationContext<Message>,
	): void {
		if (columns.length === 0) return;
		const names = columns.map(({ name }) => name);
		const shown =
			names.length > mostNames ? [...names.slice(0, 2), `${names.length - 2} more`] : names;
		const data = { table: table.name, columns: listWords(shown) };
		context.report({ message: messageFor(stage), at, data });
	}

	return {
		createTable(operation, context) {
			const { columns, foreign, persistence, table } = operation;
			if (foreign || persistence === "temporary") return;
			const found = columns.filter(({ name, type }) => type && isUnwanted(type, name));
			const [first] = found;
			if (first) report(found, table, first.range, "created", context);
		},
		addColumn(operation, context) {
			const { table, column, relation } = operation;
			if (relation === "foreignTable" || isForeignOrTemporary(table, context)) return;
			const stage = context.isNew(table) ? "created" : "added";
			if (column.type && isUnwanted(column.type, column.name)) {
				report([column], table, operation, stage, context);
			}
		},
		alterColumnType(operation, context) {
			const { table, column, type, range } = operation;
			if (isForeignOrTemporary(table, context) || !isUnwanted(type, column)) return;
			const known = context.catalog.table(table)?.columns.find(({ name }) => name === column);
			if (known?.type && isUnwanted(known.type, column)) return;
			const stage = context.isNew(table) ? "created" : "added";
			report([{ name: column, range }], table, operation, stage, context);
		},
	};
}

function isForeignOrTemporary(name: QualifiedName, { catalog }: OperationContext): boolean {
	const table = catalog.table(name);
	return table?.kind === "foreign" || table?.persistence === "temporary";
}
