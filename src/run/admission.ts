import { showServerVersion } from "../core/server-version.ts";
import { runsOnServer, type Plan, type PlannedRevision } from "../plan/plan.ts";
import { readApplied, type AppliedHistory } from "../project/applied/read-applied.ts";
import { layouts } from "../project/layouts/index.ts";
import { ask, Refused } from "./ask.ts";
import { hasBooks, readRun, readSteps, stepBeingTakenBack, underRollback } from "./books.ts";
import { differenceLines, isEmpty, liveSchema, startDifference } from "./drift.ts";
import type { RunEngine, RunSession } from "./engine.ts";
import { checksumOf, lastOf, readHistory, type HistoryRow, type ReadHistory } from "./history.ts";

/** Why a plan may not run on a database. Nothing was changed. */
export interface Refusal {
	readonly code:
		| "notApproved"
		| "wrongServer"
		| "appliedOtherwise"
		| "appliedByTool"
		| "brokenHistory"
		| "readOnly"
		| "noRights"
		| "otherSchema"
		| "goingBack";
	readonly message: string;
	readonly details: readonly string[];
	readonly hint: string;
}

/** Whether a plan may run on a database. */
export type Admission =
	| { readonly is: "open"; readonly notes: readonly string[] }
	/** All of its revisions are applied as they are. */
	| { readonly is: "applied"; readonly rows: readonly HistoryRow[] }
	| ({ readonly is: "refused" } & Refusal);

/** What is asked for admission. */
export interface AdmissionQuestion {
	readonly engine: RunEngine;
	readonly session: RunSession;
	readonly plan: Plan;
	readonly planHash: string;
	/** The tables may differ from what the plan starts from. */
	readonly acceptDrift: boolean;
}

const refused = (
	code: Refusal["code"],
	message: string,
	hint: string,
	details: readonly string[] = [],
): Admission => ({ is: "refused", code, message, hint, details });

function wrongServer({ engine, plan }: AdmissionQuestion): Admission | undefined {
	if (engine.dialect !== plan.dialect) {
		return refused(
			"wrongServer",
			`The plan is for ${plan.dialect}, the database is ${engine.name}.`,
			"Name the database that the plan was made for.",
		);
	}
	const isSuited = engine.suits?.(plan.serverVersion) ?? engine.version === plan.serverVersion;
	if (isSuited) return undefined;
	return refused(
		"wrongServer",
		`The plan is made for version ${showServerVersion(plan.dialect, plan.serverVersion)}, the database is ${engine.name}.`,
		`Servers of other versions lock and rewrite differently: set serverVersion to ${showServerVersion(engine.dialect, engine.version)} in the config and make the plan again.`,
	);
}

/** What the history says of one revision. */
function wordOn(history: ReadHistory, revision: PlannedRevision): HistoryRow | undefined {
	const row = lastOf(history, revision.id);
	return row?.change === "applied" ? row : undefined;
}

function historyVerdict(
	history: ReadHistory,
	{ engine, plan }: AdmissionQuestion,
): Admission | undefined {
	if (history.brokenAt !== undefined) {
		return refused(
			"brokenHistory",
			`Row ${history.brokenAt} of ${engine.ways.book("migration_history")} is not what was written.`,
			"Somebody changed the history by hand: find out what really ran here before anything else does.",
		);
	}
	const applied = plan.revisions.flatMap((revision) => {
		const row = wordOn(history, revision);
		return row ? [{ row, revision }] : [];
	});
	const other = applied.find(({ row, revision }) => row.checksum !== checksumOf(revision));
	if (other) {
		const { row, revision } = other;
		return refused(
			"appliedOtherwise",
			`${row.revision} was applied at ${row.appliedAt} by ${row.operator} with another text.`,
			"A revision that was applied does not change: write a new migration.",
			[`applied ${row.checksum}`, `planned ${checksumOf(revision)}`],
		);
	}
	if (applied.length === 0) return undefined;
	if (applied.length === plan.revisions.length) {
		return { is: "applied", rows: applied.map(({ row }) => row) };
	}
	const names = applied.map(({ row }) => row.revision).join(", ");
	return refused(
		"appliedOtherwise",
		`${names} is applied already, the rest of the plan is not.`,
		"Make a plan of what is left.",
	);
}

