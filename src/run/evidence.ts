import type { Plan } from "../plan/plan.ts";
import { hasBooks } from "./books.ts";
import type { RunEvent } from "./context.ts";
import { liveSchema } from "./drift.ts";
import type { RunEngine, RunSession } from "./engine.ts";
import { brokenEvent, readEvents } from "./journal.ts";
import { metricsOf, type Metric, type TimedEvent } from "./metrics.ts";
import { receiptsOf, type Receipt } from "./receipts.ts";
import { rollbackOutlook } from "./rollback-outlook.ts";

/** Whose evidence is read. */
export interface EvidenceSource {
	readonly engine: RunEngine;
	readonly session: RunSession;
	readonly plan: Plan;
	readonly planHash: string;
}

/** The journal holds what was written from an event; its chain of hashes says whether it still does. */
const isEvent = (value: unknown): value is RunEvent =>
	typeof value === "object" && value !== null && "kind" in value;

/** Returns all events of a plan on a database, in order. */
export async function timedEvents({
	engine,
	session,
	planHash,
}: EvidenceSource): Promise<readonly TimedEvent[]> {
	if (!(await hasBooks(engine, session))) return [];
	const entries = await readEvents(engine, session, planHash);
	return entries.flatMap(({ at, body }) => {
		const event: unknown = JSON.parse(body);
		return isEvent(event) ? [{ at, event }] : [];
	});
}

/** Returns the receipts that a database has for a plan, and the number of the first event that was tampered with. */
export async function readEvidence(
	source: EvidenceSource,
): Promise<{ readonly receipts: readonly Receipt[]; readonly brokenAt?: number }> {
	const { engine, session, plan, planHash } = source;
	const events = await timedEvents(source);
	if (events.length === 0) return { receipts: [] };
	const target = await engine.ways.targetId(session);
	const brokenAt = await brokenEvent(engine, session);
	return {
		receipts: receiptsOf({ plan, planHash, target, events }),
		...(brokenAt !== undefined && { brokenAt }),
	};
}

/** Returns the metrics of a plan on a database, over all of its runs. */
export async function readMetrics(
	source: EvidenceSource,
	ttlHours?: number,
): Promise<{ readonly metrics: readonly Metric[]; readonly from: number; readonly to: number }> {
	const { engine, session, plan } = source;
	const events = await timedEvents(source);
	const outlook = await rollbackOutlook({
		...source,
		...(ttlHours !== undefined && { ttlHours }),
	});
	const { rev } = await liveSchema(engine, session);
	const now = events.at(-1)?.at ?? 0;
	return {
		metrics: metricsOf(plan, events, {
			schemaRev: rev,
			...(outlook.steps.length > 0 && { rollbackLossless: outlook.isLossless }),
		}),
		from: events[0]?.at ?? now,
		to: now,
	};
}
