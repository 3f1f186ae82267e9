import type { Key } from "../../../catalog/model.ts";
import type { Operation } from "../../../core/operation.ts";
import type { Scene } from "./scene.ts";

/** What statements of the same transaction did before that the catalog cannot tell. */
interface Earlier {
	/** Values given to enums that are older than the transaction, as schema.type.value. */
	readonly enumValues: ReadonlySet<string>;
	/** Tables that TRUNCATE left without rows, under a lock that keeps others from adding any. */
	readonly emptied: ReadonlySet<Key>;
}

interface Notes extends Earlier {
	readonly enumValues: Set<string>;
	readonly emptied: Set<Key>;
	readonly newTypes: Set<Key>;
	upTo: number;
}

const notesOf = new WeakMap<NonNullable<Scene["earlier"]>, Notes>();

const nothing: Earlier = { enumValues: new Set(), emptied: new Set() };

/** The list of a transaction only grows: each operation of it is looked at once. */
export function earlierIn(scene: Scene): Earlier {
	const { earlier } = scene;
	if (!earlier) return nothing;
	const notes = notesOf.get(earlier) ?? newNotes();
	notesOf.set(earlier, notes);
	for (; notes.upTo < earlier.length; notes.upTo++) {
		const entry = earlier[notes.upTo];
		if (entry) note(entry.operation, notes, scene);
	}
	return notes;
}

function newNotes(): Notes {
	return { enumValues: new Set(), emptied: new Set(), newTypes: new Set(), upTo: 0 };
}

function note(operation: Operation, notes: Notes, scene: Scene): void {
	const { catalog } = scene;
	switch (operation.kind) {
		case "createEnum":
			notes.newTypes.add(catalog.resolve(operation.type));
			return;
		case "addEnumValue": {
			const type = catalog.resolve(operation.type);
			if (!notes.newTypes.has(type)) notes.enumValues.add(`${type}.${operation.value}`);
			return;
		}
		case "truncate": {
			const key = catalog.resolve(operation.table);
			const below = operation.only ? [] : catalog.partitionsOf(key, true);
			notes.emptied.add(key);
			for (const { schema, name } of below) notes.emptied.add(`${schema}.${name}`);
			return;
		}
		case "insert":
		case "merge":
			notes.emptied.delete(catalog.resolve(operation.table));
			return;
		case "copy":
			if (operation.table) notes.emptied.delete(catalog.resolve(operation.table));
			return;
		default:
	}
}
