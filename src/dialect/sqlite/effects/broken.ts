import { historyIsWhole } from "../../../catalog/catalog.ts";
import type { Key } from "../../../catalog/model.ts";
import { refuse, type Draft } from "./draft.ts";
import { nameOf, type Scene } from "./scene.ts";
import { has } from "./versions.ts";

/**
 * Since 3.26 the whole schema is read again: a view or trigger that names a table which is not there stops every
 * rename, and DROP COLUMN too.
 */
export function refuseBroken(scene: Scene, draft: Draft): void {
	const { catalog, version } = scene;
	if (!has(version, "renameChecksSchema") || !historyIsWhole(catalog)) return;
	for (const view of catalog.views()) {
		const missing = view.dependsOn.find((key) => !exists(key, scene));
		if (missing === undefined) continue;
		const name = nameOf(missing);
		refuse(
			draft,
			`the view ${view.name} reads ${name}, which is not there at this moment (error in view ${view.name}: no such table: main.${name})`,
		);
	}
	refuseBrokenTrigger(scene, draft);
}

/** The first trigger of the schema that names what is not there. */
function refuseBrokenTrigger(scene: Scene, draft: Draft): void {
	for (const { triggers } of [...scene.catalog.tables(), ...scene.catalog.views()]) {
		for (const { name, uses } of triggers) {
			const missing = uses?.relations.find((key) => !exists(key, scene));
			if (missing === undefined) continue;
			const relation = nameOf(missing);
			refuse(
				draft,
				`the trigger ${name} names ${relation}, which is not there at this moment (error in trigger ${name}: no such table: main.${relation})`,
			);
		}
	}
}

function exists(key: Key, { catalog }: Scene): boolean {
	if (catalog.tableByKey(key) ?? catalog.viewByKey(key)) return true;
	// Tables of SQLite itself, and those that table-valued functions stand for.
	return /^(sqlite_|pragma_|json_)/i.test(nameOf(key));
}
