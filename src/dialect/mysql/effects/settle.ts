import type { OnlineClauses, Operation } from "../../../core/operation.ts";
import { movesVirtual } from "./columns.ts";
import {
	engineOf,
	hasIndexedVirtual,
	isFulltext,
	isSameName,
	optionOf,
	virtualColumns,
	type Target,
} from "./facts.ts";
import { foreignKeysFrom, foreignKeysTo } from "./foreign-keys.ts";
import { copiesOnline } from "./server.ts";
import {
	algorithms,
	copy,
	isWorse,
	onlineLocks,
	refused,
	worst,
	type Algorithm,
	type OnlineLock,
	type Step,
} from "./step.ts";

/** A clause of an ALTER TABLE with what it asks. */
export interface Clause {
	readonly operation: Operation;
	readonly step: Step;
}

/**
 * The steps of one ALTER TABLE as the server takes them together: what is instant alone is not beside a
 * clause that rebuilds, FULLTEXT and virtual columns hinder, and ALGORITHM= and LOCK= are held against it.
 *
 * Source: ha_innobase::check_if_supported_inplace_alter and innobase_support_instant in
 * storage/innobase/handler/handler0alter.cc of both servers; measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function settle(clauses: readonly Clause[], target: Target): readonly Step[] {
	if (clauses.some(({ step }) => step.fails)) return clauses.map(({ step }) => step);
	const engine = engineOf(target);
	if (engine !== "innodb") return clauses.map(({ step }) => onOtherEngine(step, engine));
	const alone = reshaped(clauses, target);
	const beside = withVirtual(alone, target);
	const rebuilt = withFulltext(beside, target);
	return asked(
		rebuilt.map((step) => whileCopying(step, target)),
		clauses[0]?.operation.online,
		target,
	);
}

/** Other engines change their metadata as InnoDB does, and copy the table for everything else. */
function onOtherEngine(step: Step, engine: string): Step {
	const isMetadata =
		!step.rebuilds && step.builds.length === 0 && !step.reshapes && !step.dropsIndex;
	if (isMetadata) return step;
	const { phase, reversible } = step;
	return {
		...copy(`${engine} copies the table for this`),
		...(phase && { phase }),
		...(reversible && { reversible }),
	};
}

/** Columns are added, dropped and moved in an instant only where every other clause is no more than that. */
function reshaped(clauses: readonly Clause[], target: Target): readonly Clause[] {
	const { server } = target.scene;
	const isMysql = server.flavor === "mysql";
	const asksMore = clauses.some(({ step }) =>
		isMysql ? step.algorithm !== "instant" : step.rebuilds || step.builds.length > 0,
	);
	const [blocked, why] = instantBlockedBy(target);
	return clauses.map(({ operation, step }) => {
		if (!step.reshapes || step.rebuilds) return { operation, step };
		const shifts = !isMysql && operation.kind === "addColumn" && movesVirtual(operation, target);
		if (shifts) {
			const reason = "a virtual column behind it moves, which MariaDB does by a copy of every row";
			return { operation, step: { ...step, ...copy(reason) } };
		}
		if (!asksMore && !blocked) return { operation, step };
		const reason = blocked
			? why
			: "beside the other changes of the statement the rows are written anew";
		const changed: Step = { ...step, algorithm: "inplace", rebuilds: true, reasons: [reason] };
		return { operation, step: changed };
	});
}

function instantBlockedBy(target: Target): readonly [blocked: boolean, why: string] {
	const isMariadb = target.scene.server.flavor === "mariadb";
	if ((target.table?.indexes ?? []).some(isFulltext)) {
		return [true, "a table with a FULLTEXT index takes no instant change of its columns"];
	}
	if (
		optionOf(target, "row_format") === "compressed" ||
		optionOf(target, "key_block_size") !== undefined
	) {
		return [true, "a compressed table takes no instant change of its columns"];
	}
	if (isMariadb && hasIndexedVirtual(target)) {
		return [
			true,
			"a table with an index over a virtual column takes no instant change of its columns",
		];
	}
	return [false, ""];
}

/** Virtual columns come and go with nothing but indexes and metadata beside them. */
function withVirtual(clauses: readonly Clause[], target: Target): readonly Clause[] {
	const isMysql = target.scene.server.flavor === "mysql";
	const changesVirtual = clauses.some(({ step }) => step.virtual);
	const rebuilds = clauses.some(({ step }) => step.rebuilds);
	const reshapes = clauses.some(({ step }) => step.reshapes !== undefined);
	// A stored column that comes or goes shifts the virtual ones where the rows are written anew.
	const shifts =
		!isMysql &&
		rebuilds &&
		clauses.some(({ operation, step }) => step.reshapes && shiftsVirtual(operation, target));
	// MySQL adds stored and virtual columns together; MariaDB drops them together.
	const mixed = reshapes && !isMysql && clauses.some(({ step }) => step.virtual === "adds");
	if (!shifts && !(changesVirtual && (rebuilds || mixed))) return clauses;
	const reason = "virtual columns come and go only alone: beside other changes every row is copied";
	return clauses.map(({ operation, step }) => {
		if (!step.virtual && !step.reshapes && !step.rebuilds) return { operation, step };
		const { builds, reasons, ...copied } = copy(reason);
		return {
			operation,
			step: { ...step, ...copied, builds: [...step.builds, ...builds], reasons },
		};
	});
}

