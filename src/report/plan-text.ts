import { planPhases, type Plan, type PlanStep } from "../plan/plan.ts";
import { phaseWords, planSummary, soakOf, waitOf, warningsOf } from "./plan-words.ts";
import type { Palette } from "./report.ts";
import { wrap } from "./wrap.ts";

function cut(text: string, width: number): string {
	return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 3))}...`;
}

function stepLines(step: PlanStep, palette: Palette, width: number): readonly string[] {
	const right = waitOf(step);
	const room = width - 15 - 26;
	const title = cut(step.title, room).padEnd(room);
	const isLoud = right.startsWith("everybody") && !right.endsWith("a moment");
	const shown = isLoud ? palette.warning(right) : palette.faint(right);
	return [
		`  ${palette.strong(step.id.padEnd(12))} ${title} ${shown}`,
		...warningsOf(step).flatMap((warning) =>
			wrap(warning, width - 17).map((line, at) =>
				palette.warning(`               ${at === 0 ? "! " : "  "}${line}`),
			),
		),
	];
}

/** Returns the plan for a person at a terminal of the given width: one line a step. */
export function planText(plan: Plan, palette: Palette, width: number): string {
	const lines = [planSummary(plan), ""];
	for (const phase of planPhases) {
		const steps = plan.steps.filter((step) => step.phase === phase);
		if (steps.length === 0) continue;
		const soak = phase === "contract" ? soakOf(plan) : undefined;
		const held = soak === undefined ? "" : `; not before ${soak} hours after the rest`;
		lines.push(`${palette.strong(phase)}: ${phaseWords[phase]}${held}`);
		for (const step of steps) lines.push(...stepLines(step, palette, width));
		lines.push("");
	}
	for (const note of plan.notes) lines.push(note);
	return `${lines.join("\n").trimEnd()}\n`;
}
