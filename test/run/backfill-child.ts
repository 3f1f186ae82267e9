import { runBackfill } from "../../src/run/backfill/run-backfill.ts";
import { openPostgres } from "../../src/run/engines/postgres.ts";
import { backfillStep, sessionOf, testRun } from "./backfill-context.ts";

// Runs one backfill in a process of its own, which is killed by the test.
const engine = await openPostgres(process.argv[2]);
if ("code" in engine) throw new Error(engine.message);
const session = await sessionOf(engine, "child");
const observer = await sessionOf(engine, "child observer");
const { context } = testRun(engine, session, observer, {
	tell: (event) => {
		if (event.kind === "batchDone") process.stdout.write("batch\n");
	},
});
const step = backfillStep(
	{
		table: "orders",
		key: ["id"],
		set: "total_new = total::bigint, changes = changes + 1",
		pending: "total_new IS DISTINCT FROM (total::bigint)",
	},
	40,
);
const outcome = await runBackfill(
	{ ...context, config: { throttle: { batchMilliseconds: Number(process.argv[3]) } } },
	step,
);
process.stdout.write(`${JSON.stringify(outcome)}\n`);
await session.close();
await observer.close();
