import { spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import {
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import {
	ApplyWorkspaceEditRequest,
	CodeActionRequest,
	CodeLensRequest,
	ConfigurationRequest,
	DiagnosticRefreshRequest,
	DidChangeTextDocumentNotification,
	DidChangeWatchedFilesNotification,
	DidCloseTextDocumentNotification,
	DidOpenTextDocumentNotification,
	DidSaveTextDocumentNotification,
	ExitNotification,
	HoverRequest,
	InitializedNotification,
	InitializeRequest,
	InlayHintRequest,
	LogMessageNotification,
	PublishDiagnosticsNotification,
	RegistrationRequest,
	ShowDocumentRequest,
	ShowMessageNotification,
	ShutdownRequest,
	type ClientCapabilities,
	type CodeAction,
	type CodeActionContext,
	type CodeLens,
	type Diagnostic,
	type FileChangeType,
	type Hover,
	type InitializeResult,
	type InlayHint,
	type Position,
	type ProtocolConnection,
	type PublishDiagnosticsParams,
	type Range,
	type TextDocumentContentChangeEvent,
	type TextEdit,
	type WorkspaceEdit,
} from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { root } from "../cli/run.ts";

/** An editor that shows what it is sent and asks for nothing by itself. */
export const pushed: ClientCapabilities = {
	textDocument: {
		publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
		hover: { contentFormat: ["markdown", "plaintext"] },
		codeAction: {
			codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source.fixAll"] } },
		},
	},
	workspace: {
		workspaceFolders: true,
		workspaceEdit: { documentChanges: true, resourceOperations: ["create"] },
		didChangeWatchedFiles: { dynamicRegistration: true },
	},
	window: { showDocument: { support: true } },
};

/** The same, but it asks for diagnostics. */
export const pulling: ClientCapabilities = {
	...pushed,
	textDocument: { ...pushed.textDocument, diagnostic: {} },
	workspace: { ...pushed.workspace, diagnostics: { refreshSupport: true } },
};

export interface EditorOptions {
	readonly capabilities?: ClientCapabilities;
	/** Answers of workspace/configuration by folder; "never" gives none. */
	readonly configuration?: ((scope: string | undefined) => unknown) | "never";
	readonly initializationOptions?: unknown;
	/** What Node is to run: the bundled server by default. */
	readonly command?: readonly string[];
}

/** Starts the bundled server as an editor does, with these directories open. */
export async function openEditor(
	directories: readonly string[],
	options: EditorOptions = {},
): Promise<Editor> {
	const command = options.command ?? [path.join(root, "dist/cli.js"), "lsp", "--stdio"];
	const child = spawn(process.execPath, command);
	const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
	let errors = "";
	child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
	const connection = createProtocolConnection(
		new StreamMessageReader(child.stdout),
		new StreamMessageWriter(child.stdin),
	);
	onTestFinished(() => {
		child.kill("SIGKILL");
		connection.dispose();
	});
	const editor = new Editor(connection, ended, () => errors);
	const { configuration } = options;
	connection.onRequest(ConfigurationRequest.type, ({ items }) =>
		configuration === "never"
			? new Promise(() => undefined)
			: items.map(({ scopeUri }) => configuration?.(scopeUri) ?? null),
	);
	connection.listen();
	const dies = ended.then((code) => {
		throw new Error(`the server ended with ${code}: ${errors}`);
	});
	const initialized = connection.sendRequest(InitializeRequest.type, {
		processId: process.pid,
		// eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol asks for it
		rootUri: null,
		capabilities: options.capabilities ?? pushed,
		initializationOptions: options.initializationOptions,
		workspaceFolders: directories.map((directory) => ({
			uri: pathToFileURL(directory).href,
			name: path.basename(directory),
		})),
	});
	editor.started = await Promise.race([initialized, dies]);
	dies.catch(() => undefined);
	await connection.sendNotification(InitializedNotification.type, {});
	return editor;
}

export class Editor {
	readonly connection: ProtocolConnection;
	readonly ended: Promise<number | null>;
	readonly stderr: () => string;
	readonly messages: string[] = [];
	readonly log: string[] = [];
	readonly watched: string[] = [];
	readonly shown: string[] = [];
	refreshes = 0;
	started: InitializeResult = { capabilities: {} };
	readonly #published: PublishDiagnosticsParams[] = [];
	readonly #listeners = new Set<() => void>();
	readonly #documents = new Map<string, TextDocument>();

	constructor(connection: ProtocolConnection, ended: Promise<number | null>, stderr: () => string) {
		this.connection = connection;
		this.ended = ended;
		this.stderr = stderr;
		connection.onNotification(PublishDiagnosticsNotification.type, (sent) => {
			this.#published.push(sent);
			this.#tell();
		});
		connection.onNotification(ShowMessageNotification.type, ({ message }) => {
			this.messages.push(message);
			this.#tell();
		});
		connection.onNotification(LogMessageNotification.type, ({ message }) => {
			this.log.push(message);
		});
		connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
			this.watched.push(...registrations.map(({ method }) => method));
			this.#tell();
		});
		connection.onRequest(DiagnosticRefreshRequest.type, () => {
			this.refreshes++;
			this.#tell();
		});
		connection.onRequest(ShowDocumentRequest.type, ({ uri }) => {
			this.shown.push(uri);
			return { success: true };
		});
		connection.onRequest(ApplyWorkspaceEditRequest.type, () => ({ applied: true }));
	}

	#tell(): void {
		for (const listener of [...this.#listeners]) listener();
	}

	/** Waits until something is so, as messages come in. */
	async until<Value>(look: () => Value | undefined): Promise<Value> {
		for (;;) {
			const value = look();
			if (value !== undefined) return value;
			await new Promise<void>((resolve, reject) => {
				const timer = setTimeout(() => {
					reject(new Error(`nothing came; messages: ${this.messages.join()} ${this.stderr()}`));
				}, 30_000);
				const listener = (): void => {
					clearTimeout(timer);
					this.#listeners.delete(listener);
					resolve();
				};
				this.#listeners.add(listener);
			});
		}
	}

	async open(uri: string, languageId: string, text: string): Promise<void> {
		this.#documents.set(uri, TextDocument.create(uri, languageId, 1, text));
		await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
			textDocument: { uri, languageId, version: 1, text },
		});
	}

	textOf(uri: string): string {
		return this.#documents.get(uri)?.getText() ?? "";
	}

	/** The text in a document that diagnostics or edits mean. */
	textAt(uri: string, range: Range): string {
		return this.#documents.get(uri)?.getText(range) ?? "";
	}

	/** Where a piece of the document's text begins. */
	positionOf(uri: string, piece: string): Position {
		const document = this.#documents.get(uri);
		const at = document?.getText().indexOf(piece) ?? -1;
		if (!document || at < 0) throw new Error(`${piece} is not in ${uri}`);
		return document.positionAt(at);
	}

	async change(uri: string, ...changes: TextDocumentContentChangeEvent[]): Promise<number> {
		const document = this.#documents.get(uri);
		if (!document) throw new Error(`${uri} is not open`);
		const version = document.version + 1;
		TextDocument.update(document, changes, version);
		await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
			textDocument: { uri, version },
			contentChanges: changes,
		});
		return version;
	}

	/** Types text in place of a piece of the document. */
	replace(uri: string, piece: string, text: string): Promise<number> {
		const start = this.positionOf(uri, piece);
		const document = this.#documents.get(uri)!;
		const end = document.positionAt(document.offsetAt(start) + piece.length);
		return this.change(uri, { range: { start, end }, text });
	}

	async save(uri: string): Promise<void> {
		await this.connection.sendNotification(DidSaveTextDocumentNotification.type, {
			textDocument: { uri },
		});
	}

	async close(uri: string): Promise<void> {
		this.#documents.delete(uri);
		await this.connection.sendNotification(DidCloseTextDocumentNotification.type, {
			textDocument: { uri },
		});
	}

	async changedOnDisk(uri: string, type: FileChangeType): Promise<void> {
		this.#published.length = 0;
		await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
			changes: [{ uri, type }],
		});
	}

	/** Forgets the diagnostics that came in so far: what is awaited next is new. */
	forget(): void {
		this.#published.length = 0;
	}

	/** Waits for the diagnostics of the document's newest text, those of the complete judgement. */
	async diagnostics(uri: string): Promise<readonly Diagnostic[]> {
		// This is answered when the judgement is complete; what was sent before it has come by then.
		if (this.#documents.has(uri)) await this.lenses(uri);
		return this.until(() => {
			const version = this.#documents.get(uri)?.version;
			const found = this.#published.findLast(
				(sent) => sent.uri === uri && (version === undefined || sent.version === version),
			);
			return found?.diagnostics;
		});
	}

	/** The same as lines of text: rule, the text that is marked, message. */
	async lines(uri: string): Promise<readonly string[]> {
		const found = await this.diagnostics(uri);
		return found.map(({ code, range }) => `${code}: ${this.textAt(uri, range)}`);
	}

	hover(uri: string, position: Position): Promise<Hover | null> {
		return this.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
	}

	async hints(uri: string): Promise<readonly InlayHint[]> {
		const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
		const found = await this.connection.sendRequest(InlayHintRequest.type, {
			textDocument: { uri },
			range,
		});
		return found ?? [];
	}

	async lenses(uri: string): Promise<readonly CodeLens[]> {
		return (
			(await this.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? []
		);
	}

	async actions(
		uri: string,
		range: Range,
		context: Partial<CodeActionContext> = {},
	): Promise<readonly CodeAction[]> {
		const found = await this.connection.sendRequest(CodeActionRequest.type, {
			textDocument: { uri },
			range,
			context: { diagnostics: [], ...context },
		});
		return (found ?? []).filter(
			(one): one is CodeAction => !("command" in one && typeof one.command === "string"),
		);
	}

	/** Makes the edits of open documents and returns the new files. */
	async apply(edit: WorkspaceEdit): Promise<Readonly<Record<string, string>>> {
		const created: Record<string, string> = {};
		for (const change of edit.documentChanges ?? []) {
			if ("kind" in change) {
				if (change.kind === "create") created[change.uri] = "";
				continue;
			}
			const { uri } = change.textDocument;
			const edits = change.edits.filter((one): one is TextEdit => "newText" in one);
			if (created[uri] !== undefined) {
				created[uri] = edits.map(({ newText }) => newText).join("");
				continue;
			}
			const document = this.#documents.get(uri)!;
			if (change.textDocument.version !== document.version) throw new Error("an old version");
			await this.change(uri, { text: TextDocument.applyEdits(document, edits) });
		}
		return created;
	}

	async shutDown(): Promise<number | null> {
		await this.connection.sendRequest(ShutdownRequest.type);
		return this.exit();
	}

	async exit(): Promise<number | null> {
		await this.connection.sendNotification(ExitNotification.type);
		return this.ended;
	}
}

export function uriIn(directory: string, file: string): string {
	return pathToFileURL(path.join(directory, file)).href;
}
