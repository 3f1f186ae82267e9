import path from "node:path";
import { judgeApprovals, isOperatorName, type Verdict } from "../../plan/approval.ts";
import { loadConfig, type LoadedConfig } from "../../project/config-file.ts";
import { changedFiles, readApprovals, readPlan, type LoadedPlan } from "../../project/plan-file.ts";
import { Refused } from "../../run/ask.ts";
import { admit, type Admission } from "../../run/admission.ts";
import { beginSurely } from "../../run/begin.ts";
import { serverTime } from "../../run/books.ts";
import type { RunEngine, RunSession } from "../../run/engine.ts";
import { openRun, type OpenRun } from "../../run/open-run.ts";
import { runPlan, type RunEnd, type RunOrder } from "../../run/run.ts";
import type { RunArguments } from "../commands/run.ts";
import { exitCodes, fail, note, print } from "../output.ts";
import { onDatabase } from "./database.ts";
import { leaveEvidence, type EvidencePlace } from "./run-evidence.ts";
import { previewRun } from "./run-preview.ts";
import { endText, exitCodeOfEnd, heldText, refusalText } from "./run-end.ts";
import { limitsOf, type RunLimits } from "./run-limits.ts";
import { reporterFor, type RunReporter } from "./run-reporter.ts";
import { watchSignals } from "./run-signals.ts";
import { namesTargets, runOnTargets } from "./run-targets.ts";

/** The command line, once it is known who reads what is printed. */
interface ToldArguments extends RunArguments {
	readonly format: "text" | "json";
}

/** Standard output that is no terminal is read by a program; a preview has no course to follow. */
function toldArguments(args: RunArguments): ToldArguments {
	const isRead = process.stdout.isTTY || args["dry-run"];
	return { ...args, format: args.format ?? (isRead ? "text" : "json") };
}

interface Misuse {
	readonly message: string;
	readonly hint: string;
}

/** All that the command line and the files say, before any database is asked. */
interface Order {
	readonly file: string;
	readonly loaded: LoadedPlan;
	readonly config: LoadedConfig;
	readonly operator: string;
	readonly limits: RunLimits;
}

async function orderOf(cwd: string, args: RunArguments): Promise<Order | Misuse> {
	const file = path.resolve(cwd, args.plan);
	const config = await loadConfig(cwd, args.config, [args.plan]);
	if ("code" in config) return config;
	const loaded = readPlan(file);
	if ("code" in loaded) return loaded;
	const { operator = "" } = args;
	if (!args["dry-run"] && !isOperatorName(operator)) {
		return operator === ""
			? { message: "Who runs the plan?", hint: "Write --operator <name>: the books keep it." }
			: {
					message: `"${operator}" is no name of an operator.`,
					hint: "Letters, digits and . _ @ + - are.",
				};
	}
	const limits = limitsOf(args);
	if ("message" in limits) return limits;
	const people = loaded.plan.steps.filter(({ transaction }) => transaction === "people");
	const unknown = args.done?.find((id) => !people.some((step) => step.id === id));
	if (unknown !== undefined) {
		const known = people.map(({ id }) => id).join(", ");
		return {
			message: `${unknown} is no step that people do.`,
			hint: known === "" ? "The plan has none." : `Such steps are ${known}.`,
		};
	}
	return { file, loaded, config, operator, limits };
}

function judge({ file, loaded, config }: Order, now: number): Verdict | Misuse {
	const approvals = readApprovals(file);
	if ("code" in approvals) return approvals;
	return judgeApprovals({
		plan: loaded.sha256,
		approvals,
		changed: changedFiles(loaded.plan, config.directory),
		config: config.config.approval,
		now,
	});
}

/** Where the log goes to a program, people still read on standard error why it ended. */
function tellBoth(asJson: boolean, event: object, text: string): void {
	if (asJson) print(`${JSON.stringify(event)}\n`);
	note(text);
}

function refuse(admission: Extract<Admission, { readonly is: "refused" }>, asJson: boolean): void {
	tellBoth(asJson, { kind: "refused", ...admission }, refusalText(admission));
	process.exitCode = exitCodes.findings;
}

function notApproved(
	{ objections }: Verdict,
	plan: string,
): Admission & { readonly is: "refused" } {
	return {
		is: "refused",
		code: "notApproved",
		message: "The plan is not approved as it is.",
		details: objections.map(({ message }) => message),
		hint: `lockkeeper approve ${plan} --by <operator>, or lockkeeper approve --check ${plan} to see.`,
	};
}

/** The clock of this machine decides nothing, but people read its times in other logs. */
function noteSkew(now: number): void {
	const skew = Math.round((Date.now() - now) / 60_000);
	if (skew === 0) return;
	const way = skew > 0 ? "ahead of" : "behind";
	note(`The clock of this machine is ${Math.abs(skew)} min ${way} the server's, which counts.`);
}

