import { ask, type RestartableServer } from "./restartable-server.ts";
import { RunnerProcess } from "./runner-process.ts";
import { makeCrashPlan } from "./crash-shop.ts";

const markers = 8;

/**
 * A release of functions that do nothing but to be there, and of a trigger on DDL that refuses whoever comes while
 * somebody else is at work.
 */
const releaseSql = Array.from(
	{ length: markers },
	(_, at) => `CREATE TABLE marker_${at} (id bigint PRIMARY KEY);`,
).join("\n");

const detector = `CREATE FUNCTION alone() RETURNS event_trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NOT pg_try_advisory_xact_lock(42) THEN RAISE EXCEPTION 'two runners are at work'; END IF;
		PERFORM pg_sleep(0.02);
	END $$;
	CREATE EVENT TRIGGER alone ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION alone()`;

/** What came of runners that were started in pairs. */
export interface PairTally {
	pairs: number;
	/** The second one said who is at work. */
	told: number;
	/** The second one came when all was done. */
	late: number;
	readonly faults: string[];
}

/** Starts two runners at once, so many times: only ever one is at work. */
export async function pairsOfRunners(
	server: RestartableServer,
	{ pairs, major }: { readonly pairs: number; readonly major: number },
	random: () => number,
): Promise<PairTally> {
	const planned = makeCrashPlan(major, releaseSql);
	const tally: PairTally = { pairs: 0, told: 0, late: 0, faults: [] };
	for (let pair = 1; pair <= pairs; pair++) {
		const database = `pair${pair}`;
		await ask(server.url(), `CREATE DATABASE ${database}`);
		const url = server.url(database);
		await ask(url, detector);
		const args = [...planned.flags, "--url", url];
		const first = new RunnerProcess(planned.directory, args);
		await new Promise((resolve) => setTimeout(resolve, random() * 200));
		const second = new RunnerProcess(planned.directory, args);
		const codes = [await first.ended, await second.ended];
		for (const runner of [first, second]) {
			const said = runner.events.at(-1)?.kind;
			if (said === "held") tally.told += 1;
			else if (said === "applied") tally.late += 1;
			else if (runner.end?.is !== "done") {
				tally.faults.push(`${said ?? "nothing said"}: ${runner.end?.why ?? ""} ${runner.errors}`);
			}
		}
		if (!codes.includes(0)) tally.faults.push(`pair ${pair}: none was done`);
		const [row] = await ask(
			url,
			`SELECT count(*) FILTER (WHERE kind = 'stepDone') AS done, count(DISTINCT token) FILTER (WHERE kind = 'stepStarted') AS tokens,
				(SELECT count(*) FROM lockkeeper.migration_history) AS history FROM lockkeeper.events`,
		);
		const found = `${String(row?.["done"])} ${String(row?.["tokens"])} ${String(row?.["history"])}`;
		if (found !== `${planned.plan.steps.length} 1 1`) {
			tally.faults.push(`pair ${pair}: steps, tokens, history ${found}`);
		}
		tally.pairs += 1;
		await ask(server.url(), `DROP DATABASE ${database} WITH (FORCE)`);
	}
	return tally;
}
