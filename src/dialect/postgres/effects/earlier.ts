import type { Key } from "../../../catalog/model.ts";
import type { Operation } from "../../../core/operation.ts";
import type { Scene } from "./scene.ts";

type Entry = NonNullable<Scene["earlier"]>[number];

/** What statements of the same transaction did before that the catalog cannot tell. */
interface Earlier {
	/** Values given to enums that are older than the transaction, as schema.type.value. */
	readonly enumValues: ReadonlySet<string>;
	/** Tables that TRUNCATE left without rows, under a lock that keeps others from adding any. */
	readonly emptied: ReadonlySet<Key>;
}

interface Notes extends Earlier {
	readonly newTypes: ReadonlySet<Key>;
}

const nothing: Notes = { enumValues: new Set(), emptied: new Set(), newTypes: new Set() };

/** What is known after an operation of a transaction and those before it. */
const notesAfter = new WeakMap<Entry, Notes>();

/** Each operation of a transaction is looked at once. */
export function earlierIn(scene: Scene): Earlier {
	const { earlier = [] } = scene;
	const last = earlier.findLastIndex((entry) => notesAfter.has(entry));
	const known = earlier[last];
	let notes = (known && notesAfter.get(known)) ?? nothing;
	for (let at = last + 1; at < earlier.length; at++) {
		const entry = earlier[at];
		if (!entry) break;
		notes = note(entry.operation, notes, scene);
		notesAfter.set(entry, notes);
	}
	return notes;
}

function withKeys(keys: ReadonlySet<string>, added: readonly string[]): ReadonlySet<string> {
	return new Set([...keys, ...added]);
}

function withoutKey(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
	return keys.has(key) ? new Set([...keys].filter((other) => other !== key)) : keys;
}

/** Returns what is known after the operation, the same object where it tells nothing. */
function note(operation: Operation, notes: Notes, { catalog }: Scene): Notes {
	switch (operation.kind) {
		case "createEnum":
			return { ...notes, newTypes: withKeys(notes.newTypes, [catalog.resolve(operation.type)]) };
		case "addEnumValue": {
			const type = catalog.resolve(operation.type);
			if (notes.newTypes.has(type)) return notes;
			const enumValues = withKeys(notes.enumValues, [`${type}.${operation.value}`]);
			return { ...notes, enumValues };
		}
		case "truncate": {
			const key = catalog.resolve(operation.table);
			const below = operation.only ? [] : catalog.partitionsOf(key, true);
			const keys = [key, ...below.map(({ schema, name }) => `${schema}.${name}`)];
			return { ...notes, emptied: withKeys(notes.emptied, keys) };
		}
		case "insert":
		case "merge":
			return { ...notes, emptied: withoutKey(notes.emptied, catalog.resolve(operation.table)) };
		case "copy": {
			if (!operation.table) return notes;
			return { ...notes, emptied: withoutKey(notes.emptied, catalog.resolve(operation.table)) };
		}
		default:
			return notes;
	}
}
