import type { Column, Constraint, Index, Table } from "../../catalog/model.ts";
import type { ReferentialAction } from "../../core/operation.ts";
import { isSameName } from "./effects/scene.ts";
import { quoteColumns, quoteExpression, quoteIdentifier, quoteType } from "./quote.ts";

const actionWords: Readonly<Record<ReferentialAction, string>> = {
	noAction: "",
	restrict: "RESTRICT",
	cascade: "CASCADE",
	setNull: "SET NULL",
	setDefault: "SET DEFAULT",
};

/**
 * Returns CREATE TABLE for a table of the catalog under another name; undefined where an expression in it cannot be
 * written out.
 */
export function tableText(table: Table, name: string): string | undefined {
	const key = rowIdKey(table);
	const columns = table.columns.map((column) => columnText(column, column.name === key, table));
	const constraints = table.constraints
		.filter(
			(constraint) =>
				constraint.type !== "notNull" && !(constraint.type === "primaryKey" && key !== undefined),
		)
		.map(constraintText);
	const lines = [...columns, ...constraints];
	if (lines.includes(undefined)) return undefined;
	const options = [
		...(table.withoutRowid ? ["WITHOUT ROWID"] : []),
		...(table.strict ? ["STRICT"] : []),
	];
	const tail = options.length > 0 ? ` ${options.join(", ")}` : "";
	return `CREATE TABLE ${quoteIdentifier(name)} (\n${lines.map((line) => `\t${line ?? ""}`).join(",\n")}\n)${tail};`;
}

/** The column that is the number of the row: INTEGER PRIMARY KEY, which must be said at the column. */
export function rowIdKey(table: Table): string | undefined {
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	const [name, ...more] = key?.type === "primaryKey" ? key.columns : [];
	if (name === undefined || more.length > 0) return undefined;
	const column = table.columns.find((own) => isSameName(own.name, name));
	return /^integer$/i.test(column?.type?.name ?? "") ? column?.name : undefined;
}

function columnText(column: Column, isRowId: boolean, table: Table): string | undefined {
	const words = [quoteIdentifier(column.name)];
	if (column.type) words.push(quoteType(column.type));
	if (isRowId) words.push("PRIMARY KEY");
	if (isRowId && column.autoIncrement) words.push("AUTOINCREMENT");
	if (column.notNull && !isRowId && isWritten(column, table)) words.push("NOT NULL");
	if (column.collation) words.push(`COLLATE ${column.collation.name}`);
	if (column.generated) {
		const text = quoteExpression(column.generated.expression);
		if (text === undefined) return undefined;
		words.push(`GENERATED ALWAYS AS (${text}) ${column.generated.kind.toUpperCase()}`);
	}
	if (column.default) {
		const text = quoteExpression(column.default);
		if (text === undefined) return undefined;
		const isPlain = column.default.kind === "literal" || /^CURRENT_\w+$/.test(text);
		words.push(`DEFAULT ${isPlain ? text : `(${text})`}`);
	}
	return words.join(" ");
}

/** NOT NULL is a constraint of its own; a primary key of a table WITHOUT ROWID implies it. */
function isWritten(column: Column, table: Table): boolean {
	return table.constraints.some(
		(constraint) => constraint.type === "notNull" && constraint.columns[0] === column.name,
	);
}

/** Only CHECKs have names that anything uses; one without gets its name from the catalog. */
function nameText({ name }: Constraint): string {
	return /_check\d*$/.test(name) ? "" : `CONSTRAINT ${quoteIdentifier(name)} `;
}

function constraintText(constraint: Constraint): string | undefined {
	switch (constraint.type) {
		case "primaryKey":
			return `PRIMARY KEY (${quoteColumns(constraint.columns)})`;
		case "unique":
			return `UNIQUE (${quoteColumns(constraint.columns)})`;
		case "check": {
			const text = quoteExpression(constraint.expression);
			return text === undefined ? undefined : `${nameText(constraint)}CHECK (${text})`;
		}
		case "foreignKey": {
			const { columns, references, referencedColumns, onDelete, onUpdate } = constraint;
			const target = referencedColumns.length > 0 ? ` (${quoteColumns(referencedColumns)})` : "";
			const deferral = constraint.initiallyDeferred ? " DEFERRABLE INITIALLY DEFERRED" : "";
			return `FOREIGN KEY (${quoteColumns(columns)}) REFERENCES ${quoteIdentifier(references.name)}${target}${action("DELETE", onDelete)}${action("UPDATE", onUpdate)}${deferral}`;
		}
		default:
			return undefined;
	}
}

function action(event: string, what: ReferentialAction): string {
	return actionWords[what] === "" ? "" : ` ON ${event} ${actionWords[what]}`;
}

/** Returns CREATE INDEX for an index of the catalog; undefined where an expression cannot be written out. */
export function indexText(index: Index, table: string): string | undefined {
	const elements = index.elements.map(({ expression, collation, descending }) => {
		const text = quoteExpression(expression);
		if (text === undefined) return undefined;
		const collate = collation ? ` COLLATE ${collation.name}` : "";
		return `${text}${collate}${descending ? " DESC" : ""}`;
	});
	const where = index.where ? quoteExpression(index.where) : "";
	if (elements.includes(undefined) || where === undefined) return undefined;
	const filter = where === "" ? "" : ` WHERE ${where}`;
	return `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(index.name)} ON ${quoteIdentifier(table)} (${elements.join(", ")})${filter};`;
}
