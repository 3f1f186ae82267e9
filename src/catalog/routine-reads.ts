import { walkExpressions } from "../core/engine/expressions.ts";
import type { Expression, FromItem, QualifiedName, Query } from "../core/expression.ts";
import type { Operation } from "../core/operation.ts";
import type { Catalog } from "./catalog.ts";
import type { Key, Routine } from "./model.ts";
import { readQuery } from "./query.ts";

/** What a function's body names, as far as its static SQL shows it. */
export interface RoutineReads {
	readonly relations: ReadonlySet<Key>;
	/** schema.table.column */
	readonly columns: ReadonlySet<string>;
}

const nothing = { grouped: false, combined: [], ctes: [] };

function tableItem(name: QualifiedName, alias: string | undefined): FromItem {
	return { kind: "table", name, ...(alias !== undefined && { alias }) };
}

/** A query that reads what the operation reads. */
function asQuery(
	from: readonly FromItem[],
	expressions: readonly Expression[],
	where: Expression | undefined,
	ctes: Query["ctes"],
): Query {
	const targets = expressions.map((expression) => ({ expression }));
	return { ...nothing, targets, from, ctes, ...(where && { where }) };
}

/** Returns what the operations of a body read and write; columns of NEW and OLD are not among them. */
export function readsOf(routine: Pick<Routine, "body">, catalog: Catalog): RoutineReads {
	const relations = new Set<Key>();
	const columns = new Set<string>();
	const made = new Set<Key>();
	const read = (query: Query): void => {
		const reading = readQuery(catalog, query, "left out");
		for (const relation of reading.relations) relations.add(relation);
		for (const column of reading.columns) columns.add(column);
	};
	const write = (table: QualifiedName, names: readonly string[]): void => {
		const key = catalog.resolve(table);
		relations.add(key);
		for (const name of names) columns.add(`${key}.${name}`);
	};
	for (const operation of routine.body.flatMap(({ operations }) => operations)) {
		note(operation, { read, write, made: (name) => made.add(catalog.resolve(name)) });
	}
	for (const key of made) relations.delete(key);
	return { relations, columns };
}

interface Notes {
	read(query: Query): void;
	write(table: QualifiedName, columns: readonly string[]): void;
	made(name: QualifiedName): void;
}

function note(operation: Operation, notes: Notes): void {
	switch (operation.kind) {
		case "select":
			notes.read(operation.query);
			return;
		case "insert":
			notes.write(operation.table, operation.columns ?? []);
			if (operation.source.kind === "query") notes.read(operation.source.query);
			return;
		case "update": {
			const { table, alias, from, where, ctes, set } = operation;
			notes.write(
				table,
				set.map(({ column }) => column),
			);
			const values = set.map(({ value }) => value);
			notes.read(asQuery([tableItem(table, alias), ...from], values, where, ctes));
			return;
		}
		case "delete": {
			const { table, alias, using, where, ctes } = operation;
			notes.write(table, []);
			notes.read(asQuery([tableItem(table, alias), ...using], [], where, ctes));
			return;
		}
		case "truncate":
			notes.write(operation.table, []);
			return;
		case "createTable":
		case "createTableAs":
			notes.made(operation.table);
			return;
		default:
			return;
	}
}

/** True when the body of a trigger function uses a column of the row that is changed. */
export function readsOfRow(routine: Routine, column: string): boolean {
	let found = false;
	const roots = routine.body.flatMap(({ operations }) => operations.flatMap(expressionsIn));
	walkExpressions(roots, (part) => {
		if (part.kind !== "column" || part.path.at(-1) !== column) return;
		const row = part.path.at(-2)?.toLowerCase();
		if (part.path.length === 2 && (row === "new" || row === "old")) found = true;
	});
	return found;
}

/** Returns the expressions of a statement of a body. */
export function expressionsIn(operation: Operation): readonly Expression[] {
	switch (operation.kind) {
		case "select":
			return operation.query.targets
				.map(({ expression }) => expression)
				.concat(operation.query.where ?? []);
		case "insert":
			return operation.source.kind === "values"
				? operation.source.rows.flat()
				: operation.source.kind === "query"
					? operation.source.query.targets.map(({ expression }) => expression)
					: [];
		case "update":
			return operation.set.map(({ value }) => value).concat(operation.where ?? []);
		case "delete":
			return operation.where ? [operation.where] : [];
		default:
			return [];
	}
}
