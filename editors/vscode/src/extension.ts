import { commands, type ExtensionContext } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";

/** Programs are migrations only in the folders that their tools name. */
const documentSelector = [
	{ scheme: "file", language: "sql" },
	...["javascript", "typescript"].map((language) => ({
		scheme: "file",
		language,
		pattern: "**/*migrat*/**",
	})),
	...["python", "ruby"].map((language) => ({
		scheme: "file",
		language,
		pattern: "**/{*migrate,migrations,versions}/*",
	})),
];

let client: LanguageClient | undefined;

/** Starts the server that the extension brings along, in the Node of the editor. */
export async function activate(context: ExtensionContext): Promise<void> {
	const server = {
		module: context.asAbsolutePath("server/dist/cli.js"),
		args: ["lsp"],
		transport: TransportKind.stdio,
	};
	client = new LanguageClient("lockkeeper", "lockkeeper", server, { documentSelector });
	context.subscriptions.push(
		commands.registerCommand("lockkeeper.restart", () => client?.restart()),
	);
	await client.start();
}

/** Ends the server with the extension. */
export async function deactivate(): Promise<void> {
	await client?.stop();
}
