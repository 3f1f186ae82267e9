import type { Plan } from "../../plan/plan.ts";
import { runEventText, spanWords } from "../../report/run-text.ts";
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

/** After these no step runs. */
const ending: ReadonlySet<RunEvent["kind"]> = new Set([
	"stepDone",
	"stepFailed",
	"rolledBack",
	"paused",
	"aborted",
]);

/** A log gets a line about a step that runs every 10 seconds, whatever it does. */
const logEvery = 10_000;

/** Says in a log how far the step is that runs, by the clock. */
class Progress {
	readonly #write: (line: string) => void;
	readonly #timer: NodeJS.Timeout;
	#running: { readonly step: string; readonly since: number } | undefined;
	#latest: string | undefined;

	constructor(write: (line: string) => void) {
		this.#write = write;
		this.#timer = setInterval(() => {
			this.#log();
		}, logEvery).unref();
	}

	/** Keeps what is to be said next. */
	see(event: RunEvent, text: string): void {
		if (passing.has(event.kind)) this.#latest = text;
		else {
			this.#latest = undefined;
			if (event.kind === "stepStarted" && event.step !== this.#running?.step) {
				this.#running = { step: event.step, since: performance.now() };
			} else if (ending.has(event.kind)) this.#running = undefined;
		}
	}

	end(): void {
		clearInterval(this.#timer);
	}

	#log(): void {
		if (!this.#running) return;
		const { step, since } = this.#running;
		this.#write(this.#latest ?? `${step} has run for ${spanWords(performance.now() - since)}`);
		this.#latest = undefined;
	}
}

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
	const progress = stderr.isTTY
		? undefined
		: new Progress((line) => {
				stderr.write(`${line}\n`);
			});
	let open = false;
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
			progress?.see(event, text);
			if (passing.has(event.kind) || (event.kind === "stepStarted" && stderr.isTTY)) {
				if (progress) return;
				clear();
				stderr.write(text.slice(0, (stderr.columns || 80) - 1));
				open = true;
				return;
			}
			clear();
			stderr.write(`${coloured(event, text)}\n`);
		},
		end() {
			progress?.end();
			clear();
		},
	};
}
