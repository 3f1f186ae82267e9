import type { Plan } from "../../plan/plan.ts";
import { runEventText } from "../../report/run-text.ts";
import type { RunEvent } from "../../run/context.ts";
import { paletteFor } from "../colour.ts";
import { print } from "../output.ts";

/** Tells people, or a program, what happens in a run. */
export interface RunReporter {
	readonly tell: (event: RunEvent) => void;
	/** Leaves no half line behind. */
	end(): void;
}

/** What comes often: one line that is written over on a terminal. */
const passing: ReadonlySet<RunEvent["kind"]> = new Set(["batchDone", "throttled"]);

/** A log gets a line of what comes often every 10 seconds. */
const logEvery = 10_000;

/** Returns the reporter of a command: JSON lines on standard output, or lines for people on standard error. */
export function reporterFor(
	args: { readonly format: "text" | "json"; readonly color: boolean | undefined },
	plan: Plan,
): RunReporter {
	if (args.format === "json") {
		return {
			tell: (event) => {
				print(`${JSON.stringify(event)}\n`);
			},
			end: () => undefined,
		};
	}
	const { stderr } = process;
	const titles = new Map(plan.steps.map(({ id, title }) => [id, title]));
	const textOf = (event: RunEvent): string => {
		const title = "step" in event ? titles.get(event.step) : undefined;
		const text = runEventText(event, title);
		// On a terminal it takes the place of the line that said what begins.
		const isNew = event.kind === "stepDone" && stderr.isTTY && title !== undefined;
		return isNew ? `${text}: ${title}` : text;
	};
	const palette = paletteFor("stderr", { flag: args.color, environment: process.env });
	let open = false;
	let logged = Number.NEGATIVE_INFINITY;
	const clear = (): void => {
		if (open) stderr.write("\r\u001b[K");
		open = false;
	};
	const coloured = (event: RunEvent, text: string): string => {
		if (event.kind === "stepFailed" || event.kind === "aborted") return palette.error(text);
		if (event.kind === "lockMissed" || event.kind === "waitingFor") return palette.warning(text);
		if (event.kind === "verified" && !event.passed) return palette.error(text);
		return event.kind === "phaseStarted" ? palette.strong(text) : text;
	};
	return {
		tell(event) {
			const text = textOf(event);
			if (passing.has(event.kind) || (event.kind === "stepStarted" && stderr.isTTY)) {
				if (stderr.isTTY) {
					clear();
					stderr.write(text.slice(0, (stderr.columns || 80) - 1));
					open = true;
				} else if (performance.now() - logged >= logEvery) {
					logged = performance.now();
					stderr.write(`${text}\n`);
				}
				return;
			}
			clear();
			stderr.write(`${coloured(event, text)}\n`);
		},
		end: clear,
	};
}
