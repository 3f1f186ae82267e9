import { chooseName, indexColumnNames, nameAddition } from "../../../catalog/naming.ts";
import type { Key } from "../../../catalog/model.ts";
import type { ConstraintDefinition, IndexElement } from "../../../core/operation.ts";
import type { Scene } from "./scene.ts";

/** Splits a key at its first dot; a schema with a dot in its name is not told apart. */
export function partsOf(key: Key): { readonly schema: string; readonly name: string } {
	const at = key.indexOf(".");
	return { schema: key.slice(0, at), name: key.slice(at + 1) };
}

function isTaken(scene: Scene, schema: string): (name: string) => boolean {
	const { catalog } = scene;
	// What the same command drops goes first.
	const freed = new Set(
		scene.command.flatMap((one) => (one.kind === "dropConstraint" ? [one.constraint] : [])),
	);
	return (name) => {
		const place = { schema, name };
		if (freed.has(name)) return false;
		return (
			catalog.table(place) !== undefined ||
			catalog.view(place) !== undefined ||
			catalog.index(place) !== undefined ||
			catalog.sequence(place) !== undefined
		);
	};
}

/** The key of the index of a UNIQUE, PRIMARY KEY or EXCLUDE constraint; the server may name it. */
export function constraintIndexName(
	constraint: ConstraintDefinition,
	given: string | undefined,
	table: Key,
	scene: Scene,
): Key {
	const { schema, name } = partsOf(table);
	if (given !== undefined) return `${schema}.${given}`;
	const taken = isTaken(scene, schema);
	if (constraint.type === "primaryKey") {
		return `${schema}.${chooseName(name, undefined, "pkey", taken)}`;
	}
	if (constraint.type === "exclude") {
		const addition = nameAddition(indexColumnNames(constraint.elements, []));
		return `${schema}.${chooseName(name, addition, "excl", taken)}`;
	}
	const columns = constraint.type === "unique" ? constraint.columns : [];
	return `${schema}.${chooseName(name, nameAddition(columns), "key", taken)}`;
}

/** The key of an index that CREATE INDEX leaves to the server to name. */
export function indexName(
	elements: readonly IndexElement[],
	include: readonly string[],
	table: Key,
	scene: Scene,
): Key {
	const { schema, name } = partsOf(table);
	const addition = nameAddition(indexColumnNames(elements, include));
	return `${schema}.${chooseName(name, addition, "idx", isTaken(scene, schema))}`;
}
