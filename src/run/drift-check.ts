import { Refused, tellServer } from "./ask.ts";
import { moveStep, type StepRow } from "./books.ts";
import {
	differenceLines,
	differenceOf,
	foreignPart,
	isEmpty,
	keepSchema,
	knownSchema,
	liveSchema,
	touchedPart,
} from "./drift.ts";
import type { OpenRun } from "./open-run.ts";
import { lostOrBroken } from "./own-step.ts";
import type { RunEnd } from "./run.ts";

/** Steps that may have changed the schema since it was looked at. */
function unseen(row: StepRow | undefined): boolean {
	if (!row) return false;
	return row.state === "done" ? row.schemaRev === undefined : row.state !== "pending";
}

/**
 * Looks at the schema and writes down what is seen. What neither lockkeeper's steps nor anybody who was accepted did
 * to tables of the plan stops the run; what happened elsewhere is told.
 */
export async function checkDrift(
	run: OpenRun,
	rows: ReadonlyMap<string, StepRow>,
	accept: boolean,
): Promise<RunEnd | undefined> {
	const { engine, plan, session, planHash, token, tell, fence } = run.context;
	const known = await knownSchema(engine, session);
	const live = await liveSchema(engine, session);
	const own = plan.steps.filter(({ id }) => unseen(rows.get(id)));
	const difference = differenceOf(known?.lines ?? live.lines, live.lines);
	const foreign = foreignPart(difference, own);
	const drift = touchedPart(foreign, plan);
	if (!accept && !isEmpty(drift)) {
		return {
			is: "stopped",
			why: "The schema was changed by somebody else since lockkeeper last looked at it.",
			details: [...differenceLines(drift), "When it does no harm, go on with --accept-drift."],
		};
	}
	if (!isEmpty(foreign)) tell({ kind: "schemaChanged", lines: differenceLines(foreign) });
	const seen = own.filter(({ id }) => rows.get(id)?.state === "done");
	if (known?.rev === live.rev && seen.length === 0) return undefined;
	await tellServer(session, engine.ways.begin);
	if (known?.rev !== live.rev) await keepSchema(engine, session, live);
	for (const { id } of seen) {
		await moveStep(engine, session, planHash, id, {
			to: "done",
			from: ["done"],
			token,
			schemaRev: live.rev,
		});
	}
	// What an old holder of the lease saw would be taken for a change by others.
	if ((await fence()) === "lost") {
		const attempt = await lostOrBroken(run);
		if (attempt.is === "refused") throw new Refused(attempt.failure);
		return { is: "lost", why: "lease" };
	}
	await tellServer(session, "COMMIT");
	return undefined;
}
