import type { Effect } from "../core/effect.ts";
import { replayHistory, type History, type Moment } from "../core/engine/history.ts";
import type { Migration } from "../core/migration.ts";
import type { Operation } from "../core/operation.ts";
import type { Statement } from "../core/statement.ts";
import type { Transaction } from "../core/transaction.ts";

/** A statement of the history with what the effects say about it, in the order of the run. */
export interface Step {
	readonly statement: Statement;
	readonly migration: Migration;
	/** Its own operations; those of functions that it calls are only in `effects`. */
	readonly operations: readonly Operation[];
	readonly effects: readonly Effect[];
	/** The same object for statements that share a transaction; absent when it commits by itself. */
	readonly transaction: Transaction | undefined;
	/** Tables that it changes row by row itself, not through functions and triggers, as schema.name. */
	readonly changed: readonly string[];
	/** Tables of which it looks up every row in another, for a foreign key. */
	readonly referencing: readonly string[];
}

interface Collected {
	readonly statement: Statement;
	readonly migration: Migration;
	readonly moments: Moment[];
}

function effectsOf(moments: readonly Moment[]): readonly Effect[] {
	return moments.flatMap(({ operation, effects }) => {
		const effect = effects.get(operation);
		return effect ? [effect] : [];
	});
}

function changedBy({ operation, catalog }: Moment): readonly string[] {
	switch (operation.kind) {
		case "insert":
		case "update":
		case "delete":
		case "merge":
			return [catalog.resolve(operation.table)];
		default:
			return [];
	}
}

function referencingIn({ operation, catalog }: Moment): readonly string[] {
	switch (operation.kind) {
		case "addConstraint":
			return operation.constraint.type === "foreignKey" ? [catalog.resolve(operation.table)] : [];
		case "addColumn": {
			const refers = operation.column.constraints.some(({ type }) => type === "foreignKey");
			return refers ? [catalog.resolve(operation.table)] : [];
		}
		case "validateConstraint": {
			const constraints = catalog.table(operation.table)?.constraints ?? [];
			const validated = constraints.find(({ name }) => name === operation.constraint);
			return validated?.type === "foreignKey" ? [catalog.resolve(operation.table)] : [];
		}
		default:
			return [];
	}
}

function unique(names: readonly string[]): readonly string[] {
	return [...new Set(names)];
}

/** Returns every statement that a history sends to the server. */
export function scriptOf(history: History): readonly Step[] {
	const collected = new Map<Statement, Collected>();
	replayHistory(history, {
		visits: () => true,
		section(migration, _section, reading, direction) {
			if (direction === "down") return;
			for (const statement of reading.statements) {
				collected.set(statement, { statement, migration, moments: [] });
			}
		},
		operation(moment) {
			collected.get(moment.statement)?.moments.push(moment);
		},
	});
	let previous: Step | undefined;
	const steps: Step[] = [];
	for (const { statement, migration, moments } of collected.values()) {
		const own = moments.filter(({ calledFrom }) => calledFrom === undefined);
		const operations = own.map(({ operation }) => operation);
		if (operations.length > 0 && operations.every(({ kind }) => kind === "clientCommand")) continue;
		const shared = previous?.migration === migration ? previous.transaction : undefined;
		const first = moments.at(0);
		previous = {
			statement,
			migration,
			operations,
			effects: effectsOf(moments),
			// A statement that could not be read runs where the one before it ran.
			transaction: first ? first.transaction : shared,
			changed: unique(own.flatMap(changedBy)),
			referencing: unique(own.flatMap(referencingIn)),
		};
		steps.push(previous);
	}
	return steps;
}

/** Why the effects say nothing about a statement, or not all; undefined when they do. */
export function silenceOf({ statement, operations }: Step): string | undefined {
	if (statement.unread) return "it could not be read";
	if (operations.some(({ kind }) => kind === "unanalyzable")) {
		return "it runs SQL that is put together while it runs";
	}
	return undefined;
}

/** The text that is sent to the server. */
export function sqlOf({ statement }: Pick<Step, "statement">): string {
	return statement.file.text.slice(statement.range.start, statement.range.end);
}

/** The extensions that a history creates. */
export function extensionsOf(history: Omit<History, "version" | "oneSession">): readonly string[] {
	// Their names do not depend on the version.
	const steps = scriptOf({ ...history, version: 18, oneSession: true });
	return steps.flatMap(({ operations }) =>
		operations.flatMap((operation) =>
			operation.kind === "createExtension" ? [operation.extension] : [],
		),
	);
}

/** Where in its file the server found what it refused; the statement's start when it did not say. */
export function placeOf(step: Step, failure: { readonly position?: number }): number {
	const { start } = step.statement.range;
	if (failure.position === undefined) return start;
	const before = Array.from(sqlOf(step)).slice(0, failure.position - 1);
	return start + before.join("").length;
}
