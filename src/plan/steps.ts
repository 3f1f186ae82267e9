import type { Finding } from "../core/finding.ts";
import type { Lock } from "../core/effect.ts";
import { showBytes } from "../core/table-load.ts";
import type { TableStatistics } from "../core/statistics.ts";
import { batchSize } from "./batches.ts";
import type { PlanDialect } from "./dialects/plan-dialect.ts";
import { estimateOf } from "./estimate.ts";
import type { OrderedPiece } from "./order.ts";
import type { PieceReading } from "./piece-reading.ts";
import type { Assertion, Hold, PlanStep, ServerStep, StepEstimate, StepLock } from "./plan.ts";
import { undoAll } from "./undo.ts";

/** What a step is made of. */
export interface StepMaterial {
	readonly id: string;
	readonly placed: OrderedPiece;
	/** The name under which the plan keeps the file of its origin. */
	readonly file: string;
	/** Ids of the steps that must be done before. */
	readonly needs: readonly string[];
	readonly reading: PieceReading | undefined;
	/** What rules say of the step where it now stands. */
	readonly findings: readonly Finding[];
	readonly statistics: (relation: string) => TableStatistics | undefined;
	readonly dialect: PlanDialect;
}

/** One whole day with its peaks: what still uses the old shape shows within it. */
const soakHours = 24;

/** A scan of so many rows is over before anybody notices. */
const fewRows = 10_000;

const weight = { nothing: 0, schemaChanges: 1, writes: 2, readsAndWrites: 3 } as const;

function strongest(locks: readonly Lock[]): readonly StepLock[] {
	const found = new Map<string, Lock>();
	for (const lock of locks) {
		const known = found.get(lock.relation);
		if (!known || weight[lock.blocks] > weight[known.blocks]) found.set(lock.relation, lock);
	}
	return [...found.values()].map(({ relation, mode, blocks }) => ({
		relation,
		mode,
		waits: blocks,
	}));
}

const unique = (assertions: readonly Assertion[]): readonly Assertion[] => [
	...new Map(assertions.map(({ says, sql }) => [sql, { says, sql }])).values(),
];

const speaksOfHold = ({ category }: Finding): boolean =>
	category === "compatibility" || category === "data-loss";

/** The directive that a migration would need says nothing to a reader of a plan. */
const askOf = ({ help }: Finding): string =>
	help.replace(/\s*Once that is deployed, write .*$/s, "");

function holdOf({ placed }: StepMaterial, findings: readonly Finding[]): { readonly hold?: Hold } {
	if (placed.phase !== "contract") return {};
	return {
		hold: {
			evidence: [...new Set(placed.piece.evidence)],
			missing: [...new Set(findings.filter(speaksOfHold).map(askOf))],
			soakHours,
		},
	};
}

const times: Readonly<Record<StepEstimate["time"], string>> = {
	moment: "less than a second",
	seconds: "up to a minute",
	minutes: "up to an hour",
	hours: "up to a day",
	days: "more than a day",
};

/** Why nobody may work meanwhile: no way without the lock is known. */
function windowOf(
	{ placed: { piece }, reading, statistics }: StepMaterial,
	locks: readonly StepLock[],
	estimate: StepEstimate,
): string | undefined {
	if (piece.transaction === "batches" || !reading) return undefined;
	const working = new Set(
		reading.effects.flatMap(({ rewrites, scans, builds }) => [
			...rewrites,
			...scans,
			...builds.map(({ table }) => table),
		]),
	);
	const stopped = locks.find(
		({ relation, waits }) =>
			working.has(relation) &&
			weight[waits] >= weight.writes &&
			(statistics(relation)?.rows ?? fewRows) >= fewRows,
	);
	if (!stopped) return undefined;
	const name = stopped.relation.replace(/^public\./, "");
	const who = stopped.waits === "writes" ? "Every write to" : "Everybody who uses";
	const { rows, diskBytes } = estimate;
	const long =
		rows === undefined
			? "its size is not known here, so neither is how long: lockkeeper stats measures it"
			: `${times[estimate.time]} for ${rows.toLocaleString("en-US")} rows${diskBytes === undefined ? "" : ` and ${showBytes(diskBytes)}`}`;
	return `${who} ${name} waits until this step is done: ${long}. No way without the lock is known: plan a time when nobody needs it.`;
}

function backfillOf(piece: OrderedPiece["piece"]): Pick<ServerStep, "backfill"> {
	return piece.rows === undefined ? {} : { backfill: { ...piece.rows, batchSize } };
}

/** Returns the step for a piece in its place. */
export function stepOf(material: StepMaterial): PlanStep {
	const { id, placed, needs, reading, findings, statistics } = material;
	const { piece, phase } = placed;
	const { title, sql, transaction, holds } = piece;
	const origin = { ...piece.origin, file: material.file };
	const hold = holdOf(material, findings);
	const base = {
		id,
		phase,
		title,
		origin,
		needs,
		notes: [...piece.notes, ...placed.notes],
		...hold,
	};
	if (transaction === "people") return { ...base, transaction, sql };
	const { effects = [], operations = [] } = reading ?? {};
	const locks = strongest(reading?.locks ?? []);
	const grows = effects.some(({ duration }) => duration === "rows" || duration === "index");
	const relations = [
		...new Set(effects.flatMap((effect) => effect.locks.map((lock) => lock.relation))),
	];
	const estimate = estimateOf(transaction, effects, relations, statistics);
	const window = windowOf(material, locks, estimate);
	const refused = effects.find(({ fails }) => fails)?.fails;
	const isHeld = hold.hold !== undefined;
	return {
		...base,
		notes:
			refused === undefined
				? base.notes
				: [...base.notes, `The server refuses it: ${refused.reason} (SQLSTATE ${refused.code}).`],
		transaction,
		settings: piece.settings,
		sql,
		...(piece.proves && { proves: true as const }),
		locks,
		...material.dialect.limits({
			transaction,
			isConcurrent: operations.some(
				(operation) => "concurrently" in operation && operation.concurrently,
			),
			validates: operations.some(({ kind }) => kind === "validateConstraint"),
			grows,
		}),
		before: unique([...(reading?.before ?? []), ...(holds?.before ?? [])]),
		after: unique([...(reading?.after ?? []), ...(holds?.after ?? [])]),
		checks: piece.checks,
		undo: piece.undo ?? undoAll(reading?.undos ?? []),
		estimate,
		...backfillOf(piece),
		...(window !== undefined && { window }),
		remarks: findings.flatMap(({ rule, severity, message, ...rest }) =>
			severity === "info" || (isHeld && speaksOfHold({ rule, severity, message, ...rest }))
				? []
				: [{ rule, severity, message }],
		),
	};
}
