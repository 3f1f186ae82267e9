import type { Effect } from "../core/effect.ts";
import type { OperationKind } from "../core/operation.ts";
import { compareSets, type Difference, type Said } from "./compare.ts";
import type { Failure } from "./engine.ts";
import type { Observation } from "./observe.ts";
import type { Step } from "./script.ts";
import { alteredBy, isOnly } from "./sqlite-observe.ts";

/** Statements whose program tells nothing that effects speak of. */
const withoutProgram: ReadonlySet<OperationKind> = new Set([
	"begin",
	"commit",
	"rollback",
	"savepoint",
	"releaseSavepoint",
	"rollbackToSavepoint",
	"setParameter",
	"sessionCommand",
] as const);

/** The name without its schema: a trace has one file. */
function nameOf(key: string): string {
	return key.slice(key.indexOf(".") + 1).toLowerCase();
}

function names(keys: Iterable<string>): ReadonlySet<string> {
	return new Set([...keys].map(nameOf));
}

/** What the effects of a statement say together. */
export function saidOf(effects: readonly Effect[]): Said {
	const fails = effects.find((effect) => effect.fails)?.fails;
	const isRefused = effects.some(({ transaction }) => transaction === "refused");
	return {
		locks: new Map(),
		writes: effects.some(({ locks }) => locks.some(({ relation }) => relation === "main")),
		rewrites: names(effects.flatMap((effect) => effect.rewrites)),
		scans: names(effects.flatMap((effect) => effect.scans)),
		builds: names(effects.flatMap((effect) => effect.builds.map(({ index }) => index))),
		transaction: isRefused ? "refused" : "allowed",
		...(fails && { fails }),
	};
}

interface Seen {
	readonly said: Said;
	readonly seen: Observation;
}

/** True for a refusal that says more about this trace than about the statement. */
function isOfTrace({ message }: Failure, made: ReadonlySet<string>): boolean {
	// Many programs are linked with a SQLite that takes "text" for 'text'; which one is not in the SQL.
	if (message.includes("should this be a string literal in single-quotes")) return true;
	const [, name] = /^no such (?:table|index): (?:\w+\.)?(.+)$/.exec(message) ?? [];
	// Made by something that is no migration of this history, or that failed here before.
	return name !== undefined && !made.has(name.toLowerCase());
}

function compareFailure(
	{ fails }: Said,
	{ failure }: Observation,
	made: ReadonlySet<string>,
): readonly Difference[] {
	const happened = failure ? `refuses: ${failure.message}` : "accepts it";
	if (fails) {
		if (failure) return [];
		return [{ aspect: "failure", said: `refuses: ${fails.reason}`, happened }];
	}
	if (!failure || failure.code === "SQLITE_CONSTRAINT" || isOfTrace(failure, made)) return [];
	return [{ aspect: "failure", said: "accepts it", happened }];
}

function relationsOf(scans: Observation["scans"]): ReadonlySet<string> {
	return new Set(scans.map(({ relation }) => relation));
}

/** Returns where SQLite did something else than was said; `made` are the objects that were there at some time. */
export function compare(
	step: Step,
	{ said, seen }: Seen,
	made: ReadonlySet<string>,
): readonly Difference[] {
	const { transaction } = step;
	if (transaction && (seen.refusedInTransaction || said.transaction === "refused")) {
		const happened = seen.refusedInTransaction ? "refused" : "allowed";
		return said.transaction === happened
			? []
			: [{ aspect: "transaction", said: said.transaction, happened }];
	}
	const failure = compareFailure(said, seen, made);
	if (said.fails || seen.failure || isOnly(step, withoutProgram)) return failure;
	const begins = seen.writes?.begins === true;
	const written = (does: boolean): string => (does ? "writes" : "does not write");
	const isEmpty = (table: string): boolean => seen.before.get(table)?.size === 0;
	const scanned = seen.scans.filter(
		({ relation }) => said.scans.has(relation) || !isEmpty(relation),
	);
	const built = seen.builds.filter(({ index, table }) => said.builds.has(index) || !isEmpty(table));
	// IF EXISTS and IF NOT EXISTS write nothing where there is nothing to do.
	const isConditional = step.operations.some(
		(operation) =>
			("ifExists" in operation && operation.ifExists) ||
			("ifNotExists" in operation && operation.ifNotExists),
	);
	return [
		...(said.writes === begins || (isConditional && !begins)
			? []
			: [{ aspect: "writes" as const, said: written(!begins), happened: written(begins) }]),
		...compareSets(
			"rewrites",
			["rewritten", "not rewritten"],
			said.rewrites,
			new Set(seen.rewrites),
		),
		...compareSets("scans", ["read whole", "not read whole"], said.scans, relationsOf(scanned)),
		...compareSets(
			"builds",
			["built", "not built"],
			said.builds,
			new Set(built.map(({ index }) => index)),
		),
	];
}

/** True where tables without rows explain it: no row was there to refuse, or VACUUM had none to write. */
export function dependsOnRows(
	{ aspect, relation }: Difference,
	step: Step,
	seen: Observation,
): boolean {
	const isEmpty = (name: string): boolean => seen.before.get(name.toLowerCase())?.size === 0;
	if (aspect !== "failure") return relation !== undefined && isEmpty(relation);
	if (step.effects.some(({ fails }) => fails?.hangsOn === "rows")) return true;
	const altered = alteredBy(step);
	return !seen.failure && altered.length > 0 && altered.every(isEmpty);
}
