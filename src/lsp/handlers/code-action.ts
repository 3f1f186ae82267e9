import {
	CodeActionKind,
	type CodeAction,
	type CodeActionParams,
	type Diagnostic,
} from "vscode-languageserver";
import type { Finding } from "../../core/finding.ts";
import { ignoreHere, ignoreInFile } from "../actions/ignore.ts";
import { recipeChange } from "../actions/recipe.ts";
import { documentationCommand } from "../capabilities.ts";
import type { Client } from "../client.ts";
import { diagnosticOf } from "../diagnostics.ts";
import { workspaceEdit } from "../edits.ts";
import type { Judged } from "../judged.ts";
import { meet } from "../positions.ts";
import { rulePage } from "../rule-page.ts";

/** True when the editor asks for actions of a kind: a parent kind asks for all below it. */
export function asksFor({ context }: CodeActionParams, kind: string): boolean {
	const { only } = context;
	return only?.some((asked) => kind === asked || kind.startsWith(`${asked}.`)) ?? true;
}

/** Returns what can be done about the findings within a range. `now` in milliseconds since 1970. */
export function codeActionsFor(
	judged: Judged,
	params: CodeActionParams,
	client: Client,
	now: number,
): readonly CodeAction[] {
	if (!asksFor(params, CodeActionKind.QuickFix)) return [];
	const { document, migration, findings } = judged;
	const shown = {
		document,
		findings,
		problems: [],
		directory: migration.surroundings.directory,
	};
	const here = findings
		.map((finding) => ({ finding, diagnostic: diagnosticOf(finding, shown, client) }))
		.filter(({ diagnostic }) => meet(diagnostic.range, params.range));
	return [
		...here.flatMap((one) => mends(one.finding, one.diagnostic, judged, client, now)),
		...here.flatMap((one) => ignores(one.finding, one.diagnostic, judged, client)),
		...(client.opensDocuments
			? here.flatMap((one) => documentation(one.finding, one.diagnostic))
			: []),
	];
}

function mends(
	finding: Finding,
	diagnostic: Diagnostic,
	judged: Judged,
	client: Client,
	now: number,
): readonly CodeAction[] {
	const fixes = finding.fixes.map(({ title, safety, edits }): CodeAction => ({
		title,
		kind: CodeActionKind.QuickFix,
		diagnostics: [diagnostic],
		...(safety === "safe" && { isPreferred: true }),
		edit: workspaceEdit(judged, edits, client),
	}));
	const change = recipeChange(finding, judged, now);
	if (!change || (change.newFiles.length > 0 && !client.createsFiles)) return fixes;
	const recipe: CodeAction = {
		title: change.title,
		kind: CodeActionKind.QuickFix,
		diagnostics: [diagnostic],
		edit: workspaceEdit(judged, change.edits, client, change.newFiles),
	};
	return [...fixes, recipe];
}

function ignores(
	finding: Finding,
	diagnostic: Diagnostic,
	judged: Judged,
	client: Client,
): readonly CodeAction[] {
	const choices = [
		{ title: `Ignore ${finding.rule} here`, edit: ignoreHere(finding, judged) },
		{ title: `Ignore ${finding.rule} in this file`, edit: ignoreInFile(finding, judged) },
	];
	return choices.flatMap(({ title, edit }): readonly CodeAction[] => {
		if (!edit) return [];
		return [
			{
				title,
				kind: CodeActionKind.QuickFix,
				diagnostics: [diagnostic],
				edit: workspaceEdit(judged, [edit], client),
			},
		];
	});
}

function documentation({ rule }: Finding, diagnostic: Diagnostic): readonly CodeAction[] {
	if (rulePage(rule) === undefined) return [];
	const title = `Show documentation of ${rule}`;
	return [
		{
			title,
			kind: CodeActionKind.QuickFix,
			diagnostics: [diagnostic],
			command: { title, command: documentationCommand, arguments: [rule] },
		},
	];
}
