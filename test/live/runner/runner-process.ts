import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

/** What a run says, a line of JSON each. */
export interface SaidEvent {
	readonly kind: string;
	readonly step?: string;
	readonly says?: string;
	readonly what?: string;
	readonly is?: string;
	readonly why?: string;
}

/** The command line as a process of its own. */
export class RunnerProcess {
	readonly child: ChildProcess;
	readonly events: SaidEvent[] = [];
	readonly startedAt = performance.now();
	/** Milliseconds from the start to the first step. */
	worksAfter: number | undefined;
	errors = "";
	readonly ended: Promise<number | null>;
	#onEvent: ((event: SaidEvent) => void) | undefined;

	constructor(cwd: string, args: readonly string[]) {
		this.child = spawn(process.execPath, [program, ...args], {
			cwd,
			stdio: ["ignore", "pipe", "pipe"],
			env: { PATH: process.env["PATH"] },
		});
		let rest = "";
		this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
			const lines = (rest + text).split("\n");
			rest = lines.pop() ?? "";
			for (const line of lines) this.#hear(line);
		});
		this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.errors += text;
		});
		this.ended = new Promise((resolve) => this.child.once("close", resolve));
	}

	#hear(line: string): void {
		const event = JSON.parse(line) as SaidEvent;
		if (event.kind === "stepStarted") this.worksAfter ??= performance.now() - this.startedAt;
		this.events.push(event);
		this.#onEvent?.(event);
	}

	/** How the run says that it ended. */
	get end(): SaidEvent | undefined {
		return this.events.findLast(({ kind }) => kind === "end");
	}

	/** Resolves so many events of a kind from now, or when the process ends. */
	async hears(isMeant: (event: SaidEvent) => boolean, times = 1): Promise<void> {
		let left = times;
		const heard = new Promise<void>((resolve) => {
			this.#onEvent = (event) => {
				if (isMeant(event) && --left <= 0) resolve();
			};
		});
		await Promise.race([heard, this.ended]);
	}

	get isOver(): boolean {
		return this.child.exitCode !== null || this.child.signalCode !== null;
	}

	async kill(): Promise<void> {
		this.child.kill("SIGKILL");
		await this.ended;
	}
}
