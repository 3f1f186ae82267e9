import path from "node:path";
import { createInterface } from "node:readline/promises";
import { isOperatorName } from "../../plan/approval.ts";
import { loadConfig, type LoadedConfig } from "../../project/config-file.ts";
import { readPlan, type LoadedPlan } from "../../project/plan-file.ts";
import { rollbackText } from "../../report/rollback-text.ts";
import { Refused } from "../../run/ask.ts";
import type { RunEngine, RunSession } from "../../run/engine.ts";
import type { NoLease } from "../../run/lease.ts";
import { openRun } from "../../run/open-run.ts";
import { rollbackOutlook, type StepOutlook } from "../../run/rollback-outlook.ts";
import { rollBack, type RollbackOutcome } from "../../run/rollback.ts";
import type { RollbackArguments } from "../commands/rollback.ts";
import { paletteFor } from "../colour.ts";
import { exitCodes, fail, note, print } from "../output.ts";
import { onDatabase } from "./database.ts";
import { heldText, unfinished } from "./run-end.ts";
import { leaveEvidence } from "./run-evidence.ts";
import { limitsOf, type RunLimits } from "./run-limits.ts";
import { reporterFor } from "./run-reporter.ts";
import { watchSignals } from "./run-signals.ts";
import { namesTargets, runOnTargets } from "./run-targets.ts";

interface Order {
	readonly args: RollbackArguments;
	readonly loaded: LoadedConfig;
	readonly plan: LoadedPlan;
	readonly engine: RunEngine;
}

async function asks(question: string): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
	} finally {
		lines.close();
	}
}

function acceptance({ args }: Order): (doubtful: readonly StepOutlook[]) => Promise<boolean> {
	return (doubtful) => {
		if (args["accept-loss"]) return Promise.resolve(true);
		const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
		return isTerminal
			? asks(`${doubtful.length} steps are not free to take back. Go on?`)
			: Promise.resolve(false);
	};
}

/** Says how it ended, with the exit code. */
function conclude(outcome: RollbackOutcome, args: RollbackArguments): void {
	if (args.format === "json") {
		print(`${JSON.stringify(outcomeJson(outcome))}\n`);
	}
	switch (outcome.is) {
		case "done":
			note(
				outcome.isWhole
					? "All that the plan had done is taken back."
					: `${outcome.steps.length} steps are taken back.`,
			);
			process.exitCode = exitCodes.clean;
			return;
		case "nothing":
			note("Nothing is done that could be taken back.");
			process.exitCode = exitCodes.clean;
			return;
		case "unknownStep":
			fail({
				message: `The plan has no step or phase ${outcome.to}.`,
				hint: "lockkeeper status shows the steps.",
			});
			return;
		case "refused":
			note("Nothing more was changed: steps above are not free to take back.");
			note("  Write --accept-loss to take them back all the same.");
			process.exitCode = exitCodes.findings;
			return;
		case "waiting":
			note(`${outcome.step.id} is for people to take back: ${outcome.step.title}`);
			note(`  When it is: the same command with --taken-back ${outcome.step.id}`);
			process.exitCode = unfinished;
			return;
		case "paused":
			note("Stopped between two steps; the same command goes on.");
			process.exitCode = unfinished;
			return;
		case "lost":
			note(
				outcome.why === "lease"
					? "Another runner has taken the database over."
					: "The connection is lost; the same command goes on.",
			);
			process.exitCode = exitCodes.findings;
			return;
		case "failed":
			note(`${outcome.step.id} could not be taken back: ${outcome.why}`);
			note("  What was taken back before stays so; the same command goes on.");
			process.exitCode = exitCodes.findings;
	}
}

function outcomeJson(outcome: RollbackOutcome): object {
	switch (outcome.is) {
		case "refused":
			return { is: outcome.is, steps: outcome.doubtful.map(stepJson) };
		case "waiting":
			return { is: outcome.is, step: outcome.step.id };
		case "failed":
			return { is: outcome.is, step: outcome.step.id, why: outcome.why };
		default:
			return outcome;
	}
}

