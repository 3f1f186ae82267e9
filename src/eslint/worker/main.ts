import { workerData } from "node:worker_threads";
import { hasAnswered, hasStarted } from "../verdict.ts";
import type { Answer, FileText, WorkerStart } from "../verdict.ts";

function isWorkerStart(data: unknown): data is WorkerStart {
	return typeof data === "object" && data !== null && "port" in data && "signals" in data;
}

function raise(signals: Int32Array, place: number): void {
	Atomics.store(signals, place, 1);
	Atomics.notify(signals, place);
}

function stackOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function answerTo(question: FileText): Promise<Answer> {
	try {
		// Whatever cannot be loaded must end in an answer: the other thread waits for one.
		const { judgeFile } = await import("./judge-file.ts");
		return { verdict: await judgeFile(question) };
	} catch (error) {
		return { bug: stackOf(error) };
	}
}

function listen({ port, signals }: WorkerStart): void {
	port.on("message", (question: FileText) => {
		void answerTo(question).then((answer) => {
			port.postMessage(answer);
			raise(signals, hasAnswered);
		});
	});
	raise(signals, hasStarted);
}

const start: unknown = workerData;
if (isWorkerStart(start)) listen(start);
