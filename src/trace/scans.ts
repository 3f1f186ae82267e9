import type { Session, TraceEngine } from "./engine.ts";

/** Rows read by whole scans, by relation oid. */
export type ScanCounts = ReadonlyMap<string, number>;

/** What the server has counted until now. */
export class ScanCounters {
	readonly #counted: ReadonlyMap<string, { readonly scans: number; readonly rows: number }>;

	constructor(counted: ReadonlyMap<string, { readonly scans: number; readonly rows: number }>) {
		this.#counted = counted;
	}

	/** The relations that were scanned since, with the rows read. */
	since(earlier: ScanCounters): ScanCounts {
		const found = new Map<string, number>();
		for (const [oid, { scans, rows }] of this.#counted) {
			const old = earlier.#counted.get(oid);
			if (scans > (old?.scans ?? 0)) found.set(oid, rows - (old?.rows ?? 0));
		}
		return found;
	}
}

async function readCounters(session: Session, view: string): Promise<ScanCounters> {
	const rows = await session.query(
		`SELECT relid::text, seq_scan::text, seq_tup_read::text FROM pg_catalog.${view}
		WHERE seq_scan > 0 AND schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
	);
	return new ScanCounters(
		new Map(
			rows.flatMap(([oid, scans, read]) =>
				typeof oid !== "string"
					? []
					: [[oid, { scans: Number(scans), rows: Number(read) }] as const],
			),
		),
	);
}

/** Reads what the open transaction has scanned. The counters are dead when track_counts is off. */
export function readScans(session: Session): Promise<ScanCounters> {
	return readCounters(session, "pg_stat_xact_all_tables");
}

/** Before version 15 a session hands its counters over at most every half second. */
const collectorMilliseconds = 600;

/** Reads what all committed transactions have scanned: for statements that refuse a transaction. */
export async function readScansOfAll(engine: TraceEngine): Promise<ScanCounters> {
	if (engine.version >= 15) {
		await engine.query("SELECT pg_stat_force_next_flush()");
	} else {
		await new Promise((resolve) => setTimeout(resolve, collectorMilliseconds));
		await engine.query("SELECT 1");
		await new Promise((resolve) => setTimeout(resolve, collectorMilliseconds));
	}
	return readCounters(engine, "pg_stat_all_tables");
}