const stepJson = ({ step, is, says, isLate }: StepOutlook): object => ({
	step: step.id,
	is,
	says,
	isLate,
});

/** Shows what a rollback would mean. */
async function showOutlook(
	{ args, loaded, plan, engine }: Order,
	session: RunSession,
): Promise<void> {
	const ttlHours = loaded.config.run?.rollbackTtlHours;
	const outlook = await rollbackOutlook({
		engine,
		session,
		plan: plan.plan,
		planHash: plan.sha256,
		...(ttlHours !== undefined && { ttlHours }),
	});
	if (args.format === "json") {
		print(`${JSON.stringify({ is: "outlook", steps: outlook.steps.map(stepJson) })}\n`);
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	print(rollbackText(outlook.steps, palette));
}

function sayNoLease(problem: NoLease): void {
	if (problem.code !== "held") {
		fail(problem);
		return;
	}
	note(heldText(problem.by, "Wait for it with --wait 10m, or stop it."));
	process.exitCode = exitCodes.findings;
}

async function takeBack(
	order: Order,
	operator: string,
	{ wait, deadline }: RunLimits,
): Promise<void> {
	const { args, loaded, plan, engine } = order;
	const signals = watchSignals();
	const reporter = reporterFor(args, plan.plan);
	const open = await openRun({
		engine,
		plan: plan.plan,
		planHash: plan.sha256,
		operator,
		signal: signals.signal,
		wait,
		tell: reporter.tell,
	});
	if ("code" in open) {
		signals.end();
		sayNoLease(open);
		return;
	}
	signals.onSecond(() => open.context.session.cancel());
	const ttlHours = loaded.config.run?.rollbackTtlHours;
	try {
		const outcome = await rollBack(open, {
			...(args.to !== undefined && { to: args.to }),
			...(ttlHours !== undefined && { ttlHours }),
			takenBack: new Set(args["taken-back"]),
			patience: deadline,
			accept: acceptance(order),
		});
		if (outcome.is !== "lost") await open.record();
		await leaveEvidence(
			{ ...open.context, session: open.context.observer },
			{ file: path.resolve(process.cwd(), args.plan), target: args.target?.[0] },
		);
		reporter.end();
		conclude(outcome, args);
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		note(`lockkeeper: The server refused: ${error.failure.message}.`);
		process.exitCode = exitCodes.findings;
	} finally {
		await open.close();
		signals.end();
	}
}

async function rollBackOne(
	args: RollbackArguments,
	{ loaded, plan, limits }: Asked,
): Promise<void> {
	await onDatabase(args, "rollback", async ({ engine, session }) => {
		await showOutlook({ args, loaded, plan, engine }, session);
		if (args["dry-run"]) return;
		await takeBack({ args, loaded, plan, engine }, args.operator ?? "", limits);
	});
}

/** What the command line and the files say, before any database is asked. */
interface Asked {
	readonly loaded: LoadedConfig;
	readonly plan: LoadedPlan;
	readonly limits: RunLimits;
}

/** Takes back what a run of the plan has done. */
export async function runRollback(args: RollbackArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, args.config, [args.plan]);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const plan = readPlan(path.resolve(cwd, args.plan));
	if ("code" in plan) {
		fail(plan);
		return;
	}
	const limits = limitsOf(args);
	if ("message" in limits) {
		fail(limits);
		return;
	}
	if (!args["dry-run"] && (args.operator === undefined || !isOperatorName(args.operator))) {
		fail({ message: "Who takes it back?", hint: "Write --operator <name>, or --dry-run." });
		return;
	}
	const asked: Asked = { loaded, plan, limits };
	if (!namesTargets(args)) {
		await rollBackOne(args, asked);
		return;
	}
	await runOnTargets(
		args,
		loaded.config,
		({ name, url }) => rollBackOne({ ...args, url, target: [name] }, asked),
		"lastWave",
	);
}
