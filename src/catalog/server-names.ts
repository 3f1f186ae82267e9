import type { IndexElement } from "../core/operation.ts";
import { keyOf } from "./catalog.ts";
import type { Table } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";

/** What gets a name of the server when the statement gives none. */
export type Nameless = "primaryKey" | "unique" | "exclude" | "index" | "foreignKey" | "check";

/**
 * Returns the name that MySQL, MariaDB or SQLite gives: PRIMARY; the first column, column_2 ...; t_ibfk_1;
 * t_chk_1 (in MariaDB CONSTRAINT_1); sqlite_autoindex_t_1. Undefined where SQLite gives none.
 * Source: MySQL 8.4 manual, 15.1.20.5 and 15.1.20.6; measured on MariaDB 10.11 and SQLite 3.45.
 */
export function chooseServerName(
	catalog: MutableCatalog,
	place: Pick<Table, "schema" | "name">,
	what: Nameless,
	elements: readonly IndexElement[],
	alsoTaken: (name: string) => boolean = () => false,
): string | undefined {
	const table = catalog.tableByKey(keyOf(place));
	const indexes = new Set(table?.indexes.map(({ name }) => name.toLowerCase()));
	if (catalog.dialect === "sqlite") {
		if (what !== "primaryKey" && what !== "unique") return undefined;
		return numbered(`sqlite_autoindex_${place.name}_`, 1, (name) =>
			indexes.has(name.toLowerCase()),
		);
	}
	const constraints = new Set(table?.constraints.map(({ name }) => name));
	const taken = (name: string): boolean => constraints.has(name) || alsoTaken(name);
	switch (what) {
		case "primaryKey":
			return "PRIMARY";
		case "unique":
		case "index":
		case "exclude": {
			const [first] = elements;
			const isColumn = first?.expression.kind === "column";
			const column = isColumn ? (first.expression.path.at(-1) ?? "") : "functional_index";
			const own = column.toUpperCase() === "PRIMARY" ? `${column}_2` : column;
			if (!indexes.has(own.toLowerCase())) return own;
			return numbered(`${column}_`, 2, (name) => indexes.has(name.toLowerCase()));
		}
		case "foreignKey":
			return numberedAfterLast(`${place.name}_ibfk_`, constraints);
		case "check":
			return catalog.dialect === "mariadb"
				? numbered("CONSTRAINT_", 1, taken)
				: numbered(`${place.name}_chk_`, 1, taken);
	}
}

function numbered(prefix: string, from: number, taken: (name: string) => boolean): string {
	let at = from;
	while (taken(prefix + String(at))) at++;
	return prefix + String(at);
}

/** MySQL counts on from the highest number that the table has. */
function numberedAfterLast(prefix: string, names: Iterable<string>): string {
	let last = 0;
	for (const name of names) {
		if (name.startsWith(prefix)) last = Math.max(last, Number(name.slice(prefix.length)) || 0);
	}
	return prefix + String(last + 1);
}
