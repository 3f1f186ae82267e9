import {
	CodeActionKind,
	PositionEncodingKind,
	TextDocumentSyncKind,
	type ServerCapabilities,
} from "vscode-languageserver";
import type { Client } from "./client.ts";

/** The action that makes all safe fixes of a file at once. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.lockkeeper`;

/** The command of the action that opens a rule's page. */
export const documentationCommand = "lockkeeper.showDocumentation";

/** Returns what the server offers to this client. */
export function capabilitiesFor(client: Client): ServerCapabilities {
	return {
		positionEncoding: PositionEncodingKind.UTF16,
		textDocumentSync: {
			openClose: true,
			change: TextDocumentSyncKind.Incremental,
			save: { includeText: false },
		},
		codeActionProvider: {
			codeActionKinds: [CodeActionKind.QuickFix, fixAllKind],
		},
		hoverProvider: true,
		inlayHintProvider: true,
		codeLensProvider: {},
		executeCommandProvider: { commands: [documentationCommand] },
		workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
		...(client.pullsDiagnostics && {
			diagnosticProvider: {
				identifier: "lockkeeper",
				interFileDependencies: true,
				workspaceDiagnostics: false,
			},
		}),
	};
}
