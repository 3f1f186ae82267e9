import type { Catalog } from "../../catalog/catalog.ts";
import { relationNamed } from "../../catalog/exposure.ts";
import type { Key } from "../../catalog/model.ts";
import {
	noEffect,
	type Duration,
	type Effect,
	type IndexBuild,
	type Lock,
	type OnlineChange,
	type Phase,
} from "../effect.ts";
import type { Migration } from "../migration.ts";
import type { Operation } from "../operation.ts";
import type { Statement } from "../statement.ts";
import type { Transaction } from "../transaction.ts";
import { catalogQuestions } from "./context.ts";
import { tellFault, type TakeFault } from "./fault.ts";
import { replayHistory, type History, type HistoryVisitor, type Moment } from "./history.ts";

/** What one statement does to the running system: the effects of all its operations together. */
export interface Explanation {
	readonly statement: Statement;
	readonly migration: Migration;
	readonly effect: Effect;
	readonly transaction: Transaction | undefined;
	/** Statements after this one in the same transaction: its locks are held while they run. */
	readonly heldThrough: readonly Statement[];
	/** Of those, the ones whose time grows with a table. */
	readonly slowWhileHeld: readonly Statement[];
	/** The locked relations that this release made or that are temporary: nobody waits for these. */
	readonly unseen: ReadonlySet<Key>;
}

const durationRank: Readonly<Record<Duration, number>> = {
	constant: 0,
	waitsForTransactions: 1,
	index: 2,
	rows: 3,
};
const phaseRank: Readonly<Record<Phase, number>> = { expand: 0, migrate: 1, contract: 2 };
const undoRank: Readonly<Record<Effect["reversible"], number>> = { yes: 0, lossy: 1, none: 2 };
function worse<Value extends string>(
	a: Value,
	b: Value,
	rank: Readonly<Record<Value, number>>,
): Value {
	return rank[b] > rank[a] ? b : a;
}

function strongestLocks(all: readonly Lock[], modes: readonly string[]): readonly Lock[] {
	const byRelation = new Map<Key, Lock>();
	for (const lock of all) {
		const known = byRelation.get(lock.relation);
		if (!known || modes.indexOf(lock.mode) > modes.indexOf(known.mode))
			byRelation.set(lock.relation, lock);
	}
	return [...byRelation.values()];
}

const noRows: ReadonlyMap<string, number> = new Map();

function unique(values: readonly string[]): readonly string[] {
	return [...new Set(values)];
}

const algorithmRank: Readonly<Record<OnlineChange["algorithm"], number>> = {
	instant: 0,
	nocopy: 1,
	inplace: 2,
	copy: 3,
};
const onlineLockRank: Readonly<Record<OnlineChange["lock"], number>> = {
	none: 0,
	shared: 1,
	exclusive: 2,
};

/** What MySQL and MariaDB do for a statement: its worst clause decides. */
function combineOnline(
	effects: readonly Effect[],
	modes: readonly string[],
	isOld: (relation: Key) => boolean,
): Partial<Effect> {
	const changes = effects.flatMap(({ online }) => online ?? []);
	const online = changes.reduce<OnlineChange | undefined>(
		(a, b) => ({
			algorithm: worse(a?.algorithm ?? "instant", b.algorithm, algorithmRank),
			lock: worse(a?.lock ?? "none", b.lock, onlineLockRank),
		}),
		undefined,
	);
	const briefLocks = strongestLocks(
		effects.flatMap((effect) => effect.briefLocks ?? []),
		modes,
	).filter(({ relation }) => isOld(relation));
	return {
		...(online && { online }),
		...(briefLocks.length > 0 && { briefLocks }),
		...(effects.some(({ commits }) => commits) && { commits: true }),
		...(effects.some(({ replicaLag }) => replicaLag) && { replicaLag: true }),
		...(effects.some(({ rowVersion }) => rowVersion) && { rowVersion: true }),
	};
}

