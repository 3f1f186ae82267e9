import { createCatalog, type MutableCatalog } from "../../src/catalog/mutable.ts";
import { replay } from "../../src/catalog/replay.ts";
import type { Statement } from "../../src/core/statement.ts";
import { readPostgres } from "../../src/dialect/postgres/reader.ts";

export const release = { migration: "1", release: "1" };

export function statementsOf(text: string): readonly Statement[] {
	const reading = readPostgres({ path: "script.sql", text }, { placeholders: [] });
	for (const { unread } of reading.statements) if (unread) throw new Error(unread.message);
	return reading.statements;
}

/** Replays SQL, onto a given catalog or a new one. */
export function replaySql(text: string, catalog: MutableCatalog = createCatalog()): MutableCatalog {
	for (const { parts, file } of statementsOf(text)) {
		for (const { operations } of parts) {
			for (const operation of operations) {
				const origin = { ...release, file: file.path, range: operation.range };
				replay(catalog, operation, origin, operations);
			}
		}
	}
	return catalog;
}
