import { keyOf } from "../../../catalog/catalog.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, type Draft } from "./draft.ts";
import { writeSchema, type Scene } from "./scene.ts";

/**
 * VACUUM copies the whole database into a new file and back; VACUUM INTO writes another file and leaves this
 * one alone. Neither runs in a transaction. Source: https://www.sqlite.org/lang_vacuum.html; measured.
 */
export function vacuum(operation: OperationOf<"vacuum">, scene: Scene, draft: Draft): void {
	draft.transaction = "refused";
	const tables = [...scene.catalog.tables()].filter(({ empty }) => !empty).map(keyOf);
	for (const key of tables) draft.scans.add(key);
	if (operation.into) {
		because(draft, "the database is copied into another file");
		return;
	}
	writeSchema(draft, scene);
	because(draft, "the whole database is written anew, with as much free space on the disk");
	for (const key of tables) draft.rewrites.add(key);
}

/** ANALYZE reads the indexes, and tables without one. */
export function analyze(operation: OperationOf<"analyze">, scene: Scene, draft: Draft): void {
	writeSchema(draft, scene);
	const named = operation.table && scene.catalog.table(operation.table);
	for (const table of named ? [named] : scene.catalog.tables()) {
		if (!table.empty) draft.scans.add(keyOf(table));
	}
}