function combine(
	effects: readonly Effect[],
	modes: readonly string[],
	isOld: (relation: Key) => boolean,
): Effect {
	const builds = new Map<string, IndexBuild>();
	for (const effect of effects) for (const build of effect.builds) builds.set(build.index, build);
	const fails = effects.find((effect) => effect.fails)?.fails;
	const better = effects.find((effect) => effect.better)?.better;
	return {
		locks: strongestLocks(
			effects.flatMap((effect) => effect.locks),
			modes,
		).filter(({ relation }) => isOld(relation)),
		indexLocks: strongestLocks(
			effects.flatMap((effect) => effect.indexLocks),
			modes,
		),
		rewrites: unique(effects.flatMap((effect) => effect.rewrites)).filter(isOld),
		scans: unique(effects.flatMap((effect) => effect.scans)).filter(isOld),
		builds: [...builds.values()],
		transaction: effects.some((effect) => effect.transaction === "refused") ? "refused" : "allowed",
		...(fails && { fails }),
		duration: effects.reduce<Duration>((a, b) => worse(a, b.duration, durationRank), "constant"),
		phase: effects.reduce<Phase>((a, b) => worse(a, b.phase, phaseRank), "expand"),
		reversible: effects.reduce<Effect["reversible"]>(
			(a, b) => worse(a, b.reversible, undoRank),
			"yes",
		),
		assumed: effects.some((effect) => effect.assumed),
		reasons: unique(effects.flatMap((effect) => effect.reasons)),
		...(better && { better }),
		...combineOnline(effects, modes, isOld),
	};
}

/** The relation that an operation makes, if it makes one. */
function madeBy(operation: Operation, catalog: Catalog): Key | undefined {
	switch (operation.kind) {
		case "createTable":
		case "createTableAs":
			return catalog.table(operation.table) && operation.ifNotExists
				? undefined
				: catalog.resolve(operation.table);
		case "createView":
		case "createMaterializedView":
			return catalog.view(operation.view) ? undefined : catalog.resolve(operation.view);
		case "createSequence":
			return catalog.sequence(operation.sequence) ? undefined : catalog.resolve(operation.sequence);
		case "createCompositeType":
			return catalog.resolve(operation.type);
		default:
			return undefined;
	}
}

interface Collected {
	readonly statement: Statement;
	readonly migration: Migration;
	readonly transaction: Transaction | undefined;
	readonly effects: Effect[];
	/** Relations that this statement made before using them. */
	readonly made: Set<Key>;
	readonly unseen: Set<Key>;
	readonly truncates: boolean;
}

/** The statements that run while the locks of one before them are held: to the end, or to one that commits. */
function heldThroughOf(
	transaction: Transaction | undefined,
	after: readonly (Collected & { readonly effect: Effect })[],
): readonly Statement[] {
	if (transaction === undefined) return [];
	const same = after.filter((other) => other.transaction === transaction);
	const end = same.findIndex(({ effect }) => effect.commits);
	return same.slice(0, end < 0 ? same.length : end).map(({ statement }) => statement);
}

/** What a transaction holds when a statement of it starts. */
class Holdings {
	#transaction: Transaction | undefined;
	#locks = new Set<string>();

	/** Moves on to a transaction; outside of one nothing is held. */
	enter(transaction: Transaction | undefined): void {
		if (transaction !== undefined && transaction === this.#transaction) return;
		this.#transaction = transaction;
		this.#locks = new Set();
	}

	/** The server ended the transaction: nothing of it is held any more. */
	clear(): void {
		this.#locks = new Set();
	}

	/** The server notes no second lock of the same mode. */
	isNew({ relation, mode }: Lock): boolean {
		return !this.#locks.has(`${mode} ${relation}`);
	}

	add({ locks }: Effect, { made, truncates }: Collected): void {
		for (const { relation, mode } of locks) {
			this.#locks.add(`${mode} ${relation}`);
			// TRUNCATE builds the indexes of the empty file under a lock of its own.
			if (truncates) this.#locks.add(`ShareLock ${relation}`);
		}
		for (const relation of made) {
			this.#locks.add(`AccessExclusiveLock ${relation}`);
			// The indexes of its keys are built under this one.
			this.#locks.add(`ShareLock ${relation}`);
		}
	}
}

/** Collects what the statements of a history do as it is replayed. */
export class Explainer implements HistoryVisitor {
	readonly #collected: Collected[] = [];
	readonly #modes: readonly string[];
	readonly fault?: NonNullable<HistoryVisitor["fault"]>;

