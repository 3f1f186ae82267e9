import { makeCrashPlan, type CrashPlan } from "./crash-shop.ts";
import { ask, type RestartableServer } from "./restartable-server.ts";
import { RunnerProcess } from "./runner-process.ts";

const markers = 8;

const releaseSql = Array.from(
	{ length: markers },
	(_, at) => `CREATE TABLE marker_${at} (id bigint PRIMARY KEY);`,
).join("\n");

/** A trigger on the DDL of the release that refuses whoever comes while somebody else is at work, and keeps who it was. */
const detector = `CREATE TABLE worked (place bigserial, process integer);
	CREATE FUNCTION alone() RETURNS event_trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF current_query() NOT LIKE '%marker_%' THEN RETURN; END IF;
		IF NOT pg_try_advisory_xact_lock(42) THEN RAISE EXCEPTION 'two runners are at work'; END IF;
		INSERT INTO public.worked (process) VALUES (pg_backend_pid());
		PERFORM pg_sleep(0.25);
	END $$;
	CREATE EVENT TRIGGER alone ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION alone()`;

/** How two runners meet. */
export const meetings = ["together", "later", "frozen", "cut"] as const;
export type Meeting = (typeof meetings)[number];

/** What came of runners that were started in pairs. */
export interface PairTally {
	pairs: number;
	/** One said that the other is at work. */
	told: number;
	/** One came when all was done. */
	late: number;
	/** One was cut off before it could begin. */
	away: number;
	/** Steps of one plan were done under several tokens. */
	takeovers: number;
	/** How often the server was asked who has locked something to change it. */
	samples: number;
	/** Samples in which somebody had. */
	busy: number;
	readonly faults: string[];
}

const wait = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again and again which sessions of runners hold locks that keep others out. */
class LockSampler {
	readonly #url: string;
	readonly #tally: PairTally;
	readonly #sampling: Promise<void>;
	#stopped = false;

	constructor(url: string, tally: PairTally) {
		this.#url = url;
		this.#tally = tally;
		this.#sampling = this.#sample();
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		await this.#sampling;
	}

	async #sample(): Promise<void> {
		while (!this.#stopped) {
			const [row] = await ask(
				this.#url,
				`SELECT count(DISTINCT l.pid)::integer AS n FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
				WHERE l.granted AND (l.locktype = 'advisory' AND l.objid = 42 OR l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock')
					AND a.application_name LIKE 'lockkeeper 0002%' AND a.datname = current_database()`,
			);
			const workers = Number(row?.["n"]);
			this.#tally.samples += 1;
			if (workers > 0) this.#tally.busy += 1;
			if (workers > 1) this.#tally.faults.push(`${workers} sessions hold exclusive locks at once`);
			await wait(15);
		}
	}
}

/** Processes that came back after another one had worked. */
function returns(processes: readonly number[]): readonly number[] {
	const turns = processes.filter((process, at) => process !== processes[at - 1]);
	return turns.filter((process, at) => turns.indexOf(process) !== at);
}

