import type { Catalog } from "../catalog/catalog.ts";
import { relationNamed } from "../catalog/exposure.ts";
import type { Effect, Lock } from "../core/effect.ts";
import { catalogQuestions } from "../core/engine/context.ts";
import {
	replayHistory,
	type History,
	type HistoryVisitor,
	type Moment,
} from "../core/engine/history.ts";
import type { Migration } from "../core/migration.ts";
import type { Operation } from "../core/operation.ts";
import { assertionsOf } from "./assertions.ts";
import type { CheckedAssertion } from "./catalog-assertions.ts";
import { planDialectOf } from "./dialects/index.ts";
import type { PlanDialect } from "./dialects/plan-dialect.ts";
import type { Undo } from "./plan.ts";
import { stepAt } from "./planned-history.ts";
import { touchesOf, type Touch } from "./touches.ts";

/** What the operations of a piece do. */
export interface PieceReading {
	readonly operations: Operation[];
	readonly effects: Effect[];
	readonly touches: Touch[];
	/** On what other sessions use: not on what the release makes. */
	readonly locks: Lock[];
	readonly undos: Undo[];
	before: CheckedAssertion[];
	after: CheckedAssertion[];
}

const newReading = (): PieceReading => ({
	operations: [],
	effects: [],
	touches: [],
	locks: [],
	undos: [],
	before: [],
	after: [],
});

const noRows: ReadonlyMap<string, number> = new Map();

/** Values of a column that this release adds go with the column. */
function undoHere(operation: Operation, catalog: Catalog, dialect: PlanDialect): Undo {
	if (operation.kind !== "update") return dialect.undo(operation, catalog);
	const columns = catalog.table(operation.table)?.columns ?? [];
	const isNew = operation.set.every(({ column }) =>
		columns.some(({ name, origin }) => name === column && origin?.release.startsWith("plan")),
	);
	return isNew ? { unneeded: "the values go with the column" } : dialect.undo(operation, catalog);
}

class PieceReader implements HistoryVisitor {
	readonly readings: PieceReading[];
	/** What was found in an earlier pass: its assertions are held against the schema of this one. */
	readonly #earlier: readonly PieceReading[];
	readonly #dialect: PlanDialect;
	#at = -1;
	#catalog: Catalog | undefined;

	constructor(count: number, earlier: readonly PieceReading[], dialect: PlanDialect) {
		this.#dialect = dialect;
		this.readings = Array.from({ length: count }, newReading);
		this.#earlier = earlier;
	}

	visits({ layout }: Migration): boolean {
		return layout === "plan";
	}

	operation({ operation, effects, migration, catalog, statement }: Moment): void {
		const at = stepAt(statement.file.path);
		if (at !== this.#at) this.#start(at, catalog);
		const reading = this.readings[at];
		if (!reading || operation.kind === "setParameter") return;
		const effect = effects.get(operation);
		if (effect) {
			reading.effects.push(effect);
			const { isNew } = catalogQuestions(catalog, migration.release, noRows);
			const made = new Set(reading.operations.flatMap((other) => madeBy(other, catalog)));
			for (const lock of effect.locks) {
				if (made.has(lock.relation) || isNew(relationNamed(catalog, lock.relation))) continue;
				reading.locks.push(lock);
			}
		}
		reading.operations.push(operation);
		reading.touches.push(...touchesOf(operation, catalog));
		reading.undos.push(undoHere(operation, catalog, this.#dialect));
		if (this.#earlier.length === 0) {
			const { before, after } = assertionsOf(operation, catalog, this.#dialect.asks);
			// Of a table that the step itself makes nothing can hold before.
			const subject = "table" in operation ? catalog.resolve(operation.table) : undefined;
			const isMadeHere = reading.operations
				.slice(0, -1)
				.some((other) => madeBy(other, catalog).includes(subject ?? ""));
			if (!isMadeHere) reading.before.push(...before);
			reading.after.push(...after);
		}
	}

	/** Leaves out what an operation of the same step makes untrue, and what holds from the start. */
	#start(at: number, catalog: Catalog): void {
		this.finish();
		this.#at = at;
		this.#catalog = catalog;
		const [reading, earlier] = [this.readings[at], this.#earlier[at]];
		if (!reading || !earlier) return;
		reading.before = earlier.before.filter(({ holds }) => holds?.(catalog) !== false);
		reading.after = earlier.after.filter(({ holds }) => holds?.(catalog) !== true);
	}

	finish(): void {
		const reading = this.readings[this.#at];
		const catalog = this.#catalog;
		if (!reading || !catalog || this.#earlier.length === 0) return;
		reading.after = reading.after.filter(({ holds }) => holds?.(catalog) !== false);
	}
}

function madeBy(operation: Operation, catalog: Catalog): readonly string[] {
	return operation.kind === "createTable" ? [catalog.resolve(operation.table)] : [];
}

/**
 * Replays a planned history and returns what each piece does. With what an earlier pass found, assertions
 * are those that hold where the pieces now stand.
 */
export function readPieces(
	history: History,
	count: number,
	earlier: readonly PieceReading[] = [],
): readonly PieceReading[] {
	const reader = new PieceReader(count, earlier, planDialectOf(history.dialect.id));
	replayHistory(history, reader);
	reader.finish();
	return reader.readings;
}
