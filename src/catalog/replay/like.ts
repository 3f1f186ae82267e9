import type { LikeClause, OperationOf } from "../../core/operation.ts";
import type { Column, Constraint, Key, Origin, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { relationSource } from "../query.ts";
import { makeSequence } from "./column.ts";
import { addConstraintTo } from "./constraint.ts";
import { chooseIndexName } from "./partition-index.ts";

/** Returns the columns that LIKE copies (transformTableLikeClause, src/backend/parser/parse_utilcmd.c). */
export function copyLike(
	catalog: MutableCatalog,
	table: Table,
	{ source, including }: LikeClause,
	origin: Origin,
): readonly Column[] {
	const from = catalog.table(source);
	const columns: readonly Column[] =
		from?.columns ??
		relationSource(catalog, catalog.resolve(source), "").columns?.map((column) => ({
			...column,
			notNull: false,
		})) ??
		[];
	return columns.map((column) => {
		const { name, type, collation, generated, identity } = column;
		const expression = including.includes("defaults") ? column.default : undefined;
		const keepsIdentity = identity && including.includes("identity");
		if (keepsIdentity) makeSequence(catalog, table, name, origin);
		return {
			name,
			...(type && { type }),
			notNull: false,
			...(collation && { collation }),
			...(expression && { default: expression }),
			...(generated && including.includes("generated") && { generated }),
			...(keepsIdentity && { identity }),
			origin,
		};
	});
}

/** Returns the constraints that LIKE copies with their names: NOT NULL always, CHECK on demand. */
export function likeConstraints(
	catalog: MutableCatalog,
	operation: OperationOf<"createTable">,
	origin: Origin,
): readonly Constraint[] {
	return operation.like.flatMap(({ source, including }) =>
		(catalog.table(source)?.constraints ?? [])
			.filter(
				({ type }) => type === "notNull" || (type === "check" && including.includes("constraints")),
			)
			.map((constraint): Constraint => {
				const { inherited: _inherited, ...rest } = constraint;
				return { ...rest, notValid: !rest.enforced, validated: rest.enforced, origin };
			}),
	);
}

/** INCLUDING INDEXES: indexes and the constraints on them, under names that the server chooses. */
export function copyLikeIndexes(
	catalog: MutableCatalog,
	operation: OperationOf<"createTable">,
	key: Key,
	origin: Origin,
): void {
	for (const { source, including } of operation.like) {
		const from = including.includes("indexes") ? catalog.table(source) : undefined;
		for (const index of from?.indexes ?? []) {
			const table = catalog.tableByKey(key);
			if (!table) return;
			const constraint = from?.constraints.find(({ name }) => name === index.constraint);
			if (constraint) {
				const { name: _name, inherited: _inherited, ...definition } = constraint;
				addConstraintTo(catalog, table, definition, { origin, only: false });
				continue;
			}
			const { parent: _parent, ...copy } = index;
			const name = chooseIndexName(catalog, table, index);
			const schema = table.schema;
			const indexes = [...table.indexes, { ...copy, schema, name, valid: true, origin }];
			catalog.putTable({ ...table, indexes });
		}
	}
}
