import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Explanation } from "../core/engine/explain.ts";
import type { Finding } from "../core/finding.ts";
import { placeIn } from "../core/source.ts";
import type { OpenMigration } from "./open-migration.ts";

/** An open migration as it was judged at one version of its document. */
export interface Judged {
	/** A copy of this version. */
	readonly document: TextDocument;
	readonly migration: OpenMigration;
	/** Of this file, in its order. */
	readonly findings: readonly Finding[];
	/** False while findings behind an edit are only those of before, moved along. */
	readonly complete: boolean;
	/** What each statement of the file does. */
	explanations(): readonly Explanation[];
}

/** Returns what the statements at an offset do: a call of a program may send several. */
export function explanationsAt(judged: Judged, offset: number): readonly Explanation[] {
	return judged.explanations().filter(({ statement }) => {
		const { start, end } = placeIn(statement.file, statement.range);
		return start <= offset && offset <= end;
	});
}
