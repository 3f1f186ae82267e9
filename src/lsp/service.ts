import {
	CodeLensRefreshRequest,
	DiagnosticRefreshRequest,
	DidChangeConfigurationNotification,
	DocumentDiagnosticReportKind,
	ErrorCodes,
	FileChangeType,
	InlayHintRefreshRequest,
	LSPErrorCodes,
	ResponseError,
	TextDocuments,
	type CancellationToken,
	type Connection,
	type Diagnostic,
	type DiagnosticServerCancellationData,
	type DidChangeWatchedFilesParams,
	type DocumentDiagnosticParams,
	type DocumentDiagnosticReport,
	type InitializeParams,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Analyst } from "./analyst.ts";
import { documentationCommand, fixAllKind } from "./capabilities.ts";
import type { Client } from "./client.ts";
import { askSettings, notForLong } from "./configuration.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import { asksFor, codeActionsFor } from "./handlers/code-action.ts";
import { codeLensesOf } from "./handlers/code-lens.ts";
import { fixAllIn } from "./handlers/fix-all.ts";
import { hoverAt } from "./handlers/hover.ts";
import { inlayHintsIn } from "./handlers/inlay-hint.ts";
import type { Judged } from "./judged.ts";
import { Notices } from "./notices.ts";
import { pathOf } from "./positions.ts";
import { rulePage } from "./rule-page.ts";
import { parseSettings } from "./settings.ts";
import { watchFiles } from "./watching.ts";
import { Workspace } from "./workspace.ts";

/** Answers one editor: hands its documents to the analyst and what it asks for to the handlers. */
export class Service {
	readonly #connection: Connection;
	readonly #client: Client;
	readonly #hasShutDown: () => boolean;
	readonly #notices: Notices;
	readonly #documents = new TextDocuments(TextDocument);
	readonly #workspace: Workspace;
	readonly #analyst: Analyst;
	/** The last diagnostics that were asked for, by document. */
	readonly #pulled = new Map<string, { readonly id: string; readonly content: string }>();
	#pulls = 0;
	/** Settled when the settings are known, or their answer takes too long. */
	#settings: Promise<unknown> = Promise.resolve();