/** In a rebuild the virtual columns behind a dropped or inserted one get other places. */
function shiftsVirtual(operation: Operation, target: Target): boolean {
	if (operation.kind === "addColumn") return movesVirtual(operation, target);
	if (operation.kind !== "dropColumn") return false;
	const columns = target.table?.columns ?? [];
	const at = columns.findIndex(({ name }) => isSameName(name, operation.column));
	const virtual = new Set(virtualColumns(target));
	return columns.slice(at + 1).some((column) => virtual.has(column));
}

/** A FULLTEXT index that stays cannot be rebuilt while others write: MySQL even copies the table. */
function withFulltext(clauses: readonly Clause[], target: Target): readonly Step[] {
	const steps = clauses.map(({ step }) => step);
	const dropped = new Set(
		clauses.flatMap(({ operation }) =>
			operation.kind === "dropIndex" ? [operation.index.name.toLowerCase()] : [],
		),
	);
	const stays = (target.table?.indexes ?? []).some(
		(index) => isFulltext(index) && !dropped.has(index.name.toLowerCase()),
	);
	const isMysql = target.scene.server.flavor === "mysql";
	const virtual = !isMysql && hasIndexedVirtual(target);
	if (!stays && !virtual) return steps;
	return steps.map((step) => {
		if (!step.rebuilds || step.algorithm === "copy") return step;
		if (!stays) {
			const reason = "writes wait: an index over a virtual column is built anew with the rows";
			return {
				...step,
				lock: worst([step.lock, "shared"], onlineLocks, "none"),
				reasons: [...step.reasons, reason],
			};
		}
		if (isMysql) {
			const reason = "MySQL rebuilds a table with a FULLTEXT index by a copy of every row";
			return { ...step, algorithm: "copy", lock: "shared", reasons: [...step.reasons, reason] };
		}
		const reason = "writes wait: the table has a FULLTEXT index";
		return {
			...step,
			lock: worst([step.lock, "shared"], onlineLocks, "none"),
			reasons: [...step.reasons, reason],
		};
	});
}

/** MariaDB lets others write during a copy since 11.2, except in these cases. */
function whileCopying(step: Step, target: Target): Step {
	if (step.algorithm !== "copy" || step.lock === "exclusive") return step;
	const keys = [
		...foreignKeysFrom(target),
		...foreignKeysTo(target).map(({ constraint }) => constraint),
	];
	const cascades = keys.some(({ onDelete, onUpdate }) =>
		[onDelete, onUpdate].some((action) => action === "cascade" || action === "setNull"),
	);
	const isOnline = copiesOnline(target.scene.server) && step.numbers !== true && !cascades;
	return { ...step, lock: isOnline ? "none" : "shared" };
}

/** ALGORITHM= and LOCK= of the statement: refused where they promise too much, done where they ask for more. */
function asked(
	steps: readonly Step[],
	clauses: OnlineClauses | undefined,
	target: Target,
): readonly Step[] {
	const { flavor } = target.scene.server;
	const algorithm = askedAlgorithm(clauses, target);
	const lock = clauses?.lock === "default" ? undefined : clauses?.lock;
	if (algorithm === undefined && lock === undefined) return steps;
	if (flavor === "mysql" && algorithm === "instant" && lock !== undefined) {
		return steps.map(() => refused(1221, "MySQL takes no LOCK= beside ALGORITHM=INSTANT"));
	}
	return steps.map((step) => {
		const run = algorithm === undefined ? step : withAlgorithm(step, algorithm, target);
		return run.fails || lock === undefined ? run : withLock(run, lock);
	});
}

function askedAlgorithm(
	clauses: OnlineClauses | undefined,
	{ scene: { server, settings } }: Target,
): Algorithm | undefined {
	const written = clauses?.algorithm;
	if (written !== undefined && written !== "default") return written;
	if (server.flavor === "mysql") return undefined;
	const setting = settings.get("alter_algorithm")?.toLowerCase().replaceAll("'", "");
	return algorithms.find((algorithm) => algorithm === setting);
}

function withAlgorithm(step: Step, algorithm: Algorithm, target: Target): Step {
	if (isWorse(step.algorithm, algorithm, algorithms)) {
		return refused(1846, notPossible("ALGORITHM", algorithm, step.algorithm, step));
	}
	if (algorithm === "copy" && step.algorithm !== "copy") {
		const said = "ALGORITHM=COPY copies every row";
		return whileCopying(
			{ ...step, algorithm, lock: "shared", rebuilds: true, reasons: [said] },
			target,
		);
	}
	const isForced = target.scene.server.flavor === "mysql" && step.algorithm === "instant";
	if (algorithm !== "inplace" || !isForced) return step;
	if (!step.reshapes) return { ...step, algorithm };
	return {
		...step,
		algorithm,
		rebuilds: true,
		reasons: ["with ALGORITHM=INPLACE MySQL writes all rows anew: INSTANT would not"],
	};
}

function withLock(step: Step, lock: OnlineLock): Step {
	if (isWorse(step.lock, lock, onlineLocks) && lock !== "exclusive") {
		return refused(1846, notPossible("LOCK", lock, step.lock, step));
	}
	return { ...step, lock };
}

function notPossible(clause: string, asked: string, needed: string, { reasons }: Step): string {
	const [reason] = reasons;
	const why = reason === undefined ? "" : `: ${reason}`;
	return `${clause}=${asked.toUpperCase()} is not possible, ${needed.toUpperCase()} is needed${why}`;
}
