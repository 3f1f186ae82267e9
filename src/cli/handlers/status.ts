import path from "node:path";
import { loadConfig } from "../../project/config-file.ts";
import { readPlan } from "../../project/plan-file.ts";
import { booksText, statusText } from "../../report/status-text.ts";
import type { RunEngine, RunSession } from "../../run/engine.ts";
import { outlookLine, rollbackOutlook } from "../../run/rollback-outlook.ts";
import { booksStatus, statusOf } from "../../run/status.ts";
import type { StatusArguments } from "../commands/status.ts";
import { exitCodes, fail, note, print } from "../output.ts";
import { onDatabase } from "./database.ts";
import { printReceipts } from "./run-evidence.ts";
import { namesTargets, printTargets, targetsOf } from "./run-targets.ts";

/** So many of the last events say what happened. */
const eventCount = 10;

const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, "\t")}\n`;

async function printStatus(
	args: StatusArguments,
	engine: RunEngine,
	session: RunSession,
): Promise<void> {
	if (args.plan === undefined) {
		const books = await booksStatus(engine, session);
		print(
			args.format === "json"
				? asJson({ database: engine.name, ...(books ?? { runs: [], history: [] }) })
				: `${engine.name}\n${booksText(books)}`,
		);
		return;
	}
	const loaded = readPlan(path.resolve(process.cwd(), args.plan));
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const { plan, sha256 } = loaded;
	const source = { engine, session, plan, planHash: sha256 };
	if (args.receipts) {
		const file = path.resolve(process.cwd(), args.plan);
		await printReceipts(source, { file, target: args.target?.[0] }, args.format);
		return;
	}
	const status = await statusOf(engine, session, { plan, planHash: sha256 }, eventCount);
	const outlook = await rollbackOutlook(source);
	if (args.format !== "json") {
		print(`${engine.name}\n${statusText(status, args.plan)}${outlookLine(outlook)}\n`);
		return;
	}
	const rollback = outlook.steps.map(({ step, is, says, isLate }) => ({
		step: step.id,
		is,
		says,
		isLate,
	}));
	const steps = status.steps.map(({ step: { id, phase, title }, state, row }) => ({
		...row,
		step: id,
		phase,
		title,
		state,
	}));
	print(
		asJson({
			database: engine.name,
			plan: sha256,
			...status,
			steps,
			rollback: { lossless: outlook.isLossless, steps: rollback },
		}),
	);
}

async function compareTargets(args: StatusArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, args.config, args.plan === undefined ? [] : [args.plan]);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const plan = args.plan === undefined ? undefined : readPlan(path.resolve(cwd, args.plan));
	if (plan && "code" in plan) {
		fail(plan);
		return;
	}
	await printTargets(args, loaded.config, plan, args.format === "json" ? "json" : "text");
}

/** Shows the receipts of each target, one after the other; the exit code is that of the worst. */
async function statusOfTargets(args: StatusArguments): Promise<void> {
	const loaded = await loadConfig(
		process.cwd(),
		args.config,
		args.plan === undefined ? [] : [args.plan],
	);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const targets = targetsOf(args, loaded.config);
	if (!targets) return;
	let worst: typeof process.exitCode = exitCodes.clean;
	for (const { name, url } of targets) {
		note(`Target ${name}`);
		await statusOfOne({ ...args, url, target: [name] });
		if (process.exitCode !== exitCodes.clean) worst = process.exitCode;
	}
	process.exitCode = worst;
}

/** Tells where the run of a plan stands; changes nothing. */
export async function runStatus(args: StatusArguments): Promise<void> {
	if (!namesTargets(args)) await statusOfOne(args);
	else if (args.receipts) await statusOfTargets(args);
	else await compareTargets(args);
}

async function statusOfOne(args: StatusArguments): Promise<void> {
	await onDatabase(args, "status", async ({ engine, session }) => {
		process.exitCode = exitCodes.clean;
		await printStatus(args, engine, session);
	});
}
