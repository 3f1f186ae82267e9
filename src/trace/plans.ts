import type { OperationKind } from "../core/operation.ts";
import type { TraceEngine } from "./engine.ts";
import { sqlOf, type Step } from "./script.ts";

const planned: ReadonlySet<OperationKind> = new Set([
	"select",
	"insert",
	"update",
	"delete",
	"merge",
] as const);

/**
 * Tells whether an index finds the rows that a statement read a whole table for. The planner reads small
 * tables whole although an index would do: what a large one would see is the plan without whole scans.
 */
export async function couldUseIndex(
	engine: TraceEngine,
	step: Step,
	relation: string,
	inTransaction: boolean,
): Promise<boolean> {
	const { operations } = step;
	if (operations.length === 0 || !operations.every(({ kind }) => planned.has(kind))) return false;
	await engine.execute(inTransaction ? "SAVEPOINT lockkeeper" : "BEGIN");
	try {
		await engine.execute("SET LOCAL enable_seqscan = off");
		const plan = await engine.query(`EXPLAIN (COSTS OFF) ${sqlOf(step)}`);
		const name = relation.slice(relation.indexOf(".") + 1);
		const lines = plan.map(([line]) => /Seq Scan on "?([^" ]+)/.exec(line ?? "")?.[1]);
		return !lines.includes(name);
	} catch {
		// A statement that cannot be explained has no plan to look at.
		return false;
	} finally {
		await engine.execute(inTransaction ? "ROLLBACK TO SAVEPOINT lockkeeper" : "ROLLBACK");
	}
}
