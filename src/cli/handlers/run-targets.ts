import type { Config } from "../../core/config.ts";
import type { Plan } from "../../plan/plan.ts";
import { sha256 } from "../../project/plan-file.ts";
import { Refused } from "../../run/ask.ts";
import { hasBooks, readRun } from "../../run/books.ts";
import { liveSchema } from "../../run/drift.ts";
import { appliedRevisions } from "../../run/gate-reading.ts";
import { readHistory } from "../../run/history.ts";
import { statusOf } from "../../run/status.ts";
import {
	findTargets,
	parityRows,
	runWaves,
	type Target,
	type TargetState,
} from "../../run/targets.ts";
import type { TargetArguments } from "../options.ts";
import { exitCodes, fail, note, print } from "../output.ts";
import { openDatabase } from "./database.ts";
import { unfinished } from "./run-end.ts";

export const namesTargets = (args: TargetArguments): boolean =>
	args["all-targets"] || (args.target?.length ?? 0) > 0;

export function targetsOf(args: TargetArguments, config: Config): readonly Target[] | undefined {
	const wish = args["all-targets"] ? "all" : { names: args.target ?? [] };
	const targets = findTargets(config, wish, process.env);
	if (!("code" in targets)) return targets;
	fail(targets);
	return undefined;
}

/** What the exit code of a run on one target means for the others. */
function outcomeOf(): { readonly outcome: "done" | "waiting" | "failed"; readonly says: string } {
	switch (process.exitCode) {
		case exitCodes.clean:
			return { outcome: "done", says: "done as far as asked" };
		case unfinished:
			return { outcome: "waiting", says: "waits, see above" };
		default:
			return { outcome: "failed", says: "failed, see above" };
	}
}

const outcomeWords = {
	done: "done",
	waiting: "waits",
	failed: "failed",
	notBegun: "not begun",
} as const;

/**
 * Does something on one target after the other, by waves; what takes back begins with the last wave. Returns nothing:
 * each says its own, the end says all, and the exit code is that of the worst.
 */
export async function runOnTargets(
	args: TargetArguments,
	config: Config,
	runOn: (target: Target) => Promise<void>,
	first: "firstWave" | "lastWave" = "firstWave",
): Promise<void> {
	const targets = targetsOf(args, config);
	if (!targets) return;
	const results = await runWaves(
		first === "firstWave" ? targets : targets.toReversed(),
		async (target) => {
			note(`Target ${target.name}${target.region === undefined ? "" : ` (${target.region})`}`);
			process.exitCode = exitCodes.clean;
			await runOn(target);
			return outcomeOf();
		},
	);
	const rows = results.map(({ target, outcome, says }) => [
		target.name,
		`wave ${target.wave}`,
		outcomeWords[outcome],
		outcome === "done" ? "" : says,
	]);
	note(["", ...tableLines(rows)].join("\n"));
	const is = (outcome: string): boolean => results.some((result) => result.outcome === outcome);
	process.exitCode = is("failed")
		? exitCodes.findings
		: is("waiting")
			? unfinished
			: exitCodes.clean;
}

function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = (rows[0] ?? []).map((_, at) =>
		Math.max(...rows.map((row) => row[at]?.length ?? 0)),
	);
	return rows.map((row) =>
		`  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd(),
	);
}

async function stateOf(
	{ name, wave, region, url }: Target,
	plan: { readonly plan: Plan; readonly sha256: string } | undefined,
): Promise<TargetState> {
	const base = { target: name, wave, ...(region !== undefined && { region }) };
	const database = await openDatabase({ url }, "status");
	if ("code" in database) return { ...base, unreadable: database.message };
	const { engine, session } = database;
	try {
		const known = await hasBooks(engine, session);
		const revision = known
			? appliedRevisions(await readHistory(engine, session)).at(-1)
			: undefined;
		const run = known && plan ? await readRun(engine, session, plan.sha256) : undefined;
		const status =
			run && plan
				? await statusOf(engine, session, { plan: plan.plan, planHash: plan.sha256 }, 0)
				: undefined;
		const next = status?.steps.find(({ state }) => state !== "done")?.step.phase;
		const indexes = await engine.ways.indexes(session);
		const lines = indexes.map(({ definition, isValid }) => `${definition} ${isValid}`);
		return {
			...base,
			phase: run ? (next ?? "done") : "not begun",
			...(revision !== undefined && { revision }),
			schemaRev: (await liveSchema(engine, session)).rev,
			indexes: sha256(lines.sort().join("\n")),
		};
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return { ...base, unreadable: error.failure.message };
	} finally {
		await database.close();
	}
}

/** Prints where each target stands; what differs from most of them is marked, with exit code 1. */
export async function printTargets(
	args: TargetArguments,
	config: Config,
	plan: { readonly plan: Plan; readonly sha256: string } | undefined,
	format: "text" | "json",
): Promise<void> {
	const targets = targetsOf(args, config);
	if (!targets) return;
	const states: TargetState[] = [];
	for (const target of targets) states.push(await stateOf(target, plan));
	const rows = parityRows(states);
	const differs = rows.some((row) => row.some((cell) => cell.endsWith(" *")));
	if (format === "json")
		print(`${JSON.stringify({ targets: states, same: !differs }, undefined, "\t")}\n`);
	else {
		print(`${tableLines(rows).join("\n")}\n`);
		if (differs) note("* not as on most targets");
	}
	const isLost = states.some(({ unreadable }) => unreadable !== undefined);
	process.exitCode = differs || isLost ? exitCodes.findings : exitCodes.clean;
}
