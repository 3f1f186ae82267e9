import { tellServer } from "./ask.ts";
import { endRun, enterRun, readRun } from "./books.ts";
import { keepSchema, liveSchema } from "./drift.ts";
import type { OpenRun } from "./open-run.ts";

/** Enters a run into the books, with the schema that it starts from; a run that is there goes on. */
export async function beginRun(run: OpenRun, approvers: readonly string[]): Promise<void> {
	const { engine, plan, planHash, operator, session, token } = run.context;
	const begun = await readRun(engine, session, planHash);
	if (begun) {
		if (begun.state !== "running") await endRun(engine, session, planHash, "running");
		return;
	}
	const schema = await liveSchema(engine, session);
	await tellServer(session, engine.ways.begin);
	const entry = { plan, planHash, operator, approvers, schemaRev: schema.rev, token };
	await enterRun(engine, session, entry);
	await keepSchema(engine, session, schema);
	if ((await run.context.fence()) === "held") await tellServer(session, "COMMIT");
}
