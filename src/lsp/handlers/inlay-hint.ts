import { MarkupKind, type InlayHint, type Position, type Range } from "vscode-languageserver";
import type { Lock } from "../../core/effect.ts";
import { shortName, type Explanation } from "../../core/engine/explain.ts";
import { placeIn } from "../../core/source.ts";
import { blockedBy, modeName } from "../../report/effect-words.ts";
import type { Judged } from "../judged.ts";

/** Returns the strongest lock behind each statement within a range that keeps readers or writers waiting. */
export function inlayHintsIn(judged: Judged, range: Range): readonly InlayHint[] {
	const { document } = judged;
	const from = document.offsetAt(range.start);
	const to = document.offsetAt(range.end);
	const byPlace = new Map<number, InlayHint>();
	for (const explanation of judged.explanations()) {
		const { file, range: own } = explanation.statement;
		const place = placeIn(file, own);
		if (place.end < from || place.start > to) continue;
		const waitedFor = locksWaitedFor(explanation, judged);
		const [strongest] = waitedFor;
		if (!strongest) continue;
		const at = document.offsetAt(hintPosition(judged, place.end));
		if (byPlace.has(at)) continue;
		byPlace.set(at, {
			position: document.positionAt(at),
			label: words(strongest),
			paddingLeft: true,
			...(waitedFor.length > 1 && {
				tooltip: {
					kind: MarkupKind.Markdown,
					value: waitedFor.map((lock) => `- ${words(lock)}`).join("\n"),
				},
			}),
		});
	}
	return [...byPlace.values()];
}

function words(lock: Lock): string {
	return `${modeName(lock.mode)} on ${shortName(lock.relation)}: ${blockedBy(lock)}`;
}

/** The locks for which others wait, the strongest first. */
function locksWaitedFor({ effect, unseen }: Explanation, { migration }: Judged): readonly Lock[] {
	const { lockModes } = migration.input.history.dialect;
	return effect.locks
		.filter(({ blocks }) => blocks === "writes" || blocks === "readsAndWrites")
		.filter(({ relation }) => !unseen.has(relation))
		.sort((a, b) => lockModes.indexOf(b.mode) - lockModes.indexOf(a.mode));
}

/** Behind the semicolon; in a program at the end of the line, where it does not part a string. */
function hintPosition({ document, migration }: Judged, end: number): Position {
	const text = document.getText();
	const isProgram = migration.migrations.some(({ up }) =>
		up.some(({ embedded }) => embedded !== undefined),
	);
	if (!isProgram) return document.positionAt(text[end] === ";" ? end + 1 : end);
	const rest = text.slice(end).search(/\r?\n|$/);
	return document.positionAt(end + rest);
}
