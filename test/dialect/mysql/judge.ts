import { createCatalog, type MutableCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import type { Situation } from "../../../src/core/dialect.ts";
import type { Effect, OnlineChange } from "../../../src/core/effect.ts";
import type { Operation } from "../../../src/core/operation.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";
import type { Flavor } from "../../../src/dialect/mysql/effects/server.ts";

/** What the effects say of a statement, in the shape of a measurement. */
export interface Said {
	readonly error?: number;
	readonly algorithm?: string;
	readonly lock?: string;
	/** Tables whose rows are written anew. */
	readonly rewritten: readonly string[];
	/** table.index, of tables that are not written anew. */
	readonly built: readonly string[];
	/** Tables that are locked against everybody, for a moment at least: it waits for all who use them. */
	readonly waitsFor: readonly string[];
	readonly commits: boolean;
}

const dialects = { mysql: loadMysql("mysql"), mariadb: loadMysql("mariadb") };

const origin = {
	migration: "before",
	release: "before",
	file: "before.sql",
	range: { start: 0, end: 0 },
};

/** The operations of a text, one list for each command. */
function readCommands(flavor: Flavor, text: string): readonly (readonly Operation[])[] {
	const { statements } = dialects[flavor].read({ path: "form.sql", text }, { placeholders: [] });
	const unread = statements.find((statement) => statement.unread);
	if (unread) throw new Error(`${unread.unread?.message ?? ""}: ${text}`);
	return statements.flatMap(({ parts }) => parts.map(({ operations }) => operations));
}

function replayText(catalog: MutableCatalog, flavor: Flavor, text: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const command of readCommands(flavor, text)) {
		for (const operation of command) {
			replay(catalog, operation, origin, command);
			if (operation.kind === "setParameter")
				settings.set(operation.name, operation.value ?? "default");
		}
	}
	return settings;
}

const catalogs = new Map<string, MutableCatalog>();

/** The schema after the base; a copy, for one form to change. */
function catalogAfter(flavor: Flavor, base: string): MutableCatalog {
	const key = `${flavor} ${base}`;
	let catalog = catalogs.get(key);
	if (!catalog) {
		catalog = createCatalog({ dialect: flavor });
		replayText(catalog, flavor, base);
		catalogs.set(key, catalog);
	}
	return catalog.fork();
}

/** The effects of a statement after the base and what makes ready for it. */
export function effectsAfter(
	server: { readonly flavor: Flavor; readonly version: number },
	base: string,
	setup: readonly string[],
	statement: string,
): readonly Effect[] {
	const { flavor, version } = server;
	const catalog = catalogAfter(flavor, base);
	const settings = new Map<string, string>();
	for (const text of setup) {
		for (const [name, value] of replayText(catalog, flavor, text)) settings.set(name, value);
	}
	const situation: Situation = { catalog, version, settings, inTransaction: false };
	return readCommands(flavor, statement).flatMap((command) =>
		dialects[flavor].effects(command, situation),
	);
}

const algorithms: readonly OnlineChange["algorithm"][] = ["instant", "nocopy", "inplace", "copy"];
const locks: readonly OnlineChange["lock"][] = ["none", "shared", "exclusive"];

/** The relation without its database. */
function short(key: string): string {
	return key.slice(key.indexOf(".") + 1);
}

/** Several effects as one. */
export function judge(effects: readonly Effect[]): Said {
	const online = effects.flatMap(({ online: change }) => change ?? []);
	const worst = <Value>(values: readonly Value[], order: readonly Value[]): Value | undefined =>
		values.toSorted((a, b) => order.indexOf(b) - order.indexOf(a))[0];
	const rewritten = [...new Set(effects.flatMap(({ rewrites }) => rewrites.map(short)))].sort();
	const error = effects.find(({ fails }) => fails)?.fails?.code;
	const algorithm = worst(
		online.map((change) => change.algorithm),
		algorithms,
	);
	const lock = worst(
		online.map((change) => change.lock),
		locks,
	);
	const builds = effects
		.flatMap(({ builds: made }) => made)
		.filter(({ table }) => !rewritten.includes(short(table)));
	const exclusive = effects
		.flatMap(({ locks: held, briefLocks }) => [...held, ...(briefLocks ?? [])])
		.filter(({ mode }) => mode === "EXCLUSIVE");
	return {
		...(error !== undefined && { error: Number(error) }),
		...(algorithm && { algorithm: algorithm.toUpperCase() }),
		...(lock && { lock: lock.toUpperCase() }),
		rewritten,
		built: [...new Set(builds.map(({ index }) => short(index)))].sort(),
		waitsFor: [...new Set(exclusive.map(({ relation }) => short(relation)))].sort(),
		commits: effects.some(({ commits }) => commits === true),
	};
}
