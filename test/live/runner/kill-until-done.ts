import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { DialectId } from "../../../src/core/dialect.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { RunEngine, RunSession } from "../../../src/run/engine.ts";
import { readHistory } from "../../../src/run/history.ts";
import { brokenEvent } from "../../../src/run/journal.ts";
import type { CrashPlan } from "./crash-shop.ts";
import type { Disturbance } from "./kill-rounds.ts";
import { RunnerProcess } from "./runner-process.ts";

const program = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

function command(cwd: string, ...args: readonly string[]): void {
	const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
		cwd,
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`lockkeeper ${args.join(" ")}: ${stderr}`);
}

/** Plans and approves a release of a shop in a scratch directory; the hours that it would soak are left out. */
export function planOf(dialect: DialectId, shop: string, release: string): CrashPlan {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-crash-"));
	mkdirSync(path.join(directory, "migrations"));
	writeFileSync(path.join(directory, "migrations/0001_shop.sql"), shop);
	writeFileSync(path.join(directory, "migrations/0002_release.sql"), release);
	const projects = [{ root: "migrations", dialect }];
	const config = { projects, approval: { operators: ["ada"] } };
	writeFileSync(path.join(directory, "lockkeeper.config.json"), JSON.stringify(config));
	command(directory, "plan", "migrations/0002_release.sql", "--out", "plan.json");
	const file = path.join(directory, "plan.json");
	writeFileSync(file, readFileSync(file, "utf8").replace(/"soakHours": \d+/g, '"soakHours": 0'));
	command(directory, "approve", "plan.json", "--by", "ada");
	const plan = JSON.parse(readFileSync(file, "utf8")) as Plan;
	const people = plan.steps.filter(({ transaction }) => transaction === "people");
	return {
		directory,
		plan,
		flags: [
			...["run", "plan.json", "--operator", "ada", "--format", "json", "--wait", "90s"],
			...["--evidence", "the new release is everywhere", "--deadline", "10m"],
			...people.flatMap(({ id }) => ["--done", id]),
		],
	};
}

/** What came of a plan that was disturbed until it was done. */
export interface DisturbedPlan {
	readonly disturbances: number;
	readonly runs: number;
	readonly faults: readonly string[];
}

/** Runs a plan again and again, disturbed each time but `most` times at most, until it is done. */
export async function disturbUntilDone(
	planned: CrashPlan,
	url: string,
	{ most, pick }: { readonly most: number; readonly pick: () => Disturbance },
): Promise<DisturbedPlan> {
	const faults: string[] = [];
	let disturbances = 0;
	for (let runs = 1; runs <= most + 20; runs++) {
		const runner = new RunnerProcess(planned.directory, [...planned.flags, "--url", url]);
		while (disturbances < most && !runner.isOver) {
			if (await pick().disturb(runner, url)) disturbances += 1;
		}
		const code = await runner.ended;
		if (code === 0) return { disturbances, runs, faults };
		const { is, why } = runner.end ?? {};
		const isFault =
			code !== null && is !== "lost" && is !== "paused" && (is !== undefined || code !== 2);
		if (isFault) faults.push(`exit ${code}: ${is ?? ""} ${why ?? ""} ${runner.errors.slice(-400)}`);
	}
	return { disturbances, runs: most + 20, faults: [...faults, "the plan never ends"] };
}

/** Returns what in the books and the schema is not as an undisturbed run would have left it. */
export async function faultsInBooks(
	{ engine, session }: { readonly engine: RunEngine; readonly session: RunSession },
	expected: readonly string[],
): Promise<readonly string[]> {
	const faults: string[] = [];
	const { ways } = engine;
	const count = async (what: string, sql: string): Promise<void> => {
		const answer = await session.run(sql);
		const found = answer.ok ? answer.rows[0]?.[0] : answer.failure.message;
		if (found !== "0") faults.push(`${what}: ${found ?? "nothing"}`);
	};
	const [steps, events, lease] = [ways.book("steps"), ways.book("events"), ways.book("lease")];
	const has = await ways.schemaLines(session);
	faults.push(
		...expected.filter((line) => !has.includes(line)).map((line) => `schema lacks ${line}`),
		...has.filter((line) => !expected.includes(line)).map((line) => `schema has ${line}`),
	);
	await count("steps not done", `SELECT count(*) FROM ${steps} WHERE state <> 'done'`);
	await count("leases", `SELECT count(*) FROM ${lease} WHERE released_at IS NULL`);
	await count(
		"steps that are done twice",
		`SELECT count(*) FROM (SELECT step_id FROM ${events} WHERE kind = 'stepDone' GROUP BY step_id HAVING count(*) > 1) AS e`,
	);
	await count(
		"steps of which no event says that they are done",
		`SELECT count(*) FROM ${steps} AS s WHERE NOT EXISTS (SELECT 1 FROM ${events} AS e WHERE e.step_id = s.step_id AND e.kind = 'stepDone')`,
	);
	const { brokenAt, rows } = await readHistory(engine, session);
	const applied = rows.filter(({ revision }) => revision === "0002_release");
	if (applied.length !== 1) faults.push(`rows of history: ${applied.length}`);
	if (brokenAt !== undefined) faults.push(`history is broken at ${brokenAt}`);
	const event = await brokenEvent(engine, session);
	if (event !== undefined) faults.push(`events are broken at ${event}`);
	return faults;
}