	constructor(
		connection: Connection,
		client: Client,
		params: InitializeParams,
		hasShutDown: () => boolean,
	) {
		this.#connection = connection;
		this.#hasShutDown = hasShutDown;
		this.#client = client;
		this.#notices = new Notices(connection);
		this.#workspace = new Workspace(
			() => this.#documents.all(),
			(complaint) => {
				this.#notices.complain(complaint);
			},
		);
		// eslint-disable-next-line @typescript-eslint/no-deprecated -- older editors send nothing else
		const { rootUri } = params;
		const root = typeof rootUri === "string" ? [{ uri: rootUri }] : [];
		this.#workspace.add(params.workspaceFolders ?? root);
		this.#workspace.setSettings(parseSettings(params.initializationOptions));
		this.#analyst = new Analyst({
			open: async (document) => {
				await this.#settings;
				return this.#workspace.open(document);
			},
			judged: (document, judged) => {
				if (!client.pullsDiagnostics) this.#publish(document, judged);
			},
			crashed: (error) => {
				this.#notices.crashed(error);
			},
			met: (fault) => {
				this.#notices.met(fault);
			},
		});
		this.#listenToDocuments();
		this.#listenToRequests();
		connection.onDidChangeConfiguration(({ settings }) => {
			this.#changeSettings(settings);
		});
		connection.onDidChangeWatchedFiles((changed) => {
			this.#filesChanged(changed);
		});
	}

	/** A bug of ours that nothing else has caught: the server goes on. */
	crashed(error: unknown): void {
		this.#notices.crashed(error);
	}

	/** Called when the editor is ready to be asked. */
	async begin(): Promise<void> {
		const { answersConfiguration, registersConfiguration, watchesFiles, hasFolders } = this.#client;
		if (hasFolders) {
			this.#connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
				this.#workspace.remove(removed);
				this.#workspace.add(added);
				this.#reopenAll();
			});
		}
		if (answersConfiguration) {
			this.#settings = notForLong(this.#notices.asked(this.#askSettings()));
		}
		if (registersConfiguration) {
			const { type } = DidChangeConfigurationNotification;
			const registered = this.#connection.client.register(type, { section: "lockkeeper" });
			await this.#notices.asked(registered);
		}
		if (watchesFiles) await this.#notices.asked(watchFiles(this.#connection));
	}

	#listenToDocuments(): void {
		const documents = this.#documents;
		documents.onDidChangeContent(({ document }) => {
			this.#analyst.change(document);
		});
		documents.onDidSave(({ document }) => {
			this.#otherTextCounts(document.uri);
		});
		documents.onDidClose(({ document: { uri } }) => {
			this.#analyst.close(uri);
			this.#pulled.delete(uri);
			this.#otherTextCounts(uri);
			if (this.#client.pullsDiagnostics) return;
			void this.#connection.sendDiagnostics({ uri, diagnostics: [] });
		});
		documents.listen(this.#connection);
	}

	#listenToRequests(): void {
		const connection = this.#connection;
		const client = this.#client;
		connection.onHover(({ textDocument, position }, token) =>
			this.#answer(textDocument.uri, token, (judged) => hoverAt(judged, position, client)),
		);
		connection.languages.inlayHint.on(({ textDocument, range }, token) =>
			this.#answer(textDocument.uri, token, (judged) => [...inlayHintsIn(judged, range)]),
		);
		connection.onCodeLens(({ textDocument }, token) =>
			this.#answer(textDocument.uri, token, (judged) => [...codeLensesOf(judged)]),
		);
		connection.onCodeAction((params, token) =>
			this.#answer(params.textDocument.uri, token, async (judged) => {
				const wantsAll = params.context.only !== undefined && asksFor(params, fixAllKind);
				const fixAll = wantsAll ? await fixAllIn(judged, client) : undefined;
				return [...codeActionsFor(judged, params, client, Date.now()), ...(fixAll ? [fixAll] : [])];
			}),
		);
		connection.onExecuteCommand(async ({ command, arguments: [rule] = [] }) => {
			const uri = typeof rule === "string" ? rulePage(rule) : undefined;
			if (command !== documentationCommand || uri === undefined) return;
			await this.#notices.asked(connection.window.showDocument({ uri, takeFocus: true }));
		});
		if (!client.pullsDiagnostics) return;
		connection.languages.diagnostics.on((params, token) => this.#pull(params, token));
	}

	/** Answers from the judgement of the newest text: null for a document that is no migration. */
	async #answer<Result>(
		uri: string,
		token: CancellationToken,
		work: (judged: Judged) => Result | Promise<Result>,
	): Promise<Result | null | ResponseError<undefined>> {
		if (this.#hasShutDown()) return new ResponseError(ErrorCodes.InvalidRequest, "shut down");
		const judged = await Promise.race([this.#analyst.judgedOf(uri), cancelled(token)]);
		if (token.isCancellationRequested || judged === "cancelled") {
			return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
		}
		try {
			return judged ? await work(judged) : null;
		} catch (error) {
			this.#notices.crashed(error);
			return null;
		}
	}

	async #pull(
		{ textDocument: { uri }, previousResultId }: DocumentDiagnosticParams,
		token: CancellationToken,
	): Promise<DocumentDiagnosticReport | ResponseError<DiagnosticServerCancellationData>> {
		const items = await this.#answer(uri, token, (judged) => this.#diagnosticsOf(judged));
		if (items instanceof ResponseError) {
			return new ResponseError(items.code, items.message, { retriggerRequest: false });
		}
		const found = items ?? [];
		const content = `${this.#documents.get(uri)?.version ?? 0} ${JSON.stringify(found)}`;
		const last = this.#pulled.get(uri);
		const id = last?.content === content ? last.id : String(++this.#pulls);
		this.#pulled.set(uri, { id, content });
		return previousResultId === id
			? { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id }
			: { kind: DocumentDiagnosticReportKind.Full, resultId: id, items: found };
	}

	#publish(document: TextDocument, judged: Judged | undefined): void {
		const { uri, version } = judged?.document ?? document;
		const diagnostics = judged ? this.#diagnosticsOf(judged) : [];
		void this.#connection.sendDiagnostics({ uri, version, diagnostics });
	}

	#diagnosticsOf({ document, findings, migration }: Judged): Diagnostic[] {
		const { directory } = migration.surroundings;
		const shown = { document, findings, problems: migration.problems(), directory };
		return [...diagnosticsOf(shown, this.#client)];
	}

	/** The files after this one in the same history are judged on what it says now. */
	#otherTextCounts(uri: string): void {
		const isWatched = this.#client.watchesFiles;
		if (!isWatched) this.#workspace.forgetFiles();
		const file = pathOf(uri);
		this.#analyst.reopen((migration, other) => {
			if (other === uri || file === undefined) return false;
			return !isWatched || migration?.uses(file) === true;
		});
		this.#refresh();
	}

	#filesChanged({ changes }: DidChangeWatchedFilesParams): void {
		const others = changes.filter(
			({ uri, type }) => type !== FileChangeType.Changed || !this.#documents.get(uri),
		);
		if (others.length === 0) return;
		this.#notices.startAfresh();
		this.#workspace.forgetFiles();
		this.#reopenAll();
	}

	#changeSettings(sent: unknown): void {
		if (this.#client.answersConfiguration) {
			void this.#notices.asked(this.#askSettings());
			return;
		}
		const own: unknown =
			typeof sent === "object" && sent !== null ? Reflect.get(sent, "lockkeeper") : undefined;
		if (own === undefined) return;
		this.#workspace.setSettings(parseSettings(own));
		this.#reopenAll();
	}

	async #askSettings(): Promise<void> {
		const folders = this.#workspace.roots();
		const answers = await askSettings(this.#connection, folders);
		const isOther = answers.map((settings, at) =>
			this.#workspace.setSettings(settings, folders[at]),
		);
		if (isOther.includes(true)) this.#reopenAll();
	}

	#reopenAll(): void {
		this.#analyst.reopen(() => true);
		this.#refresh();
	}

	/** Asks the editor to ask again. */
	#refresh(): void {
		const { pullsDiagnostics, refreshesInlayHints, refreshesCodeLenses } = this.#client;
		const refreshed = [
			...(pullsDiagnostics ? [DiagnosticRefreshRequest.type] : []),
			...(refreshesInlayHints ? [InlayHintRefreshRequest.type] : []),
			...(refreshesCodeLenses ? [CodeLensRefreshRequest.type] : []),
		];
		for (const type of refreshed) void this.#notices.asked(this.#connection.sendRequest(type));
	}
}

function cancelled(token: CancellationToken): Promise<"cancelled"> {
	return new Promise((resolve) => {
		if (token.isCancellationRequested) resolve("cancelled");
		else
			token.onCancellationRequested(() => {
				resolve("cancelled");
			});
	});
}
