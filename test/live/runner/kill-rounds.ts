import { faultsOf, makeShop, schemaOf, Workload, type CrashPlan } from "./crash-shop.ts";
import { ask, type RestartableServer } from "./restartable-server.ts";
import { RunnerProcess, type SaidEvent } from "./runner-process.ts";

/** What a number of disturbed runs came to. */
export interface Tally {
	disturbances: number;
	/** Where the run was when it was disturbed. */
	readonly at: Map<string, number>;
	readonly kinds: Map<string, number>;
	/** Runs that went on where another one had stopped. */
	resumes: number;
	/** Leases that were taken from a runner that had not given it back. */
	takeovers: number;
	/** What was found half done, or done by a runner that could not say so. */
	probes: number;
	/** Milliseconds from the start of a run to its first step. */
	longestResume: number;
	plans: number;
	writes: number;
	readonly faults: string[];
}

export const emptyTally = (): Tally => ({
	disturbances: 0,
	at: new Map(),
	kinds: new Map(),
	resumes: 0,
	takeovers: 0,
	probes: 0,
	longestResume: 0,
	plans: 0,
	writes: 0,
	faults: [],
});

const add = (counts: Map<string, number>, name: string): void => {
	counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** One way to disturb a run: returns when it has done so, or that the run had ended before. */
export interface Disturbance {
	readonly name: string;
	disturb(runner: RunnerProcess, url: string): Promise<boolean>;
}

const wait = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Random instants over all that a run does: while it connects, in a step, between batches, around a commit. */
export async function randomInstant(runner: RunnerProcess, random: () => number): Promise<void> {
	const chance = random();
	const isKind =
		(kind: string) =>
		(event: SaidEvent): boolean =>
			event.kind === kind;
	if (chance < 0.15) {
		await wait(random() * 900);
		return;
	}
	if (chance < 0.5) {
		await runner.hears(isKind("stepStarted"), 1 + Math.floor(random() * 3));
		await wait(random() * (chance < 0.25 ? 400 : 40));
		return;
	}
	if (chance < 0.8) {
		await runner.hears(isKind("batchDone"), 1 + Math.floor(random() * 25));
		await wait(random() * 25);
		return;
	}
	await runner.hears(isKind("stepDone"), 1 + Math.floor(random() * 3));
	await wait(random() * 6);
}

/** kill -9 at random instants. */
export const killAt = (random: () => number): Disturbance => ({
	name: "kill -9",
	async disturb(runner) {
		await randomInstant(runner, random);
		if (runner.isOver) return false;
		await runner.kill();
		return true;
	},
});

async function placeOf(url: string): Promise<string> {
	try {
		const [row] = await ask(
			url,
			"SELECT step_id, state FROM lockkeeper.steps WHERE state <> 'done' ORDER BY place LIMIT 1",
		);
		if (!row) return "at the end";
		return row["state"] === "intent" ? String(row["step_id"]) : `before ${String(row["step_id"])}`;
	} catch {
		return "connecting";
	}
}

function hear(tally: Tally, runner: RunnerProcess, isResume: boolean): void {
	if (isResume && runner.worksAfter !== undefined) {
		tally.resumes += 1;
		tally.longestResume = Math.max(tally.longestResume, runner.worksAfter);
	}
	tally.probes += runner.events.filter(
		({ kind, says = "", what = "" }) =>
			(kind === "stepFound" && / is INVALID|was left|half detached/.test(says)) ||
			(kind === "waitingFor" && what.includes("runner that is gone")),
	).length;
	if (runner.events.some(({ kind }) => kind === "end") || runner.child.signalCode === "SIGKILL") {
		return;
	}
	if (/bug|TypeError|at file:/.test(runner.errors)) tally.faults.push(runner.errors.slice(0, 500));
}

const expectations = new Map<CrashPlan, readonly string[]>();

/** The schema after a run that nobody disturbs. */
async function expectedSchema(
	server: RestartableServer,
	planned: CrashPlan,
): Promise<readonly string[]> {
	const known = expectations.get(planned);
	if (known) return known;
	await ask(server.url(), "CREATE DATABASE calm");
	await makeShop(server.url("calm"), 2000);
	const runner = new RunnerProcess(planned.directory, [
		...planned.flags,
		"--url",
		server.url("calm"),
	]);
	if ((await runner.ended) !== 0) throw new Error(`${runner.errors} ${runner.end?.why ?? ""}`);
	const schema = await schemaOf(server.url("calm"));
	expectations.set(planned, schema);
	return schema;
}

/** How a series of disturbed runs is made. */
export interface Series {
	readonly server: RestartableServer;
	readonly planned: CrashPlan;
	readonly rows: number;
	readonly disturbances: number;
	readonly random: () => number;
	readonly pick: () => Disturbance;
	/** The address that the runner gets for a database, when it is not the server's own. */
	readonly addressOf?: (database: string) => string;
	readonly say?: (line: string) => void;
}

let databases = 0;

async function onePlan(series: Series, tally: Tally): Promise<void> {
	const { server, planned, rows, random, pick, addressOf, say } = series;
	const expected = await expectedSchema(server, planned);
	const database = `shop${++databases}`;
	await ask(server.url(), `CREATE DATABASE ${database}`);
	const url = server.url(database);
	await makeShop(url, rows);
	const workload = new Workload(url, { rows, random });
	const args = [...planned.flags, "--url", addressOf?.(database) ?? url, "--wait", "90s"];
	for (let run = 0; run < 200; run++) {
		const runner = new RunnerProcess(planned.directory, args);
		while (tally.disturbances < series.disturbances && !runner.isOver) {
			const disturbance = pick();
			if (await disturbance.disturb(runner, url)) {
				tally.disturbances += 1;
				add(tally.kinds, disturbance.name);
				add(tally.at, await placeOf(url));
			}
		}
		const code = await runner.ended;
		hear(tally, runner, run > 0);
		if (code === 0) break;
		const { is, why } = runner.end ?? {};
		const isFault =
			code !== null && is !== "lost" && is !== "paused" && (is !== undefined || code !== 2);
		if (isFault) {
			const fault = `exit ${code}: ${why ?? ""} ${runner.errors.slice(-300)}`;
			say?.(fault);
			tally.faults.push(fault);
		}
		if (run === 199) tally.faults.push("the plan never ends");
	}
	await workload.stop();
	tally.plans += 1;
	tally.writes += workload.writes;
	const faults = [...workload.errors, ...(await faultsOf(url, planned, expected))];
	for (const fault of faults) say?.(fault);
	tally.faults.push(...faults);
	const [lease] = await ask(url, "SELECT token::integer - 1 AS n FROM lockkeeper.lease");
	tally.takeovers += Number(lease?.["n"] ?? 0);
	say?.(
		`plan ${tally.plans}: ${tally.disturbances} disturbances, ${tally.takeovers} takeovers, ${tally.faults.length} faults`,
	);
	await ask(server.url(), `DROP DATABASE ${database} WITH (FORCE)`);
}

/** Runs the plan on new databases, disturbed each time, until there were so many disturbances. */
export async function disturbedRuns(series: Series): Promise<Tally> {
	const tally = emptyTally();
	while (tally.disturbances < series.disturbances) await onePlan(series, tally);
	return tally;
}

/** Returns a tally as lines for people. */
export function tallyText(title: string, tally: Tally): string {
	const list = (counts: Map<string, number>): string =>
		[...counts]
			.sort(([a], [b]) => a.localeCompare(b, "en"))
			.map(([name, count]) => `${name} ${count}`)
			.join(", ");
	const { disturbances, plans, writes, resumes, takeovers, probes, longestResume, faults } = tally;
	return [
		title,
		`  disturbances     ${disturbances} in ${plans} plans (${list(tally.kinds)})`,
		`  where            ${list(tally.at)}`,
		`  resumes          ${resumes}, the longest took ${Math.round(longestResume)} ms to its first step`,
		`  takeovers        ${takeovers}`,
		`  half done, found ${probes}`,
		`  client writes    ${writes}`,
		`  faults           ${faults.length === 0 ? "none" : ""}`,
		...faults.map((fault) => `    ${fault}`),
	].join("\n");
}
