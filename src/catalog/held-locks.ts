import type { OperationContext } from "../core/rule.ts";
import type { HeldLock } from "../core/transaction.ts";
import { positionAt } from "../core/source.ts";
import type { RelatedPlace } from "../core/finding.ts";
import { relationNamed } from "./exposure.ts";
import type { Key } from "./model.ts";

const strength = { nothing: 0, schemaChanges: 1, writes: 2, readsAndWrites: 3 } as const;

type HeldQuestions = Pick<OperationContext, "catalog" | "isNew" | "transaction" | "statement">;

/**
 * Returns the strongest lock that the transaction holds already and that keeps writes or more of a
 * table in use waiting; on `preferred` rather than on another table of the same strength.
 */
export function strongestHeld(context: HeldQuestions, preferred?: Key): HeldLock | undefined {
	let found: HeldLock | undefined;
	for (const held of context.transaction?.held ?? []) {
		const { relation, blocks } = held.lock;
		if (strength[blocks] < strength.writes) continue;
		if (context.isNew(relationNamed(context.catalog, relation))) continue;
		const than = found ? strength[found.lock.blocks] : 0;
		const isStronger = strength[blocks] > than;
		const isPreferred = strength[blocks] === than && relation === preferred;
		if (isStronger || (isPreferred && found?.lock.relation !== preferred)) found = held;
	}
	return found;
}

/** Returns in words what waits for the lock: "every read and write" or "every write". */
export function waitersOf({ lock }: HeldLock): string {
	return lock.blocks === "readsAndWrites" ? "every read and write" : "every write";
}

/** Returns where the lock was taken, as a place and in words. */
export function placeOfLock(
	{ operation, statement }: HeldLock,
	context: Pick<OperationContext, "statement">,
): { readonly words: string; readonly related: RelatedPlace } {
	const { file } = statement;
	const start = positionAt(file, operation.range.start);
	const line = `line ${start.line}`;
	const words = file.path === context.statement.file.path ? line : `${file.path}, ${line}`;
	return { words, related: { message: "The lock is taken here.", file: file.path, start } };
}
