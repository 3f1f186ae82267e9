import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
	CodeLensRequest,
	DidChangeTextDocumentNotification,
	DidChangeWatchedFilesNotification,
	DidOpenTextDocumentNotification,
	FileChangeType,
	InitializedNotification,
	InitializeRequest,
	PublishDiagnosticsNotification,
	RegistrationRequest,
	type ProtocolConnection,
} from "vscode-languageserver-protocol";
import {
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

/** How long something took, in milliseconds. */
export interface Time {
	readonly elapsed: number;
	/** That the processors worked for the server; undefined where the system does not tell (not Linux). */
	readonly processor: number | undefined;
}

/** Where an offset is, in the terms of the protocol. */
function positionOf(text: string, offset: number): { line: number; character: number } {
	const before = text.slice(0, offset).split("\n");
	return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

/** An editor at the other end of the pipe that measures how soon the server answers. */
export class MeasuringEditor {
	readonly #server: ChildProcessWithoutNullStreams;
	readonly #connection: ProtocolConnection;
	readonly #uri: string;
	#heard: (version: number) => void = () => undefined;
	#version = 1;
	#text: string;

	constructor(program: string, file: string, text: string) {
		this.#server = spawn(process.execPath, [program, "lsp", "--stdio"]);
		this.#server.stderr.pipe(process.stderr);
		this.#connection = createProtocolConnection(
			new StreamMessageReader(this.#server.stdout),
			new StreamMessageWriter(this.#server.stdin),
		);
		this.#uri = pathToFileURL(file).href;
		this.#text = text;
		this.#connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version }) => {
			if (uri === this.#uri && version !== undefined) this.#heard(version);
		});
		this.#connection.onRequest(RegistrationRequest.type, () => undefined);
		this.#connection.listen();
	}

	get text(): string {
		return this.#text;
	}

	/** Opens the file; returns when its diagnostics have come. */
	async open(directory: string): Promise<Time> {
		return this.#timed(async () => {
			await this.#connection.sendRequest(InitializeRequest.type, {
				processId: process.pid,
				// eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol asks for it
				rootUri: null,
				capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
				workspaceFolders: [{ uri: pathToFileURL(directory).href, name: "history" }],
			});
			await this.#connection.sendNotification(InitializedNotification.type, {});
			await this.#answered(() =>
				this.#connection.sendNotification(DidOpenTextDocumentNotification.type, {
					textDocument: { uri: this.#uri, languageId: "sql", version: 1, text: this.#text },
				}),
			);
		});
	}

	/** Replaces a stretch of the text; returns how long it took to the first diagnostics for it. */
	async edit(start: number, end: number, replacement: string): Promise<Time> {
		const range = { start: positionOf(this.#text, start), end: positionOf(this.#text, end) };
		this.#text = this.#text.slice(0, start) + replacement + this.#text.slice(end);
		this.#version++;
		return this.#timed(() =>
			this.#answered(() =>
				this.#connection.sendNotification(DidChangeTextDocumentNotification.type, {
					textDocument: { uri: this.#uri, version: this.#version },
					contentChanges: [{ range, text: replacement }],
				}),
			),
		);
	}

	/** Returns how long it takes from now until the whole file has been judged. */
	async complete(): Promise<Time> {
		const textDocument = { uri: this.#uri };
		return this.#timed(async () => {
			await this.#connection.sendRequest(CodeLensRequest.type, { textDocument });
		});
	}

	/** Tells of a change on the disk; returns how long it takes to new diagnostics. */
	async changedOnDisk(file: string): Promise<Time> {
		const uri = pathToFileURL(file).href;
		return this.#timed(() =>
			this.#answered(() =>
				this.#connection.sendNotification(DidChangeWatchedFilesNotification.type, {
					changes: [{ uri, type: FileChangeType.Changed }],
				}),
			),
		);
	}

	/** The memory of the server in MB; undefined where the system does not tell. */
	memory(): number | undefined {
		const status = readIfThere(`/proc/${this.#server.pid}/status`);
		const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
		return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
	}

	end(): void {
		this.#connection.dispose();
		this.#server.kill();
	}

	async #answered(send: () => Promise<void>): Promise<void> {
		const wanted = this.#version;
		const answered = new Promise<void>((resolve) => {
			this.#heard = (version) => {
				if (version === wanted) resolve();
			};
		});
		await send();
		await answered;
	}

	async #timed(run: () => Promise<void>): Promise<Time> {
		const before = this.#processor();
		const start = performance.now();
		await run();
		const elapsed = performance.now() - start;
		const after = this.#processor();
		return {
			elapsed,
			processor: before === undefined || after === undefined ? undefined : after - before,
		};
	}

	/** What all threads of the server have worked so far, in milliseconds. */
	#processor(): number | undefined {
		const tasks = `/proc/${this.#server.pid}/task`;
		try {
			return readdirSync(tasks)
				.map((task) => Number(readIfThere(`${tasks}/${task}/schedstat`).split(" ")[0]) / 1e6)
				.reduce((sum, one) => sum + one, 0);
		} catch {
			return undefined;
		}
	}
}

/** A thread may end while it is looked at. */
function readIfThere(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
