import type { Plan } from "../../plan/plan.ts";
import { spanWords } from "../../report/run-text.ts";
import type { Refusal } from "../../run/admission.ts";
import type { Holder } from "../../run/holder.ts";
import type { RunEnd } from "../../run/run.ts";
import { exitCodes } from "../output.ts";

/** Not finished, and nothing is wrong: run it again later. */
export const unfinished = 3;

/** Returns the exit code of a run. */
export function exitCodeOfEnd(end: RunEnd): number {
	switch (end.is) {
		case "done":
		case "until":
			return exitCodes.clean;
		case "paused":
		case "waiting":
			return unfinished;
		case "stopped":
		case "lost":
			return exitCodes.findings;
	}
}

const indented = (lines: readonly string[]): readonly string[] =>
	lines.flatMap((text) => text.split("\n")).map((line) => `  ${line}`);

/** Returns why a plan may not run, for people. */
export function refusalText({ message, details, hint }: Refusal): string {
	return [`lockkeeper: ${message}`, ...indented(details), `  ${hint}`].join("\n");
}

/** Returns who holds the lock, for people, and what to do about it. */
export function heldText(holder: Holder | undefined, hint: string): string {
	if (!holder || holder.released) {
		return `lockkeeper: somebody else is about to run here.\n  ${hint}`;
	}
	const { operator, host, process: own, since, lastBeat } = holder;
	const from = new Date(since).toISOString();
	return [
		`lockkeeper: ${operator} runs a plan here since ${from} (process ${own} on ${host}, last seen ${new Date(lastBeat).toISOString()}).`,
		`  ${hint}`,
	].join("\n");
}

function waitingText(
	{ step: id, waiting }: Extract<RunEnd, { readonly is: "waiting" }>,
	plan: Plan,
	file: string,
): readonly string[] {
	const step = plan.steps.find((one) => one.id === id);
	const title = `${id} ${step?.title ?? ""}`;
	switch (waiting.for) {
		case "people":
			return [
				`Now people do ${title}`,
				...indented(waiting.sql),
				`Then: lockkeeper run ${file} --operator <name> --done ${id}`,
			];
		case "soak":
			return [
				`Next: ${title}`,
				`It takes something away, so all before it must have been in production for ${spanWords(waiting.hours * 3_600_000)}: from ${new Date(waiting.until).toISOString()} on.`,
			];
		case "evidence":
			return [
				`Next: ${title}`,
				"It takes something away. Before it:",
				...indented(waiting.missing),
				`Then: lockkeeper run ${file} --operator <name> --evidence "<what was seen>"`,
			];
	}
}

/** Returns how a run ended and what comes next, for people. */
export function endText(end: RunEnd, plan: Plan, file: string): string {
	return `${endLines(end, plan, file).join("\n")}\n`;
}

function endLines(end: RunEnd, plan: Plan, file: string): readonly string[] {
	const again = `lockkeeper run ${file} --operator <name>`;
	switch (end.is) {
		case "done": {
			const names = plan.revisions.map(({ id }) => id).join(", ");
			return [
				`${names} is applied.`,
				"Tell your migration tool so: lockkeeper writes only its own history, lockkeeper.migration_history.",
			];
		}
		case "until":
			return [`Done up to the phase ${end.phase}, as asked. The rest: ${again}`];
		case "paused":
			return [`Paused: ${end.why}. It goes on with: ${again}`];
		case "waiting":
			return waitingText(end, plan, file);
		case "stopped":
			return [
				`Stopped${end.step === undefined ? "" : ` at ${end.step}`}: ${end.why}`,
				...indented(end.details),
				...indented(hintsFor(end)),
				`What is done stays done. When the cause is gone: ${again}`,
			];
		case "lost":
			return end.why === "lease"
				? ["Stopped: another runner has taken the lock over. lockkeeper status tells who."]
				: [`Stopped: the server does not answer any more. When it does: ${again}`];
	}
}

function hintsFor({ failure }: Extract<RunEnd, { readonly is: "stopped" }>): readonly string[] {
	switch (failure?.kind) {
		case "lockTimeout":
			return [
				"Somebody kept the lock for the whole deadline: see above who, or try --deadline 1h.",
			];
		case "full":
			return ["The server has no room left for it. Make some, and run it again."];
		case "timeout":
			return ["It took longer than its limit, was broken off and changed nothing."];
		default:
			return [];
	}
}
