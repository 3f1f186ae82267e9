import { keyOf } from "../../../catalog/catalog.ts";
import { readName, visitExpression } from "../../../catalog/expression.ts";
import type { Key } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import type { LockMode } from "./locks.ts";
import { columnOf, descendantsOf, isMissing, targetOf, type Scene } from "./scene.ts";

const advancing: ReadonlySet<string> = new Set(["nextval", "setval"]);

/** Sequences that nextval and setval name by a constant: evaluating the call locks them. */
export function sequencesIn(expression: Expression): readonly string[] {
	const names: string[] = [];
	visitExpression(expression, (part) => {
		if (part.kind !== "call" || !advancing.has(part.function.name)) return;
		let [argument] = part.arguments;
		if (argument?.kind === "cast") argument = argument.operand;
		if (argument?.kind === "literal" && argument.type === "string") names.push(argument.value);
	});
	return names;
}

export function lockSequencesOf(expression: Expression, scene: Scene, draft: Draft): void {
	for (const text of sequencesIn(expression)) {
		const name = readName(text);
		if (name) lock(draft, scene.catalog.resolve(name), "RowExclusiveLock");
	}
}

/** Sequences that belong to a table, or to one column of it, move and go with it. */
export function lockOwnedSequences(
	table: Key,
	column: string | undefined,
	mode: LockMode,
	scene: Scene,
	draft: Draft,
): void {
	for (const sequence of scene.catalog.sequencesOwnedBy(table)) {
		if (column === undefined || sequence.ownedBy?.column === column) {
			lock(draft, keyOf(sequence), mode);
		}
	}
}

export function createSequence(
	operation: OperationOf<"createSequence">,
	scene: Scene,
	draft: Draft,
): void {
	const { ownedBy } = operation;
	if (ownedBy) lock(draft, targetOf(scene, ownedBy.table).key, "AccessShareLock");
}

/**
 * ALTER SEQUENCE: SHARE ROW EXCLUSIVE, so nextval waits; RESTART and the like give it a new file.
 * Source: AlterSequence in src/backend/commands/sequence.c; measured 10 to 18.
 */
export function alterSequence(
	operation: OperationOf<"alterSequence">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.sequence);
	if (operation.ifExists && isMissing(scene, target)) return;
	lock(draft, target.key, "ShareRowExclusiveLock");
	because(draft, "calls of nextval wait until the transaction ends");
	if (operation.ownedBy) {
		lock(draft, targetOf(scene, operation.ownedBy.table).key, "AccessShareLock");
	}
	if (operation.parameters.some(({ name }) => name === "persistence")) {
		lock(draft, target.key, "AccessExclusiveLock");
	}
}

export function dropSequence(
	operation: OperationOf<"dropSequence">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.sequence);
	if (operation.ifExists && isMissing(scene, target)) return;
	lock(draft, target.key, "AccessExclusiveLock");
	draft.phase = "contract";
	draft.reversible = "lossy";
	const owner = scene.catalog.sequence(operation.sequence)?.ownedBy;
	const owning = owner && columnOf(scene.catalog.tableByKey(owner.table), owner.column);
	if (owning?.identity) refuse(draft, "2BP01", `identity column ${owning.name} needs the sequence`);
	for (const table of scene.catalog.tables()) {
		const drawing = table.columns.filter(
			(column) => column.default && draws(column.default, target.key, scene),
		);
		if (drawing.length === 0) continue;
		const key = `${table.schema}.${table.name}`;
		if (!operation.cascade) refuse(draft, "2BP01", `a default of ${key} draws from the sequence`);
		lock(draft, key, "AccessExclusiveLock");
		for (const child of descendantsOf(scene, key)) {
			lock(draft, `${child.schema}.${child.name}`, "AccessExclusiveLock");
		}
	}
}

function draws(value: Expression, sequence: string, scene: Scene): boolean {
	return sequencesIn(value).some((text) => {
		const name = readName(text);
		return name !== undefined && scene.catalog.resolve(name) === sequence;
	});
}
