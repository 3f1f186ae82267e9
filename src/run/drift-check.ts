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
	const { engine, plan, session, planHash, token, tell } = run.context;
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
	if (known?.rev !== live.rev) await keepSchema(engine, session, live);
	for (const { id } of own) {
		if (rows.get(id)?.state !== "done") continue;
		await moveStep(engine, session, planHash, id, {
			to: "done",
			from: ["done"],
			token,
			schemaRev: live.rev,
		});
	}
	return undefined;
}
