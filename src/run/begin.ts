import { Refused, tellServer } from "./ask.ts";
import { endRun, enterRun, readRun, readSteps } from "./books.ts";
import { keepSchema, liveSchema } from "./drift.ts";
import { readEvents } from "./journal.ts";
import type { OpenRun } from "./open-run.ts";

/** Steps that a runner ended that was killed before it could say so: the books of the steps know when. */
async function tellUntold({ context }: OpenRun): Promise<void> {
	const { engine, plan, planHash, session, tell } = context;
	const told = new Set<string>();
	for (const { kind, step } of await readEvents(engine, session, planHash)) {
		if (step === undefined) continue;
		if (kind === "stepDone") told.add(step);
		else if (kind === "rolledBack") told.delete(step);
	}
	const steps = await readSteps({ ways: engine.ways, plan }, session, planHash);
	for (const {
		step,
		state,
		startedAt,
		endedAt,
		rows = 0,
		lockWaitMilliseconds,
	} of steps.values()) {
		if (state !== "done" || told.has(step)) continue;
		tell({
			kind: "stepDone",
			step,
			milliseconds: Math.max(0, (endedAt ?? 0) - (startedAt ?? endedAt ?? 0)),
			...(rows > 0 && { rows }),
			...(lockWaitMilliseconds !== undefined &&
				lockWaitMilliseconds > 0 && { lockWaitMilliseconds }),
		});
	}
}

/** Enters a run into the books, with the schema that it starts from; a run that is there goes on. */
export async function beginRun(run: OpenRun, approvers: readonly string[]): Promise<void> {
	const { engine, plan, planHash, operator, session, token } = run.context;
	const begun = await readRun(engine, session, planHash);
	if (begun) {
		if (begun.state !== "running") await endRun(engine, session, planHash, "running");
		await tellUntold(run);
		return;
	}
	const schema = await liveSchema(engine, session);
	await tellServer(session, engine.ways.begin);
	const entry = { plan, planHash, operator, approvers, schemaRev: schema.rev, token };
	await enterRun(engine, session, entry);
	await keepSchema(engine, session, schema);
	if ((await run.context.fence()) === "held") await tellServer(session, "COMMIT");
}

/** A server that breaks the connection meanwhile is asked again so often. */
const connectAttempts = 10;

/** Enters a run over broken connections; returns what was lost when it could not. */
export async function beginSurely(
	run: OpenRun,
	approvers: readonly string[],
): Promise<"connection" | "lease" | undefined> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			await beginRun(run, approvers);
			return undefined;
		} catch (error) {
			await run.context.session.run("ROLLBACK");
			const isBroken = error instanceof Refused && error.failure.kind === "connection";
			if (!isBroken) throw error;
			if ((await run.renew()) === "lost") return "lease";
			if (attempt === connectAttempts) return "connection";
			await run.context.pause(Math.min(250 * 2 ** attempt, 10_000));
		}
	}
}
