import { spawn } from "node:child_process";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../cli/run.ts";

interface Message {
	readonly id?: number | null;
	readonly method?: string;
	readonly result?: unknown;
	readonly error?: { readonly code: number };
}

/** The server with nothing but a pipe to it. */
interface Pipe {
	write(text: string): void;
	notify(method: string, params?: object): void;
	/** Sends a request and returns its answer. */
	ask(method: string, params?: object): Promise<Message>;
	/** Closes the pipe. */
	close(): void;
	readonly ended: Promise<number | null>;
	errors(): string;
}

function openPipe(): Pipe {
	const server = spawn(process.execPath, [path.join(root, "dist/cli.js"), "lsp", "--stdio"]);
	onTestFinished(() => {
		server.kill("SIGKILL");
	});
	let errors = "";
	server.stderr.on("data", (text: Buffer) => (errors += text.toString()));
	let received = Buffer.alloc(0);
	const waiting = new Map<number, (message: Message) => void>();
	server.stdout.on("data", (bytes: Buffer) => {
		received = Buffer.concat([received, bytes]);
		for (;;) {
			const [head, length = ""] = /^Content-Length: (\d+)\r\n\r\n/.exec(received.toString()) ?? [];
			const end = (head?.length ?? 0) + Number(length);
			if (head === undefined || received.length < end) return;
			const message = JSON.parse(received.subarray(head.length, end).toString()) as Message;
			received = received.subarray(end);
			if (typeof message.id === "number" && !message.method) waiting.get(message.id)?.(message);
		}
	});
	const write = (text: string): void => {
		server.stdin.write(text);
	};
	const send = (message: object): void => {
		const body = JSON.stringify({ jsonrpc: "2.0", ...message });
		write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
	};
	let id = 0;
	return {
		write,
		notify: (method, params) => {
			send({ method, params });
		},
		ask: (method, params) =>
			new Promise((resolve) => {
				waiting.set(++id, resolve);
				send({ id, method, params });
			}),
		close: () => {
			server.stdin.end();
		},
		ended: new Promise((resolve) => server.on("close", resolve)),
		errors: () => errors,
	};
}

const start = { processId: null, rootUri: null, capabilities: {} };
const hover = { textDocument: { uri: "file:///orders.sql" }, position: { line: 0, character: 0 } };

test("requests that come at the wrong time or are not known are refused, and the server goes on", async () => {
	const pipe = openPipe();
	const codeOf = async (method: string, params?: object): Promise<number | undefined> =>
		(await pipe.ask(method, params)).error?.code;
	expect(await codeOf("textDocument/hover", hover)).toBe(-32002);
	expect(await codeOf("initialize", start)).toBeUndefined();
	pipe.notify("initialized", {});
	expect(await codeOf("initialize", start)).toBe(-32600);
	expect(await codeOf("orders/list", {})).toBe(-32601);
	pipe.notify("orders/noted", {});
	pipe.notify("textDocument/didChange", {});
	pipe.write('Content-Length: 9\r\n\r\n{"a": b }');
	expect((await pipe.ask("textDocument/hover", hover)).result).toBeNull();
	expect(await codeOf("shutdown")).toBeUndefined();
	expect(await codeOf("textDocument/hover", hover)).toBe(-32600);
	pipe.notify("exit");
	expect(await pipe.ended).toBe(0);
	expect(pipe.errors()).toBe("");
});

test("the server ends with a word when a wrong length leaves it no way to read on", async () => {
	const pipe = openPipe();
	await pipe.ask("initialize", start);
	pipe.write('Content-Length: 3\r\n\r\n{"jsonrpc":"2.0"}');
	pipe.notify("initialized", {});
	expect(await pipe.ended).toBe(1);
	expect(pipe.errors()).toContain("what follows cannot be read");
});

test("the server ends when the editor is gone in the middle of a message", async () => {
	const pipe = openPipe();
	await pipe.ask("initialize", start);
	pipe.write('Content-Length: 500\r\n\r\n{"jsonrpc":');
	pipe.close();
	expect(await pipe.ended).toBe(1);
	expect(pipe.errors()).toBe("");
});
