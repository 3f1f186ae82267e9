import { isAbsolute } from "node:path";
import {
	MessageChannel,
	receiveMessageOnPort,
	Worker,
	type MessagePort,
} from "node:worker_threads";
import { hasAnswered, hasStarted } from "./verdict.ts";
import type { Answer, FileText, Verdict, WorkerStart } from "./verdict.ts";

interface Connection {
	readonly port: MessagePort;
	readonly signals: Int32Array;
}

/** A worker that cannot be loaded (a package that is just being replaced) says nothing. */
const startInMilliseconds = 60 * 1000;

/** A history of a million lines takes a minute; a worker that ran out of memory never answers. */
const answerInMilliseconds = 10 * 60 * 1000;

let connection: Connection | undefined;
const verdicts = new WeakMap<object, Verdict>();

/**
 * Starts the worker that reads and judges. ESLint's parsers and rules are synchronous; finding projects
 * and loading configs and the parser are not.
 */
function connect(): Connection {
	const { port1: port, port2 } = new MessageChannel();
	const signals = new Int32Array(new SharedArrayBuffer(8));
	const start: WorkerStart = { port: port2, signals };
	const worker = new Worker(new URL("./eslint-worker.js", import.meta.url), {
		workerData: start,
		transferList: [port2],
		// A loader that this process was started with would wait for this thread, which waits for the worker.
		execArgv: [],
	});
	// ESLint ends when its own work is done.
	worker.unref();
	port.unref();
	Atomics.wait(signals, hasStarted, 0, startInMilliseconds);
	if (Atomics.load(signals, hasStarted) === 0) {
		throw new Error("lockkeeper's worker could not be started: install lockkeeper anew.");
	}
	return { port, signals };
}

function ask(question: FileText): Answer | undefined {
	const { port, signals } = (connection ??= connect());
	Atomics.store(signals, hasAnswered, 0);
	port.postMessage(question);
	Atomics.wait(signals, hasAnswered, 0, answerInMilliseconds);
	const received: { readonly message: Answer } | undefined = receiveMessageOnPort(port);
	return received?.message;
}

function judge(question: FileText): Verdict {
	if (!isAbsolute(question.file)) return { kind: "findings", findings: [] };
	const answer = ask(question);
	if (!answer) {
		connection = undefined;
		throw new Error("lockkeeper's worker gave no answer: it has run out of memory or of time.");
	}
	if ("bug" in answer) throw new Error(`lockkeeper has a bug, please report it: ${answer.bug}`);
	return answer.verdict;
}

/**
 * Returns what is said of a file with this text, in its place in the history; findings at the positions of
 * the text. A file without a place on the disk is no migration. Waits for the answer, once for each `key`:
 * ESLint's object for this reading of the file. Throws when there is a bug of ours.
 */
export function verdictFor(key: object, question: FileText): Verdict {
	const known = verdicts.get(key);
	if (known) return known;
	const verdict = judge(question);
	verdicts.set(key, verdict);
	return verdict;
}

/** Says that one reading of a file has become another object of ESLint. */
export function carryVerdict(from: object, to: object): void {
	const verdict = verdicts.get(from);
	if (verdict) verdicts.set(to, verdict);
}