function isSame(applied: string, id: string): boolean {
	const number = /^\d+$/.exec(applied) ? /^V?0*(\d+)(?!\d)/.exec(id)?.[1] : undefined;
	return applied === id || (number !== undefined && number === applied.replace(/^0+(?=\d)/, ""));
}

/** The histories of migration tools in the database, one for each table. */
async function toolHistories({
	engine,
	session,
}: AdmissionQuestion): Promise<Iterable<AppliedHistory>> {
	const query = (sql: string) => ask(session, sql);
	const found = new Map<string, AppliedHistory>();
	for (const { id } of layouts) {
		try {
			const histories = await readApplied({ dialect: engine.dialect, query }, new Set([id]));
			for (const history of histories.values()) found.set(history.table, history);
		} catch (error) {
			// Several tools call their tables alike: one with other columns is another tool's.
			if (!(error instanceof Refused)) throw error;
		}
	}
	return found.values();
}

/** What the table of the team's own tool says, where there is one. */
async function toolVerdict(question: AdmissionQuestion): Promise<Admission | readonly string[]> {
	const { plan } = question;
	const notes: string[] = [];
	for (const { table, rows } of await toolHistories(question)) {
		if (table.startsWith("lockkeeper.") || rows.length === 0) continue;
		const has = (id: string): boolean =>
			rows.some(({ revision, failed }) => !failed && isSame(revision, id));
		const known = plan.revisions.find(({ id }) => has(id));
		if (known) {
			return refused(
				"appliedByTool",
				`${table} says that ${known.id} is applied already.`,
				"It was run by the migration tool: there is nothing left to plan.",
			);
		}
		if (plan.history.last !== "" && !has(plan.history.last)) {
			notes.push(`${table} does not name ${plan.history.last}, after which the plan was made.`);
		}
	}
	return notes;
}

async function rightsVerdict({
	engine,
	session,
	plan,
}: AdmissionQuestion): Promise<Admission | undefined> {
	if (await engine.ways.isReadOnly(session)) {
		return refused(
			"readOnly",
			`${engine.name} takes no changes: it is a replica, or its user is read-only.`,
			"Name the primary, and a user who may change the schema.",
		);
	}
	const missing = await engine.ways.missingRights(session, plan.steps.filter(runsOnServer));
	return missing.length === 0
		? undefined
		: refused(
				"noRights",
				"The user lacks rights that the plan needs.",
				"Give them, or run as the owner of the tables.",
				missing,
			);
}

async function schemaVerdict({
	engine,
	session,
	plan,
	acceptDrift,
}: AdmissionQuestion): Promise<Admission | undefined> {
	const { lines } = await liveSchema(engine, session);
	const difference = startDifference(plan, lines);
	if (acceptDrift || isEmpty(difference)) return undefined;
	const tables = difference.gone.filter((line) => line.startsWith("table "));
	if (difference.added.length === 0 && difference.gone.length === plan.starts.length) {
		return refused(
			"otherSchema",
			"The database has none of the tables that the plan starts from.",
			`Run the migrations up to ${plan.history.last} first, or check that it is the right database.`,
			tables.map((line) => line.replace(/^table (\S+) .*$/, "$1 is not there")),
		);
	}
	return refused(
		"otherSchema",
		"The tables are not what the plan starts from (- planned, + found).",
		"Bring the migrations and the database together and make the plan again, or say --accept-drift when the difference does no harm.",
		differenceLines(difference),
	);
}

/** Returns whether a plan may run on a database; changes nothing. Throws `Refused`. */
export async function admit(question: AdmissionQuestion): Promise<Admission> {
	const { engine, session, plan, planHash } = question;
	const wrong = wrongServer(question);
	if (wrong) return wrong;
	const isKnown = await hasBooks(engine, session);
	const history = isKnown ? await readHistory(engine, session) : { rows: [] };
	const applied = historyVerdict(history, question);
	if (applied) return applied;
	const notes = await toolVerdict(question);
	if ("is" in notes) return notes;
	const denied = await rightsVerdict(question);
	if (denied) return denied;
	const begun = isKnown ? await readRun(engine, session, planHash) : undefined;
	const undone =
		begun && stepBeingTakenBack(await readSteps({ ways: engine.ways, plan }, session, planHash));
	if (undone) {
		const { why, hint } = underRollback(undone);
		return refused("goingBack", why, hint);
	}
	const other = begun ? undefined : await schemaVerdict(question);
	return other ?? { is: "open", notes };
}
