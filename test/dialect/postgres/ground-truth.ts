import { readFileSync } from "node:fs";
import { createCatalog, type MutableCatalog } from "../../../src/catalog/mutable.ts";
import { replay } from "../../../src/catalog/replay.ts";
import type { Situation } from "../../../src/core/dialect.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Operation } from "../../../src/core/operation.ts";
import { effects } from "../../../src/dialect/postgres/effects/index.ts";
import { strongest, modeNamed } from "../../../src/dialect/postgres/effects/locks.ts";
import { readPostgres } from "../../../src/dialect/postgres/reader.ts";

/** What a server of these versions did for a form: names are those of schema public. */
export interface Measured {
	/** "10-18", "10,12-14" */
	readonly versions: string;
	readonly locks: Readonly<Record<string, string>>;
	readonly rewrote: readonly string[];
	readonly scanned: readonly string[];
	readonly built: readonly string[];
	readonly transaction: "allowed" | "refused";
	/** SQLSTATE */
	readonly error?: string;
}

/** A statement, what stood before it, and what servers did. */
export interface Form {
	readonly id: string;
	readonly category: string;
	readonly setup?: readonly string[];
	/** Statements of the same transaction. */
	readonly pre?: readonly string[];
	readonly settings?: Readonly<Record<string, string>>;
	readonly statement: string;
	readonly results: readonly Measured[];
}

const folder = new URL("../../../fixtures/ground-truth/", import.meta.url);

export function loadForms(): readonly Form[] {
	return ["pg.jsonl", "pg-more.jsonl"].flatMap((name) => {
		const lines = readFileSync(new URL(name, folder), "utf8").trim().split("\n");
		return lines.map((line) => JSON.parse(line) as Form);
	});
}

export function versionsOf({ versions }: Measured): readonly number[] {
	return versions.split(",").flatMap((range) => {
		const [first = 0, last = first] = range.split("-").map(Number);
		return Array.from({ length: last - first + 1 }, (_, at) => first + at);
	});
}

const origin = {
	migration: "before",
	release: "before",
	file: "before.sql",
	range: { start: 0, end: 0 },
};

const commandsOf = new Map<string, readonly (readonly Operation[])[]>();

/** The operations of a text, one list for each command. */
function readCommands(text: string): readonly (readonly Operation[])[] {
	const known = commandsOf.get(text);
	if (known) return known;
	const { statements } = readPostgres({ path: "form.sql", text }, { placeholders: [] });
	const commands = statements.flatMap(({ parts }) => parts.map(({ operations }) => operations));
	commandsOf.set(text, commands);
	return commands;
}

function replayText(catalog: MutableCatalog, text: string): void {
	for (const command of readCommands(text)) {
		for (const operation of command) replay(catalog, operation, origin, command);
	}
}

const catalogs = new Map<string, MutableCatalog>();

/** The schema after the base and the given texts; a copy, for one form to change. */
function catalogAfter(texts: readonly string[]): MutableCatalog {
	const key = JSON.stringify(texts);
	const known = catalogs.get(key);
	if (known) return known.fork();
	const last = texts.at(-1);
	const catalog = last === undefined ? createCatalog() : catalogAfter(texts.slice(0, -1));
	replayText(catalog, last ?? readFileSync(new URL("pg-base.sql", folder), "utf8"));
	catalogs.set(key, catalog);
	return catalog.fork();
}

/** What the effects say, in the shape of a measurement. */
export type Said = Omit<Measured, "versions"> & {
	readonly indexLocks: Readonly<Record<string, string>>;
};

export function judge(form: Form, version: number): Said {
	const catalog = catalogAfter(form.setup ?? []);
	const situation: Situation = {
		catalog,
		version,
		settings: new Map(
			Object.entries(form.settings ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
		),
		inTransaction: form.pre !== undefined,
		earlier: (form.pre ?? [])
			.flatMap(readCommands)
			.flatMap((command) => command.map((operation) => ({ operation }))),
	};
	const held: Effect[] = [];
	for (const text of form.pre ?? []) {
		for (const command of readCommands(text)) held.push(...effects(command, situation));
		replayText(catalog, text);
	}
	const found = readCommands(form.statement).flatMap((command) => effects(command, situation));
	return summarize(found, locksOf(held));
}

/** Names of schema public stand without it. */
function short(key: string): string {
	return key.replace(/^public\./, "");
}

function locksOf(
	found: readonly Effect[],
	which: "locks" | "indexLocks" = "locks",
): Map<string, string> {
	const locks = new Map<string, string>();
	for (const { relation, mode } of found.flatMap((effect) => effect[which])) {
		const before = locks.get(short(relation));
		locks.set(
			short(relation),
			strongest(before === undefined ? undefined : modeNamed(before), modeNamed(mode)),
		);
	}
	return locks;
}

function summarize(found: readonly Effect[], held: ReadonlyMap<string, string>): Said {
	const locks = [...locksOf(found)].filter(([relation]) => !held.has(relation));
	const names = (pick: (effect: Effect) => readonly string[]) =>
		[...new Set(found.flatMap(pick).map(short))].sort();
	const error = found.find(({ fails }) => fails)?.fails?.code;
	return {
		locks: Object.fromEntries(locks.sort(([one], [other]) => (one < other ? -1 : 1))),
		indexLocks: Object.fromEntries(locksOf(found, "indexLocks")),
		rewrote: names(({ rewrites }) => rewrites),
		scanned: names(({ scans }) => scans),
		built: names(({ builds }) => builds.map(({ index }) => index)),
		transaction: found.some(({ transaction }) => transaction === "refused") ? "refused" : "allowed",
		...(error === undefined ? {} : { error }),
	};
}

/** Relations that the same transaction had locked or made before: the server reports no second lock. */
export function heldBefore(form: Form, version: number): ReadonlySet<string> {
	const catalog = catalogAfter(form.setup ?? []);
	const situation: Situation = { catalog, version, settings: new Map(), inTransaction: true };
	const commands = (form.pre ?? []).flatMap(readCommands);
	const made = commands
		.flat()
		.flatMap((operation) => (operation.kind === "createTable" ? [operation.table.name] : []));
	const held = commands.flatMap((command) => effects(command, situation));
	return new Set([...locksOf(held).keys(), ...made]);
}
