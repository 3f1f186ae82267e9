import { Range, type CodeLens } from "vscode-languageserver";
import type { Explanation } from "../../core/engine/explain.ts";
import { countOf } from "../../report/report.ts";
import { verdictOf } from "../../report/verdict.ts";
import type { Judged } from "../judged.ts";

const severities = ["error", "warning"] as const;
const phases = ["expand", "migrate", "contract"] as const;

/** Returns the verdict on the migration and its phases, in one line above it. */
export function codeLensesOf(judged: Judged): readonly CodeLens[] {
	const { findings, migration } = judged;
	const explanations = judged.explanations();
	const verdict = verdictOf({
		problems: migration.problems(),
		findings,
		counts: {
			migrations: explanations.length > 0 ? 1 : 0,
			unread: explanations.filter(({ statement }) => statement.unread).length,
		},
	});
	const counts = severities.flatMap((severity) => {
		const count = findings.filter((finding) => finding.severity === severity).length;
		return count === 0 ? [] : [countOf(count, severity)];
	});
	const said = counts.length === 0 ? verdict : `${verdict}: ${counts.join(", ")}`;
	const title = [`lockkeeper: ${said}`, ...phaseWords(explanations)].join(" | ");
	return [{ range: Range.create(0, 0, 0, 0), command: { title, command: "" } }];
}

function phaseWords(explanations: readonly Explanation[]): readonly string[] {
	const here = phases.filter((phase) => explanations.some(({ effect }) => effect.phase === phase));
	return here.length === 0 ? [] : [`phase: ${here.join(", ")}`];
}
