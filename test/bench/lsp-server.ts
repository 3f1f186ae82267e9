/**
 * Measures the bundled language server with a real client: characters are typed at the top, in the middle
 * and at the end of a file of 500 and of 5,000 lines that stands last in a history of 2,000 files, one each
 * tenth of a second. Prints the median and the 95th percentile from sending an edit to its first
 * diagnostics, beside a request that the server answers at once. Needs a build (`npm run build`).
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
	DidChangeTextDocumentNotification,
	DidOpenTextDocumentNotification,
	InitializedNotification,
	InitializeRequest,
	PublishDiagnosticsNotification,
} from "vscode-languageserver-protocol";
import {
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { writeHistory, writeMigration } from "./history.ts";

const program = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const keystrokes = 60;

function line(name: string, values: readonly number[]): void {
	const sorted = values.toSorted((a, b) => a - b);
	const share = (part: number): string =>
		(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN)
			.toFixed(1)
			.padStart(8);
	console.log(`${name.padEnd(48)} ${share(0.5)} ${share(0.95)}`);
}

/** Where an offset is, in the terms of the protocol. */
function positionOf(text: string, offset: number): { line: number; character: number } {
	const before = text.slice(0, offset).split("\n");
	return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

async function benchFile(directory: string, lines: number): Promise<void> {
	const file = path.join(directory, "migrations", `09999_${lines}_lines.sql`);
	let text = writeMigration(lines);
	writeFileSync(file, text);
	const server = spawn(process.execPath, [program, "lsp", "--stdio"]);
	const connection = createProtocolConnection(
		new StreamMessageReader(server.stdout),
		new StreamMessageWriter(server.stdin),
	);
	const waiting = new Map<number, () => void>();
	connection.onNotification(PublishDiagnosticsNotification.type, ({ version }) => {
		if (version !== undefined) waiting.get(version)?.();
	});
	connection.listen();
	await connection.sendRequest(InitializeRequest.type, {
		processId: process.pid,
		// eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol asks for it
		rootUri: null,
		capabilities: {},
		workspaceFolders: [{ uri: pathToFileURL(directory).href, name: "history" }],
	});
	await connection.sendNotification(InitializedNotification.type, {});
	const uri = pathToFileURL(file).href;
	const answerTo = async (version: number, send: () => Promise<void>): Promise<number> => {
		const answered = new Promise<void>((resolve) => waiting.set(version, resolve));
		const start = performance.now();
		await send();
		await answered;
		return performance.now() - start;
	};
	const opened = await answerTo(1, () =>
		connection.sendNotification(DidOpenTextDocumentNotification.type, {
			textDocument: { uri, languageId: "sql", version: 1, text },
		}),
	);
	console.log(`\n${lines.toLocaleString("en-US")} lines`);
	line("open: replay the history, judge the file", [opened]);
	let version = 1;
	for (const [name, part] of [
		["top", 0.02],
		["middle", 0.5],
		["end", 0.98],
	] as const) {
		await wait(3000);
		let at = text.indexOf("\n\n", Math.floor(text.length * part)) + 2;
		const typed = `ALTER TABLE orders_0 ADD COLUMN typed_${name} integer NOT NULL DEFAULT 0;\n`;
		const first: number[] = [];
		for (const character of typed.slice(0, keystrokes)) {
			version++;
			const position = positionOf(text, at);
			const change = { range: { start: position, end: position }, text: character };
			first.push(
				await answerTo(version, () =>
					connection.sendNotification(DidChangeTextDocumentNotification.type, {
						textDocument: { uri, version },
						contentChanges: [change],
					}),
				),
			);
			text = text.slice(0, at) + character + text.slice(at);
			at++;
			await wait(100);
		}
		line(`typing at the ${name}: first diagnostics`, first);
	}
	connection.dispose();
	server.kill();
	rmSync(file);
}

const directory = mkdtempSync(path.join(os.tmpdir(), "lockkeeper-bench-server-"));
try {
	writeHistory(path.join(directory, "migrations"), 2000);
	console.log(`${"milliseconds, elapsed".padEnd(48)}     50 %     95 %`);
	for (const lines of [500, 5000]) await benchFile(directory, lines);
} finally {
	rmSync(directory, { recursive: true, force: true });
}
