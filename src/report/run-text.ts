import type { RunEvent } from "../run/context.ts";
import type { Blocker } from "../run/engine.ts";

/** Returns a span for people: 340 ms, 12 s, 3 min, 2 h. */
export function spanWords(milliseconds: number): string {
	if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
	if (milliseconds < 60_000)
		return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
	if (milliseconds < 3_600_000) return `${Math.round(milliseconds / 60_000)} min`;
	return `${(milliseconds / 3_600_000).toFixed(milliseconds < 36_000_000 ? 1 : 0)} h`;
}

const count = (number: number): string => number.toLocaleString("en-US");

function blockerWords({ who, openFor, statement, waitsFor }: Blocker): string {
	const open = openFor === undefined ? "" : `, transaction open for ${spanWords(openFor)}`;
	const waits = waitsFor === undefined ? "" : `, waits for ${waitsFor}`;
	const runs = statement === undefined ? "" : `: ${statement.slice(0, 100)}`;
	return `${who}${open}${waits}${runs}`;
}

function missed(event: Extract<RunEvent, { readonly kind: "lockMissed" }>): string {
	const { step, attempt, blockers, nextInMilliseconds } = event;
	const head = `${step} attempt ${attempt} gave up waiting for a lock; the next one in ${spanWords(nextInMilliseconds)}`;
	return [head, ...blockers.map((blocker) => `  in the way: ${blockerWords(blocker)}`)].join("\n");
}

function ended(event: Extract<RunEvent, { readonly kind: "stepDone" }>): string {
	const { step, milliseconds, rows, lockWaitMilliseconds } = event;
	const words = [
		spanWords(milliseconds),
		...(rows === undefined ? [] : [`${count(rows)} ${rows === 1 ? "row" : "rows"}`]),
		...(lockWaitMilliseconds === undefined
			? []
			: [`${spanWords(lockWaitMilliseconds)} waiting for locks`]),
	];
	return `${step} done (${words.join(", ")})`;
}

const proofs: ReadonlyMap<string, string> = new Map([
	["pending", "no row is left to change"],
	["unconvertible", "every value has a new one"],
	["lossy", "every old value can be got back"],
]);

/** Returns an event as a line for people, or several; `title` says what its step does. */
export function runEventText(event: RunEvent, title?: string): string {
	switch (event.kind) {
		case "runStarted":
			return `run by ${event.operator}, approved by ${event.approvers.join(", ") || "nobody"}`;
		case "phaseStarted":
			return `phase ${event.phase}`;
		case "phaseDone":
			return `phase ${event.phase} done`;
		case "stepStarted":
			return event.attempt === 1
				? `${event.step} begins${title === undefined ? "" : `: ${title}`}`
				: `${event.step} attempt ${event.attempt}`;
		case "stepDone":
			return ended(event);
		case "stepFound":
			return `${event.step} ${event.says}`;
		case "lockMissed":
			return missed(event);
		case "stepFailed":
			return `${event.step} failed: ${event.message} (${event.code})`;
		case "batchDone": {
			const { step, total, size, milliseconds, share } = event;
			const part = share === undefined ? "" : `, about ${Math.floor(share * 100)} %`;
			return `${step} ${count(total)} rows${part} (batches of ${count(size)} in ${spanWords(milliseconds)})`;
		}
		case "throttled":
			return `${event.step} waits ${spanWords(event.milliseconds)} for the server: ${event.cause}`;
		case "verified":
			return `${event.step} ${event.passed ? "verified" : "NOT verified"}: ${proofs.get(event.what) ?? event.what}`;
		case "waitingFor":
			return `${event.step} waits for ${event.what}`;
		case "schemaChanged":
			return ["the schema was changed by others:", ...event.lines.map((line) => `  ${line}`)].join(
				"\n",
			);
		case "paused":
			return `paused: ${event.why}`;
		case "aborted":
			return `stopped: ${event.why}`;
		case "rolledBack":
			return `${event.step} taken back`;
		case "runDone":
			return `all steps are done (${spanWords(event.milliseconds)} since the run began)`;
	}
}