	constructor(modes: readonly string[], fault?: TakeFault) {
		this.#modes = modes;
		if (fault) {
			this.fault = (error, statement) => {
				tellFault(fault, error, statement);
			};
		}
	}

	/** Returns a function that takes out what is collected from now on. */
	remember(): () => void {
		const { length } = this.#collected;
		return () => {
			this.#collected.length = length;
		};
	}

	visits(migration: Migration): boolean {
		return migration.candidate;
	}

	/** The server refuses what its grammar cannot read; what else is unread has no known effect. */
	unread(statement: Statement, migration: Migration): void {
		const { unread } = statement;
		const fails = { code: "42601", reason: unread?.message ?? "it cannot be read" };
		this.#collected.push({
			statement,
			migration,
			transaction: undefined,
			effects: [unread?.reason === "syntax" ? { ...noEffect, fails } : noEffect],
			made: new Set(),
			unseen: new Set(),
			truncates: false,
		});
	}

	operation({ operation, effects, statement, migration, transaction, catalog }: Moment): void {
		let last = this.#collected.at(-1);
		if (last?.statement !== statement) {
			last = {
				statement,
				migration,
				transaction,
				effects: [],
				made: new Set(),
				unseen: new Set(),
				truncates: operation.kind === "truncate",
			};
			this.#collected.push(last);
		}
		const effect = effects.get(operation);
		if (effect) last.effects.push(effect);
		const { isNew } = catalogQuestions(catalog, migration.release, noRows);
		for (const { relation } of effect?.locks ?? []) {
			if (isNew(relationNamed(catalog, relation))) last.unseen.add(relation);
		}
		const made = madeBy(operation, catalog);
		if (made !== undefined) last.made.add(made);
	}

	/** Returns what each statement does, when the whole history has been replayed. */
	finish(): readonly Explanation[] {
		const slow = new Set<Statement>();
		const holdings = new Holdings();
		const combined = this.#collected.map((collected) => {
			holdings.enter(collected.transaction);
			const whole = combine(
				collected.effects,
				this.#modes,
				(relation) => !collected.made.has(relation),
			);
			if (whole.commits) holdings.clear();
			const effect = { ...whole, locks: whole.locks.filter((lock) => holdings.isNew(lock)) };
			if (!whole.commits) holdings.add(whole, collected);
			if (effect.duration === "rows" || effect.duration === "index") slow.add(collected.statement);
			return { ...collected, effect };
		});
		return combined.map(({ statement, migration, transaction, effect, unseen }, at) => {
			const heldThrough = effect.commits ? [] : heldThroughOf(transaction, combined.slice(at + 1));
			return {
				statement,
				migration,
				effect,
				transaction,
				heldThrough,
				slowWhileHeld: heldThrough.filter((other) => slow.has(other)),
				unseen,
			};
		});
	}
}

/** Replays the history and returns what each statement of its candidate migrations does. */
export function explain(history: History, fault?: TakeFault): readonly Explanation[] {
	const explainer = new Explainer(history.dialect.lockModes, fault);
	replayHistory(history, explainer);
	return explainer.finish();
}

/** The name of a relation without the schema that everybody means. */
export function shortName(relation: Key): string {
	return relation.startsWith("public.") ? relation.slice("public.".length) : relation;
}
