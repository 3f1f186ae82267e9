import { createCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { loadSqlite } from "../../../src/dialect/sqlite/dialect.ts";

const dialect = loadSqlite();

export interface Asked {
	/** What ran before, in earlier releases. */
	readonly before: readonly string[];
	readonly statement: string;
	readonly version?: number;
	readonly inTransaction?: boolean;
	readonly settings?: Readonly<Record<string, string>>;
}

/** Returns the effects of the operations of a statement, or undefined where it cannot be read. */
export function effectsOf({
	before,
	statement,
	version = 35300,
	inTransaction = false,
	settings = {},
}: Asked): readonly Effect[] | undefined {
	const catalog = createCatalog({ dialect: "sqlite" });
	const inForce = new Map(Object.entries(settings));
	for (const [at, text] of before.entries()) {
		const file = { path: `${at}.sql`, text };
		for (const { parts, unread } of dialect.read(file, { placeholders: [] }).statements) {
			if (unread) throw new Error(`${text}: ${unread.message}`);
			for (const { operations } of parts) {
				for (const operation of operations) {
					const origin = { migration: "1", release: "1", file: file.path, range: operation.range };
					replay(catalog, operation, origin, operations);
					if (operation.kind === "setParameter" && operation.value !== undefined) {
						inForce.set(operation.name, operation.value);
					}
				}
			}
		}
	}
	const [read] = dialect.read({ path: "x.sql", text: statement }, { placeholders: [] }).statements;
	if (!read || read.unread) return undefined;
	const operations = read.parts.flatMap((part) => part.operations);
	return dialect.effects(operations, { catalog, version, settings: inForce, inTransaction });
}

/** True when SQLite would refuse the statement. */
export function isRefused(asked: Asked): boolean {
	const effects = effectsOf(asked);
	if (!effects) return true;
	return effects.some(
		({ fails, transaction }) =>
			fails !== undefined || (asked.inTransaction === true && transaction === "refused"),
	);
}
