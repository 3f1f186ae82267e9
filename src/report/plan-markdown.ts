import { planPhases, runsOnServer, type Plan, type PlanStep } from "../plan/plan.ts";
import { code, fenced, plain } from "./markdown-text.ts";
import {
	costWords,
	limitWords,
	lockWords,
	originWords,
	phaseWords,
	placeWords,
	planSummary,
	soakOf,
	undoWords,
	waitOf,
	warningsOf,
} from "./plan-words.ts";

function stepDetails(step: PlanStep): string {
	const locks = lockWords(step);
	const cost = costWords(step);
	const facts = [
		`From ${code(originWords(step))}; ${placeWords[step.transaction]}.`,
		...(locks.length > 0 ? [plain(`Locks: ${locks.join("; ")}.`)] : []),
		...(runsOnServer(step) ? [plain(`Limits: ${limitWords(step)}.`)] : []),
		...(cost === undefined ? [] : [plain(`About ${cost}.`)]),
		...(runsOnServer(step) ? [plain(undoWords(step.undo))] : []),
		...(step.hold?.evidence ?? []).map((evidence) => plain(`Evidence: ${evidence}.`)),
		...(step.needs.length > 0 ? [`Needs ${step.needs.map(code).join(", ")}.`] : []),
		...warningsOf(step).map((warning) => `**Attention:** ${plain(warning)}`),
	];
	const undo = runsOnServer(step) && "sql" in step.undo ? step.undo.sql : [];
	const asserted = runsOnServer(step)
		? [
				...step.before.map(({ says }) => `before: ${says}`),
				...step.after.map(({ says }) => `after: ${says}`),
			]
		: [];
	return [
		`<details><summary><code>${step.id}</code> ${plain(step.title)}</summary>`,
		"",
		...facts.map((fact) => `- ${fact}`),
		...asserted.map((line) => `- Checked ${plain(line)}`),
		"",
		...(step.sql.length > 0 ? [fenced(step.sql.join("\n")), ""] : []),
		...(undo.length > 0 ? ["To take it back:", "", fenced(undo.join("\n")), ""] : []),
		"</details>",
	].join("\n");
}

/** Returns the plan for a reviewer: a table of all steps, and each with its SQL in a fold. */
export function planMarkdown(plan: Plan): string {
	const lines = ["### lockkeeper plan", "", planSummary(plan), ""];
	for (const phase of planPhases) {
		const steps = plan.steps.filter((step) => step.phase === phase);
		if (steps.length === 0) continue;
		const soak = phase === "contract" ? soakOf(plan) : undefined;
		const held = soak === undefined ? "" : ` Not before ${soak} hours after the rest.`;
		lines.push(`#### ${phase}: ${phaseWords[phase]}`, "");
		if (held !== "") lines.push(held.trim(), "");
		lines.push("| Step | What | Who waits |", "| --- | --- | --- |");
		for (const step of steps) {
			lines.push(`| ${code(step.id)} | ${plain(step.title)} | ${waitOf(step)} |`);
		}
		lines.push("", ...steps.map(stepDetails), "");
	}
	lines.push(...plan.notes.map((note) => `- ${plain(note)}`));
	return `${lines.join("\n").trimEnd()}\n`;
}
