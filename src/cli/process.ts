import { setFlagsFromString } from "node:v8";

/**
 * V8 optimises the parser's largest WASM function in the background, and the process waits for that
 * at its end: 7.4 times the start-up of an empty Node process without this flag, 2.5 times with it
 * (measured on Node 20; the flag exists in V8 11 to 13).
 */
function keepWasmUnoptimised(): void {
	const major = Number.parseInt(process.versions.v8, 10);
	if (major >= 11 && major <= 13) setFlagsFromString("--wasm-tiering-budget=2000000000");
}

/**
 * The code is wide and each run of it short: much of what V8 optimises is used too little to pay for it.
 * When it waits 30 times longer than usual (66 KiB of bytecode), a history of 2,000 files takes 4/5 of the
 * CPU time (measured on Node 20, V8 11). Later versions have a cheap compiler in between and are left alone.
 */
function optimiseLate(): void {
	if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=2000000");
}

/**
 * Commands that run long enough for what is optimised to pay: a server, and those that may work on the embedded
 * database (with the flags above PGlite takes 14 ms of CPU for an update of 1,000 rows, without them 11; Node 20).
 */
const longRunning: ReadonlySet<string> = new Set([
	"demo",
	"gate",
	"lsp",
	"rollback",
	"run",
	"status",
	"trace",
	"verify",
]);

/** Sets the process up for a command: what V8 optimises, and what happens when nobody reads any more. */
export function prepareProcess(command: string | undefined): void {
	if (!longRunning.has(command ?? "")) {
		keepWasmUnoptimised();
		optimiseLate();
	}
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		// The reader of a pipe went away (`| head`): nothing more to say.
		if (error.code === "EPIPE") process.exit(process.exitCode);
		throw error;
	});
}
