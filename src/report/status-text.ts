import type { RunEvent } from "../run/context.ts";
import { undoMark } from "../run/books.ts";
import type { JournalEntry } from "../run/journal.ts";
import { waitingWords } from "../run/run.ts";
import type { BooksStatus, NextAction, RunStatus, StepStatus } from "../run/status.ts";
import { runEventText, spanWords } from "./run-text.ts";

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

function stepLine({ step, state, row }: StepStatus): string {
	const { startedAt, endedAt, rows, message, attempts, operator } = row ?? {};
	const words = [
		...(state === "done" && endedAt !== undefined ? [timeOf(endedAt)] : []),
		...(state === "done" && startedAt !== undefined && endedAt !== undefined && endedAt > startedAt
			? [spanWords(endedAt - startedAt)]
			: []),
		...(state === "intent" && startedAt !== undefined ? [`since ${timeOf(startedAt)}`] : []),
		...(rows !== undefined && rows > 0 ? [`${rows.toLocaleString("en-US")} rows`] : []),
		...(attempts !== undefined && attempts > 1 ? [`${attempts} attempts`] : []),
		...(step.transaction === "people" && operator !== undefined ? [`says ${operator}`] : []),
	];
	const more = words.length === 0 ? "" : ` (${words.join(", ")})`;
	const isGoingBack = message === undoMark;
	const shown = isGoingBack ? "going back" : state === "intent" ? "begun" : state;
	const failure = state === "failed" && message !== undefined ? `\n      ${message}` : "";
	return `  ${shown.padEnd(10)} ${step.id.padEnd(11)} ${step.title}${more}${failure}`;
}

function eventIn(body: string): RunEvent {
	// What the journal holds was written from an event.
	return JSON.parse(body) as RunEvent;
}

function eventLine({ at, body }: JournalEntry): string {
	return `  ${timeOf(at)} ${runEventText(eventIn(body)).replace(/\n/g, "\n    ")}`;
}

/** Returns what there is to do next, for people. */
export function nextText(next: NextAction, file: string): string {
	switch (next.is) {
		case "nothing":
			return "Nothing is left to do.";
		case "wait":
			return `${next.holder.operator} runs it now, since ${timeOf(next.holder.since)} (process ${next.holder.process} on ${next.holder.host}, last seen ${timeOf(next.holder.lastBeat)}).`;
		case "run":
			return `Next: ${next.step}, with lockkeeper run ${file} --operator <name>`;
		case "rollBack":
			return `A rollback is under way: ${next.step} is half taken back. Next: lockkeeper rollback ${file} --operator <name>`;
		case "waiting":
			return `Next: ${next.step}, which waits for ${waitingWords(next.waiting)}.`;
	}
}

/** Returns where a run stands, for people. */
export function statusText(status: RunStatus, file: string): string {
	const { run, steps, events, next, drifted } = status;
	const lines = [
		run
			? `${run.state === "running" ? "Begun" : run.state === "done" ? "Done, begun" : "Taken back, begun"} at ${timeOf(run.startedAt)} by ${run.operator}, approved by ${run.approvers.join(", ")}.`
			: "Not begun on this database.",
	];
	let phase = "";
	for (const one of steps) {
		if (one.step.phase !== phase) lines.push("", one.step.phase);
		phase = one.step.phase;
		lines.push(stepLine(one));
	}
	if (events.length > 0) lines.push("", "last events", ...events.map(eventLine));
	lines.push("");
	if (drifted) lines.push("The schema was changed since lockkeeper last looked at it.");
	lines.push(nextText(next, file));
	return `${lines.join("\n")}\n`;
}

/** Returns what the books have, for people. */
export function booksText(books: BooksStatus | undefined): string {
	if (!books) return "Nothing was run here: there are no books of lockkeeper.\n";
	const { runs, history, holder, brokenAt } = books;
	const lines = [
		...runs.map(
			({ planHash, state, startedAt, operator, stepsDone, steps }) =>
				`plan ${planHash.slice(0, 12)} ${state}: ${stepsDone} of ${steps} steps, begun at ${timeOf(startedAt)} by ${operator}`,
		),
		...(history.length === 0 ? [] : ["", "migration_history"]),
		...history.map(
			({ seq, revision, change, appliedAt, operator }) =>
				`  ${seq} ${revision} ${change === "applied" ? "applied" : "taken back"} at ${appliedAt} by ${operator}`,
		),
		...(brokenAt === undefined ? [] : [`  row ${brokenAt} is not what was written`]),
		...(holder ? ["", nextText({ is: "wait", holder }, "")] : []),
	];
	return `${lines.join("\n")}\n`;
}
