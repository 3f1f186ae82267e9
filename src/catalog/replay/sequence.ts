import type { OperationOf } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { dropObjects, type DropTarget } from "../dependencies.ts";
import type { Sequence } from "../model.ts";
import { temporarySchema, type MutableCatalog } from "../mutable.ts";
import type { Replay } from "./altered.ts";

export const createSequence: Replay<"createSequence"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.sequence, operation.temporary);
	if (catalog.relationExists(keyOf(place))) return;
	const { ownedBy } = operation;
	catalog.putSequence({
		...place,
		origin,
		temporary: place.schema === temporarySchema,
		...(ownedBy && {
			ownedBy: { table: catalog.resolve(ownedBy.table), column: ownedBy.column },
		}),
	});
};

export const alterSequence: Replay<"alterSequence"> = (catalog, operation) => {
	const { ownedBy } = operation;
	const place = catalog.place(operation.sequence);
	const known = catalog.sequenceByKey(keyOf(place));
	if (!known && (operation.ifExists || catalog.relationExists(keyOf(place)))) return;
	const sequence: Sequence = known ?? { ...place, temporary: place.schema === temporarySchema };
	if (ownedBy === undefined) {
		if (!known) catalog.putSequence(sequence);
		return;
	}
	const { ownedBy: _before, ...rest } = sequence;
	catalog.putSequence(
		ownedBy
			? { ...rest, ownedBy: { table: catalog.resolve(ownedBy.table), column: ownedBy.column } }
			: rest,
	);
};

export function dropSequence(
	catalog: MutableCatalog,
	operation: OperationOf<"dropSequence">,
	alsoDropped: readonly DropTarget[],
): void {
	const sequence = catalog.sequence(operation.sequence);
	if (!sequence || belongsToIdentity(catalog, sequence)) return;
	dropObjects(
		catalog,
		[{ kind: "sequence", key: keyOf(sequence) }],
		operation.cascade,
		alsoDropped,
	);
}

/** The sequence of an identity column goes only with the column. */
function belongsToIdentity(catalog: MutableCatalog, { ownedBy }: Sequence): boolean {
	const table = ownedBy && catalog.tableByKey(ownedBy.table);
	const column = table?.columns.find(({ name }) => name === ownedBy?.column);
	return column?.identity !== undefined;
}
