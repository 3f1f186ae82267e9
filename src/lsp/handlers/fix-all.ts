import type { CodeAction } from "vscode-languageserver";
import { fixRepository } from "../../fixing.ts";
import { fixAllKind } from "../capabilities.ts";
import type { Client } from "../client.ts";
import { workspaceEdit } from "../edits.ts";
import type { Judged } from "../judged.ts";
import { differenceOf } from "../positions.ts";

/** Returns the action that makes all safe fixes of the file; undefined when there is none to make. */
export async function fixAllIn(judged: Judged, client: Client): Promise<CodeAction | undefined> {
	const { document, findings, migration } = judged;
	const isSafe = findings.some(({ fixes }) => fixes.some(({ safety }) => safety === "safe"));
	if (!isSafe) return undefined;
	const { path, surroundings } = migration;
	const { directory, config, configDirectory, request, texts } = surroundings;
	const text = document.getText();
	const fixing = await fixRepository(
		directory,
		[path],
		config,
		{ ...request, configDirectory, edited: new Map([...texts, [path, text]]) },
		["safe"],
	);
	if ("code" in fixing) return undefined;
	const after = fixing.files.find((file) => file.path === path)?.after ?? text;
	if (after === text) return undefined;
	return {
		title: "Make all safe fixes of lockkeeper",
		kind: fixAllKind,
		edit: workspaceEdit(judged, [differenceOf(text, after)], client),
	};
}
