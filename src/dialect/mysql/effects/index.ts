import type { Situation } from "../../../core/dialect.ts";
import { noEffect, type Effect } from "../../../core/effect.ts";
import type { Operation } from "../../../core/operation.ts";
import { alteredTable, alterTable } from "./alter-table.ts";
import { data } from "./data.ts";
import { finish, newDraft, type Draft } from "./draft.ts";
import type { Scene } from "./facts.ts";
import { schemaObject } from "./schema-object.ts";
import { serverOf, type Flavor } from "./server.ts";
import {
	analyzeTable,
	createTable,
	createTableAs,
	dropTable,
	lockTable,
	truncate,
} from "./tables.ts";

export { lockModes } from "./locks.ts";

/**
 * What MySQL 5.7 to 9 and MariaDB 10.6 to 11.8 do with InnoDB tables for the operations of one command, one
 * effect for each in the same order. Tables that the catalog does not know are taken for InnoDB tables with
 * rows, and the effect says `assumed`. Held to measured behaviour of MariaDB 10.11 and 11.8 and of MySQL 9.7;
 * what other versions do differently is documented (server.ts).
 */
export function effectsOf(
	flavor: Flavor,
): (operations: readonly Operation[], situation: Situation) => readonly Effect[] {
	return (operations, situation) => {
		const server = serverOf(flavor, situation.version);
		return effectsIn(operations, { ...situation, server, command: operations });
	};
}

function effectsIn(operations: readonly Operation[], scene: Scene): readonly Effect[] {
	const changes = new Map<Operation, Effect>();
	for (const [name, group] of byTable(operations, scene)) {
		const [first] = group;
		const table = first && alteredTable(first);
		if (!table || name === "") continue;
		alterTable(group, table, { ...scene, command: inCommand(group, operations) }).forEach(
			(effect, at) => {
				const operation = group[at];
				if (operation) changes.set(operation, effect);
			},
		);
	}
	return operations.map((operation) => changes.get(operation) ?? otherEffect(operation, scene));
}

/** RENAME TABLE names several tables in one command, and all of them count for where a name is free. */
function inCommand(
	group: readonly Operation[],
	operations: readonly Operation[],
): readonly Operation[] {
	return operations.every(({ kind }) => kind === "renameTable") ? operations : group;
}

function byTable(
	operations: readonly Operation[],
	{ catalog }: Scene,
): ReadonlyMap<string, readonly Operation[]> {
	const groups = new Map<string, Operation[]>();
	for (const operation of operations) {
		const table = alteredTable(operation);
		if (!table) continue;
		const key = catalog.resolve(table);
		groups.set(key, [...(groups.get(key) ?? []), operation]);
	}
	return groups;
}

function otherEffect(operation: Operation, scene: Scene): Effect {
	if (operation.kind === "optimizeTable") {
		const { table, range } = operation;
		const said = { table, ifTableExists: false, only: false, relation: "table" } as const;
		const force = { kind: "alterTableOther", action: "force", range, ...said } as const;
		return alterTable([force], table, { ...scene, command: [force] })[0] ?? noEffect;
	}
	const draft = newDraft();
	fill(operation, scene, draft);
	return finish(draft);
}

function fill(operation: Operation, scene: Scene, draft: Draft): void {
	switch (operation.kind) {
		case "createTable":
			createTable(operation, scene, draft);
			return;
		case "createTableAs":
			createTableAs(operation, scene, draft);
			return;
		case "dropTable":
			dropTable(operation, scene, draft);
			return;
		case "truncate":
			truncate(operation, scene, draft);
			return;
		case "lockTable":
			lockTable(operation, scene, draft);
			return;
		case "analyze":
			analyzeTable(operation, scene, draft);
			return;
		case "insert":
		case "update":
		case "delete":
		case "merge":
		case "select":
		case "copy":
			data(operation, scene, draft);
			return;
		default:
			schemaObject(operation, scene, draft);
	}
}