/** What the server does a minute after the client fell silent (idle_session_timeout), done at once. */
async function endSilent(url: string): Promise<void> {
	for (let time = 0; time < 10; time += 1) {
		await ask(
			url,
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
			AND (application_name = 'lockkeeper lock' OR (state LIKE 'idle in transaction%' AND application_name LIKE 'lockkeeper%'))`,
		);
		await wait(15);
	}
}

async function meet(
	how: Meeting,
	{ planned, url, random }: { planned: CrashPlan; url: string; random: () => number },
): Promise<readonly [RunnerProcess, RunnerProcess]> {
	const args = [...planned.flags, "--url", url];
	const patient = [...args, "--wait", "90s"];
	const first = new RunnerProcess(planned.directory, args);
	const isBegun = first.hears(({ kind }) => kind === "stepStarted", 1 + Math.floor(random() * 4));
	if (how === "together") {
		await wait(random() * 200);
		return [first, new RunnerProcess(planned.directory, args)];
	}
	await isBegun;
	await wait(random() * 60);
	if (how === "later") return [first, new RunnerProcess(planned.directory, args)];
	if (how === "cut") {
		const second = new RunnerProcess(planned.directory, patient);
		for (let time = 0; time < 3; time += 1) {
			await wait(random() * 150);
			await ask(
				url,
				`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
				AND application_name LIKE 'lockkeeper%' ORDER BY random() LIMIT ${1 + Math.floor(random() * 3)}`,
			);
		}
		return [first, second];
	}
	first.child.kill("SIGSTOP");
	const second = new RunnerProcess(planned.directory, patient);
	await endSilent(url);
	await second.hears(({ kind }) => kind === "stepStarted", 1 + Math.floor(random() * 2));
	first.child.kill("SIGCONT");
	return [first, second];
}

async function judge(
	server: RestartableServer,
	{ planned, database, tally }: { planned: CrashPlan; database: string; tally: PairTally },
): Promise<void> {
	const url = server.url(database);
	const fault = (what: string): void => void tally.faults.push(`${database}: ${what}`);
	const [books] = await ask(
		url,
		`SELECT count(*) FILTER (WHERE kind = 'stepDone')::integer AS done,
			(SELECT count(*)::integer FROM lockkeeper.migration_history) AS history,
			(SELECT count(*)::integer FROM lockkeeper.steps WHERE state <> 'done') AS open FROM lockkeeper.events`,
	);
	const steps = planned.plan.steps.length;
	if (books?.["done"] !== steps || books["history"] !== 1 || books["open"] !== 0) {
		fault(`books ${JSON.stringify(books)} of ${steps} steps`);
	}
	const [older] = await ask(
		url,
		"SELECT count(*)::integer AS n FROM (SELECT token < lag(token) OVER (ORDER BY seq) AS old FROM lockkeeper.events) AS e WHERE old",
	);
	if (older?.["n"] !== 0) fault("an event of an older token behind one of a newer");
	const [tokens] = await ask(
		url,
		"SELECT count(DISTINCT token)::integer AS n FROM lockkeeper.steps",
	);
	if (Number(tokens?.["n"]) > 1) tally.takeovers += 1;
	const worked = await ask(url, "SELECT process FROM worked ORDER BY place");
	if (worked.length !== markers) fault(`${worked.length} changes were committed`);
	if (returns(worked.map((row) => Number(row["process"]))).length > 0) {
		fault("a runner committed after another one had");
	}
	if (returns(server.schemaChangers(database).slice(1)).length > 0) {
		fault("a runner changed the schema after another one had");
	}
}

/** Starts two runners on one database, so many times: only ever one is at work, as the server saw it. */
export async function pairsOfRunners(
	server: RestartableServer,
	{ pairs, major }: { readonly pairs: number; readonly major: number },
	random: () => number,
	how?: Meeting,
): Promise<PairTally> {
	const planned = makeCrashPlan(major, releaseSql);
	const tally: PairTally = {
		pairs: 0,
		told: 0,
		late: 0,
		away: 0,
		takeovers: 0,
		samples: 0,
		busy: 0,
		faults: [],
	};
	for (let pair = 1; pair <= pairs; pair++) {
		const meeting = how ?? meetings[pair % meetings.length] ?? "together";
		const database = `pair_${meeting}_${pair}`;
		await ask(server.url(), `CREATE DATABASE ${database}`);
		const url = server.url(database);
		await ask(url, detector);
		const sampler = new LockSampler(url, tally);
		const runners = await meet(meeting, { planned, url, random });
		const codes = await Promise.all(runners.map(({ ended }) => ended));
		await sampler.stop();
		for (const runner of runners) {
			const said = runner.events.at(-1)?.kind;
			if (said === "held") tally.told += 1;
			else if (said === "applied") tally.late += 1;
			else if (said === undefined && meeting === "cut" && codes.includes(2)) tally.away += 1;
			else if (runner.end?.is !== "done" && runner.end?.is !== "lost") {
				tally.faults.push(
					`${database}: ${said ?? "nothing said"}: ${runner.end?.why ?? ""} ${runner.errors}`,
				);
			}
		}
		if (!codes.includes(0)) tally.faults.push(`${database}: none was done`);
		await judge(server, { planned, database, tally });
		tally.pairs += 1;
		await ask(server.url(), `DROP DATABASE ${database} WITH (FORCE)`);
	}
	return tally;
}

/** Returns a tally as a line for people. */
export function pairsText({ pairs, told, late, away, takeovers, ...tally }: PairTally): string {
	return `${pairs} pairs; one said ${told} times who is at work, came ${late} times when all was done, was cut off ${away} times before it began; ${takeovers} were done by both in turn; ${tally.samples} looks at the server's locks, ${tally.busy} of them with somebody at work; ${tally.faults.length} faults`;
}
