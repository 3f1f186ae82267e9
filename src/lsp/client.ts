import { MarkupKind, type InitializeParams } from "vscode-languageserver";

/** What the editor at the other end can do, as far as it matters here. */
export interface Client {
	/**
	 * It asks for diagnostics, and can be told to ask again: without the second, what another file or the
	 * config changes would never be shown, so that diagnostics are then sent to it instead.
	 */
	readonly pullsDiagnostics: boolean;
	readonly relatedInformation: boolean;
	readonly diagnosticTags: boolean;
	readonly markdown: boolean;
	readonly answersConfiguration: boolean;
	readonly hasFolders: boolean;
	readonly registersConfiguration: boolean;
	readonly watchesFiles: boolean;
	readonly opensDocuments: boolean;
	/** Edits may carry the version of the document that they are for. */
	readonly versionedEdits: boolean;
	readonly createsFiles: boolean;
	readonly refreshesInlayHints: boolean;
	readonly refreshesCodeLenses: boolean;
}

/** Reads what the client says of itself when it starts. */
export function clientOf({ capabilities }: InitializeParams): Client {
	const { textDocument, workspace, window } = capabilities;
	const versionedEdits = workspace?.workspaceEdit?.documentChanges === true;
	return {
		pullsDiagnostics:
			textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true,
		relatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true,
		diagnosticTags: textDocument?.publishDiagnostics?.tagSupport !== undefined,
		markdown: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) === true,
		answersConfiguration: workspace?.configuration === true,
		hasFolders: workspace?.workspaceFolders === true,
		registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
		watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
		opensDocuments: window?.showDocument?.support === true,
		versionedEdits,
		createsFiles:
			versionedEdits && workspace.workspaceEdit?.resourceOperations?.includes("create") === true,
		refreshesInlayHints: workspace?.inlayHint?.refreshSupport === true,
		refreshesCodeLenses: workspace?.codeLens?.refreshSupport === true,
	};
}