/** Asks everything that can be asked before anything is changed; undefined: it was said why not, or that it is done. */
async function ready(
	args: ToldArguments,
	order: Order,
	engine: RunEngine,
	session: RunSession,
): Promise<Verdict | undefined> {
	const { plan, sha256 } = order.loaded;
	const asJson = args.format === "json";
	const now = await serverTime(engine, session);
	noteSkew(now);
	const admission = await admit({
		engine,
		session,
		plan,
		planHash: sha256,
		acceptDrift: args["accept-drift"],
	});
	if (admission.is === "applied") {
		const lines = admission.rows.map(
			({ revision, appliedAt, operator }) =>
				`${revision} is applied already: at ${appliedAt} by ${operator}.`,
		);
		print(
			asJson
				? `${JSON.stringify({ kind: "applied", rows: admission.rows })}\n`
				: `${lines.join("\n")}\n`,
		);
		process.exitCode = exitCodes.clean;
		return undefined;
	}
	const verdict = judge(order, now);
	if ("message" in verdict) {
		fail(verdict);
		return undefined;
	}
	if (admission.is === "refused") {
		refuse(admission, asJson);
		return undefined;
	}
	if (verdict.verdict === "closed" && !args["dry-run"]) {
		refuse(notApproved(verdict, args.plan), asJson);
		return undefined;
	}
	for (const line of admission.notes) note(line);
	return verdict;
}

const evidencePlace = (args: RunArguments, { file, config }: Order): EvidencePlace => ({
	file,
	target: args.target?.[0],
	metrics: args.metrics,
	ttlHours: config.config.run?.rollbackTtlHours,
});

async function carryOut(
	args: ToldArguments,
	order: Order,
	engine: RunEngine,
	{
		approvers,
		reporter,
	}: { readonly approvers: readonly string[]; readonly reporter: RunReporter },
): Promise<void> {
	const signals = watchSignals();
	const { loaded, operator, limits, config } = order;
	const opened = await openRun({
		engine,
		plan: loaded.plan,
		planHash: loaded.sha256,
		operator,
		signal: signals.signal,
		wait: limits.wait,
		tell: reporter.tell,
		onWait: (holder) => {
			note(heldText(holder, "Waits."));
		},
		...(config.config.run && { config: config.config.run }),
	});
	if ("code" in opened) {
		signals.end();
		reporter.end();
		if (opened.code !== "held") {
			fail(opened);
			return;
		}
		const text = heldText(opened.by, "Try again when it has ended, or wait for it: --wait 10m.");
		tellBoth(args.format === "json", { kind: "held", by: opened.by }, text);
		process.exitCode = exitCodes.findings;
		return;
	}
	signals.onSecond(() => opened.context.session.cancel());
	const end = await followPlan(opened, {
		deadline: limits.deadline,
		done: new Set(args.done ?? []),
		acceptDrift: args["accept-drift"],
		approvers,
		...(args.until && { until: args.until }),
		...(args.evidence !== undefined && { evidence: args.evidence }),
	});
	await leaveEvidence(
		{ ...opened.context, session: opened.context.observer },
		evidencePlace(args, order),
	);
	await opened.close();
	signals.end();
	reporter.end();
	const text = endText(end, order.loaded.plan, args.plan);
	if (args.format === "json") tellBoth(true, { kind: "end", ...end }, text.trimEnd());
	else print(text);
	process.exitCode = exitCodeOfEnd(end);
}

async function followPlan(opened: OpenRun, order: RunOrder): Promise<RunEnd> {
	try {
		const lost = await beginSurely(opened, order.approvers);
		if (lost) return { is: "lost", why: lost };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return { is: "stopped", why: error.failure.message, details: [], failure: error.failure };
	}
	return runPlan(opened, order);
}

/** Runs an approved plan on a database, or on the targets of the config, as far as it goes now. */
export async function runRun(given: RunArguments): Promise<void> {
	const args = toldArguments(given);
	const order = await orderOf(process.cwd(), args);
	if ("message" in order) {
		fail(order);
		return;
	}
	if (!namesTargets(args)) {
		await runOnce(args, order);
		return;
	}
	await runOnTargets(args, order.config.config, ({ name, url }) =>
		runOnce({ ...args, url, target: [name] }, order),
	);
}

async function runOnce(args: ToldArguments, order: Order): Promise<void> {
	await onDatabase(args, "admission", async ({ engine, session }) => {
		const verdict = await ready(args, order, engine, session);
		const { plan, sha256: planHash } = order.loaded;
		if (verdict && args["dry-run"]) {
			print(await previewRun({ engine, session, plan, planHash, args, verdict }));
			process.exitCode = exitCodes.clean;
		}
		const isApplied = !verdict && process.exitCode === exitCodes.clean;
		if (isApplied && !args["dry-run"]) {
			await leaveEvidence({ engine, session, plan, planHash }, evidencePlace(args, order));
		}
		if (!verdict || args["dry-run"]) return;
		const reporter = reporterFor(args, plan);
		if (args.format === "text") note(engine.name);
		await carryOut(args, order, engine, { approvers: verdict.by, reporter });
	});
}
