import { TextDocumentEdit, TextEdit, type WorkspaceEdit } from "vscode-languageserver";
import type { TextEdit as OurEdit } from "../core/fix.ts";
import type { Client } from "./client.ts";
import type { Judged } from "./judged.ts";
import { rangeOf } from "./positions.ts";

/** A file that does not exist yet. */
export interface NewFile {
	readonly uri: string;
	readonly text: string;
}

/** Returns edits of the judged document, for the version that was judged where the client can tell. */
export function workspaceEdit(
	{ document }: Judged,
	edits: readonly OurEdit[],
	{ versionedEdits }: Pick<Client, "versionedEdits">,
	newFiles: readonly NewFile[] = [],
): WorkspaceEdit {
	const { uri, version } = document;
	const changes = edits.map(({ range, text }) => TextEdit.replace(rangeOf(document, range), text));
	if (!versionedEdits) return { changes: { [uri]: changes } };
	return {
		documentChanges: [
			TextDocumentEdit.create({ uri, version }, changes),
			...newFiles.flatMap((file) => [
				{ kind: "create" as const, uri: file.uri, options: { ignoreIfExists: false } },
				TextDocumentEdit.create({ uri: file.uri, version: null }, [
					TextEdit.insert({ line: 0, character: 0 }, file.text),
				]),
			]),
		],
	};
}

/** The line end that a document uses. */
export function lineEndOf(text: string): string {
	return text.includes("\r\n") ? "\r\n" : "\n";
}
