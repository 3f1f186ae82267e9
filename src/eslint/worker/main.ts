import { workerData, type MessagePort } from "node:worker_threads";
import type { Answer, FileText, Verdict, WorkerStart } from "../verdict.ts";

const { port, signal }: WorkerStart = workerData;

function send(answer: Answer): void {
	port.postMessage(answer);
	Atomics.store(signal, 0, 1);
	Atomics.notify(signal, 0);
}

function stackOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function answer(question: FileText): Promise<void> {
	try {
		// Whatever cannot be loaded must end in an answer: the other thread waits for one.
		const { judgeFile } = await import("./judge-file.ts");
		const verdict: Verdict = await judgeFile(question);
		send({ verdict });
	} catch (error) {
		send({ bug: stackOf(error) });
	}
}

function listen(to: MessagePort): void {
	to.on("message", (question: FileText) => {
		void answer(question);
	});
}

listen(port);
