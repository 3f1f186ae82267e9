import type { PlannedRevision } from "../plan/plan.ts";
import { sha256 } from "../project/plan-file.ts";
import { ask, tellServer } from "./ask.ts";
import { rowHash } from "./chain.ts";
import type { RunEngine, RunSession } from "./engine.ts";

/** One line of migration_history: a revision that was applied or taken back. */
export interface HistoryRow {
	readonly seq: number;
	readonly revision: string;
	readonly change: "applied" | "rolledBack";
	/** From 1: the how-manieth time. */
	readonly round: number;
	/** ISO 8601, UTC, by the server's clock. */
	readonly appliedAt: string;
	/** SHA-256 of the revision's files. */
	readonly checksum: string;
	readonly operator: string;
	readonly approvers: readonly string[];
	readonly planHash: string;
	/** The revision of the row before; empty in the first. */
	readonly parent: string;
	readonly schemaRevBefore: string;
	readonly schemaRevAfter: string;
	readonly milliseconds: number;
	readonly tool: string;
	readonly target: string;
	/** SHA-256 of the plan's events. */
	readonly evidence: string;
	readonly hash: string;
}

/** What a new row says; the rest follows from the rows before. */
export type HistoryEntry = Omit<HistoryRow, "seq" | "round" | "appliedAt" | "parent" | "hash">;

const columns =
	"seq, revision_id, outcome, round, applied_at, checksum, operator, approvers, plan_hash, parent_revision, schema_rev_before, schema_rev_after, duration_ms, tool_version, target_id, evidence_sha";

/** Returns the checksum of a revision: of its one file, or of the list of its files. */
export function checksumOf({ files }: PlannedRevision): string {
	const [only, ...others] = files;
	if (only && others.length === 0) return only.sha256;
	return sha256(files.map(({ path, sha256: sum }) => `${sum} ${path}`).join("\n"));
}

/** A history with the number of the first row that is not what was written. */
export interface ReadHistory {
	readonly rows: readonly HistoryRow[];
	readonly brokenAt?: number;
}

/** Returns the whole history, and whether its chain of hashes holds. */
export async function readHistory({ ways }: RunEngine, session: RunSession): Promise<ReadHistory> {
	const found = await ask(
		session,
		`SELECT ${columns}, prev_hash, row_hash FROM ${ways.book("migration_history")} ORDER BY seq`,
	);
	const rows: HistoryRow[] = [];
	let previous = "";
	let brokenAt: number | undefined;
	for (const line of found) {
		const fields = line.slice(0, 16).map((field) => field ?? "");
		const [before, hash] = line.slice(16);
		const row = rowOf(fields, hash ?? "");
		const follows = row.seq === rows.length + 1 && row.parent === (rows.at(-1)?.revision ?? "");
		if (!follows || before !== previous || hash !== rowHash(fields, previous)) brokenAt ??= row.seq;
		previous = hash ?? "";
		rows.push(row);
	}
	return { rows, ...(brokenAt !== undefined && { brokenAt }) };
}

function rowOf(fields: readonly string[], hash: string): HistoryRow {
	const at = (place: number): string => fields[place] ?? "";
	const approvers: unknown = JSON.parse(at(7));
	return {
		seq: Number(at(0)),
		revision: at(1),
		change: at(2) === "rolledBack" ? "rolledBack" : "applied",
		round: Number(at(3)),
		appliedAt: at(4),
		checksum: at(5),
		operator: at(6),
		approvers: Array.isArray(approvers) ? approvers.map(String) : [],
		planHash: at(8),
		parent: at(9),
		schemaRevBefore: at(10),
		schemaRevAfter: at(11),
		milliseconds: Number(at(12)),
		tool: at(13),
		target: at(14),
		evidence: at(15),
		hash,
	};
}

/** Returns the last word of the history on a revision. */
export function lastOf({ rows }: ReadHistory, revision: string): HistoryRow | undefined {
	return rows.findLast((row) => row.revision === revision);
}

/**
 * Writes a row behind the last one, in the transaction that is open. The server refuses it when it does not follow
 * the last row, and when the revision is applied already or was not applied.
 */
export async function writeHistory(
	{ ways }: RunEngine,
	session: RunSession,
	entry: HistoryEntry,
): Promise<void> {
	const book = ways.book("migration_history");
	const [last] = await ask(
		session,
		`SELECT seq, revision_id, row_hash FROM ${book} ORDER BY seq DESC LIMIT 1`,
	);
	const [counted] = await ask(
		session,
		`SELECT count(*), ${ways.now} FROM ${book} WHERE revision_id = ? AND outcome = ?`,
		[entry.revision, entry.change],
	);
	const [seq, parent, previous] = last ?? [];
	const fields = [
		Number(seq ?? 0) + 1,
		entry.revision,
		entry.change,
		Number(counted?.[0] ?? 0) + 1,
		new Date(Number(counted?.[1])).toISOString(),
		entry.checksum,
		entry.operator,
		JSON.stringify(entry.approvers),
		entry.planHash,
		parent ?? "",
		entry.schemaRevBefore,
		entry.schemaRevAfter,
		Math.round(entry.milliseconds),
		entry.tool,
		entry.target,
		entry.evidence,
	];
	await tellServer(
		session,
		`INSERT INTO ${book} (${columns}, prev_hash, row_hash) VALUES (${fields.map(() => "?").join(", ")}, ?, ?)`,
		[...fields, previous ?? "", rowHash(fields, previous ?? "")],
	);
}
