import type { Catalog } from "../../../catalog/catalog.ts";
import type { Column, Table } from "../../../catalog/model.ts";
import type { DialectId } from "../../../core/dialect.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { RecipeStep } from "../../../core/finding.ts";
import { has, serverOf, type Flavor, type since } from "../../../dialect/mysql/effects/server.ts";
import {
	quoteColumns,
	quoteIdentifier,
	quoteName,
	quoteString,
} from "../../../dialect/mysql/quote.ts";

/** What the server of a plan can do. */
export interface Online {
	readonly dialect: DialectId;
	readonly version: number;
}

/** The clauses for a change that touches no row, so that the server refuses to do more. */
export function instantly({ dialect, version }: Online, ability: keyof typeof since = "instant") {
	const flavor: Flavor = dialect === "mariadb" ? "mariadb" : "mysql";
	return has(serverOf(flavor, version), ability) ? "ALGORITHM=INSTANT" : inPlace;
}

/** The clauses for a change that runs beside reads and writes. */
export const inPlace = "ALGORITHM=INPLACE, LOCK=NONE";

/** Returns a step that is one ALTER TABLE: each commits by itself. */
export function alterStep(
	title: string,
	table: QualifiedName,
	clauses: readonly string[],
): RecipeStep {
	const sql = `ALTER TABLE ${quoteName(table)}\n  ${clauses.join(",\n  ")};`;
	return { title, sql, transaction: "none" };
}

/** Columns of MySQL are alike whatever their case. */
export function columnOf(table: Table | undefined, name: string): Column | undefined {
	return table?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

/** True when the column is part of the primary key or of a foreign key, on either side. */
export function isKeyColumn(catalog: Catalog, table: Table, name: string): boolean {
	const isNamed = (columns: readonly string[]): boolean =>
		columns.some((column) => column.toLowerCase() === name.toLowerCase());
	const own = table.constraints.some(
		(constraint) =>
			(constraint.type === "primaryKey" || constraint.type === "foreignKey") &&
			isNamed(constraint.columns),
	);
	const key = `${table.schema}.${table.name}`;
	return (
		own ||
		catalog
			.referencesTo(key)
			.some(({ table: child, constraint: id }) =>
				child.constraints.some(
					(constraint) =>
						constraint.name === id &&
						constraint.type === "foreignKey" &&
						(constraint.referencedColumns.length === 0 || isNamed(constraint.referencedColumns)),
				),
			)
	);
}

/** A value that an INSERT which leaves the column out can take; undefined where none is known. */
export function anyValue({ type }: Column): string | undefined {
	const name = type?.name ?? "";
	if (/^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit)$/.test(name)) {
		return "0";
	}
	if (/^(?:char|varchar|binary|varbinary)$/.test(name)) return "''";
	if (name === "enum")
		return type?.modifiers[0] === undefined ? undefined : quoteString(type.modifiers[0]);
	if (name === "set") return "''";
	if (name === "date") return "'1970-01-01'";
	if (name === "datetime" || name === "timestamp") return "'1970-01-02 00:00:00'";
	return undefined;
}

/** A trigger of one statement, so that no client needs DELIMITER. */
export function rowTrigger(
	table: QualifiedName,
	name: string,
	event: "INSERT" | "UPDATE",
	body: string,
): string {
	return `CREATE TRIGGER ${quoteIdentifier(name)} BEFORE ${event} ON ${quoteName(table)} FOR EACH ROW\n  ${body};`;
}

/** An index as a clause of ALTER TABLE, with a column in place of another one; undefined where it has expressions. */
export function indexClause(
	{ name, unique, method, elements }: Table["indexes"][number],
	column: string,
	instead: string,
): string | undefined {
	const parts = elements.map(({ expression, prefixLength, descending }) => {
		const own = expression.kind === "column" ? expression.path.at(-1) : undefined;
		if (own === undefined) return undefined;
		const isIt = own.toLowerCase() === column.toLowerCase();
		const length = prefixLength === undefined ? "" : `(${prefixLength})`;
		return `${quoteColumns([isIt ? instead : own])}${length}${descending ? " DESC" : ""}`;
	});
	if (parts.includes(undefined) || /fulltext|spatial|vector/.test(method)) return undefined;
	return `ADD ${unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(`${name}_new`)} (${parts.join(", ")})`;
}
